import Consensus
import Foundation
import Labels
import Notation
import Store
import Vault
import Workflow

/// What managers do with gold: make it of results, look how it does, take it out, put it back.
package struct GoldTasks: Sendable {
  let vault: ClientVault
  let actor: Actor

  package init(_ vault: ClientVault, actor: Actor) {
    self.vault = vault
    self.actor = actor
  }

  /// Characters of an explanation.
  package static let explanationLimit = 4_000
  /// Gold tasks that a list shows.
  package static let listLimit = 1_000

  package struct Entry: Hashable, Sendable {
    package var task: TaskID
    package var gold: GoldRow
    /// The share of agreeing answers that its annotators' records foretell; nil without answers.
    package var expectedShare: Double?
  }

  /// Every gold task of a project that is not retired: in doubt first, then by how often it is missed.
  package func list(in project: ProjectID) async throws -> [Entry] {
    try await vault.database.read { connection in
      _ = try Projects.get(project, connection)
      return try connection.all(
        """
        SELECT \(GoldRow.columns), t.id,
          (SELECT avg((a.agreed + \(AnswerConsensus.priorAgreed))
              / (a.judged + \(AnswerConsensus.priorCount)))
            FROM gold_seen s
            JOIN annotators a ON a.project_id = s.project_id AND a.worker = s.worker
            WHERE s.task = g.task AND s.agreed IS NOT NULL)
        FROM gold_tasks g JOIN tasks t ON t.seq = g.task
        WHERE g.project_id = ? AND g.state <> 'retired'
        ORDER BY g.state = 'suspect' DESC, g.judged - g.agreed DESC, g.task LIMIT ?
        """, [project.sql, .number(Self.listLimit)]
      ) { row in
        Entry(task: row.id(9), gold: GoldRow.row(row), expectedShare: row.optionalDouble(10))
      }
    }
  }

  /// Makes the result of a completed task known: from now on the task tests people.
  ///
  /// - Throws: `.notPossible` for a task without a result, `.tooLarge` for an explanation.
  package func make(
    _ id: TaskID, kind: TaskRow.Gold, explanation: String? = nil
  ) async throws -> Entry {
    if let explanation, explanation.unicodeScalars.count > Self.explanationLimit {
      throw Refusal.tooLarge(what: "an explanation (characters)", limit: Self.explanationLimit)
    }
    return try await change(id, "gold.made") { task, at, connection in
      let reading = try vault.reading(of: task, connection)
      guard task.lifecycle.state == .completed,
        let result = try ConsensusRow.newest(of: task, reading, vault, connection)
      else {
        throw Refusal.notPossible(
          .task, state: task.lifecycle.state.rawValue, asked: "use as gold; it needs a result")
      }
      var content = try TaskContent.of(task, vault, connection)
      content.expected = try JSON(parsing: reading.stored(result.annotations))
      if let explanation { content.explanation = explanation }
      try connection.run(
        "UPDATE tasks SET gold = ?, sealed = ? WHERE seq = ?",
        [
          .text(kind.rawValue),
          .blob(vault.key.seal(content.stored, table: "tasks", row: task.id)), .int(task.seq),
        ])
      if task.gold == nil { try LiveFeed.note(task, at: at, connection) }
      // Verdicts by what was known before are taken back, once; it begins anew.
      if let known = try GoldRow.of(task.seq, connection), known.state == .live {
        try GoldDoubt.takeBack(task.seq, connection)
      }
      try connection.run("UPDATE gold_seen SET agreed = NULL WHERE task = ?", [.int(task.seq)])
      try connection.run(
        GoldRow.insertion,
        [
          .int(task.seq), task.project.sql, .text(kind.rawValue),
          .text(GoldRow.classes(result.annotations)), .int(at),
        ])
      // Whoever worked on it has seen it.
      try connection.run(
        """
        INSERT INTO gold_seen (project_id, worker, task, at)
        SELECT project_id, worker, task, ? FROM leases
        WHERE task = ? AND state IN ('reserved', 'leased', 'submitted', 'skipped')
        ON CONFLICT DO NOTHING
        """, [.int(at), .int(task.seq)])
    }
  }

  /// Takes a gold task out of the stream; where it was wrong or leaked, nobody is judged by it.
  package func retire(_ id: TaskID) async throws -> Entry {
    try await change(id, "gold.retired") { task, at, connection in
      try Self.retire(task, at: at, connection)
    }
  }

  static func retire(_ task: TaskRow, at: Int64, _ connection: any Connection) throws {
    try connection.run(
      "UPDATE gold_tasks SET state = 'retired' WHERE task = ?", [.int(task.seq)])
    try connection.run("UPDATE tasks SET gold = NULL WHERE seq = ?", [.int(task.seq)])
    // Its result is one like any other from now on.
    if task.gold != nil, task.lifecycle.state == .completed { try LiveFeed.note(task, at: at, connection) }
  }

  private func change(
    _ id: TaskID, _ action: String,
    _ body: @escaping @Sendable (TaskRow, _ at: Int64, any Connection) throws -> Void
  ) async throws -> Entry {
    let record = vault.record(by: actor)
    return try await vault.database.write(.flushed) { connection in
      let task = try TaskRow.get(id, connection)
      try body(task, record.at, connection)
      guard let gold = try GoldRow.of(task.seq, connection) else {
        throw Refusal.notPossible(.task, state: "no gold task", asked: "this")
      }
      try record.append(connection, action, id.text, ["kind": .string(gold.kind.rawValue)])
      return Entry(task: id, gold: gold)
    }
  }
}
