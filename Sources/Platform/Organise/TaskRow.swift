import Foundation
import Labels
import Store
import Vault
import Workflow

/// The clear part of a task.
package struct TaskRow: Hashable, Sendable {
  package enum Gold: String, Hashable, Sendable, CaseIterable { case training, evaluation }

  package var seq: Int64
  package var id: TaskID
  package var project: ProjectID
  package var batch: BatchID
  package var version: Int
  package var lifecycle: TaskLifecycle
  /// Twice the priority, plus one for tasks that come back to the queue.
  package var rank: Int64
  package var uniqueID: String?
  package var gold: Gold?
  package var size: ImageSize?
  package var confidence: Double?
  package var consensusVersion: Int?
  package var createdAt: Int64
  package var endedAt: Int64?
  /// The form it brought along; nil where its project's version says how it is answered.
  package var form: Int64?
  /// What the API it came through calls its kind.
  package var type: String?
  /// When it last changed; nil where that was its making or its end.
  package var updatedAt: Int64?
  package var audit: Audit?
  /// Whether somebody is told of its end.
  package var hasCallback = false

  /// What the client said of the result.
  package enum Audit: String, Hashable, Sendable, CaseIterable {
    case accepted, rejected, fixed, commented
  }

  /// 0 to this; the higher, the earlier.
  package static let priorityLimit = 100
  package var priority: Int { Int(rank >> 1) }

  static let columns = """
    t.seq, t.id, t.project_id, t.batch_id, t.version, t.state, t.rank, t.wanted, t.counted,
    t.leased, t.reworks, t.unique_id, t.gold, t.width, t.height, t.confidence,
    t.consensus_version, t.created_at, t.ended_at, t.form, t.type, t.updated_at, t.audit,
    t.has_callback, t.review_stage, t.review_desk, t.review_wanted, t.review_given
    """
  static let columnCount = 28

  static func row(_ row: any Row) -> TaskRow {
    let size = row.optionalInt(13).flatMap { width in
      row.optionalInt(14).map { ImageSize(width: Int(width), height: Int($0)) }
    }
    return TaskRow(
      seq: row.int(0), id: row.id(1), project: row.id(2),
      batch: row.id(3), version: Int(row.int(4)),
      lifecycle: TaskLifecycle(
        state: TaskLifecycle.State(rawValue: row.text(5)) ?? .failed, wanted: Int(row.int(7)),
        counted: Int(row.int(8)), leased: Int(row.int(9)), reworks: Int(row.int(10)),
        review: ReviewLifecycle(
          stage: Int(row.int(24)), desk: ReviewLifecycle.Desk(rawValue: row.text(25)) ?? .stage,
          wanted: Int(row.int(26)), given: Int(row.int(27)))),
      rank: row.int(6), uniqueID: row.optionalText(11),
      gold: row.optionalText(12).flatMap(Gold.init), size: size, confidence: row.optionalDouble(15),
      consensusVersion: row.optionalInt(16).map { Int($0) }, createdAt: row.int(17),
      endedAt: row.optionalInt(18), form: row.optionalInt(19), type: row.optionalText(20),
      updatedAt: row.optionalInt(21), audit: row.optionalText(22).flatMap(Audit.init),
      hasCallback: row.optionalInt(23) == 1)
  }

  static func get(_ id: TaskID, _ connection: any Connection) throws -> TaskRow {
    let task = try connection.first(
      "SELECT \(columns) FROM tasks t WHERE t.id = ?", [id.sql], row)
    guard let task else { throw Refusal.unknown(.task, id.text) }
    return task
  }

  static func get(seq: Int64, _ connection: any Connection) throws -> TaskRow {
    let task = try connection.first(
      "SELECT \(columns) FROM tasks t WHERE t.seq = ?", [.int(seq)], row)
    guard let task else { throw Refusal.unknown(.task, "\(seq)") }
    return task
  }
}

/// Steps of a task's life inside a transaction: the state machine decides, this carries it out.
struct TaskSteps {
  private(set) var task: TaskRow
  private let before: TaskRow
  private let now: Int64
  private let connection: any Connection
  private var queueSeq: Int64?
  var newAnswers = 0

  init(_ task: TaskRow, now: Int64, _ connection: any Connection) {
    self.task = task
    before = task
    self.now = now
    self.connection = connection
  }

