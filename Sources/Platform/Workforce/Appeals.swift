import Foundation
import Notation
import Store
import Vault
import Workforce

/// What workers say against a decision on their pay, and what the operator answers. Each answer can be
/// appealed once, where its pay was taken back or is held.
package struct Appeals: Sendable {
  private let engine: DataEngine

  package init(_ engine: DataEngine) { self.engine = engine }

  package enum State: String, Hashable, Sendable, CaseIterable { case open, granted, declined }

  package struct Appeal: Hashable, Sendable {
    package var at: Int64
    package var text: String
    package var state: State
    /// The operator's; nil until it is decided.
    package var reply: String?
  }

  package static let textLimit = 2000

  private static func checked(_ text: String, _ path: String) throws(Refusal) -> String {
    let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard (1...textLimit).contains(text.unicodeScalars.count) else {
      throw .invalid(path: path, problem: "must have 1 to \(textLimit) characters")
    }
    return text
  }

  private func seal(_ text: String, _ answer: AnswerID, _ part: String) throws -> SQLValue {
    .blob(try engine.master.seal(Array(text.utf8), place: "appeals/\(answer)/\(part)"))
  }

  private static func open(
    _ sealed: Data, _ answer: AnswerID, _ part: String, _ engine: DataEngine
  ) throws -> String {
    String(
      decoding: try engine.master.open(sealed, place: "appeals/\(answer)/\(part)"), as: UTF8.self)
  }

  /// - Throws: `.unknown(.earning)` for what is not this worker's; `.notPossible` where nothing was taken
  ///   back or held, and for a second appeal.
  package func make(_ text: String, on answer: AnswerID, by user: UserID) async throws -> Appeal {
    let text = try Self.checked(text, "text")
    let sealed = try seal(text, answer, "text")
    let record = engine.record(by: .user(user))
    return try await engine.control.write(.flushed) { connection in
      guard let item = try Earnings.get(answer, connection), item.user == user else {
        throw Refusal.unknown(.earning, answer.text)
      }
      guard item.state == .held || item.takenBack > 0 else {
        throw Refusal.notPossible(.earning, state: item.state.rawValue, asked: "an appeal")
      }
      let isNew = try connection.run(
        """
        INSERT INTO appeals (answer, at, text, state) VALUES (?, ?, ?, 'open')
        ON CONFLICT (answer) DO NOTHING
        """, [answer.sql, .int(record.at), sealed])
      guard isNew == 1 else {
        throw Refusal.notPossible(.earning, state: "appealed", asked: "another appeal")
      }
      try record.append(connection, "appeal.made", answer.text)
      return Appeal(at: record.at, text: text, state: .open, reply: nil)
    }
  }

  /// Grants an appeal, which gives back what was taken and lets go what is held, or declines it.
  package func decide(
    _ answer: AnswerID, isGranted: Bool, reply: String, by actor: Actor
  ) async throws {
    let reply = try Self.checked(reply, "reply")
    let sealed = try seal(reply, answer, "reply")
    let record = engine.record(by: actor)
    let state = isGranted ? State.granted : .declined
    try await engine.control.write(.flushed) { connection in
      let changed = try connection.run(
        "UPDATE appeals SET state = ?, reply = ? WHERE answer = ? AND state = 'open'",
        [.text(state.rawValue), sealed, answer.sql])
      guard changed == 1 else { throw Refusal.unknown(.earning, answer.text) }
      if isGranted { try Earnings.restore(answer, at: record.at, connection) }
      try record.append(connection, "appeal.\(state.rawValue)", answer.text)
    }
  }

  /// Those that wait for an answer, the oldest first, with what they are about.
  package func waiting(limit: Int) async throws -> [Earnings.Item] {
    let answers = try await engine.control.read { connection in
      try connection.all(
        "\(Earnings.select) JOIN appeals a ON a.answer = e.answer WHERE a.state = 'open' "
          + "ORDER BY a.at, a.answer LIMIT ?", [.number(limit)], Earnings.row)
    }
    return try await engine.control.read { try Self.added(to: answers, engine, $0) }
  }

  /// The items with their appeals.
  static func added(
    to items: [Earnings.Item], _ engine: DataEngine, _ connection: any Connection
  ) throws -> [Earnings.Item] {
    try items.map { item in
      var item = item
      item.appeal = try connection.first(
        "SELECT at, text, state, reply FROM appeals WHERE answer = ?", [item.answer.sql]
      ) { row in
        Appeal(
          at: row.int(0), text: try open(row.blob(1), item.answer, "text", engine),
          state: State(rawValue: row.text(2)) ?? .open,
          reply: try row.optionalBlob(3).map { try open($0, item.answer, "reply", engine) })
      }
      return item
    }
  }
}
