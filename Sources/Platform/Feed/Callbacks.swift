import Foundation
import Store
import Vault

/// Who is to be told of a task's end: an outbox that survives a crash, emptied by a courier.
package struct Callbacks: Sendable {
  let vault: ClientVault

  package init(_ vault: ClientVault) { self.vault = vault }

  package enum State: String, Hashable, Sendable {
    case due, delivered
    /// Every try has failed.
    case failed
  }

  package struct Due: Sendable {
    package var task: TaskID
    /// Tries that were made before.
    package var attempts: Int
  }

  /// Tries after the first.
  package static let retryLimit = 20
  /// Milliseconds until try n + 1 (from 0): 5 s, then 1.7 times as long each time, 3 h 40 min at
  /// most: twenty of them make 24 hours.
  package static func delay(after attempts: Int) -> Int64 {
    Int64(min(13_200, 5 * pow(1.7, Double(attempts))) * 1000)
  }

  static func put(_ seq: Int64, due: Int64, _ connection: any Connection) throws {
    try connection.run(
      """
      INSERT INTO callbacks (task, state, due_at) VALUES (?, 'due', ?)
      ON CONFLICT (task) DO UPDATE SET state = 'due', attempts = 0, due_at = excluded.due_at
      """, [.int(seq), .int(due)])
  }

  static func state(of seq: Int64, _ connection: any Connection) throws -> State? {
    try connection.first("SELECT state FROM callbacks WHERE task = ?", [.int(seq)]) {
      State(rawValue: $0.text(0))
    } ?? nil
  }

  /// Those whose time has come, the longest overdue first.
  package func due(limit: Int) async throws -> [Due] {
    let now = vault.environment.now()
    return try await vault.database.read { connection in
      try connection.all(
        """
        SELECT t.id, c.attempts FROM callbacks c JOIN tasks t ON t.seq = c.task
        WHERE c.state = 'due' AND c.due_at <= ? ORDER BY c.due_at LIMIT ?
        """, [.int(now), .number(limit)]
      ) { Due(task: $0.id(0), attempts: Int($0.int(1))) }
    }
  }

  /// When the next one is due, in milliseconds since 1970; nil where none waits.
  package func nextDue() async throws -> Int64? {
    try await vault.database.read { connection in
      try connection.first("SELECT min(due_at) FROM callbacks WHERE state = 'due'") {
        $0.optionalInt(0)
      } ?? nil
    }
  }

  /// Keeps how a try went: what was not delivered is tried again, up to the limit.
  ///
  /// - Parameter outcome: in few words, for operators.
  package func record(_ due: Due, isDelivered: Bool, outcome: String) async throws {
    let now = vault.environment.now()
    let attempts = due.attempts + 1
    let isOver = attempts > Self.retryLimit
    let state: State = isDelivered ? .delivered : isOver ? .failed : .due
    try await vault.database.write(.flushed) { connection in
      let task = try TaskRow.get(due.task, connection)
      try connection.run(
        """
        UPDATE callbacks SET state = ?, attempts = ?, due_at = ?, outcome = ?
        WHERE task = ? AND state = 'due' AND attempts = ?
        """,
        [
          .text(state.rawValue), .number(attempts), .int(now + Self.delay(after: due.attempts)),
          .text(outcome), .int(task.seq), .number(due.attempts),
        ])
      guard state != .due else { return }
      try JournalRecord(at: now, actor: .system).append(
        connection, "callback.\(state.rawValue)", due.task.text)
    }
  }

  /// Makes a callback due once more, whatever became of it.
  package func sendAgain(_ id: TaskID, by actor: Actor) async throws {
    let record = vault.record(by: actor)
    try await vault.database.write(.flushed) { connection in
      let task = try TaskRow.get(id, connection)
      guard task.hasCallback, !task.lifecycle.state.isLive, task.lifecycle.state != .canceled
      else {
        throw Refusal.notPossible(
          .task, state: task.lifecycle.state.rawValue, asked: "a callback")
      }
      try Self.put(task.seq, due: record.at, connection)
      try record.append(connection, "callback.repeated", id.text)
    }
  }
}
