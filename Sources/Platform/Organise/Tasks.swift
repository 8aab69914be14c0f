import Formats
import Foundation
import Labels
import Notation
import Store
import Vault
import Workflow

/// Reads and changes single tasks of one vault.
package struct Tasks: Sendable {
  let vault: ClientVault
  let actor: Actor

  package init(_ vault: ClientVault, actor: Actor) {
    self.vault = vault
    self.actor = actor
  }

  package struct Filter: Hashable, Sendable {
    package var state: TaskLifecycle.State?
    package var batch: BatchID?
    package var uniqueID: String?

    package init(
      state: TaskLifecycle.State? = nil, batch: BatchID? = nil, uniqueID: String? = nil
    ) {
      self.state = state
      self.batch = batch
      self.uniqueID = uniqueID
    }
  }

  /// One page in the order of making, without content.
  ///
  /// - Parameter after: the `seq` of the last task of the page before.
  /// - Complexity: O(limit) for a project, a state of it or a unique id; a batch's first page walks
  ///   the table up to the batch.
  package func list(
    in project: ProjectID, _ filter: Filter, after: Int64?, limit: Int
  ) async throws -> [TaskRow] {
    try await vault.database.read { connection in
      _ = try Projects.get(project, connection)
      var (sql, arguments) = Self.start(project, filter, after: after ?? 0, limit: limit)
      if let state = filter.state {
        sql += " AND +t.state = ?"
        arguments.append(.text(state.rawValue))
      }
      return try connection.all(
        sql + " ORDER BY t.seq LIMIT ?", arguments + [.number(limit)], TaskRow.row)
    }
  }

  /// The index that finds the tasks: unique ids have one, a project's states have one, and a
  /// batch's tasks lie together in the table.
  private static func start(
    _ project: ProjectID, _ filter: Filter, after: Int64, limit: Int
  ) -> (sql: String, arguments: [SQLValue]) {
    let select = "SELECT \(TaskRow.columns) FROM tasks t WHERE t.seq > ? AND +t.project_id = ?"
    if let uniqueID = filter.uniqueID {
      return (
        select + " AND t.unique_id = ? AND (? IS NULL OR +t.batch_id = ?)",
        [
          .int(after), project.sql, .text(uniqueID), .optional(filter.batch?.text),
          .optional(filter.batch?.text),
        ]
      )
    }
    if let batch = filter.batch {
      return (select + " AND +t.batch_id = ?", [.int(after), project.sql, batch.sql])
    }
    let states = filter.state.map { [$0] } ?? TaskLifecycle.State.allCases
    return TaskPage(project: project, states: states, after: after).query(
      columns: TaskRow.columns, limit: limit)
  }

  package struct Detail: Sendable {
    package var row: TaskRow
    package var content: TaskContent
    package var ontology: Ontology
    package var answers: [AnswerRow]
    package var consensus: ConsensusRow?
  }

  /// A task with its content, answers and result.
  package func get(_ id: TaskID) async throws -> Detail {
    try await vault.database.read { connection in
      let row = try TaskRow.get(id, connection)
      let reading = try vault.reading(of: row, connection)
      var content = try TaskContent.of(row, vault, connection)
      content.prelabels = try reading.restated(content.prelabels)
      content.expected = try reading.restated(content.expected)
      let hidden = try ReviewVerdictRow.pending(of: row, connection).compactMap(\.answer)
      return Detail(
        row: row, content: content, ontology: reading.ontology,
        answers: try AnswerRow.all(of: row, reading, vault, connection)
          .filter { !hidden.contains($0.seq) },
        consensus: try ConsensusRow.newest(of: row, reading, vault, connection))
    }
  }

  package func cancel(_ id: TaskID) async throws -> TaskRow {
    let record = vault.record(by: actor)
    return try await vault.database.write(.flushed) { connection in
      let row = try TaskRow.get(id, connection)
      var steps = TaskSteps(row, now: record.at, connection)
      do {
        try steps.handle(.canceled)
      } catch is TaskLifecycle.Fault {
        throw Refusal.notPossible(
          .task, state: row.lifecycle.state.rawValue, asked: "cancellation")
      }
      try steps.save()
      try record.append(connection, "task.canceled", id.text)
      return steps.task
    }
  }

  /// Puts a completed task before a reviewer; one that is there already stays.
  ///
  /// - Throws: `.notPossible` for a task without a result, and for gold, whose answer is known.
  package func askForReview(_ id: TaskID) async throws -> TaskRow {
    let record = vault.record(by: actor)
    return try await vault.database.write(.flushed) { connection in
      try Self.askForReview(TaskRow.get(id, connection), record, connection)
    }
  }

  static func askForReview(
    _ row: TaskRow, _ record: JournalRecord, _ connection: any Connection
  ) throws -> TaskRow {
    guard row.lifecycle.state != .inReview else { return row }
    let batch = try Batches.get(row.batch, connection)
    guard batch.state != .canceled else {
      throw Refusal.notPossible(.batch, state: batch.state.rawValue, asked: "a review")
    }
    guard row.gold == nil else {
      throw Refusal.notPossible(.task, state: "gold", asked: "a review")
    }
    var steps = TaskSteps(row, now: record.at, connection)
    do {
      try steps.handle(.reviewAsked)
    } catch is TaskLifecycle.Fault {
      throw Refusal.notPossible(
        .task, state: row.lifecycle.state.rawValue, asked: "a review")
    }
    try steps.save()
    try ReviewCause.asked.note(row, confidence: row.confidence ?? 0, connection)
    try record.append(connection, "task.reviewAsked", row.id.text)
    return steps.task
  }

  /// - Parameter priority: 0…`TaskRow.priorityLimit`.
  package func setPriority(_ priority: Int, of id: TaskID) async throws -> TaskRow {
    guard (0...TaskRow.priorityLimit).contains(priority) else {
      throw Refusal.invalid(
        path: "priority", problem: "must lie in 0…\(TaskRow.priorityLimit)")
    }
    let record = vault.record(by: actor)
    return try await vault.database.write(.flushed) { connection in
      try connection.run(
        "UPDATE tasks SET rank = ?, queue_seq = ? WHERE id = ?",
        [.number(priority * 2 + 1), .int(try QueuePosition.next(connection)), id.sql])
      try record.append(
        connection, "task.prioritised", id.text, ["priority": .int(Int64(priority))])
      return try TaskRow.get(id, connection)
    }
  }
}

/// Tasks of a project in the order of making, out of the index by state.
struct TaskPage {
  var project: ProjectID
  var states: [TaskLifecycle.State] = TaskLifecycle.State.allCases
  /// The `seq` of the last task of the page before.
  var after: Int64

  /// A query over tasks `t` that can be narrowed by more conditions, and its arguments.
  ///
  /// - Parameter limit: tasks of each state that are looked at.
  /// - Complexity: O(states × limit), whatever the project's size.
  func query(columns: String, limit: Int) -> (sql: String, arguments: [SQLValue]) {
    let parts = states.map { _ in
      "SELECT * FROM (SELECT seq FROM tasks WHERE project_id = ? AND state = ? AND seq > ?"
        + " ORDER BY seq LIMIT ?)"
    }
    return (
      "SELECT \(columns) FROM tasks t WHERE t.seq IN (\(parts.joined(separator: " UNION ALL ")))",
      states.flatMap { [project.sql, .text($0.rawValue), .int(after), .number(limit)] }
    )
  }
}
