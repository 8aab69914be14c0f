import Foundation
import Notation
import Store
import Vault

/// Where the files of a dataset come from that lie elsewhere.
package struct RemoteSource: Hashable, Sendable {
  package enum Mode: String, CaseIterable, Sendable {
    /// Files stay where they are; each is fetched when it is first looked at.
    case reference
    /// Files are brought here, and can be gone from there afterwards.
    case copy
  }

  package enum State: String, Sendable { case running, completed, failed }

  /// What happened so far, in files.
  package struct Counts: Hashable, Sendable {
    package var listed = 0
    package var added = 0
    package var changed = 0
    /// That are of no kind a dataset takes, or that were not asked for.
    package var skipped = 0
    package var failed = 0
  }

  package struct Problem: Hashable, Sendable {
    package var file: String
    package var reason: String
  }

  package var id: RemoteSourceID
  package var dataset: DatasetID
  package var location: RemoteLocation
  package var mode: Mode
  /// Patterns with `*` and `?` of which a file's path matches one; none takes all.
  package var include: [String]
  /// Whether personal data in texts is masked; it is flagged in any case.
  package var masksPersonalData: Bool
  package var state: State
  package var counts: Counts
  /// The first `RemoteSources.problemLimit`.
  package var problems: [Problem]
  /// Why it failed as a whole.
  package var reason: String?
  package var createdAt: Int64
  package var endedAt: Int64?
  var mark: RemoteMark
}

/// How far a listing was read: everything up to here is stored.
struct RemoteMark: Hashable {
  /// Folders of an index that are still to be read, the next one last.
  var folders = [""]
  /// The last file: in a bucket of all keys, in an index of its folder.
  var after: String?
}

