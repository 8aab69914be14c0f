import Foundation
import Store
import Vault

/// What the operator writes to workers.
package struct Messages: Sendable {
  private let engine: DataEngine

  package init(_ engine: DataEngine) { self.engine = engine }

  package struct Message: Hashable, Sendable {
    package var number: Int64
    package var at: Int64
    package var text: String
    package var isRead: Bool
  }

  /// Characters.
  package static let textLimit = 5000
  /// People of one message.
  package static let peopleLimit = 20_000

  private static func place(_ user: UserID, _ at: Int64) -> String { "messages/\(user)/\(at)" }

  /// - Parameter users: nil for all who are not put out.
  /// - Returns: to how many it went.
  /// - Throws: `.unknown(.user)` for who is no worker; then it goes to nobody.
  package func send(_ text: String, to users: [UserID]?, by actor: Actor) async throws -> Int {
    let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard (1...Self.textLimit).contains(text.unicodeScalars.count) else {
      throw Refusal.invalid(path: "text", problem: "must have 1 to \(Self.textLimit) characters")
    }
    let workers = try await engine.control.read { connection in
      try connection.all(
        """
        SELECT g.user_id FROM grants g JOIN users u ON u.id = g.user_id
        WHERE g.role = 'worker' AND u.state = 'active'
        """, []
      ) { $0.id(0) as UserID }
    }
    let known = Set(workers)
    let chosen = users.map { Array(Set($0)).sorted() } ?? workers
    guard (1...Self.peopleLimit).contains(chosen.count) else {
      throw Refusal.invalid(path: "workers", problem: "must be 1 to \(Self.peopleLimit) workers")
    }
    if let stranger = chosen.first(where: { !known.contains($0) }) {
      throw Refusal.unknown(.user, stranger.text)
    }
    let record = engine.record(by: actor)
    let sealed = try chosen.map { user in
      (user, try engine.master.seal(Array(text.utf8), place: Self.place(user, record.at)))
    }
    try await engine.control.write(.flushed) { connection in
      for (user, bytes) in sealed {
        try connection.run(
          "INSERT INTO messages (user_id, at, sealed) VALUES (?, ?, ?)",
          [user.sql, .int(record.at), .blob(bytes)])
      }
      try record.append(connection, "message.sent", "\(sealed.count)")
    }
    return chosen.count
  }

  /// Tells somebody something with what it is about, in its transaction.
  static func post(
    _ text: String, to user: UserID, at: Int64, _ engine: DataEngine, _ connection: any Connection
  ) throws {
    let sealed = try engine.master.seal(Array(text.utf8), place: place(user, at))
    try connection.run(
      "INSERT INTO messages (user_id, at, sealed) VALUES (?, ?, ?)",
      [user.sql, .int(at), .blob(sealed)])
  }

  /// The newest first.
  package func list(of user: UserID, limit: Int) async throws -> [Message] {
    try await engine.control.read { connection in
      try connection.all(
        "SELECT number, at, sealed, read_at FROM messages WHERE user_id = ? ORDER BY number DESC LIMIT ?",
        [user.sql, .number(limit)]
      ) { row in
        let plain = try engine.master.open(row.blob(2), place: Self.place(user, row.int(1)))
        return Message(
          number: row.int(0), at: row.int(1), text: String(decoding: plain, as: UTF8.self),
          isRead: !row.isNull(3))
      }
    }
  }

  package func markRead(by user: UserID) async throws {
    let now = engine.environment.now()
    try await engine.control.write(.relaxed) { connection in
      try connection.run(
        "UPDATE messages SET read_at = ? WHERE user_id = ? AND read_at IS NULL",
        [.int(now), user.sql])
    }
  }

  /// What is new to somebody: messages and decisions.
  package func newCount(of user: UserID) async throws -> Int {
    try await engine.control.read { connection in
      Int(
        try connection.first(
          """
          SELECT (SELECT count(*) FROM messages WHERE user_id = ? AND read_at IS NULL)
            + (SELECT count(*) FROM decisions WHERE user_id = ? AND is_read = 0)
          """, [user.sql, user.sql]
        ) { $0.int(0) } ?? 0)
    }
  }
}