  mutating func handle(_ event: TaskLifecycle.Event) throws {
    for action in try task.lifecycle.handle(event) {
      switch action {
      case .enqueue(let returning):
        task.rank = returning ? task.rank | 1 : task.rank & ~1
        queueSeq = try QueuePosition.next(connection)
      case .revokeLeases:
        try connection.run(
          """
          UPDATE leases SET state = 'revoked', ended_at = ?
          WHERE task = ? AND state IN ('reserved', 'leased')
          """, [.int(now), .int(task.seq)])
      case .discardAnswers:
        try connection.run(
          "UPDATE answers SET standing = 'discarded' WHERE task = ? AND standing = 'counted'",
          [.int(task.seq)])
      case .settled: break
      }
    }
    // A task that is looked at again ended when it first did.
    if !task.lifecycle.state.isLive, task.endedAt == nil { task.endedAt = now }
  }

  mutating func setConsensus(version: Int, confidence: Double) {
    task.consensusVersion = version
    task.confidence = confidence
  }

  /// Writes what has changed of the task, and its batch's counters.
  func save() throws {
    let life = task.lifecycle
    try connection.run(
      """
      UPDATE tasks SET state = ?, wanted = ?, counted = ?, leased = ?, open_slots = ?,
        reworks = ?, rank = ?, queue_seq = coalesce(?, queue_seq), confidence = ?,
        consensus_version = ?, ended_at = ?, updated_at = ?, review_stage = ?, review_desk = ?,
        review_wanted = ?, review_given = ?
      WHERE seq = ?
      """,
      [
        .text(life.state.rawValue), .number(life.wanted), .number(life.counted),
        .number(life.leased), .number(life.openSlots), .number(life.reworks), .int(task.rank),
        .optional(queueSeq), task.confidence.map { .double($0) } ?? .null,
        .optional(task.consensusVersion.map(Int64.init)), .optional(task.endedAt),
        .int(now), .number(life.review.stage), .text(life.review.desk.rawValue),
        .number(life.review.wanted), .number(life.review.given), .int(task.seq),
      ])
    if life.state != before.lifecycle.state || newAnswers > 0 { try saveCounters() }
    // A task is charged when it is done for the first time.
    if life.state == .completed, before.endedAt == nil, task.gold == nil {
      try ChargeEvent.note(task, at: now, connection)
    }
    let isSettledAnew =
      before.lifecycle.state != .completed || before.consensusVersion != task.consensusVersion
    let isWithdrawn = before.lifecycle.state == .completed && life.state != .completed
    if life.state == .completed && isSettledAnew || isWithdrawn, task.gold == nil {
      try LiveFeed.note(task, at: now, connection)
    }
    let isAtItsEnd = life.state == .completed || life.state == .failed
    if task.hasCallback, isAtItsEnd, before.lifecycle.state.isLive {
      try Callbacks.put(.task(task.id), due: now, connection)
    }
  }

  /// Counts answers that change nothing of the task: those to gold.
  func saveAnswers() throws {
    try connection.run(
      "UPDATE batches SET answers = answers + ? WHERE id = ?",
      [.number(newAnswers), task.batch.sql])
  }

  private func saveCounters() throws {
    func change(_ state: TaskLifecycle.State) -> SQLValue {
      .number((task.lifecycle.state == state ? 1 : 0) - (before.lifecycle.state == state ? 1 : 0))
    }
    try connection.run(
      """
      UPDATE batches SET open = open + ?, in_review = in_review + ?, completed = completed + ?,
        canceled = canceled + ?, failed = failed + ?, answers = answers + ?
      WHERE id = ?
      """,
      [
        change(.open), change(.inReview), change(.completed), change(.canceled), change(.failed),
        .number(newAnswers), task.batch.sql,
      ])
    if task.lifecycle.state.isLive, !before.lifecycle.state.isLive {
      try connection.run(
        "UPDATE batches SET state = 'inProgress' WHERE id = ? AND state = 'completed'",
        [task.batch.sql])
    }
    try BatchEnd.completeIfOver(task.batch, at: now, connection)
  }
}

/// A batch ends with its last task.
enum BatchEnd {
  /// - Complexity: one look-up.
  static func completeIfOver(
    _ id: BatchID, at: Int64, _ connection: any Connection
  ) throws {
    let hasCallback = try connection.first(
      """
      UPDATE batches SET state = 'completed', completed_at = ?
      WHERE id = ? AND state = 'inProgress' AND tasks > 0
        AND tasks = completed + canceled + failed RETURNING has_callback
      """, [.int(at), id.sql]
    ) { $0.optionalInt(0) == 1 }
    if hasCallback == true { try Callbacks.put(.batch(id), due: at, connection) }
  }
}