/// Gathers datasets from buckets and indexes.
package struct RemoteSources: Sendable {
  let vault: ClientVault
  let actor: Actor

  package init(_ vault: ClientVault, actor: Actor) {
    self.vault = vault
    self.actor = actor
  }

  /// Sources of one dataset.
  package static let countLimit = 100
  /// Problems that are kept of one.
  package static let problemLimit = 100
  /// Patterns of one.
  package static let includeLimit = 100

  /// Notes the source; whoever runs sources begins with it.
  ///
  /// - Throws: `.unknown(.dataset)`, `.tooLarge`, `.invalid`
  package func create(
    _ location: RemoteLocation, mode: RemoteSource.Mode, include: [String] = [],
    masksPersonalData: Bool = false, of dataset: DatasetID
  ) async throws -> RemoteSource {
    guard include.count <= Self.includeLimit else {
      throw Refusal.tooLarge(what: "patterns of a source", limit: Self.includeLimit)
    }
    guard include.allSatisfy({ (1...200).contains($0.utf8.count) }) else {
      throw Refusal.invalid(path: "include", problem: "must have patterns of 1…200 bytes")
    }
    let record = vault.record(by: actor)
    let made = RemoteSource(
      id: vault.environment.newID(), dataset: dataset, location: location, mode: mode,
      include: include, masksPersonalData: masksPersonalData, state: .running, counts: .init(),
      problems: [], createdAt: record.at, mark: RemoteMark())
    try await vault.database.write(.flushed) { connection in
      _ = try Dataset.get(dataset, connection)
      let count = try connection.first(
        "SELECT count(*) FROM remote_sources WHERE dataset_id = ?", [dataset.sql]
      ) { Int($0.int(0)) }
      guard (count ?? 0) < Self.countLimit else {
        throw Refusal.tooLarge(what: "sources of a dataset", limit: Self.countLimit)
      }
      try connection.run(
        """
        INSERT INTO remote_sources (id, dataset_id, mode, state, created_at, sealed)
        VALUES (?, ?, ?, 'running', ?, ?)
        """,
        [
          made.id.sql, dataset.sql, .text(mode.rawValue), .int(record.at),
          .blob(vault.key.seal(made.stored.utf8, table: "remote_sources", row: made.id)),
        ])
      try Self.renewKeys(as: made, vault, connection)
      try record.append(
        connection, "source.created", made.id.text, ["dataset": .string(dataset.text)])
    }
    return made
  }

  package func list(of dataset: DatasetID) async throws -> [RemoteSource] {
    try await vault.database.read { connection in
      _ = try Dataset.get(dataset, connection)
      return try Self.rows("dataset_id", dataset.text, vault, connection)
    }
  }

  package func get(_ id: RemoteSourceID, of dataset: DatasetID? = nil) async throws -> RemoteSource
  {
    try await vault.database.read { try Self.get(id, of: dataset, vault, $0) }
  }

  /// Those that are not at their end: what a server that was killed goes on with.
  package func unfinished() async throws -> [RemoteSourceID] {
    try await vault.database.read { connection in
      try connection.all("SELECT id FROM remote_sources WHERE state = 'running'") { $0.id(0) }
    }
  }

  /// Looks for what is new or other since the last time; one that failed goes on where it ended.
  ///
  /// - Parameter keys: in the place of those that it has; nil to keep them.
  /// - Throws: `.alreadyRunning`, `.invalid` for keys of what is no bucket
  package func runAgain(
    _ id: RemoteSourceID, of dataset: DatasetID, keys: BucketKeys? = nil
  ) async throws -> RemoteSource {
    let record = vault.record(by: actor)
    return try await vault.database.write(.flushed) { connection in
      var source = try Self.get(id, of: dataset, vault, connection)
      guard source.state != .running else { throw Refusal.alreadyRunning(.source, id.text) }
      if source.state == .completed {
        (source.mark, source.counts, source.problems) = (RemoteMark(), .init(), [])
      }
      (source.state, source.reason, source.endedAt) = (.running, nil, nil)
      if let keys {
        guard case .bucket(let bucket) = source.location else {
          throw Refusal.invalid(path: "access_key", problem: "is for buckets, and this is none")
        }
        source.location = .bucket(bucket.with(keys))
        try Self.renewKeys(as: source, vault, connection)
      }
      try Self.save(source, vault, connection)
      try record.append(connection, "source.begun-again", id.text)
      return source
    }
  }

  /// Gives all sources of a dataset that read the same bucket the keys of one, where it has some: items that
  /// came by an older one are read by its keys.
  private static func renewKeys(
    as newest: RemoteSource, _ vault: ClientVault, _ connection: any Connection
  ) throws {
    guard case .bucket(let bucket) = newest.location, let keys = bucket.keys else { return }
    for var other in try rows("dataset_id", newest.dataset.text, vault, connection) {
      guard case .bucket(let known) = other.location, known.isSameStore(as: bucket) else { continue }
      other.location = .bucket(known.with(keys))
      try connection.run(
        "UPDATE remote_sources SET sealed = ? WHERE id = ?",
        [.blob(vault.key.seal(other.stored.utf8, table: "remote_sources", row: other.id)), other.id.sql])
    }
  }

  /// Forgets a source and its keys. Items stay; images that were not fetched yet cannot be any more.
  package func remove(_ id: RemoteSourceID, of dataset: DatasetID) async throws {
    let record = vault.record(by: actor)
    try await vault.database.write(.flushed) { connection in
      let removed = try connection.run(
        "DELETE FROM remote_sources WHERE id = ? AND dataset_id = ?", [id.sql, dataset.sql])
      guard removed == 1 else { throw Refusal.unknown(.source, id.text) }
      try record.append(connection, "source.removed", id.text)
    }
  }

  // MARK: Rows

  private static func get(
    _ id: RemoteSourceID, of dataset: DatasetID?, _ vault: ClientVault,
    _ connection: any Connection
  ) throws -> RemoteSource {
    guard let found = try rows("id", id.text, vault, connection).first,
      dataset == nil || found.dataset == dataset
    else { throw Refusal.unknown(.source, id.text) }
    return found
  }

  private static func rows(
    _ column: StaticString, _ value: String, _ vault: ClientVault, _ connection: any Connection
  ) throws -> [RemoteSource] {
    try connection.all(
      """
      SELECT id, dataset_id, mode, state, listed, added, changed, skipped, failed, created_at, ended_at,
        sealed, progress
      FROM remote_sources WHERE \(column) = ? ORDER BY id
      """, [.text(value)]
    ) { row in
      let id: RemoteSourceID = row.id(0)
      func open(_ sealed: Data, _ place: String) throws -> JSON {
        try JSON(parsing: [UInt8](vault.key.open(sealed, table: "remote_sources", row: place)))
      }
      let stored = try open(row.blob(11), id.text)
      let progress = try row.optionalBlob(12).map { try open($0, "\(id)/progress") }
      let location = try RemoteLocation(
        stored["url"]?.string ?? "", endpoint: stored["endpoint"]?.string,
        region: stored["region"]?.string, keys: BucketKeys(stored: stored["keys"]))
      var source = RemoteSource(
        id: id, dataset: row.id(1), location: location,
        mode: RemoteSource.Mode(rawValue: row.text(2)) ?? .reference,
        include: stored["include"]?.array?.compactMap(\.string) ?? [],
        masksPersonalData: stored["masks"]?.bool ?? false,
        state: RemoteSource.State(rawValue: row.text(3)) ?? .failed,
        counts: RemoteSource.Counts(
          listed: Int(row.int(4)), added: Int(row.int(5)), changed: Int(row.int(6)),
          skipped: Int(row.int(7)), failed: Int(row.int(8))),
        problems: [], createdAt: row.int(9), endedAt: row.optionalInt(10), mark: RemoteMark())
      if let progress { source.read(progress) }
      return source
    }
  }

  /// - Throws: `.unknown(.source)` where it was taken away meanwhile.
  static func save(
    _ source: RemoteSource, _ vault: ClientVault, _ connection: any Connection
  ) throws {
    let progress = vault.key.seal(
      source.progress.utf8, table: "remote_sources", row: "\(source.id)/progress")
    let counts = source.counts
    let changed = try connection.run(
      """
      UPDATE remote_sources SET state = ?, listed = ?, added = ?, changed = ?, skipped = ?, failed = ?,
        ended_at = ?, progress = ?
      WHERE id = ?
      """,
      [
        .text(source.state.rawValue), .number(counts.listed), .number(counts.added),
        .number(counts.changed), .number(counts.skipped), .number(counts.failed),
        .optional(source.endedAt), .blob(progress), source.id.sql,
      ])
    guard changed == 1 else { throw Refusal.unknown(.source, source.id.text) }
  }
}

