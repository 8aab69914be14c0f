import Formats
import Foundation
import Notation
import Store
import Vault

/// Immutable, signed versions of a project's results, or of a dataset's items.
package struct Releases: Sendable {
  let vault: ClientVault
  let actor: Actor

  package init(_ vault: ClientVault, actor: Actor) {
    self.vault = vault
    self.actor = actor
  }

  package enum State: String, Hashable, Sendable { case running, completed, failed }

  package struct Release: Hashable, Sendable {
    package var id: ReleaseID
    /// What it is of: either this,
    package var project: ProjectID?
    /// or this.
    package var dataset: DatasetID?
    /// 1, 2, … within that.
    package var number: Int
    package var name: String
    package var state: State
    package var createdAt: Int64
    package var items: Int
    /// Over its files; nil until it is made.
    package var root: String?
    /// Why it was not made; of one that was, what is not as it was asked for.
    package var problem: String?
    package var plan: JSON
  }

  package static let nameLimit = 200
  /// Releases of one project or dataset.
  package static let countLimit = 1_000

  /// Begins a release of what there is now, and returns at once.
  ///
  /// - Parameter fetcher: brings images that lie elsewhere, where they are to go along.
  /// - Throws: `.invalid` for a name that is missing or too long or a query that is not understood,
  ///   `.unknown`, `.tooLarge` beyond `countLimit`.
  package func start(
    _ source: ReleaseSource, name: String, _ plan: ReleasePlan, by fetcher: any Fetcher
  ) async throws -> Release {
    let name = name.trimmingCharacters(in: .whitespacesAndNewlines)
    guard (1...Self.nameLimit).contains(name.unicodeScalars.count) else {
      throw Refusal.invalid(path: "name", problem: "must have 1 to \(Self.nameLimit) characters")
    }
    guard !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      throw Refusal.invalid(path: "name", problem: "must be one line, without control characters")
    }
    if case .project = source, plan.isShuffled {
      throw Refusal.invalid(
        path: "shuffle", problem: "is of a dataset's items: those of a project lie as they came")
    }
    let id: ReleaseID = vault.environment.newID()
    let record = vault.record(by: actor)
    try await check(source)
    _ = vault.work.begin(Self.work(id))
    do {
      try await vault.database.write(.flushed) { connection in
        let (column, owner) = source.owner
        let (last, count) =
          try connection.first(
            "SELECT coalesce(max(number), 0), count(*) FROM releases WHERE \(column) = ?", [owner]
          ) { ($0.int(0), $0.int(1)) } ?? (0, 0)
        // Those that were taken away keep their numbers.
        let number = try connection.first(
          """
          INSERT INTO counters VALUES ('releases ' || ?, ?)
          ON CONFLICT (name) DO UPDATE SET value = max(value + 1, excluded.value) RETURNING value
          """, [owner, .int(last + 1)]
        ) { $0.int(0) }
        guard count < Self.countLimit else {
          throw Refusal.tooLarge(what: "releases of a project or dataset", limit: Self.countLimit)
        }
        try connection.run(
          """
          INSERT INTO releases (id, \(column), number, name, state, created_at, plan)
          VALUES (?, ?, ?, ?, 'running', ?, ?)
          """,
          [
            id.sql, owner, .int(number ?? last + 1), .text(name), .int(record.at),
            .text(plan.json.adding(source.planMembers).text),
          ])
        try record.append(connection, "release.started", id.text)
      }
    } catch {
      vault.work.end(Self.work(id))
      throw error
    }
    let release = try await get(id)
    Task { await make(release, source, plan, fetcher) }
    return release
  }

  private static func work(_ id: ReleaseID) -> String { "release \(id)" }

  /// That what a release is asked of is there.
  private func check(_ source: ReleaseSource) async throws {
    switch source {
    case .project(let project): _ = try await Projects(vault, actor: actor).get(project)
    case .dataset(let dataset, let query, let set):
      _ = try await ItemSearch(vault, dataset: dataset).numbers(query, from: 0, limit: 1)
      let sets = try await Datasets(vault, actor: actor).sets(of: dataset)
      guard sets.contains(where: { $0.name == set }) else { throw Refusal.unknown(.labelSet, set) }
    }
  }

  private func make(
    _ release: Release, _ source: ReleaseSource, _ plan: ReleasePlan, _ fetcher: any Fetcher
  ) async {
    defer { vault.work.end(Self.work(release.id)) }
    do {
      let images = ReleaseImages(vault: vault, fetcher: fetcher)
      let absence = plan.hasMedia ? try await images.fetch(for: source) : nil
      // In one snapshot, so that what vouches for the items is about these.
      let (built, certificate) = try await vault.database.read { connection in
        let built = try ReleaseBuilder(
          vault: vault, release: release.id, source: source, plan: plan, absence: absence
        )
        .build(connection)
        return (built, try ReleaseCertificate(of: source, built, vault, connection))
      }
      let root = ReleaseManifest.root(of: built.files.map { ($0.path, $0.sha256) })
      let manifest = try await manifest(release, source, plan, built, root, certificate)
      let sink = ReleaseSink(vault, release.id, under: "")
      try sink.write(manifest, to: ReleaseManifest.name)
      try sink.write(
        Array(vault.key.sign(manifest).hexadecimal.utf8) + [0x0A], to: ReleaseManifest.signatureName
      )
      let files = built.files + sink.files
      let record = vault.record(by: actor)
      try await vault.database.write(.flushed) { connection in
        for file in files {
          try connection.run(
            "INSERT INTO release_files VALUES (?, ?, ?, ?, ?)",
            [
              release.id.sql, .text(file.path), .text(file.blob), .number(file.size),
              .text(file.sha256),
            ])
        }
        try connection.run(
          "UPDATE releases SET state = 'completed', items = ?, root = ?, problem = ? WHERE id = ?",
          [
            .number(built.items), .text(root),
            built.emptyParts.isEmpty
              ? .null : .text("no item came into \(built.emptyParts.joined(separator: ", "))"),
            release.id.sql,
          ])
        try record.append(
          connection, "release.completed", release.id.text, ["root": .string(root)])
      }
    } catch {
      try? await fail([release.id], Self.sentence(error))
    }
  }

  private static func sentence(_ error: any Error) -> String {
    switch error {
    case let fault as FormatFault: fault.sentence
    case Refusal.invalid(let path, let problem): "\(path) \(problem)"
    case _ where Refusal.isOfSpace(error): "there is no space left here"
    default: "\(error)"
    }
  }

  /// Notes that releases cannot be made, and throws away what there is of their files.
  private func fail(_ ids: [ReleaseID], _ problem: String) async throws {
    // Files first: where the disk is full, the note has room then.
    try dropFiles(of: ids)
    try await vault.database.write(.flushed) { connection in
      for id in ids {
        try connection.run(
          "UPDATE releases SET state = 'failed', problem = ? WHERE id = ?",
          [.text(problem), id.sql])
      }
    }
  }

  private func dropFiles(of ids: [ReleaseID]) throws {
    var names: [String] = []
    try vault.blobs.forEachName { name in
      if ids.contains(where: { name.hasPrefix(ReleaseSink.prefix($0)) }) { names.append(name) }
    }
    for name in names { try vault.blobs.remove(name) }
  }

  /// Ends the releases that a server that is gone was making.
  package func endCutOff() async throws {
    let running = try await vault.database.read { connection in
      try connection.all("SELECT id FROM releases WHERE state = 'running'") {
        $0.id(0) as ReleaseID
      }
    }
    let cutOff = running.filter { !vault.work.contains(Self.work($0)) }
    guard !cutOff.isEmpty else { return }
    try await fail(cutOff, Self.cutOffProblem)
  }

  private static let cutOffProblem = "the server stopped while it was made; ask for it again"

  /// Takes a release away with its files.
  ///
  /// - Throws: `.notPossible(.release)` while it is made.
  package func remove(_ id: ReleaseID) async throws {
    let release = try await get(id)
    guard release.state != .running else {
      throw Refusal.notPossible(.release, state: release.state.rawValue, asked: "taking it away")
    }
    let blobs = try await files(of: id).map(\.blob)
    let record = vault.record(by: actor)
    try await vault.database.write(.flushed) { connection in
      try connection.run("DELETE FROM release_files WHERE release_id = ?", [id.sql])
      try connection.run("DELETE FROM releases WHERE id = ?", [id.sql])
      _ = try Self.endLinks("release_id = ?", [id.sql], at: record.at, connection)
      try record.append(
        connection, "release.removed", id.text, ["root": .optional(release.root)])
    }
    for blob in blobs { try? vault.blobs.remove(blob) }
    if release.state == .failed { try dropFiles(of: [id]) }
  }

  private func manifest(
    _ release: Release, _ source: ReleaseSource, _ plan: ReleasePlan, _ built: ReleaseBuilder.Built,
    _ root: String, _ certificate: ReleaseCertificate
  ) async throws -> [UInt8] {
    let dataset = try await release.dataset.asyncMap {
      try await Datasets(vault, actor: actor).get($0)
    }
    let head = try await vault.database.read { connection in
      try connection.first("SELECT number, hash FROM journal ORDER BY number DESC LIMIT 1") {
        (number: $0.int(0), hash: $0.blob(1).hexadecimal)
      }
    }
    let json: JSON = [
      "assay_release": .int(ReleaseManifest.version), "id": .string(release.id.text),
      "project": .optional(certificate.project?.id.text),
      "project_name": .optional(certificate.project?.name),
      "dataset": .optional(dataset?.id.text), "dataset_name": .optional(dataset?.name),
      "number": .count(release.number), "name": .string(release.name),
      "created_at": .time(release.createdAt), "plan": plan.json.adding(source.planMembers),
      "items": .count(built.items),
      "splits": .object(
        built.parts.sorted { $0.key < $1.key }.map { .init($0.key, .count($0.value)) }),
      "classes": .array(built.classes.map { .string($0) }),
      "answers_per_item": certificate.answersPerItem.map {
        .double(($0 * 100).rounded() / 100)
      } ?? .null,
      "certificate": certificate.json,
      "losses": .array(
        built.losses.map {
          ["format": .string($0.format), "what": .string($0.what), "count": .count($0.count)]
        }),
      "journal": [
        "number": .int(head?.number ?? 0), "hash": .string(head?.hash ?? ""),
      ],
      "public_key": .string(try vault.key.publicSigningKey.hexadecimal),
      "merkle_root": .string(root),
      "files": .array(built.files.map(ReleaseManifest.json)),
    ]
    return json.utf8 + [0x0A]
  }

  /// What its formats could not hold, as the manifest says.
  package func losses(of release: Release) async throws -> [JSON] {
    guard release.state == .completed,
      let (_, blob) = try? await file(ReleaseManifest.name, of: release.id),
      let bytes = try? blob.whole()
    else { return [] }
    // It lists all files as well, of which no tree is made.
    return [UInt8](bytes).withUnsafeBufferPointer { buffer in
      var cursor = JSONCursor(buffer)
      return (try? cursor.member("losses"))?.array ?? []
    }
  }

  // MARK: Reading

  private static let columns =
    "id, project_id, number, name, state, created_at, items, root, problem, plan, dataset_id"

  private static func row(_ row: any Row) throws -> Release {
    Release(
      id: row.id(0), project: row.optionalID(1), dataset: row.optionalID(10),
      number: Int(row.int(2)), name: row.text(3),
      state: State(rawValue: row.text(4)) ?? .failed, createdAt: row.int(5), items: Int(row.int(6)),
      root: row.optionalText(7), problem: row.optionalText(8), plan: try JSON(parsing: row.text(9)))
  }

  package func get(_ id: ReleaseID) async throws -> Release {
    let isInHand = vault.work.contains(Self.work(id))
    let found = try await vault.database.read { connection in
      try connection.first("SELECT \(Self.columns) FROM releases WHERE id = ?", [id.sql], Self.row)
    }
    guard let found else { throw Refusal.unknown(.release, id.text) }
    return isInHand ? found : Self.settled(found)
  }

  /// One that nobody is making any more was cut off.
  private static func settled(_ release: Release) -> Release {
    guard release.state == .running else { return release }
    var release = release
    release.state = .failed
    release.problem = cutOffProblem
    return release
  }

  /// The newest first.
  package func list(of source: ReleaseSource) async throws -> [Release] {
    let (column, owner) = source.owner
    let isIdle = vault.work.isEmpty
    let found = try await vault.database.read { connection in
      try connection.all(
        "SELECT \(Self.columns) FROM releases WHERE \(column) = ? ORDER BY number DESC", [owner],
        Self.row)
    }
    return isIdle ? found.map(Self.settled) : found
  }

  package func files(of id: ReleaseID) async throws -> [ReleaseFile] {
    try await vault.database.read { connection in
      try connection.all(
        "SELECT path, size, sha256, blob FROM release_files WHERE release_id = ? ORDER BY path",
        [id.sql]
      ) {
        ReleaseFile(path: $0.text(0), size: Int($0.int(1)), sha256: $0.text(2), blob: $0.text(3))
      }
    }
  }

  /// - Throws: `.unknown(.file)`.
  package func file(_ path: String, of id: ReleaseID) async throws -> (ReleaseFile, SealedBlob) {
    let found = try await vault.database.read { connection in
      try connection.first(
        "SELECT path, size, sha256, blob FROM release_files WHERE release_id = ? AND path = ?",
        [id.sql, .text(path)]
      ) {
        ReleaseFile(path: $0.text(0), size: Int($0.int(1)), sha256: $0.text(2), blob: $0.text(3))
      }
    }
    guard let found else { throw Refusal.unknown(.file, path) }
    return (found, SealedBlob(vault: vault, name: found.blob))
  }
}

extension ReleaseSource {
  /// The column that names it, and its value.
  fileprivate var owner: (column: String, id: SQLValue) {
    switch self {
    case .project(let id): ("project_id", id.sql)
    case .dataset(let id, _, _): ("dataset_id", id.sql)
    }
  }

  /// What of it is a part of the plan.
  fileprivate var planMembers: [JSON.Member] {
    guard case .dataset(_, let query, let set) = self else { return [] }
    return [.init("query", .string(query)), .init("set", .string(set))]
  }
}
