import Formats
import Foundation
import Labels
import Notation
import Store
import Vault

/// Takes in the photographs, recordings and films that an annotator contributes to a task: part by part,
/// looked at once they are whole, before any answer may name them.
package struct Contributions: Sendable {
  let vault: ClientVault
  let worker: String
  let project: ProjectID

  package init(_ vault: ClientVault, worker: String, project: ProjectID) {
    self.vault = vault
    self.worker = worker
    self.project = project
  }

  /// Files that one annotator has for one task at once, answered or not.
  package static let countLimit = 200
  /// Bytes that one annotator has in a vault and no answer has: 2 GiB.
  package static let byteLimit = 2 * 1024 * 1024 * 1024
  /// How long a file is kept that no answer has: a week.
  package static let keptMilliseconds: Int64 = 7 * 24 * 3600 * 1000

  /// - Throws: `.unknown(.lease)`, `.leaseEnded`, `.tooLarge`, `.invalid` for a question that asks for none
  package func begin(
    _ name: String, size: Int, for question: ClassID, on lease: LeaseID
  ) async throws -> Contribution {
    guard size > 0 else { throw Refusal.invalid(path: "size", problem: "must be at least 1 byte") }
    guard size <= Assets.sizeLimit else {
      throw Refusal.tooLarge(what: "a file (bytes)", limit: Assets.sizeLimit)
    }
    let record = vault.record(by: .worker(worker))
    return try await vault.database.write(.flushed) { connection in
      let (row, _) = try held(lease, question, connection)
      let count = try Self.all(of: row.task, by: worker, vault, connection).count
      guard count < Self.countLimit else {
        throw Refusal.tooLarge(what: "files of a task", limit: Self.countLimit)
      }
      let waiting = try connection.first(
        "SELECT coalesce(sum(size), 0) FROM contributions WHERE is_answered = 0 AND worker = ?",
        [.text(worker)]
      ) { Int($0.int(0)) }
      guard (waiting ?? 0) + size <= Self.byteLimit else {
        throw Refusal.tooLarge(what: "files that no answer has (bytes)", limit: Self.byteLimit)
      }
      let made = Contribution(
        id: vault.environment.newID(), task: row.task, question: question, worker: worker,
        name: Assets.cleaned(name), size: size, received: 0, createdAt: record.at)
      try connection.run(
        """
        INSERT INTO contributions (id, project_id, task, class, worker, size, created_at, sealed)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
          made.id.sql, project.sql, .int(row.task), .int(Int64(question.number)), .text(worker),
          .number(size), .int(record.at),
          .blob(vault.key.seal(Array(made.name.utf8), table: "contributions", row: made.id)),
        ])
      try record.append(connection, "contribution.begun", made.id.text)
      return made
    }
  }

  /// Takes the next bytes; with the last of them the file is looked at and kept. One that is refused then is
  /// gone.
  ///
  /// - Parameter start: how many bytes came before these. At the end, none finish a file that was
  ///   whole before.
  /// - Throws: `.notPossible(.file)` where `start` is not how far it came; `.unsupportedMedia` for what the
  ///   question does not take, `.contributedBefore` for what somebody gave already, `.noSpace`
  package func append(
    _ bytes: Data, at start: Int, to id: ContributionID, on lease: LeaseID
  ) async throws -> Contribution {
    let (before, rules) = try await vault.database.read { connection in
      let found = try get(id, on: lease, connection)
      return (found, try held(lease, found.question, connection).rules)
    }
    if before.asset != nil { return before }
    var now = before
    if !(bytes.isEmpty && before.received == before.size) {
      now = try await parts(of: id).take(bytes, at: start) { connection in
        var found = try get(id, on: lease, connection)
        guard start == found.received else {
          throw Refusal.notPossible(
            .file, state: "at byte \(found.received)", asked: "bytes from \(start)")
        }
        guard bytes.count <= found.size - start else {
          throw Refusal.invalid(
            path: "body", problem: "goes beyond the \(found.size) bytes that were announced")
        }
        found.received += bytes.count
        try connection.run(
          "UPDATE contributions SET received = ? WHERE id = ?", [.number(found.received), id.sql])
        return found
      }
    }
    guard now.received == now.size else { return now }
    do {
      return try await finish(now, rules)
    } catch {
      switch error {
      case Refusal.unsupportedMedia, Refusal.contributedBefore:
        try await Self.drop([id], vault, by: .worker(worker))
      default: break
      }
      throw error
    }
  }

  /// Looks at what has come whole. One that another request is finishing is as it was.
  private func finish(_ contribution: Contribution, _ rules: FileRules) async throws -> Contribution {
    let work = "contribution \(contribution.id)"
    guard vault.work.begin(work) else { return contribution }
    defer { vault.work.end(work) }
    let parts = parts(of: contribution.id)
    let blobs = try await parts.blobs()
    var bytes = Data(capacity: contribution.size)
    for part in blobs { bytes += try part.whole() ?? Data() }
    guard bytes.count == contribution.size else {
      // It was finished, or taken back, meanwhile.
      return try await vault.database.read { connection in
        try Self.all(of: contribution.task, by: worker, vault, connection)
          .first { $0.id == contribution.id } ?? contribution
      }
    }
    if !rules.keepsPlace { bytes = PlaceRemoval.cleaned(bytes) }
    let asset = try await Assets(vault, actor: .worker(worker)).store(
      bytes, name: contribution.name, accepting: .media(rules.accepts)
    ) { id, isNew, connection in
      var done = contribution
      done.asset = id
      try refuseRepeated(done, connection)
      // It is its senders' alone as long as nobody else stored the same.
      let isOwn =
        try isNew
        || connection.first(
          "SELECT 1 FROM contributions WHERE asset_id = ? AND is_own = 1 LIMIT 1", [id.sql]
        ) { _ in true } == true
      try connection.run(
        "UPDATE contributions SET asset_id = ?, is_own = ? WHERE id = ?",
        [id.sql, .int(isOwn ? 1 : 0), done.id.sql])
      try connection.run("DELETE FROM received_parts WHERE owner = ?", [.text(parts.owner)])
    }
    for part in blobs { try? vault.blobs.remove(part.name) }
    var done = contribution
    done.asset = asset.id
    return done
  }

  /// What somebody gave before is no contribution, nor is it for another task.
  func refuseRepeated(
    _ contribution: Contribution, _ connection: any Connection
  ) throws {
    let other = try connection.first(
      """
      SELECT 1 FROM contributions
      WHERE asset_id = ? AND project_id = ? AND is_answered = 1 AND NOT (task = ? AND worker = ?) LIMIT 1
      """,
      [
        contribution.asset?.sql ?? .null, project.sql, .int(contribution.task),
        .text(contribution.worker),
      ]
    ) { _ in true }
    if other == true { throw Refusal.contributedBefore(contribution.name) }
  }

  /// The files of a task in this annotator's hands: their own, or of a review those that answers have.
  package func list(on lease: LeaseID) async throws -> [Contribution] {
    try await vault.database.read { connection in
      let row = try LeaseRow.get(lease, of: worker, in: project, connection)
      guard row.stage == .review else {
        return try Self.all(of: row.task, by: worker, vault, connection)
      }
      return try Self.all(of: row.task, by: nil, vault, connection).filter(\.isAnswered)
    }
  }

  /// Takes a file back that no answer has; a manager's file of the same content stays.
  ///
  /// - Throws: `.unknown(.file)`, `.notPossible(.file)` for one that an answer has
  package func remove(_ id: ContributionID, on lease: LeaseID) async throws {
    let found = try await vault.database.read { try get(id, on: lease, $0) }
    guard !found.isAnswered else {
      throw Refusal.notPossible(.file, state: "in an answer", asked: "taking it back")
    }
    try await Self.drop([id], vault, by: .worker(worker))
  }

  // MARK: Rows

  func parts(of id: ContributionID) -> ReceivedParts {
    ReceivedParts(vault: vault, owner: id.text)
  }

  /// A lease in this annotator's hands, and what its question asks for.
  private func held(
    _ id: LeaseID, _ question: ClassID, _ connection: any Connection
  ) throws -> (lease: LeaseRow, rules: FileRules) {
    let lease = try LeaseRow.get(id, of: worker, in: project, connection)
    guard lease.stage == .label else { throw Refusal.unknown(.lease, id.text) }
    guard lease.lifecycle.state.isLive else {
      throw Refusal.leaseEnded(state: lease.lifecycle.state.rawValue)
    }
    let task = try TaskRow.get(seq: lease.task, connection)
    let reading = try vault.reading(of: task, as: lease.version, connection)
    guard let rules = reading.ontology[question]?.fileRules else {
      throw Refusal.invalid(
        path: "question", problem: "must be the number of one that asks for files")
    }
    return (lease, rules)
  }

  private func get(
    _ id: ContributionID, on lease: LeaseID, _ connection: any Connection
  ) throws -> Contribution {
    let row = try LeaseRow.get(lease, of: worker, in: project, connection)
    let found = try Self.all(of: row.task, by: worker, vault, connection).first { $0.id == id }
    guard let found else { throw Refusal.unknown(.file, id.text) }
    return found
  }

  static func all(
    of task: Int64, by worker: String?, _ vault: ClientVault, _ connection: any Connection
  ) throws -> [Contribution] {
    try connection.all(
      """
      SELECT \(Contribution.columns) FROM contributions
      WHERE task = ? AND (?2 IS NULL OR worker = ?2) ORDER BY id
      """, [.int(task), .optional(worker)]
    ) { try Contribution.row($0, vault) }
  }
}
