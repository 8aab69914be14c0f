import Store
import Vault
import Workflow
import Workforce

/// What decisions about somebody's conduct do to their answers.
struct ConductMeasures {
  let vault: ClientVault

  init(_ vault: ClientVault) { self.vault = vault }

  /// Percent that answers of lowered weight keep.
  static let loweredWeight = 25
  /// Tasks that ended longer ago stay as they are: their results are in use.
  static let reachMilliseconds: Int64 = 30 * 24 * 3_600_000

  /// Once for each decision, and once for its end; done again it changes nothing more.
  func carryOut(_ decision: Decisions.Decision) async throws {
    let worker = vault.key.pseudonym(of: decision.user.text)
    switch decision.action {
    case .lowerWeight:
      try await setWeight(decision.liftedAt == nil ? Self.loweredWeight : 100, of: worker, decision)
    case .requeue where decision.liftedAt == nil:
      try await forEachTask(of: worker, decision) { try withdraw(worker, from: &$0, $1) }
    case .askMore where decision.liftedAt == nil:
      try await forEachTask(of: worker, decision) { steps, _ in try steps.handle(.moreAsked) }
    case .warn, .pause, .retrain, .holdPay, .requeue, .askMore: break
    }
  }

  private func setWeight(
    _ percent: Int, of worker: String, _ decision: Decisions.Decision
  ) async throws {
    try await vault.database.write(.flushed) { connection in
      try connection.run(
        """
        INSERT INTO annotators (project_id, worker, weight) VALUES (?, ?, ?)
        ON CONFLICT (project_id, worker) DO UPDATE SET weight = excluded.weight
        """, [decision.project.sql, .text(worker), .number(percent)])
    }
  }

  /// The tasks whose result an answer of theirs may have gone into, and that nobody has looked at since.
  private func forEachTask(
    of worker: String, _ decision: Decisions.Decision,
    _ body: @escaping @Sendable (inout TaskSteps, any Connection) throws -> Void
  ) async throws {
    let record = vault.record(by: .system)
    let isDone = try await vault.database.read { connection in
      try connection.first(
        "SELECT 1 FROM decisions_done WHERE decision = ?", [decision.id.sql]) { _ in true }
    }
    guard isDone != true else { return }
    let tasks = try await tasks(of: worker, in: decision.project, before: decision.at)
    // One transaction, so that what is not idempotent is done once.
    try await vault.database.write(.flushed) { connection in
      let isNew = try connection.run(
        "INSERT INTO decisions_done VALUES (?) ON CONFLICT DO NOTHING", [decision.id.sql])
      guard isNew == 1 else { return }
      for seq in tasks {
        let task = try TaskRow.get(seq: seq, connection)
        guard Self.mayReopen(task, record.at) else { continue }
        var steps = TaskSteps(task, now: record.at, connection)
        try body(&steps, connection)
        try steps.save()
      }
      try record.append(
        connection, "conduct.\(decision.action.rawValue)", decision.id.text,
        ["tasks": .int(Int64(tasks.count))])
    }
  }

  private static func mayReopen(_ task: TaskRow, _ now: Int64) -> Bool {
    let life = task.lifecycle
    guard task.gold == nil, task.audit == nil, life.counted > 0 else { return false }
    guard life.state == .open || life.state == .inReview || life.state == .completed else { return false }
    return task.endedAt.map { $0 > now - reachMilliseconds } ?? true
  }

  private func tasks(
    of worker: String, in project: ProjectID, before: Int64
  ) async throws -> [Int64] {
    try await vault.database.read { connection in
      try connection.all(
        """
        SELECT a.task FROM answers a JOIN tasks t ON t.seq = a.task
        WHERE a.worker = ? AND a.stage = 'label' AND a.standing = 'counted' AND t.project_id = ?
          AND a.submitted_at <= ?
          AND NOT EXISTS (SELECT 1 FROM review_verdicts v WHERE v.task = t.seq)
        ORDER BY a.task
        """, [.text(worker), project.sql, .int(before)]
      ) { $0.int(0) }
    }
  }

  /// Takes an answer out of the count, and asks somebody else.
  private func withdraw(
    _ worker: String, from steps: inout TaskSteps, _ connection: any Connection
  ) throws {
    let changed = try connection.run(
      """
      UPDATE answers SET standing = 'discarded'
      WHERE task = ? AND worker = ? AND stage = 'label' AND standing = 'counted'
      """, [.int(steps.task.seq), .text(worker)])
    if changed > 0 { try steps.handle(.answerWithdrawn) }
  }
}
