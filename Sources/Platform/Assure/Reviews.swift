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

  package init(_ vault: ClientVault, reviewer: String, project: ProjectID) {
    self.vault = vault
    self.reviewer = reviewer
    self.project = project
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
    return try await vault.database.write(.flushed) { connection in
      var lease = try LeaseRow.get(id, of: reviewer, in: project, connection)
      guard lease.stage == .review else { throw Refusal.unknown(.lease, id.text) }
      let task = try TaskRow.get(seq: lease.task, connection)
      let reading = try vault.reading(of: task, as: lease.version, connection)
      do {
        _ = try lease.lifecycle.handle(.submitted)
      } catch {
        throw Refusal.leaseEnded(state: lease.lifecycle.state.rawValue)
      }
      try lease.saveState(at: record.at, reason: verdict.kind.rawValue, connection)
      var steps = TaskSteps(task, now: record.at, connection)
      if verdict.kind == .fix {
        try fix(verdict, answerID, lease, task, reading, activeMilliseconds, &steps, connection)
      }
      if let reason {
        try Feedback.tell(of: task, at: record.at, connection)
        try Remark(at: record.at, role: .reviewer, author: reviewer, text: reason, place: place)
          .insert(on: task, vault, connection)
      }
      let plan = try Settlement(vault: vault, now: record.at).plan(of: task, connection)
      try Self.review(&steps, verdict.kind, maxReworks: (plan.review ?? .init()).maxReworks)
      try steps.save()
      try record.append(
        connection, "review.\(verdict.kind.rawValue)", task.id.text,
        ["lease": .string(id.text)])
      return steps.task
    }
  }

  /// The reviewer's answer becomes the result.
  private func fix(
    _ verdict: Verdict, _ answerID: AnswerID, _ lease: LeaseRow, _ task: TaskRow,
    _ reading: LabelReading, _ activeMilliseconds: Int64, _ steps: inout TaskSteps,
    _ connection: any Connection
  ) throws {
    guard let json = verdict.annotations else {
      throw Refusal.invalid(path: "annotations", problem: "must hold the right answer")
    }
    let annotations = try Answers.checked(json, reading, of: task, vault, connection)
    let stored = reading.stored(annotations)
    let now = vault.environment.now()
    let answer = NewAnswer(
      id: answerID, lease: lease.id, worker: reviewer, stage: .review, standing: .counted,
      activeMilliseconds: min(max(0, activeMilliseconds), Answers.activeMillisecondsLimit),
      submittedAt: now, hash: Data(SHA256.hash(data: stored)).hexadecimal, stored: stored)
    let seq = try answer.insert(into: task, vault, connection)
    let version = try ConsensusRow.insert(
      annotations, confidence: 1, method: "review", answers: task.lifecycle.counted, answer: seq,
      of: task, reading, vault, at: now, connection)
    steps.setConsensus(version: version, confidence: 1)
  }

  private static func review(
    _ steps: inout TaskSteps, _ kind: TaskLifecycle.ReviewVerdict, maxReworks: Int
  ) throws {
    do {
      try steps.handle(.reviewed(kind, maxReworks: maxReworks))
    } catch TaskLifecycle.Fault.reworksExhausted(let limit) {
      throw Refusal.reworksExhausted(limit: limit)
    } catch TaskLifecycle.Fault.notPossible(let state) {
      throw Refusal.notPossible(.task, state: state.rawValue, asked: "a verdict")
    }
  }
}
