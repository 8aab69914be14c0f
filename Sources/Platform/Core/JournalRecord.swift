import Foundation
import Notation
import Store
import Vault

/// Appends to the journal inside the transaction whose deed it records.
package struct JournalRecord: Sendable {
  package var at: Int64
  package var actor: Actor

  package init(at: Int64, actor: Actor) {
    self.at = at
    self.actor = actor
  }

  package func append(
    _ connection: any Connection, _ action: String, _ subject: String, _ detail: JSON = [:]
  ) throws {
    let previous = try connection.first(
      "SELECT number, hash FROM journal ORDER BY number DESC LIMIT 1"
    ) { (number: $0.int(0), hash: $0.blob(1)) }
    let entry = JournalEntry(
      after: previous, at: at, actor: "\(actor)", action: action, subject: subject,
      detail: detail.text)
    try connection.run(
      """
      INSERT INTO journal (number, at, actor, action, subject, detail, hash)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .int(entry.number), .int(entry.at), .text(entry.actor), .text(entry.action),
        .text(entry.subject), .text(entry.detail), .blob(entry.hash),
      ])
  }
}

/// Reads a journal, and checks it.
package struct Journal: Sendable {
  private let database: any Database

  package init(_ database: any Database) { self.database = database }

  package func entries(after number: Int64, limit: Int) async throws -> [JournalEntry] {
    try await database.read { connection in
      try connection.all(
        """
        SELECT number, at, actor, action, subject, detail, hash FROM journal
        WHERE number > ? ORDER BY number LIMIT ?
        """, [.int(number), .number(limit)], Self.entry)
    }
  }

  /// Follows the whole chain in one snapshot.
  ///
  /// - Throws: `JournalVerifier.Fault` at the first entry that is missing or changed.
  /// - Complexity: O(entries) time, constant space.
  package func verify() async throws -> (count: Int64, head: Data) {
    try await database.read { connection in
      var verifier = JournalVerifier()
      try connection.forEach(
        "SELECT number, at, actor, action, subject, detail, hash FROM journal ORDER BY number", []
      ) { row in
        try verifier.follow(Self.entry(row))
        return true
      }
      return (verifier.count, verifier.head)
    }
  }

  private static func entry(_ row: any Row) -> JournalEntry {
    JournalEntry(
      number: row.int(0), at: row.int(1), actor: row.text(2), action: row.text(3),
      subject: row.text(4), detail: row.text(5), hash: row.blob(6))
  }
}
