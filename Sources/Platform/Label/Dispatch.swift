import Foundation
import Notation
import Store
import Vault
import Workflow
import Workforce

/// Hands out work: one claim is one indexed look-up and one fenced lease.
///
/// The queue of a batch is ordered by rank, then by a position that only grows. Each worker has a
/// cursor for each rank, so that what was passed over once is never looked at again, and a task
/// that comes back gets a new position in the returning lane. A claim therefore costs the same in
/// a queue of a thousand and of a million, for a new worker and for one with a long history.
package struct Dispatch: Sendable {
  let vault: ClientVault
  /// Who asks, by the pseudonym of this vault.
  let worker: String
  /// Whether they decide what was sent back as often as the plan allows.
  let decidesEscalations: Bool
  /// By what they are paid for what they are given now; nil where they are not.
  let pay: PayTerms?
  /// What they do before live work; nil for live work.
  let exam: ExamEntry?
  /// What the operator's rules leave to one worker; a client's own people have no such limits.
  let routing: ProjectRouting

  package init(
    _ vault: ClientVault, worker: String, decidesEscalations: Bool = false, pay: PayTerms? = nil,
    exam: ExamEntry? = nil, routing: ProjectRouting = ProjectRouting()
  ) {
    self.vault = vault
    self.worker = worker
    self.decidesEscalations = decidesEscalations
    self.pay = pay
    self.exam = exam
    self.routing = routing
  }

  /// How long a lease lasts without a heartbeat.
  package static let leaseMilliseconds: Int64 = 10 * 60 * 1000
  /// Live leases one worker may hold in one project, those in reserve among them.
  package static let leaseLimit = 20

  /// Nothing to do, and why.
  package struct Nothing: Hashable, Sendable {
    package enum Reason: String, Hashable, Sendable {
      /// The project takes no work now.
      case projectPaused
      /// Every batch with tasks is paused or still being staged.
      case batchesPaused
      /// Every batch with tasks is kept for groups this worker is not in.
      case keptForOthers
      /// The instructions are being tried out before the rest is handed out.
      case calibrating
      /// What is left to review waits for a manager's decision.
      case escalated
      /// What the client will spend on the project is spent.
      case budgetSpent
      /// This worker has had their share of what is left.
      case shareTaken
      /// What is in hand must be answered before the course or the examination goes on.
      case examining
      /// The project has no known tasks to examine anybody by.
      case noQuestions
      /// What is left is in other workers' hands.
      case allLeased
      /// What is left this worker has answered or skipped.
      case doneByYou
      /// Every task has been answered.
      case noneLeft
      /// The project has no tasks yet.
      case empty
    }

    package var reason: Reason
    /// Leases other workers hold, for `allLeased`.
    package var leased: Int
    /// When the first of them falls back, in milliseconds since 1970.
    package var nextDeadline: Int64?

    package init(reason: Reason, leased: Int = 0, nextDeadline: Int64? = nil) {
      (self.reason, self.leased, self.nextDeadline) = (reason, leased, nextDeadline)
    }
  }

  package enum Outcome: Sendable {
    case leased([LeasedTask])
    case nothing(Nothing)
  }

  private struct Claim: Sendable {
    var lease: LeaseRow
    var task: TaskRow
    var sealed: Data
    /// By the lease's version.
    var reading: LabelReading
    /// Of a task that came back.
    var remarks: [Remark]
    var edits: [(number: Int, edit: JSON)] = []
  }

  private enum Found: Sendable {
    case claims([Claim])
    case nothing(Nothing)
  }

  /// Leases up to `count` tasks. Needs no flush: a lease may be lost with the power.
  ///
  /// - Parameters:
  ///   - isReserve: prefetched; the work starts with the first heartbeat.
  ///   - task: this one only, where it waits for a reviewer.
  /// - Throws: `Refusal.leaseLimit`.
  /// - Complexity: O(count × log tasks), whatever was answered before.
  package func lease(
    in project: ProjectID, stage: AnswerRow.Stage, count: Int = 1, isReserve: Bool = false,
    task: TaskID? = nil
  ) async throws -> Outcome {
    let now = vault.environment.now()
    let ids: [LeaseID] = (0..<max(1, count)).map { _ in vault.environment.newID() }
    let found = try await vault.database.write(.relaxed) { connection -> Found in
      try Self.sweep(now: now, vault, connection)
      let project = try Projects.get(project, connection)
      guard project.state == .active else {
        return .nothing(Nothing(reason: .projectPaused, leased: 0))
      }
      let held = try heldCount(in: project.id, connection)
      guard held < Self.leaseLimit else { throw Refusal.leaseLimit(Self.leaseLimit) }
      if let task {
        let claim = try namedClaim(ids[0], task, project, now, connection)
        return .claims([claim])
      }
      var claims: [Claim] = []
      if let exam, stage == .label {
        let room = Array(ids.prefix(Self.leaseLimit - held))
        return try examClaims(room, exam, project, isReserve, now, connection)
      }
      for id in ids.prefix(Self.leaseLimit - held) {
        guard let claim = try claim(id, project, stage, isReserve, now, connection) else { break }
        claims.append(claim)
      }
      return claims.isEmpty
        ? .nothing(try nothing(in: project, stage, connection)) : .claims(claims)
    }
    switch found {
    case .nothing(let nothing): return .nothing(nothing)
    case .claims(let claims):
      var tasks: [LeasedTask] = []
      for claim in claims { tasks.append(try await open(claim, draft: nil)) }
      return .leased(tasks)
    }
  }

  /// The leases this worker holds, oldest first, with their drafts: what a new tab starts from.
  package func held(in project: ProjectID) async throws -> [LeasedTask] {
    let now = vault.environment.now()
    let rows = try await vault.database.read { connection in
      let readings = try vault.readings(of: project, connection)
      return try connection.all(
        """
        SELECT \(TaskRow.columns), t.sealed, l.sealed, \(LeaseRow.columns)
        FROM leases l JOIN tasks t ON t.seq = l.task
        WHERE l.project_id = ? AND l.worker = ? AND l.state IN ('reserved', 'leased')
          AND l.deadline > ?
        ORDER BY l.id LIMIT ?
        """, [project.sql, .text(worker), .int(now), .number(Self.leaseLimit)]
      ) { row in
        let base = TaskRow.columnCount
        let task = TaskRow.row(row)
        let lease = LeaseRow.row(OffsetRow(row: row, offset: base + 2))
        let reading = try readings.reading(of: task, as: lease.version, connection)
        return (
          claim: try Claim(
            lease: lease, task: task, sealed: row.blob(base), reading: reading,
            remarks: remarks(on: task, connection),
            edits: DraftEdits.all(of: lease.id, vault, connection)),
          draft: row.optionalBlob(base + 1)
        )
      }
    }
    var tasks: [LeasedTask] = []
    for row in rows { tasks.append(try await open(row.claim, draft: row.draft)) }
    return tasks
  }

  private func open(_ claim: Claim, draft: Data?) async throws -> LeasedTask {
    let plain = try vault.key.open(claim.sealed, table: "tasks", row: claim.task.id)
    let review =
      claim.lease.stage == .review
      ? try await vault.database.read { try material(of: claim.task, claim.reading, $0) } : nil
    var content = try TaskContent(stored: plain)
    content.prelabels = try claim.reading.restated(content.prelabels)
    return LeasedTask(
      lease: claim.lease, task: claim.task, content: content,
      draft: try draft.map {
        [UInt8](try vault.key.open($0, table: "leases", row: claim.lease.id))
      }, edits: claim.edits, review: review, remarks: claim.remarks)
  }

  /// Why earlier answers were sent back; nothing is looked up for a task that never was.
  private func remarks(on task: TaskRow, _ connection: any Connection) throws -> [Remark] {
    let life = task.lifecycle
    guard life.state == .inReview else {
      return life.reworks > 0 ? try Remark.all(of: task, vault, connection) : []
    }
    guard life.reworks > 0 || life.review.desk != .stage else { return [] }
    // Reviewers of a stage do not see each other.
    let hidden = try ReviewVerdictRow.pending(of: task, connection)
    return try Remark.all(of: task, vault, connection).filter { remark in
      !hidden.contains { $0.worker == remark.author && $0.at <= remark.at }
    }
  }

  private func material(
    of task: TaskRow, _ reading: LabelReading, _ connection: any Connection
  ) throws -> ReviewMaterial {
    let life = task.lifecycle
    // Reviewers of a stage do not see each other; whoever decides sees them all.
    let decides = life.review.desk == .adjudication || life.review.desk == .escalation
    let verdicts =
      decides
      ? try ReviewVerdictRow.all(of: task, connection).filter {
        $0.round == life.reworks && $0.review.stage == life.review.stage
      } : []
    return ReviewMaterial(
      ontology: reading.ontology,
      consensus: try ConsensusRow.newest(of: task, reading, vault, connection),
      answers: try AnswerRow.all(of: task, reading, vault, connection)
        .filter { answer in
          answer.standing == .counted
            && (answer.stage == .label || verdicts.contains { $0.answer == answer.seq })
        }, review: life.review, verdicts: verdicts.map(\.kind))
  }

  // MARK: Claiming

  private func heldCount(in project: ProjectID, _ connection: any Connection) throws -> Int {
    Int(
      try connection.first(
        """
        SELECT count(*) FROM leases
        WHERE project_id = ? AND worker = ? AND state IN ('reserved', 'leased')
        """, [project.sql, .text(worker)]
      ) { $0.int(0) } ?? 0)
  }

  private func claim(
    _ id: LeaseID, _ project: Project, _ stage: AnswerRow.Stage, _ isReserve: Bool, _ now: Int64,
    _ connection: any Connection
  ) throws -> Claim? {
    let column = stage == .label ? "open" : "in_review"
    let gate =
      try stage == .label ? InstructionCalibration(vault).gate(of: project.id, connection) : nil
    let batches = try connection.all(
      """
      SELECT id FROM batches b WHERE project_id = ? AND state = 'inProgress' AND \(column) > 0
        AND \(Self.admits(stage)) AND (? IS NULL OR id = ?) AND b.created_at <= ?
        AND (? IS NULL OR \(Self.share) * 100 < ? * b.tasks)
      ORDER BY priority DESC, created_at, id
      """,
      [
        project.id.sql, .text(worker), .optional(gate?.id.text), .optional(gate?.id.text),
        .int(now - Int64(routing.ownTeamHours) * 3_600_000), .optional(shareLimit), .text(worker),
        .optional(shareLimit),
      ]
    ) { $0.id(0) as BatchID }
    let readings = try vault.readings(of: project.id, connection)
    for batch in batches {
      guard let (task, sealed, cursor) = try next(in: batch, stage, connection) else { continue }
      // Gold takes the place of a task that is there, and leaves it where it was.
      if stage == .label, gate == nil,
        let claim = try goldClaim(id, project, in: batch, isReserve, now, readings, connection)
      {
        return claim
      }
      try cursor.save(connection)
      if shareLimit != nil, stage == .label { try count(in: batch, connection) }
      let lease = newLease(id, task, in: batch, stage, isReserve, now, readings)
      return try give(lease, try occupied(task, now, connection), sealed, readings, connection)
    }
    return nil
  }

  private var shareLimit: Int64? { routing.shareLimitPercent.map { Int64($0) } }

  /// Tasks of batch `b` that a worker, whose pseudonym it takes, was given while there was a limit.
  private static let share = """
    coalesce((SELECT s.given FROM batch_shares s WHERE s.batch_id = b.id AND s.worker = ?), 0)
    """

  private func count(in batch: BatchID, _ connection: any Connection) throws {
    try connection.run(
      """
      INSERT INTO batch_shares VALUES (?, ?, 1)
      ON CONFLICT (batch_id, worker) DO UPDATE SET given = given + 1
      """, [batch.sql, .text(worker)])
  }

  /// The task with one slot less.
  private func occupied(
    _ task: TaskRow, _ now: Int64, _ connection: any Connection
  ) throws -> TaskRow {
    var steps = TaskSteps(task, now: now, connection)
    try steps.handle(.leased)
    try connection.run(
      "UPDATE tasks SET leased = ?, open_slots = ? WHERE seq = ?",
      [
        .number(steps.task.lifecycle.leased), .number(steps.task.lifecycle.openSlots),
        .int(task.seq),
      ])
    return steps.task
  }

  /// A task that waits for a reviewer, by its name; whoever had to do with it does not get it.
  private func namedClaim(
    _ id: LeaseID, _ task: TaskID, _ project: Project, _ now: Int64,
    _ connection: any Connection
  ) throws -> Claim {
    let row = try TaskRow.get(task, connection)
    guard row.project == project.id else { throw Refusal.unknown(.task, task.text) }
    let batch = try Batches.get(row.batch, connection)
    guard batch.state == .inProgress else {
      throw Refusal.notPossible(.batch, state: batch.state.rawValue, asked: "a review")
    }
    let isKnown = try connection.first(
      """
      SELECT EXISTS (SELECT 1 FROM leases WHERE task = ? AND worker = ?
        AND state IN ('reserved', 'leased', 'submitted', 'skipped'))
      """, [.int(row.seq), .text(worker)]
    ) { $0.int(0) == 1 }
    if row.lifecycle.review.desk == .escalation, !decidesEscalations {
      throw Refusal.notPossible(.task, state: "escalated", asked: "a review by you")
    }
    guard row.lifecycle.state == .inReview, row.lifecycle.openSlots > 0, isKnown == false else {
      throw Refusal.notPossible(
        .task, state: isKnown == true ? "known to you" : row.lifecycle.state.rawValue,
        asked: "a review by you")
    }
    let readings = try vault.readings(of: project.id, connection)
    let lease = newLease(id, row, in: row.batch, .review, false, now, readings)
    let sealed = try TaskContent.sealed(of: row, connection)
    return try give(lease, try occupied(row, now, connection), sealed, readings, connection)
  }

  /// What is left of a course or an examination.
  private func examClaims(
    _ ids: [LeaseID], _ exam: ExamEntry, _ project: Project, _ isReserve: Bool, _ now: Int64,
    _ connection: any Connection
  ) throws -> Found {
    let examination = Examination(project: project.id, worker: worker, entry: exam)
    let stream = GoldStream(vault: vault, worker: worker, project: project.id)
    let readings = try vault.readings(of: project.id, connection)
    var claims: [Claim] = []
    for id in ids {
      guard let seq = try examination.next(vault, connection) else { break }
      let task = try TaskRow.get(seq: seq, connection)
      try stream.handOut(task, id, at: now, exam: exam.attempt, connection)
      let lease = newLease(id, task, in: task.batch, .label, isReserve, now, readings)
      let sealed = try TaskContent.sealed(of: task, connection)
      claims.append(try give(lease, task, sealed, readings, connection))
    }
    guard claims.isEmpty else { return .claims(claims) }
    let isPossible = try examination.progress(connection).questionsPlanned > 0
    return .nothing(Nothing(reason: isPossible ? .examining : .noQuestions, leased: 0))
  }

  /// A gold task in place of another, where one is due.
  private func goldClaim(
    _ id: LeaseID, _ project: Project, in batch: BatchID, _ isReserve: Bool, _ now: Int64,
    _ readings: ProjectReadings, _ connection: any Connection
  ) throws -> Claim? {
    let stream = GoldStream(vault: vault, worker: worker, project: project.id)
    guard
      let (task, sealed) = try stream.next(
        project.plan.gold, lot: vault.key.lot(of: id.text), connection)
    else { return nil }
    try stream.handOut(task, id, at: now, connection)
    let lease = newLease(id, task, in: batch, .label, isReserve, now, readings)
    return try give(lease, task, sealed, readings, connection)
  }

  private func newLease(
    _ id: LeaseID, _ task: TaskRow, in batch: BatchID, _ stage: AnswerRow.Stage, _ isReserve: Bool,
    _ now: Int64, _ readings: ProjectReadings
  ) -> LeaseRow {
    LeaseRow(
      id: id, task: task.seq, project: task.project, worker: worker, stage: stage,
      lifecycle: LeaseLifecycle(
        state: isReserve ? .reserved : .leased, deadline: now + Self.leaseMilliseconds),
      createdAt: now, version: readings.current(for: task.version),
      pay: pay.map { PayTerms(version: $0.version, currency: $0.currency, batch: batch) },
      seen: SeenTime(at: now))
  }

  private func give(
    _ lease: LeaseRow, _ task: TaskRow, _ sealed: Data, _ readings: ProjectReadings,
    _ connection: any Connection
  ) throws -> Claim {
    try insert(lease, connection)
    try vault.record(by: .worker(worker)).append(connection, "lease.given", lease.id.text)
    return try Claim(
      lease: lease, task: task, sealed: sealed,
      reading: readings.reading(of: task, as: lease.version, connection),
      remarks: remarks(on: task, connection))
  }

  /// Whether batch `b` is for a worker, whose pseudonym it takes: groups say who labels, not who
  /// reviews.
  private static func admits(_ stage: AnswerRow.Stage) -> String {
    stage == .label ? WorkerGroups.admits : "? IS NOT NULL"
  }

  private func insert(_ lease: LeaseRow, _ connection: any Connection) throws {
    try connection.run(
      """
      INSERT INTO leases
        (id, task, project_id, worker, stage, state, deadline, created_at, version, pay)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        lease.id.sql, .int(lease.task), lease.project.sql, .text(worker),
        .text(lease.stage.rawValue), .text(lease.lifecycle.state.rawValue),
        .int(lease.lifecycle.deadline), .int(lease.createdAt),
        .optional(lease.version.map(Int64.init)), .optional(lease.pay?.stored),
      ])
  }

  /// The first task of the highest rank that this worker has had nothing to do with.
  private func next(
    in batch: BatchID, _ stage: AnswerRow.Stage, _ connection: any Connection
  ) throws -> (TaskRow, Data, Cursor)? {
    let state = (stage == .label ? TaskLifecycle.State.open : .inReview).rawValue
    var rank = Int64.max
    while let lower = try connection.first(
      """
      SELECT rank FROM tasks WHERE batch_id = ? AND state = ? AND open_slots > 0 AND rank < ?
      ORDER BY rank DESC LIMIT 1
      """, [batch.sql, .text(state), .int(rank)], { $0.int(0) })
    {
      rank = lower
      // Whoever becomes a manager has not passed over what only managers get.
      let lane = stage == .review && decidesEscalations ? state + "+" : state
      let place: [SQLValue] = [.text(worker), batch.sql, .text(lane), .int(rank)]
      let cursor =
        try connection.first(
          """
          SELECT queue_seq FROM cursors
          WHERE worker = ? AND batch_id = ? AND state = ? AND rank = ?
          """, place
        ) { $0.int(0) } ?? 0
      let found = try connection.first(
        Self.nextSQL,
        [
          batch.sql, .text(state), .int(rank), .int(cursor), .number(decidesEscalations ? 1 : 0),
          .text(worker),
        ]
      ) { row in
        (
          task: TaskRow.row(row), sealed: row.blob(TaskRow.columnCount),
          position: row.int(TaskRow.columnCount + 1)
        )
      }
      let reached = try found?.position ?? last(in: batch, state, rank, connection)
      let next = Cursor(place: place, before: cursor, reached: reached)
      if let found { return (found.task, found.sealed, next) }
      try next.save(connection)
    }
    return nil
  }

  /// How far a worker has come in the queue of one rank.
  private struct Cursor {
    var place: [SQLValue]
    var before: Int64
    var reached: Int64

    func save(_ connection: any Connection) throws {
      guard reached > before else { return }
      try connection.run(
        """
        INSERT INTO cursors VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (worker, batch_id, state, rank) DO UPDATE SET queue_seq = excluded.queue_seq
        """, place + [.int(reached)])
    }
  }

  static let nextSQL = """
    SELECT \(TaskRow.columns), t.sealed, t.queue_seq FROM tasks t
    WHERE t.batch_id = ? AND t.state = ? AND t.open_slots > 0 AND t.rank = ? AND t.queue_seq > ?
      AND (t.review_desk <> 'escalation' OR t.state <> 'inReview' OR ? = 1)
      AND NOT EXISTS (
        SELECT 1 FROM leases l WHERE l.task = t.seq AND l.worker = ?
          AND l.state IN ('reserved', 'leased', 'submitted', 'skipped'))
    ORDER BY t.queue_seq LIMIT 1
    """

  private func last(
    in batch: BatchID, _ state: String, _ rank: Int64, _ connection: any Connection
  ) throws -> Int64 {
    try connection.first(
      """
      SELECT queue_seq FROM tasks WHERE batch_id = ? AND state = ? AND open_slots > 0 AND rank = ?
      ORDER BY queue_seq DESC LIMIT 1
      """, [batch.sql, .text(state), .int(rank)]
    ) { $0.int(0) } ?? 0
  }

  private func nothing(
    in project: Project, _ stage: AnswerRow.Stage, _ connection: any Connection
  ) throws -> Nothing {
    let batches = try connection.all(
      "SELECT \(Batch.columns) FROM batches WHERE project_id = ?", [project.id.sql], Batch.row)
    let waiting = { (batch: Batch) in
      stage == .label
        ? batch.counts.tasks - batch.counts.completed - batch.counts.canceled
          - batch.counts.failed - batch.counts.inReview : batch.counts.inReview
    }
    let left = batches.filter { waiting($0) > 0 }
    if left.isEmpty {
      let isEmpty = batches.allSatisfy { $0.counts.tasks == 0 }
      return Nothing(reason: isEmpty ? .empty : .noneLeft, leased: 0)
    }
    if !left.contains(where: { $0.state == .inProgress }) {
      return Nothing(reason: .batchesPaused, leased: 0)
    }
    let isOneOpen = try connection.first(
      """
      SELECT EXISTS (SELECT 1 FROM batches b WHERE project_id = ? AND state = 'inProgress'
        AND \(stage == .label ? "open" : "in_review") > 0 AND \(Self.admits(stage)))
      """, [project.id.sql, .text(worker)]
    ) { $0.int(0) == 1 }
    guard isOneOpen == true else { return Nothing(reason: .keptForOthers, leased: 0) }
    if stage == .label, try hasTakenShare(of: project, connection) {
      return Nothing(reason: .shareTaken, leased: 0)
    }
    if stage == .label, try InstructionCalibration(vault).gate(of: project.id, connection) != nil {
      return Nothing(reason: .calibrating, leased: 0)
    }
    if stage == .review, try hasOnlyEscalations(project, connection) {
      return Nothing(reason: .escalated, leased: 0)
    }
    let leased = try connection.first(
      """
      SELECT count(*), min(deadline) FROM leases
      WHERE project_id = ? AND worker <> ? AND stage = ? AND state IN ('reserved', 'leased')
      """, [project.id.sql, .text(worker), .text(stage.rawValue)]
    ) { (count: Int($0.int(0)), first: $0.optionalInt(1)) }
    guard let leased, leased.count > 0 else { return Nothing(reason: .doneByYou, leased: 0) }
    return Nothing(reason: .allLeased, leased: leased.count, nextDeadline: leased.first)
  }

  /// Whether this worker was given as much of every open batch as one may have.
  private func hasTakenShare(of project: Project, _ connection: any Connection) throws -> Bool {
    guard let shareLimit else { return false }
    let isOneLeft = try connection.first(
      """
      SELECT EXISTS (SELECT 1 FROM batches b WHERE project_id = ? AND state = 'inProgress'
        AND open > 0 AND \(Self.share) * 100 < ? * b.tasks)
      """, [project.id.sql, .text(worker), .int(shareLimit)]
    ) { $0.int(0) == 1 }
    return isOneLeft == false
  }

  /// Whether all that waits for a reviewer waits for others than this one.
  private func hasOnlyEscalations(
    _ project: Project, _ connection: any Connection
  ) throws -> Bool {
    guard !decidesEscalations else { return false }
    let isOther = try connection.first(
      """
      SELECT EXISTS (SELECT 1 FROM tasks WHERE project_id = ? AND state = 'inReview'
        AND review_desk <> 'escalation')
      """, [project.id.sql]
    ) { $0.int(0) == 1 }
    return isOther == false
  }
}
