import Foundation
import Notation
import Store
import Vault
import Workforce

/// What workers say against a decision on their pay or on how they work, and what the operator answers.
/// An answer can be appealed once, where its pay was taken back or is held or not all the time its worker
/// says was believed; a decision once, while it is in
/// force.
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

  /// What an appeal is about.
  package enum Subject: Hashable, Sendable {
    case earning(Earnings.Item)
    case decision(Decisions.Decision)

    package var appeal: Appeal? {
      switch self {
      case .earning(let item): item.appeal
      case .decision(let decision): decision.appeal
      }
    }

    package var user: UserID {
      switch self {
      case .earning(let item): item.user
      case .decision(let decision): decision.user
      }
    }

    /// Who of the operator's people decide it.
    package var deciders: Set<Role> {
      switch self {
      case .earning(let item):
        item.takenBack > 0 ? [.operator, .payroll, .reviewerLead] : [.operator, .payroll]
      case .decision: [.operator, .workforceManager]
      }
    }

    /// By which it is decided.
    package var id: String {
      switch self {
      case .earning(let item): item.answer.text
      case .decision(let decision): decision.id.text
      }
    }
  }

  package static let textLimit = 2000

  private static func checked(_ text: String, _ path: String) throws(Refusal) -> String {
    let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard (1...textLimit).contains(text.unicodeScalars.count) else {
      throw .invalid(path: path, problem: "must have 1 to \(textLimit) characters")
    }
    return text
  }

  private static func place(_ subject: String, _ part: String) -> String {
    "appeals/\(subject)/\(part)"
  }

  private func seal(_ text: String, _ subject: String, _ part: String) throws -> SQLValue {
    .blob(try engine.master.seal(Array(text.utf8), place: Self.place(subject, part)))
  }

  private static func open(
    _ sealed: Data, _ subject: String, _ part: String, _ engine: DataEngine
  ) throws -> String {
    String(decoding: try engine.master.open(sealed, place: place(subject, part)), as: UTF8.self)
  }

  /// - Throws: `.unknown(.earning)` for what is not this worker's; `.notPossible` where nothing was taken
  ///   back or held and all the time they say was believed, and for a second appeal.
  package func make(_ text: String, on answer: AnswerID, by user: UserID) async throws -> Appeal {
    try await make(text, on: answer.text, by: user) { connection in
      guard let item = try Earnings.get(answer, connection), item.user == user else {
        throw Refusal.unknown(.earning, answer.text)
      }
      guard item.state == .held || item.takenBack > 0 || item.isTimeDisputable else {
        throw Refusal.notPossible(.earning, state: item.state.rawValue, asked: "an appeal")
      }
    }
  }

  /// - Throws: `.unknown(.decision)` for what is not about this worker; `.notPossible` for what is lifted,
  ///   and for a second appeal.
  package func make(_ text: String, on decision: DecisionID, by user: UserID) async throws -> Appeal
  {
    try await make(text, on: decision.text, by: user) { connection in
      guard let found = try Decisions.get(decision, connection), found.user == user else {
        throw Refusal.unknown(.decision, decision.text)
      }
      guard found.liftedAt == nil else {
        throw Refusal.notPossible(.decision, state: "lifted", asked: "an appeal")
      }
    }
  }

  private func make(
    _ text: String, on subject: String, by user: UserID,
    _ check: @escaping @Sendable (any Connection) throws -> Void
  ) async throws -> Appeal {
    let text = try Self.checked(text, "text")
    let sealed = try seal(text, subject, "text")
    let record = engine.record(by: .user(user))
    return try await engine.control.write(.flushed) { connection in
      try check(connection)
      let isNew = try connection.run(
        """
        INSERT INTO appeals (subject, at, text, state) VALUES (?, ?, ?, 'open')
        ON CONFLICT (subject) DO NOTHING
        """, [.text(subject), .int(record.at), sealed])
      guard isNew == 1 else {
        throw Refusal.notPossible(.appeal, state: "made already", asked: "another")
      }
      try record.append(connection, "appeal.made", subject)
      return Appeal(at: record.at, text: text, state: .open, reply: nil)
    }
  }

  /// Grants an appeal, which gives back what was taken, lets go what is held and lifts what was decided, or
  /// declines it.
  ///
  /// - Parameter subject: the id of the answer or of the decision.
  package func decide(
    _ subject: String, isGranted: Bool, reply: String, by actor: Actor
  ) async throws {
    let reply = try Self.checked(reply, "reply")
    let sealed = try seal(reply, subject, "reply")
    let record = engine.record(by: actor)
    let state = isGranted ? State.granted : .declined
    try await engine.control.write(.flushed) { connection in
      let changed = try connection.run(
        "UPDATE appeals SET state = ?, reply = ? WHERE subject = ? AND state = 'open'",
        [.text(state.rawValue), sealed, .text(subject)])
      guard changed == 1 else { throw Refusal.unknown(.appeal, subject) }
      if isGranted { try grant(subject, at: record.at, connection) }
      try record.append(connection, "appeal.\(state.rawValue)", subject)
    }
    if isGranted { try await Decisions(engine).carryOut() }
  }

  private func grant(_ subject: String, at: Int64, _ connection: any Connection) throws {
    if let decision = DecisionID(subject), let found = try Decisions.get(decision, connection) {
      // Somebody may have lifted it meanwhile.
      if found.liftedAt == nil { try Decisions.lift(decision, at: at, connection) }
    } else if let answer = AnswerID(subject) {
      try Earnings.restore(answer, at: at, connection)
      try Earnings(engine).believe(answer, at: at, connection)
    }
  }

  /// Those that wait for an answer, the oldest first.
  ///
  /// - Parameter roles: those that one of these of the operator's people decides.
  package func waiting(
    limit: Int, for roles: Set<Role> = [.operator]
  ) async throws -> [Subject] {
    let isLead = !roles.isDisjoint(with: [.operator, .workforceManager])
    let isPayroll = !roles.isDisjoint(with: [.operator, .payroll])
    let isReviewLead = roles.contains(.reviewerLead)
    return try await engine.control.read { connection in
      let subjects = try connection.all(
        """
        SELECT subject FROM appeals a WHERE state = 'open'
          AND (? = 1 AND EXISTS (SELECT 1 FROM decisions WHERE id = a.subject)
            OR EXISTS (SELECT 1 FROM earnings
              WHERE answer = a.subject AND (? = 1 OR ? = 1 AND taken_back > 0)))
        ORDER BY at, subject LIMIT ?
        """, [.flag(isLead), .flag(isPayroll), .flag(isReviewLead), .number(limit)]
      ) { $0.text(0) }
      return try subjects.compactMap { try subject($0, connection) }
    }
  }

  /// What an appeal is about.
  ///
  /// - Throws: `.unknown(.appeal)` where nobody made one.
  package func subject(_ id: String) async throws -> Subject {
    let found = try await engine.control.read { try subject(id, $0) }
    guard let found, found.appeal != nil else { throw Refusal.unknown(.appeal, id) }
    return found
  }

  private func subject(_ subject: String, _ connection: any Connection) throws -> Subject? {
    let appeal = try Self.of(subject, engine, connection)
    if let id = DecisionID(subject), var decision = try Decisions.get(id, connection) {
      decision.appeal = appeal
      return .decision(decision)
    }
    guard let id = AnswerID(subject), var item = try Earnings.get(id, connection) else {
      return nil
    }
    item.appeal = appeal
    return .earning(item)
  }

  /// The appeal on an answer's pay or on a decision, by its id.
  static func of(
    _ subject: String, _ engine: DataEngine, _ connection: any Connection
  ) throws -> Appeal? {
    try connection.first(
      "SELECT at, text, state, reply FROM appeals WHERE subject = ?", [.text(subject)]
    ) { row in
      Appeal(
        at: row.int(0), text: try open(row.blob(1), subject, "text", engine),
        state: State(rawValue: row.text(2)) ?? .open,
        reply: try row.optionalBlob(3).map { try open($0, subject, "reply", engine) })
    }
  }

  /// The items with their appeals.
  static func added(
    to items: [Earnings.Item], _ engine: DataEngine, _ connection: any Connection
  ) throws -> [Earnings.Item] {
    try items.map { item in
      var item = item
      item.appeal = try of(item.answer.text, engine, connection)
      return item
    }
  }
}
