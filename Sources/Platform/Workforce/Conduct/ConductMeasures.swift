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

  /// Tasks of one transaction.
  private static let portion = 200

  /// The tasks whose result an answer of theirs may have gone into, and that nobody has looked at since. How
  /// far it came is kept with it, so each is treated once.
  private func forEachTask(
    of worker: String, _ decision: Decisions.Decision,
    _ body: @escaping @Sendable (inout TaskSteps, any Connection) throws -> Void
  ) async throws {
    let record = vault.record(by: .system)
    let known = try await vault.database.read { connection in
      try connection.first(
        "SELECT last_task FROM decisions_done WHERE decision = ?", [decision.id.sql]) { $0.int(0) }
    }
    let tasks = try await tasks(
      of: worker, decision, after: known ?? 0, since: record.at - Self.reachMilliseconds)
    for first in stride(from: 0, to: tasks.count, by: Self.portion) {
      let portion = tasks[first..<min(tasks.count, first + Self.portion)]
      try await vault.database.write(.flushed) { connection in
        let last = try connection.first(
          "SELECT last_task FROM decisions_done WHERE decision = ?", [decision.id.sql]) { $0.int(0) } ?? 0
        for seq in portion where seq > last {
          let task = try TaskRow.get(seq: seq, connection)
          guard Self.mayReopen(task, record.at) else { continue }
          var steps = TaskSteps(task, now: record.at, connection)
          try body(&steps, connection)
          try steps.save()
        }
        try connection.run(
          """
          INSERT INTO decisions_done VALUES (?, ?)
          ON CONFLICT (decision) DO UPDATE SET last_task = max(last_task, excluded.last_task)
          """, [decision.id.sql, .int(portion.last ?? 0)])
        try record.append(
          connection, "conduct.\(decision.action.rawValue)", decision.id.text,
          ["tasks": .int(Int64(portion.count))])
      }
    }
  }

  private static func mayReopen(_ task: TaskRow, _ now: Int64) -> Bool {
    let life = task.lifecycle
    guard task.gold == nil, task.audit == nil, life.counted > 0 else { return false }
    guard life.state == .open || life.state == .inReview || life.state == .completed else { return false }
    return task.endedAt.map { $0 > now - reachMilliseconds } ?? true
  }

  /// Not those of a batch or a project that has come to its end for good.
  private func tasks(
    of worker: String, _ decision: Decisions.Decision, after task: Int64, since: Int64
  ) async throws -> [Int64] {
    try await vault.database.read { connection in
      try connection.all(
        """
        SELECT a.task FROM answers a JOIN tasks t ON t.seq = a.task
        JOIN batches b ON b.id = t.batch_id JOIN projects p ON p.id = t.project_id
        WHERE a.worker = ? AND a.stage = 'label' AND a.standing = 'counted' AND t.project_id = ?
          AND a.submitted_at <= ? AND a.task > ? AND coalesce(t.ended_at, ?) >= ?
          AND b.state <> 'canceled' AND p.state <> 'archived'
          AND NOT EXISTS (SELECT 1 FROM review_verdicts v WHERE v.task = t.seq)
        ORDER BY a.task
        """,
        [
          .text(worker), decision.project.sql, .int(decision.at), .int(task), .int(since), .int(since),
        ]
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
