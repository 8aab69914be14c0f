import Crypto
import Foundation
import Labels
import Notation
import Store
import Vault
import Workflow

/// Takes in reviewers' verdicts. A review is leased like any work, to somebody who did not answer.
package struct Reviews: Sendable {
  let vault: ClientVault
  let reviewer: String
  let project: ProjectID
  /// Whether they decide what was sent back as often as the plan allows.
  let decidesEscalations: Bool

  package init(
    _ vault: ClientVault, reviewer: String, project: ProjectID, decidesEscalations: Bool = false
  ) {
    self.vault = vault
    self.reviewer = reviewer
    self.project = project
    self.decidesEscalations = decidesEscalations
  }

  package struct Verdict: Sendable {
    package var kind: TaskLifecycle.ReviewVerdict
    /// The right answer, for `fix`.
    package var annotations: JSON?
    /// Why, for `reject`.
    package var reason: String?
    /// Where, as `Remark.place` has it.
    package var place: JSON?

    package init(
      kind: TaskLifecycle.ReviewVerdict, annotations: JSON? = nil, reason: String? = nil,
      place: JSON? = nil
    ) {
      self.kind = kind
      self.annotations = annotations
      self.reason = reason
      self.place = place
    }
  }

  package func submit(
    _ verdict: Verdict, for id: LeaseID, activeMilliseconds: Int64
  ) async throws -> TaskRow {
    if verdict.kind == .reject, (verdict.reason ?? "").isEmpty {
      throw Refusal.invalid(path: "reason", problem: "must say why the answer is rejected")
    }
    let place = try Remark.place(verdict.place)
    let reason = verdict.kind == .reject ? try Remark.checked(verdict.reason ?? "") : nil
    let record = vault.record(by: .worker(reviewer))
    let answerID: AnswerID = vault.environment.newID()
    let milliseconds = min(max(0, activeMilliseconds), Answers.activeMillisecondsLimit)
    return try await vault.database.write(.flushed) { connection in
      var lease = try LeaseRow.get(id, of: reviewer, in: project, connection)
      guard lease.stage == .review else { throw Refusal.unknown(.lease, id.text) }
      let task = try TaskRow.get(seq: lease.task, connection)
      let reading = try vault.reading(of: task, as: lease.version, connection)
      let before = try ReviewVerdictRow.all(of: task, connection)
      let state = lease.lifecycle.state
      let isLate: Bool
      do {
        isLate = !(try lease.lifecycle.handle(.submitted))
      } catch {
        throw Refusal.leaseEnded(state: state.rawValue)
      }
      // What was looked at then is not what is asked now.
      let isOverdue = before.contains { $0.at > lease.createdAt && !$0.isAt(task.lifecycle) }
      if isLate, try isOverdue || hasAnotherLease(lease, connection) {
        throw Refusal.leaseEnded(state: state.rawValue)
      }
      try lease.saveState(at: record.at, reason: verdict.kind.rawValue, connection)
      var own = ReviewVerdictRow(
        number: 0, worker: reviewer, round: task.lifecycle.reworks, review: task.lifecycle.review,
        kind: verdict.kind, answer: nil, at: record.at)
      if verdict.kind == .fix {
        own.answer = try fix(verdict, answerID, lease, task, reading, milliseconds, connection)
      }
      try own.insert(on: task, activeMilliseconds: milliseconds, connection)
      try PayEvent.reviewed(
        answerID, under: lease, activeMilliseconds: milliseconds, at: record.at, connection)
      if let reason {
        try Remark(at: record.at, role: .reviewer, author: reviewer, text: reason, place: place)
          .insert(on: task, vault, connection)
      }
      let decision = ReviewDecision(
        vault: vault, task: task, verdicts: before + [own], reading: reading, now: record.at,
        isManager: decidesEscalations)
      let decided = try decision.carryOut(onLease: !isLate, connection)
      try record.append(
        connection, "review.\(verdict.kind.rawValue)", task.id.text,
        ["lease": .string(id.text), "desk": .string(own.review.desk.rawValue)])
      return decided
    }
  }

  /// Whether the reviewer took the task again after the lease ended.
  private func hasAnotherLease(_ lease: LeaseRow, _ connection: any Connection) throws -> Bool {
    try connection.first(
      """
      SELECT EXISTS (SELECT 1 FROM leases WHERE task = ? AND worker = ? AND id <> ?
        AND state IN ('reserved', 'leased', 'submitted', 'skipped'))
      """, [.int(lease.task), .text(reviewer), lease.id.sql]
    ) { $0.int(0) == 1 } ?? false
  }

  /// Keeps the reviewer's answer.
  ///
  /// - Returns: its number.
  private func fix(
    _ verdict: Verdict, _ answerID: AnswerID, _ lease: LeaseRow, _ task: TaskRow,
    _ reading: LabelReading, _ activeMilliseconds: Int64, _ connection: any Connection
  ) throws -> Int64 {
    guard let json = verdict.annotations else {
      throw Refusal.invalid(path: "annotations", problem: "must hold the right answer")
    }
    let annotations = try Answers.checked(json, reading, of: task, by: nil, vault, connection)
    let stored = reading.stored(annotations)
    let answer = NewAnswer(
      id: answerID, lease: lease.id, worker: reviewer, stage: .review, standing: .counted,
      activeMilliseconds: activeMilliseconds, submittedAt: vault.environment.now(),
      hash: Data(SHA256.hash(data: stored)).hexadecimal, stored: stored)
    return try answer.insert(into: task, vault, connection)
  }
}
