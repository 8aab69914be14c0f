import Foundation
import Notation
import Store
import Vault

/// Who is to be told of a task's or a batch's end: an outbox that survives a crash, emptied by a
/// courier.
package struct Callbacks: Sendable {
  let vault: ClientVault

  package init(_ vault: ClientVault) { self.vault = vault }

  package enum State: String, Hashable, Sendable {
    case due, delivered
    /// Every try has failed.
    case failed
  }

  /// What has ended.
  package enum Subject: Hashable, Sendable, CustomStringConvertible {
    case task(TaskID)
    case batch(BatchID)

    package var description: String {
      switch self {
      case .task(let id): id.text
      case .batch(let id): id.text
      }
    }
  }

  package struct Due: Sendable {
    package var subject: Subject
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

  /// The table that holds a subject's callback, its key column, and the key.
  private static func place(
    _ subject: Subject, _ connection: any Connection
  ) throws -> (table: String, column: String, key: SQLValue) {
    switch subject {
    case .task(let id): ("callbacks", "task", .int(try TaskRow.get(id, connection).seq))
    case .batch(let id): ("batch_callbacks", "batch_id", id.sql)
    }
  }

  static func put(_ subject: Subject, due: Int64, _ connection: any Connection) throws {
    let (table, column, key) = try place(subject, connection)
    try connection.run(
      """
      INSERT INTO \(table) (\(column), state, due_at) VALUES (?, 'due', ?)
      ON CONFLICT (\(column))
      DO UPDATE SET state = 'due', attempts = 0, due_at = excluded.due_at
      """, [key, .int(due)])
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
        SELECT t.id, NULL, c.attempts, c.due_at AS at
          FROM callbacks c JOIN tasks t ON t.seq = c.task
          WHERE c.state = 'due' AND c.due_at <= ?
        UNION ALL SELECT NULL, b.batch_id, b.attempts, b.due_at FROM batch_callbacks b
          WHERE b.state = 'due' AND b.due_at <= ?
        ORDER BY at LIMIT ?
        """, [.int(now), .int(now), .number(limit)]
      ) { row in
        Due(
          subject: row.optionalID(0).map(Subject.task) ?? .batch(row.id(1)),
          attempts: Int(row.int(2)))
      }
    }
  }

  /// When the next one is due, in milliseconds since 1970; nil where none waits.
  package func nextDue() async throws -> Int64? {
    try await vault.database.read { connection in
      try connection.first(
        """
        SELECT min(at) FROM (SELECT min(due_at) AS at FROM callbacks WHERE state = 'due'
          UNION ALL SELECT min(due_at) FROM batch_callbacks WHERE state = 'due')
        """
      ) { $0.optionalInt(0) } ?? nil
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
      let (table, column, key) = try Self.place(due.subject, connection)
      try connection.run(
        """
        UPDATE \(table) SET state = ?, attempts = ?, due_at = ?, outcome = ?
        WHERE \(column) = ? AND state = 'due' AND attempts = ?
        """,
        [
          .text(state.rawValue), .number(attempts), .int(now + Self.delay(after: due.attempts)),
          .text(outcome), key, .number(due.attempts),
        ])
      guard state != .due else { return }
      try JournalRecord(at: now, actor: .system).append(
        connection, "callback.\(state.rawValue)", "\(due.subject)")
    }
  }

  /// Makes a task's callback due once more, whatever became of it.
  package func sendAgain(_ id: TaskID, by actor: Actor) async throws {
    let record = vault.record(by: actor)
    try await vault.database.write(.flushed) { connection in
      let task = try TaskRow.get(id, connection)
      guard task.hasCallback, !task.lifecycle.state.isLive, task.lifecycle.state != .canceled
      else {
        throw Refusal.notPossible(
          .task, state: task.lifecycle.state.rawValue, asked: "a callback")
      }
      try Self.put(.task(id), due: record.at, connection)
      try record.append(connection, "callback.repeated", id.text)
    }
  }

  // MARK: The client's own address

  private static let addressSetting = "callback_url"

  /// Where callbacks go of tasks that name no address; nil for nowhere.
  package func address() async throws -> String? {
    try await vault.database.read { connection in
      try connection.first(
        "SELECT sealed FROM settings WHERE name = ?", [.text(Self.addressSetting)]
      ) { row in
        String(
          decoding: try vault.key.open(
            row.blob(0), table: "settings", row: Self.addressSetting), as: UTF8.self)
      }
    }
  }

  package func setAddress(_ address: String?, by actor: Actor) async throws {
    let record = vault.record(by: actor)
    let sealed = address.map {
      vault.key.seal(Array($0.utf8), table: "settings", row: Self.addressSetting)
    }
    try await vault.database.write(.flushed) { connection in
      try connection.run(
        "DELETE FROM settings WHERE name = ?", [.text(Self.addressSetting)])
      if let sealed {
        try connection.run(
          "INSERT INTO settings VALUES (?, ?)", [.text(Self.addressSetting), .blob(sealed)])
      }
      try record.append(connection, "callback.addressed", "")
    }
  }
}
