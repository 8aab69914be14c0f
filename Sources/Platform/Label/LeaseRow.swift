import Foundation
import Labels
import Notation
import Store
import Vault
import Workflow
import Workforce

/// The clear part of a lease.
package struct LeaseRow: Hashable, Sendable {
  package var id: LeaseID
  package var task: Int64
  package var project: ProjectID
  package var worker: String
  package var stage: AnswerRow.Stage
  package var lifecycle: LeaseLifecycle
  package var createdAt: Int64
  /// Of the ontology by which the task is answered under it; nil for the task's own.
  package var version: Int?
  /// By what its work is paid; nil where it is not.
  package var pay: PayTerms?
  /// How far heartbeats followed the time on it.
  package var seen: SeenTime

  static let columns = """
    l.id, l.task, l.project_id, l.worker, l.stage, l.state, l.deadline, l.created_at, l.version, l.pay,
    l.seen_ms, l.seen_at
    """

  static func row(_ row: any Row) -> LeaseRow {
    LeaseRow(
      id: row.id(0), task: row.int(1), project: row.id(2),
      worker: row.text(3), stage: AnswerRow.Stage(rawValue: row.text(4)) ?? .label,
      lifecycle: LeaseLifecycle(
        state: LeaseLifecycle.State(rawValue: row.text(5)) ?? .released, deadline: row.int(6)),
      createdAt: row.int(7), version: row.optionalInt(8).map { Int($0) },
      pay: row.optionalText(9).flatMap(PayTerms.init(stored:)),
      seen: SeenTime(milliseconds: row.int(10), at: row.optionalInt(11) ?? row.int(7)))
  }

  /// A lease of this worker; another's looks like none.
  static func get(
    _ id: LeaseID, of worker: String, in project: ProjectID, _ connection: any Connection
  ) throws -> LeaseRow {
    let lease = try connection.first(
      "SELECT \(columns) FROM leases l WHERE l.id = ? AND l.worker = ? AND l.project_id = ?",
      [id.sql, .text(worker), project.sql], row)
    guard let lease else { throw Refusal.unknown(.lease, id.text) }
    return lease
  }

  func saveState(at now: Int64, reason: String? = nil, _ connection: any Connection) throws {
    try connection.run(
      """
      UPDATE leases SET state = ?, deadline = ?, reason = coalesce(?, reason), ended_at = ?,
        seen_ms = ?, seen_at = ?
      WHERE id = ?
      """,
      [
        .text(lifecycle.state.rawValue), .int(lifecycle.deadline), .optional(reason),
        lifecycle.state.isLive ? .null : .int(now), .int(seen.milliseconds), .int(seen.at), id.sql,
      ])
    // Whoever lost the lease may still send the answer; the browser has the edits.
    if !lifecycle.state.isLive { try DraftEdits.forget(id, connection) }
  }
}

/// A task in a worker's hands.
package struct LeasedTask: Sendable {
  package var lease: LeaseRow
  package var task: TaskRow
  package var content: TaskContent
  /// What the worker had written before, in the form the browser sent it.
  package var draft: [UInt8]?
  /// What the worker had edited before, where the browser sends its edits.
  package var edits: [(number: Int, edit: JSON)] = []
  /// For a review: the result so far, in stored notation, and the answers behind it.
  package var review: ReviewMaterial?
  /// Why earlier answers were sent back, and what was said to that.
  package var remarks: [Remark] = []
}

/// What a reviewer sees.
package struct ReviewMaterial: Sendable {
  package var ontology: Ontology
  package var consensus: ConsensusRow?
  /// Those the result was made of, and the fixes to decide between.
  package var answers: [AnswerRow]
  package var review: ReviewLifecycle
  /// To decide between; none where reviewers do not see each other.
  package var verdicts: [TaskLifecycle.ReviewVerdict]
}
