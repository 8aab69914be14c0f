import Foundation
import Notation
import Store
import Vault

/// What a client may change of a task that is made.
package struct TaskChanges: Sendable {
  let vault: ClientVault
  let actor: Actor

  package init(_ vault: ClientVault, actor: Actor) {
    self.vault = vault
    self.actor = actor
  }

  /// - Parameter uniqueID: nil frees it.
  /// - Throws: `.uniqueIDTaken`.
  package func setUniqueID(_ uniqueID: String?, of id: TaskID) async throws {
    if let uniqueID {
      guard (1...ImportLineReader.uniqueIDLimit).contains(uniqueID.unicodeScalars.count) else {
        throw Refusal.invalid(
          path: "unique_id",
          problem: "must be a string of 1 to \(ImportLineReader.uniqueIDLimit) characters")
      }
    }
    try await change(id, "task.renamed") { task, connection in
      if let uniqueID {
        let other = try connection.first(
          "SELECT id FROM tasks WHERE unique_id = ? AND seq <> ?",
          [.text(uniqueID), .int(task.seq)]
        ) { $0.text(0) }
        if let other { throw Refusal.uniqueIDTaken(uniqueID, by: other) }
      }
      try connection.run(
        "UPDATE tasks SET unique_id = ? WHERE seq = ?", [.optional(uniqueID), .int(task.seq)])
    }
  }

  /// Replaces the metadata.
  package func setMetadata(_ metadata: JSON, of id: TaskID) async throws {
    guard metadata.members != nil else {
      throw Refusal.invalid(path: "metadata", problem: "must be an object")
    }
    try await change(id, "task.described") { task, connection in
      try rewrite(task, connection) { $0.metadata = metadata }
    }
  }

  /// Ends a live task that cannot be worked on; one that has ended stays as it is.
  ///
  /// - Parameter reason: what its client is told.
  package func fail(_ id: TaskID, _ reason: JSON) async throws {
    let at = vault.environment.now()
    try await change(id, "task.failed") { task, connection in
      if task.gold != nil { try GoldTasks.retire(task, at: at, connection) }
      guard task.lifecycle.state.isLive else { return }
      var steps = TaskSteps(task, now: at, connection)
      try steps.handle(.failed)
      try steps.save()
      var freesName = false
      try rewrite(task, connection) { content in
        content.failure = reason
        freesName = content.request?["clear_unique_id_on_error"]?.bool == true
      }
      guard freesName else { return }
      try connection.run("UPDATE tasks SET unique_id = NULL WHERE seq = ?", [.int(task.seq)])
    }
  }

  private func rewrite(
    _ task: TaskRow, _ connection: any Connection, _ edit: (inout TaskContent) -> Void
  ) throws {
    var content = try TaskContent.of(task, vault, connection)
    edit(&content)
    try connection.run(
      "UPDATE tasks SET sealed = ? WHERE seq = ?",
      [.blob(vault.key.seal(content.stored, table: "tasks", row: task.id)), .int(task.seq)])
  }

  /// Replaces the tags by what `edit` makes of them.
  package func changeTags(
    of id: TaskID, _ edit: @escaping @Sendable ([String]) -> [String]
  ) async throws {
    try await change(id, "task.tagged") { task, connection in
      let tags = edit(try TaskTags.of(task.seq, connection))
      try Submissions.check(tags: tags)
      try TaskTags.set(tags, of: task.seq, connection)
    }
  }

  /// Records what the client says of a result.
  ///
  /// - Parameters:
  ///   - remarks: `comments`, and whatever else belongs to the audit.
  ///   - fix: the right answer, which becomes the result.
  ///   - isReviewed: a reviewer is asked to look at it.
  package func audit(
    _ verdict: TaskRow.Audit, remarks: JSON, fix: JSON? = nil, isReviewed: Bool = false, of id: TaskID
  ) async throws {
    let record = vault.record(by: actor)
    let at = record.at
    try await change(id, "task.audited") { task, connection in
      guard task.lifecycle.state == .completed else {
        throw Refusal.notPossible(
          .task, state: task.lifecycle.state.rawValue, asked: "an audit of its result")
      }
      let number =
        (try connection.first(
          "SELECT coalesce(max(number), 0) FROM audits WHERE task = ?", [.int(task.seq)]
        ) { $0.int(0) } ?? 0) + 1
      try connection.run(
        "INSERT INTO audits VALUES (?, ?, ?, ?, ?)",
        [
          .int(task.seq), .int(number), .int(at), .text(verdict.rawValue),
          .blob(vault.key.seal(remarks.utf8, table: "audits", row: "\(id)/\(number)")),
        ])
      try connection.run(
        "UPDATE tasks SET audit = ? WHERE seq = ?", [.text(verdict.rawValue), .int(task.seq)])
      try ReviewVerdictRow.judge(by: verdict, of: task, connection)
      if let fix { try settle(task, by: fix, at: at, connection) }
      if isReviewed {
        _ = try Tasks.askForReview(TaskRow.get(seq: task.seq, connection), record, connection)
      }
    }
  }

  private func settle(
    _ task: TaskRow, by fix: JSON, at: Int64, _ connection: any Connection
  ) throws {
    let reading = try vault.reading(of: task, connection)
    let annotations = try Answers.checked(fix, reading, of: task, by: nil, vault, connection)
    let version = try ConsensusRow.insert(
      annotations, confidence: 1, method: ConsensusRow.auditMethod,
      answers: task.lifecycle.counted, of: task, reading, vault, at: at, connection)
    try connection.run(
      "UPDATE tasks SET consensus_version = ?, confidence = 1 WHERE seq = ?",
      [.number(version), .int(task.seq)])
    if task.gold == nil { try LiveFeed.note(task, at: at, connection) }
  }

  private func change(
    _ id: TaskID, _ action: String,
    _ body: @escaping @Sendable (TaskRow, any Connection) throws -> Void
  ) async throws {
    let record = vault.record(by: actor)
    try await vault.database.write(.flushed) { connection in
      let task = try TaskRow.get(id, connection)
      try body(task, connection)
      try connection.run(
        "UPDATE tasks SET updated_at = ? WHERE seq = ?", [.int(record.at), .int(task.seq)])
      try record.append(connection, action, id.text)
    }
  }
}
