import Foundation
import Notation
import Store
import Vault
import Workforce

/// What is decided about how somebody works, by a rule or by a person. Each decision is told to whom it is
/// about, with its reason, and can be appealed once.
package struct Decisions: Sendable {
  let engine: DataEngine

  package init(_ engine: DataEngine) { self.engine = engine }

  package struct Decision: Hashable, Sendable {
    package var id: DecisionID
    package var user: UserID
    package var project: ProjectID
    package var projectName: String
    package var at: Int64
    package var action: ConductAction
    /// nil for a person's.
    package var rule: String?
    package var rulesVersion: Int?
    package var reason: String
    package var evidence: [ConductSignal: Double]
    package var liftedAt: Int64?
    package var isRead: Bool
    package var appeal: Appeals.Appeal?
  }

  /// What is to be decided.
  package struct Draft: Hashable, Sendable {
    package var user: UserID
    package var project: ProjectID
    package var actions: [ConductAction]
    package var reason: String
    var rule: String?
    var rulesVersion: Int?
    var evidence: [ConductSignal: Double] = [:]

    package init(user: UserID, project: ProjectID, actions: [ConductAction], reason: String) {
      (self.user, self.project, self.actions, self.reason) = (user, project, actions, reason)
    }

    init(_ finding: ConductRules.Finding, version: Int, user: UserID, project: ProjectID) {
      self.init(user: user, project: project, actions: finding.rule.actions, reason: finding.rule.reason)
      (rule, rulesVersion, evidence) = (finding.rule.name, version, finding.evidence)
    }
  }

  // MARK: Deciding

  /// Decides, and does what is decided: at once in the books, and in the project's vault. What is in force
  /// already is not decided again.
  ///
  /// - Throws: `.unknown(.user)`, `.unknown(.project)`, `.invalid` for a reason that is too long.
  /// - Returns: what is new.
  @discardableResult
  package func make(_ draft: Draft, by actor: Actor) async throws -> [Decision] {
    let reason = try Self.checked(draft.reason)
    let record = engine.record(by: actor)
    let ids: [DecisionID] = draft.actions.map { _ in engine.environment.newID() }
    let made = try await engine.control.write(.flushed) { connection in
      try Self.check(draft, connection)
      let inForce = try Self.inForce(on: draft.user, in: draft.project, at: record.at, connection)
      var made: [DecisionID] = []
      for (id, action) in zip(ids, draft.actions) where !inForce.contains(action) {
        try connection.run(
          """
          INSERT INTO decisions
            (id, user_id, project_id, at, action, rule, rules_version, reason, evidence)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
          [
            id.sql, draft.user.sql, draft.project.sql, .int(record.at), .text(action.rawValue),
            .optional(draft.rule), .optional(draft.rulesVersion.map(Int64.init)), .text(reason),
            .text(ConductNotation.json(draft.evidence).text),
          ])
        if action == .holdPay {
          try Earnings.holdPending(of: draft.user, in: draft.project, by: id, reason, connection)
        }
        if action == .retrain {
          try Qualifications.lose(draft.user, draft.project, at: record.at, connection)
        }
        try record.append(
          connection, "decision.made", id.text,
          ["action": .string(action.rawValue), "rule": .optional(draft.rule)])
        made.append(id)
      }
      return made
    }
    WorkQueue(engine).forget(draft.user.text)
    try await carryOut()
    var decisions: [Decision] = []
    for id in made { decisions.append(try await get(id)) }
    return decisions
  }

  static func checked(_ reason: String) throws(Refusal) -> String {
    let reason = reason.trimmingCharacters(in: .whitespacesAndNewlines)
    guard (1...ConductRule.reasonLimit).contains(reason.unicodeScalars.count) else {
      throw .invalid(
        path: "reason", problem: "must have 1 to \(ConductRule.reasonLimit) characters")
    }
    return reason
  }

  private static func check(_ draft: Draft, _ connection: any Connection) throws {
    let isWorker = try connection.first(
      "SELECT 1 FROM grants WHERE user_id = ? AND role = 'worker'", [draft.user.sql]) { _ in true }
    guard isWorker == true else { throw Refusal.unknown(.user, draft.user.text) }
    let isOpen = try connection.first(
      "SELECT 1 FROM project_directory WHERE project_id = ? AND workforce = 'operator'",
      [draft.project.sql]) { _ in true }
    guard isOpen == true else { throw Refusal.unknown(.project, draft.project.text) }
  }


  /// What does not last is not done again so soon.
  static let againMilliseconds: Int64 = 7 * 24 * 3_600_000

  static func inForce(
    on user: UserID, in project: ProjectID, at now: Int64, _ connection: any Connection
  ) throws -> Set<ConductAction> {
    Set(
      try connection.all(
        """
        SELECT action, at FROM decisions WHERE user_id = ? AND project_id = ? AND lifted_at IS NULL
        """, [user.sql, project.sql]
      ) { row -> ConductAction? in
        guard let action = ConductAction(rawValue: row.text(0)) else { return nil }
        return action.lasts || row.int(1) > now - againMilliseconds ? action : nil
      }.compactMap { $0 })
  }

  /// The decision by which somebody's pay of a project waits, with its reason.
  static func hold(
    on user: UserID, in project: ProjectID, _ connection: any Connection
  ) throws -> (id: DecisionID, reason: String)? {
    try connection.first(
      """
      SELECT id, reason FROM decisions
      WHERE user_id = ? AND project_id = ? AND lifted_at IS NULL AND action = 'hold_pay' LIMIT 1
      """, [user.sql, project.sql]
    ) { ($0.id(0), $0.text(1)) }
  }

  /// Ends a decision's effects; answers that were taken out of the count stay out, as others have given
  /// theirs.
  package func lift(_ id: DecisionID, by actor: Actor) async throws {
    let record = engine.record(by: actor)
    try await engine.control.write(.flushed) { connection in
      try Self.lift(id, at: record.at, connection)
      try record.append(connection, "decision.lifted", id.text)
    }
    try await carryOut()
  }

  /// - Throws: `.unknown(.decision)`; `.notPossible` for one that is lifted already.
  static func lift(_ id: DecisionID, at: Int64, _ connection: any Connection) throws {
    guard let decision = try get(id, connection) else { throw Refusal.unknown(.decision, id.text) }
    guard decision.liftedAt == nil else {
      throw Refusal.notPossible(.decision, state: "lifted", asked: "that again")
    }
    try connection.run(
      "UPDATE decisions SET lifted_at = ?, is_applied = 0 WHERE id = ?", [.int(at), id.sql])
    switch decision.action {
    case .holdPay: try Earnings.release(heldBy: id, connection)
    case .retrain: try Qualifications.giveBack(decision.user, decision.project, connection)
    case .warn, .pause, .lowerWeight, .requeue, .askMore: break
    }
  }

  // MARK: In the vaults

  /// Does in the vaults what was decided and is not done there yet: also after a crash.
  package func carryOut() async throws {
    let due = try await engine.control.read { connection in
      try connection.all(
        """
        \(Self.select) WHERE d.is_applied = 0 ORDER BY d.at LIMIT 100
        """, [], Self.row)
    }
    for decision in due {
      // What cannot be done now is tried again; it does not keep others waiting.
      try? await carryOut(decision)
      try Task.checkCancellation()
    }
  }

  private func carryOut(_ decision: Decision) async throws {
    if let client = try await Directory(engine).find(decision.project)?.client {
      try await engine.vaults.with(client) { vault in
        try await ConductMeasures(vault).carryOut(decision)
      }
    }
    try await engine.control.write(.flushed) { connection in
      let changed = try connection.run(
        "UPDATE decisions SET is_applied = 1 WHERE id = ? AND lifted_at IS ?",
        [decision.id.sql, .optional(decision.liftedAt)])
      // It was lifted meanwhile: what was done is undone next.
      if changed == 0 {
        try connection.run("UPDATE decisions SET is_applied = 0 WHERE id = ?", [decision.id.sql])
      }
    }
  }

  // MARK: Reading

  private static let select = """
    SELECT d.id, d.user_id, d.project_id, p.public_name, d.at, d.action, d.rule, d.rules_version,
      d.reason, d.evidence, d.lifted_at, d.is_read
    FROM decisions d JOIN project_directory p ON p.project_id = d.project_id
    """

  private static func row(_ row: any Row) throws -> Decision {
    Decision(
      id: row.id(0), user: row.id(1), project: row.id(2), projectName: row.text(3), at: row.int(4),
      action: ConductAction(rawValue: row.text(5)) ?? .warn, rule: row.optionalText(6),
      rulesVersion: row.optionalInt(7).map { Int($0) }, reason: row.text(8),
      evidence: try ConductNotation.evidence(stored: row.text(9)), liftedAt: row.optionalInt(10),
      isRead: row.int(11) == 1)
  }

  static func get(_ id: DecisionID, _ connection: any Connection) throws -> Decision? {
    try connection.first("\(select) WHERE d.id = ?", [id.sql], row)
  }

  package func get(_ id: DecisionID) async throws -> Decision {
    try await engine.control.read { connection in
      guard var decision = try Self.get(id, connection) else {
        throw Refusal.unknown(.decision, id.text)
      }
      decision.appeal = try Appeals.of(id.text, engine, connection)
      return decision
    }
  }

  /// The newest first.
  package func list(
    of user: UserID? = nil, in project: ProjectID? = nil, limit: Int
  ) async throws -> [Decision] {
    try await engine.control.read { connection in
      try connection.all(
        """
        \(Self.select) WHERE (? IS NULL OR d.user_id = ?) AND (? IS NULL OR d.project_id = ?)
        ORDER BY d.at DESC, d.id DESC LIMIT ?
        """,
        [
          .optional(user?.text), .optional(user?.text), .optional(project?.text),
          .optional(project?.text), .number(limit),
        ], Self.row
      ).map { decision in
        var decision = decision
        decision.appeal = try Appeals.of(decision.id.text, engine, connection)
        return decision
      }
    }
  }

  /// Whom a decision is about has seen all up to now.
  package func markRead(by user: UserID) async throws {
    try await engine.control.write(.relaxed) { connection in
      try connection.run("UPDATE decisions SET is_read = 1 WHERE user_id = ? AND is_read = 0", [user.sql])
    }
  }
}
