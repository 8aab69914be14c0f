import Consensus
import Foundation
import Labels
import Store
import Workflow

/// What the verdicts on a result come to, carried out.
struct ReviewDecision {
  let vault: ClientVault
  let task: TaskRow
  /// Of all rounds, the newest last.
  let verdicts: [ReviewVerdictRow]
  let reading: LabelReading
  let now: Int64
  /// Whether the newest verdict is of somebody who decides escalations.
  let isManager: Bool

  /// Fixes that agree so far are the same.
  static let sameFixShare = 0.9

  /// - Returns: the task afterwards.
  func carryOut(onLease: Bool, _ connection: any Connection) throws -> TaskRow {
    let plan = try Settlement(vault: vault, now: now).plan(of: task, connection).review ?? .init()
    // A desk may be opened more than once in a round: the last verdicts are of this time.
    let desk = Array(
      verdicts.filter { $0.isAt(task.lifecycle) }.suffix(task.lifecycle.review.given + 1))
    let fixes = try fixes(connection)
    let outcome = task.lifecycle.review.outcome(of: desk.map { $0.verdict(fixes) })
    if outcome == .rejected, task.lifecycle.reworks < plan.maxReworks {
      try Feedback.tell(of: task, at: now, connection)
      try rejectAnswers(connection)
    }
    var steps = TaskSteps(task, now: now, connection)
    do {
      try steps.handle(.reviewed(outcome, plan, onLease: onLease, mayEscalate: !isManager))
    } catch TaskLifecycle.Fault.reworksExhausted(let limit) {
      throw Refusal.reworksExhausted(limit: limit)
    } catch TaskLifecycle.Fault.notPossible(let state) {
      throw Refusal.notPossible(.task, state: state.rawValue, asked: "a verdict")
    } catch TaskLifecycle.Fault.noOpenSlot {
      throw Refusal.notPossible(
        .task, state: task.lifecycle.state.rawValue, asked: "one more verdict")
    }
    if case .fixed(let place) = outcome, let answer = desk[place].answer,
      let annotations = fixes.annotations[answer]
    {
      let version = try ConsensusRow.insert(
        annotations, confidence: 1, method: ConsensusRow.reviewMethod,
        answers: task.lifecycle.counted,
        answer: answer, of: task, reading, vault, at: now, connection)
      steps.setConsensus(version: version, confidence: 1)
    }
    try steps.save()
    try judge(outcome, desk, fixes, connection)
    return steps.task
  }

  /// What is rejected is the result: of several answers, those that said so. Who said otherwise may have been
  /// right.
  private func rejectAnswers(_ connection: any Connection) throws {
    let answers = try AnswerRow.all(of: task, reading, vault, connection).filter {
      $0.standing == .counted && $0.stage == .label
    }
    let result = try ConsensusRow.newest(of: task, reading, vault, connection)?.annotations
    for answer in answers {
      let isMeant =
        answers.count == 1 || result == nil
        || AnswerAgreement.share(answer.annotations, result ?? [], ontology: reading.ontology)
          >= Settlement.agreeingShare
      if isMeant { try PayEvent.rejected(answer.id, at: now, connection) }
    }
  }

  /// Reviewers are measured by those who looked after them: the others of their stage, whoever decided
  /// between them, and the next stage.
  private func judge(
    _ outcome: ReviewLifecycle.Outcome, _ desk: [ReviewVerdictRow], _ fixes: Fixes,
    _ connection: any Connection
  ) throws {
    guard outcome != .pending, outcome != .disputed, let last = desk.last else { return }
    let decided = last.verdict(fixes)
    let round = verdicts.filter { $0.round == task.lifecycle.reworks }
    if task.lifecycle.review.desk == .stage, desk.count > 1 {
      try ReviewVerdictRow.judge(desk.map { ($0, true) }, of: task, connection)
    }
    let stage = round.filter {
      $0.review.stage == last.review.stage && $0.review.desk == .stage && $0.worker != last.worker
    }
    if task.lifecycle.review.desk == .adjudication {
      try ReviewVerdictRow.judge(
        stage.map { ($0, $0.verdict(fixes) == decided) }, of: task, connection)
    }
    // Whoever let it pass before was right where it passes as it was.
    let earlier = round.filter { $0.review.stage < last.review.stage && $0.kind != .reject }
    try ReviewVerdictRow.judge(
      earlier.map { ($0, outcome == .accepted) }, of: task, connection)
  }

  /// The fixes of this round, and which of them say the same.
  struct Fixes {
    var annotations: [Int64: [Annotation]] = [:]
    var groups: [Int64: Int] = [:]
  }

  private func fixes(_ connection: any Connection) throws -> Fixes {
    let numbers = verdicts.filter { $0.round == task.lifecycle.reworks }.compactMap(\.answer)
    guard !numbers.isEmpty else { return Fixes() }
    var fixes = Fixes()
    var kinds: [[Annotation]] = []
    for answer in try AnswerRow.all(of: task, reading, vault, connection)
    where numbers.contains(answer.seq) {
      let known = kinds.firstIndex {
        AnswerAgreement.share($0, answer.annotations, ontology: reading.ontology)
          >= Self.sameFixShare
      }
      if known == nil { kinds.append(answer.annotations) }
      fixes.annotations[answer.seq] = answer.annotations
      fixes.groups[answer.seq] = known ?? kinds.count - 1
    }
    return fixes
  }
}

extension ReviewVerdictRow {
  fileprivate func verdict(_ fixes: ReviewDecision.Fixes) -> ReviewLifecycle.Verdict {
    .init(kind, fix: answer.flatMap { fixes.groups[$0] })
  }
}
