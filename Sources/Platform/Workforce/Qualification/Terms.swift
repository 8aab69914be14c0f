import Foundation
import Notation
import Store

/// The terms under which people work, in versions, and who has agreed to which.
package struct Terms: Sendable {
  private let engine: DataEngine

  package init(_ engine: DataEngine) { self.engine = engine }

  package struct Version: Hashable, Sendable {
    package var number: Int
    package var madeAt: Int64
    /// Markdown.
    package var text: String
  }

  /// Characters.
  package static let textLimit = 100_000

  /// nil where there are none: nothing has to be agreed to.
  package func current() async throws -> Version? {
    try await engine.control.read { connection in
      try connection.first(
        "SELECT version, made_at, text FROM terms ORDER BY version DESC LIMIT 1"
      ) { Version(number: Int($0.int(0)), madeAt: $0.int(1), text: $0.text(2)) }
    }
  }

  /// Everybody must agree to the new version before they are given more work.
  package func publish(_ text: String, by actor: Actor) async throws -> Version {
    let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard (1...Self.textLimit).contains(text.unicodeScalars.count) else {
      throw Refusal.invalid(path: "text", problem: "must have 1 to \(Self.textLimit) characters")
    }
    let record = engine.record(by: actor)
    return try await engine.control.write(.flushed) { connection in
      let last = try connection.first("SELECT coalesce(max(version), 0) FROM terms") { $0.int(0) } ?? 0
      let version = Version(number: Int(last) + 1, madeAt: record.at, text: text)
      try connection.run(
        "INSERT INTO terms VALUES (?, ?, ?)",
        [.number(version.number), .int(version.madeAt), .text(text)])
      try record.append(connection, "terms.published", "\(version.number)")
      return version
    }
  }

  /// - Throws: `.invalid` for another version than the newest: nobody agrees to what they were not shown.
  package func agree(_ user: UserID, to version: Int) async throws {
    let record = engine.record(by: .user(user))
    try await engine.control.write(.flushed) { connection in
      guard try Self.newest(connection) == version else {
        throw Refusal.invalid(path: "version", problem: "must be the newest of the terms")
      }
      try connection.run(
        "INSERT INTO consents VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [user.sql, .number(version), .int(record.at)])
      try record.append(connection, "terms.agreed", user.text, ["version": .count(version)])
    }
    WorkQueue(engine).forget(user.text)
  }

  private static func newest(_ connection: any Connection) throws -> Int? {
    try connection.first("SELECT max(version) FROM terms") { $0.optionalInt(0).map { Int($0) } } ?? nil
  }

  /// When somebody agreed to the newest version; nil where they did not, or where there is none.
  package func agreedAt(_ user: UserID) async throws -> Int64? {
    try await engine.control.read { connection in
      try connection.first(
        "SELECT at FROM consents WHERE user_id = ? AND version = (SELECT max(version) FROM terms)",
        [user.sql]) { $0.int(0) }
    }
  }

  /// The version that somebody has not agreed to yet.
  static func missing(of user: String, _ connection: any Connection) throws -> Int? {
    guard let newest = try newest(connection) else { return nil }
    let hasAgreed = try connection.first(
      "SELECT 1 FROM consents WHERE user_id = ? AND version = ?", [.text(user), .number(newest)]
    ) { _ in true }
    return hasAgreed == true ? nil : newest
  }
}
