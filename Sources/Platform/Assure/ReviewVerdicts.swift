import Consensus
import Foundation
import Labels
import Store
import Workflow

/// A reviewer's verdict on a result, kept with whether what came after it said the same.
struct ReviewVerdictRow: Hashable, Sendable {
  var number: Int64
  var worker: String
  var round: Int
  var review: ReviewLifecycle
  var kind: TaskLifecycle.ReviewVerdict
  /// The reviewer's answer, of a fix.
  var answer: Int64?
  var at: Int64

  /// Of a task, in the order they came in.
  static func all(of task: TaskRow, _ connection: any Connection) throws -> [ReviewVerdictRow] {
    try connection.all(
      """
      SELECT number, worker, round, stage, desk, verdict, answer, at FROM review_verdicts
      WHERE task = ? ORDER BY number
      """, [.int(task.seq)]
    ) { row in
      ReviewVerdictRow(
        number: row.int(0), worker: row.text(1), round: Int(row.int(2)),
        review: ReviewLifecycle(
          stage: Int(row.int(3)), desk: ReviewLifecycle.Desk(rawValue: row.text(4)) ?? .stage),
        kind: TaskLifecycle.ReviewVerdict(rawValue: row.text(5)) ?? .accept,
        answer: row.optionalInt(6), at: row.int(7))
    }
  }

  /// The verdicts of a stage that is not over, which nobody but their reviewers sees.
  static func pending(
    of task: TaskRow, _ connection: any Connection
  ) throws -> [ReviewVerdictRow] {
    guard task.lifecycle.state == .inReview, task.lifecycle.review.desk == .stage else { return [] }
    return try all(of: task, connection).filter { $0.isAt(task.lifecycle) }
  }

  /// Whether it was given at the desk where a task is now.
  func isAt(_ life: TaskLifecycle) -> Bool {
    round == life.reworks && review.stage == life.review.stage && review.desk == life.review.desk
  }

  /// Notes the verdict, at the desk where the task is.
  func insert(
    on task: TaskRow, activeMilliseconds: Int64, _ connection: any Connection
  ) throws {
    try connection.run(
      """
      INSERT INTO review_verdicts
        (task, project_id, worker, round, stage, desk, verdict, answer, active_ms, at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .int(task.seq), task.project.sql, .text(worker), .number(round), .number(review.stage),
        .text(review.desk.rawValue), .text(kind.rawValue), .optional(answer),
        .int(activeMilliseconds), .int(at),
      ])
  }

  static func judge(
    _ verdicts: [(verdict: ReviewVerdictRow, agrees: Bool)], of task: TaskRow,
    _ connection: any Connection
  ) throws {
    for (verdict, agrees) in verdicts {
      try connection.run(
        """
        UPDATE review_verdicts SET agreed = ? WHERE task = ? AND worker = ? AND agreed IS NULL
        """, [.number(agrees ? 1 : 0), .int(task.seq), .text(verdict.worker)])
    }
  }

  /// Judges by the client's word whoever let the newest result pass and was judged by nobody.
  static func judge(by audit: TaskRow.Audit, of task: TaskRow, _ connection: any Connection) throws
  {
    guard audit != .commented else { return }
    try judge(
      all(of: task, connection).filter { $0.round == task.lifecycle.reworks && $0.kind != .reject }
        .map { ($0, audit == .accepted) }, of: task, connection)
  }
}

/// What a project knows of one reviewer.
package struct ReviewerRecord: Hashable, Sendable {
  package var worker: String
  package var accepted: Int
  package var fixed: Int
  package var rejected: Int
  /// Verdicts that were compared with another's: a second reviewer's, a later stage's, the client's.
  package var judged: Int
  package var agreed: Int
  package var activeMilliseconds: Int64

  package var reviews: Int { accepted + fixed + rejected }

  /// Probability of a verdict that others would give, as annotators' accuracy is estimated.
  package var accuracy: Double { AnswerConsensus.accuracy(agreed: agreed, outOf: judged) }

  /// Everybody who reviewed in a project, busiest first.
  static func all(
    in project: ProjectID, limit: Int, _ connection: any Connection
  ) throws -> [ReviewerRecord] {
    try connection.all(
      """
      SELECT worker, sum(verdict = 'accept'), sum(verdict = 'fix'), sum(verdict = 'reject'),
        count(agreed), coalesce(sum(agreed), 0), sum(active_ms)
      FROM review_verdicts WHERE project_id = ? GROUP BY worker
      ORDER BY count(*) DESC, worker LIMIT ?
      """, [project.sql, .number(limit)]
    ) { row in
      ReviewerRecord(
        worker: row.text(0), accepted: Int(row.int(1)), fixed: Int(row.int(2)),
        rejected: Int(row.int(3)), judged: Int(row.int(4)), agreed: Int(row.int(5)),
        activeMilliseconds: row.int(6))
    }
  }
}