extension BucketKeys {
  fileprivate init?(stored: JSON?) {
    guard let access = stored?["access"]?.string, let secret = stored?["secret"]?.string else {
      return nil
    }
    self.init(access: access, secret: secret, session: stored?["session"]?.string)
  }

  fileprivate var stored: JSON {
    [
      "access": .string(access), "secret": .string(secret), "session": .optional(session),
    ]
  }
}

extension RemoteSource {
  fileprivate var stored: JSON {
    var json: JSON = [
      "url": .string(location.text), "include": .array(include.map { .string($0) }),
      "masks": .bool(masksPersonalData),
    ]
    if case .bucket(let bucket) = location {
      json = json.adding([
        .init("endpoint", .optional(bucket.endpoint)), .init("region", .string(bucket.region)),
        .init("keys", bucket.keys?.stored ?? .null),
      ])
    }
    return json
  }

  fileprivate var progress: JSON {
    [
      "folders": .array(mark.folders.map { .string($0) }), "after": .optional(mark.after),
      "reason": .optional(reason),
      "problems": .array(
        problems.map { ["file": .string($0.file), "reason": .string($0.reason)] }),
    ]
  }

  fileprivate mutating func read(_ progress: JSON) {
    mark.folders = progress["folders"]?.array?.compactMap(\.string) ?? [""]
    mark.after = progress["after"]?.string
    reason = progress["reason"]?.string
    problems = (progress["problems"]?.array ?? []).map {
      Problem(file: $0["file"]?.string ?? "", reason: $0["reason"]?.string ?? "")
    }
  }
}
