import Testing

@testable import Workflow

@Suite struct TaskLifecycleTests {
  private func open(_ wanted: Int = 2) -> TaskLifecycle {
    TaskLifecycle(state: .open, wanted: wanted)
  }

  @Test func aTaskIsOfferedAnsweredAndCompleted() throws {
    var task = TaskLifecycle(state: .staged, wanted: 1)
    #expect(try task.handle(.opened) == [.enqueue(returning: false)])
    #expect(try task.handle(.leased) == [])
    #expect(task.openSlots == 0)
    _ = try task.handle(.answered(onLease: true))
    #expect(task.isDecisionDue)
    #expect(try task.handle(.decided(.complete)) == [.revokeLeases, .settled])
    #expect(task.state == .completed)
  }

  @Test func aSlotGoesToOneLeaseOnly() throws {
    var task = open(1)
    _ = try task.handle(.leased)
    #expect(throws: TaskLifecycle.Fault.noOpenSlot) { try task.handle(.leased) }
  }

  @Test func aLeaseThatEndsBringsTheTaskBack() throws {
    var task = open(1)
    _ = try task.handle(.leased)
    #expect(try task.handle(.leaseEnded) == [.enqueue(returning: true)])
    #expect(task.openSlots == 1)
  }

  @Test func aLateAnswerCountsOnlyWhereASlotIsFree() throws {
    var task = open(1)
    _ = try task.handle(.leased)
    #expect(throws: TaskLifecycle.Fault.noOpenSlot) { try task.handle(.answered(onLease: false)) }
    _ = try task.handle(.leaseEnded)
    _ = try task.handle(.answered(onLease: false))
    #expect(task.counted == 1)
  }

  @Test func oneMoreAnswerIsAskedFor() throws {
    var task = open(1)
    _ = try task.handle(.leased)
    _ = try task.handle(.answered(onLease: true))
    #expect(try task.handle(.decided(.oneMore)) == [.enqueue(returning: true)])
    #expect(task.wanted == 2 && task.openSlots == 1)
  }

  @Test func aRejectedResultGoesBackUntilTheLimitAndThenToAManager() throws {
    let plan = QualityPlan.Review(maxReworks: 1)
    var task = TaskLifecycle(state: .inReview, wanted: 2, counted: 2)
    #expect(
      try task.handle(.reviewed(.rejected, plan))
        == [.revokeLeases, .discardAnswers, .enqueue(returning: true)])
    #expect(task.state == .open && task.counted == 0 && task.openSlots == 2)
    task.state = .inReview
    task.review = ReviewLifecycle()
    #expect(
      try task.handle(.reviewed(.rejected, plan)) == [.revokeLeases, .enqueue(returning: true)])
    #expect(task.state == .inReview && task.review.desk == .escalation && task.openSlots == 1)
    #expect(throws: TaskLifecycle.Fault.reworksExhausted(limit: 1)) {
      try task.handle(.reviewed(.rejected, plan))
    }
    #expect(try task.handle(.reviewed(.accepted, plan)).contains(.settled))
    // Whoever would decide the escalation makes none, and nothing has changed.
    var last = TaskLifecycle(state: .inReview, wanted: 2, counted: 2, reworks: 1)
    #expect(throws: TaskLifecycle.Fault.reworksExhausted(limit: 1)) {
      try last.handle(.reviewed(.rejected, plan, mayEscalate: false))
    }
    #expect(last == TaskLifecycle(state: .inReview, wanted: 2, counted: 2, reworks: 1))
  }

  @Test func aResultPassesItsStagesOneAfterTheOther() throws {
    let plan = QualityPlan.Review(reviewers: 2, stages: 2)
    var task = TaskLifecycle(state: .open, wanted: 1, counted: 1)
    _ = try task.handle(.decided(.review(.due, reviewers: 2)))
    #expect(task.openSlots == 2)
    _ = try task.handle(.leased)
    #expect(try task.handle(.reviewed(.pending, plan)) == [])
    #expect(task.openSlots == 1)
    #expect(
      try task.handle(.reviewed(.fixed(by: 0), plan)) == [.revokeLeases, .enqueue(returning: true)])
    #expect(task.review == ReviewLifecycle(stage: 2, wanted: 2) && task.openSlots == 2)
    _ = try task.handle(.reviewed(.pending, plan))
    #expect(
      try task.handle(.reviewed(.disputed, plan)) == [.revokeLeases, .enqueue(returning: true)])
    #expect(task.review == ReviewLifecycle(stage: 2, desk: .adjudication) && task.openSlots == 1)
    #expect(try task.handle(.reviewed(.accepted, plan)) == [.revokeLeases, .settled])
  }

  @Test func aLateVerdictCountsOnlyWhereASlotIsFree() throws {
    var task = TaskLifecycle(state: .inReview, wanted: 1, counted: 1)
    _ = try task.handle(.leased)
    #expect(throws: TaskLifecycle.Fault.noOpenSlot) {
      try task.handle(.reviewed(.accepted, .init(), onLease: false))
    }
    _ = try task.handle(.leaseEnded)
    #expect(try task.handle(.reviewed(.accepted, .init(), onLease: false)).contains(.settled))
  }

  @Test func aCompletedTaskCanBeLookedAtAgain() throws {
    var task = TaskLifecycle(state: .completed, wanted: 1, counted: 1)
    #expect(try task.handle(.reviewAsked) == [.enqueue(returning: true)])
    #expect(task.state == .inReview && task.openSlots == 1)
    // One look is enough, whatever the plan.
    #expect(try task.handle(.reviewed(.accepted, .init(stages: 3))).contains(.settled))
    for state in TaskLifecycle.State.allCases where state != .completed {
      var other = TaskLifecycle(state: state, wanted: 1)
      #expect(throws: TaskLifecycle.Fault.notPossible(state)) { try other.handle(.reviewAsked) }
    }
  }

  @Test func whatHasEndedStaysEnded() {
    for state in [TaskLifecycle.State.completed, .canceled, .failed] {
      let events: [TaskLifecycle.Event] = [
        .opened, .leased, .answered(onLease: true), .decided(.complete), .canceled, .failed,
        .reviewed(.accepted, .init()),
      ]
      for event in events {
        var task = TaskLifecycle(state: state, wanted: 1)
        #expect(throws: TaskLifecycle.Fault.notPossible(state)) { try task.handle(event) }
        #expect(task == TaskLifecycle(state: state, wanted: 1))
      }
    }
  }

  @Test(arguments: 0..<200)
  func noWalkEverExceedsThePlan(seed: Int) throws {
    var random = Seeded(state: UInt64(seed))
    let plan = QualityPlan(answers: .init(min: Int.random(in: 1...3, using: &random), max: 4))
    var task = open(plan.answers.min)
    for _ in 0..<300 {
      let events: [TaskLifecycle.Event] = [
        .leased, .leaseEnded, .answered(onLease: task.leased > 0), .answered(onLease: false),
        .reviewed(
          [.accepted, .rejected, .pending, .disputed, .fixed(by: 0)][
            Int.random(in: 0...4, using: &random)], .init(maxReworks: 2, reviewers: 2, stages: 2)),
      ]
      let event = events[Int.random(in: 0..<events.count, using: &random)]
      _ = try? task.handle(event)
      if task.isDecisionDue {
        let confidence = Double.random(in: 0...1, using: &random)
        _ = try task.handle(
          .decided(plan.decision(counted: task.counted, confidence: confidence, lot: 0.5)))
      }
      #expect(task.counted <= plan.answers.max)
      #expect(task.leased >= 0 && task.openSlots >= 0)
      #expect(task.counted + task.openSlots <= max(plan.answers.max, task.wanted))
    }
  }
}

private struct Seeded: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 29)
  }
}

@Suite struct ReviewLifecycleTests {
  private typealias Verdict = ReviewLifecycle.Verdict

  @Test func verdictsAreWaitedForAndComeToOne() {
    let two = ReviewLifecycle(wanted: 2)
    #expect(two.outcome(of: []) == .pending)
    #expect(two.outcome(of: [Verdict(.accept)]) == .pending)
    #expect(two.outcome(of: [Verdict(.accept), Verdict(.accept)]) == .accepted)
    #expect(two.outcome(of: [Verdict(.reject), Verdict(.reject)]) == .rejected)
    #expect(two.outcome(of: [Verdict(.fix, fix: 3), Verdict(.fix, fix: 3)]) == .fixed(by: 0))
  }

  @Test func verdictsThatDifferAreDisputed() {
    let two = ReviewLifecycle(wanted: 2)
    #expect(two.outcome(of: [Verdict(.accept), Verdict(.reject)]) == .disputed)
    #expect(two.outcome(of: [Verdict(.fix, fix: 0), Verdict(.fix, fix: 1)]) == .disputed)
    #expect(two.outcome(of: [Verdict(.accept), Verdict(.fix, fix: 0)]) == .disputed)
  }
}

@Suite struct LeaseLifecycleTests {
  @Test func aReservedLeaseStartsWithAHeartbeat() throws {
    var lease = LeaseLifecycle(state: .reserved, deadline: 10)
    #expect(try lease.handle(.heartbeat(until: 30)))
    #expect(lease.state == .leased && lease.deadline == 30)
  }

  @Test func aDeadlineThatHasNotPassedEndsNothing() throws {
    var lease = LeaseLifecycle(state: .leased, deadline: 10)
    #expect(try !lease.handle(.deadlinePassed(now: 9)))
    #expect(try lease.handle(.deadlinePassed(now: 10)))
    #expect(lease.state == .expired)
  }

  @Test func aLateAnswerIsTakenButHeldNoSlot() throws {
    for state in [LeaseLifecycle.State.expired, .revoked] {
      var lease = LeaseLifecycle(state: state, deadline: 10)
      #expect(try !lease.handle(.submitted))
      #expect(lease.state == .submitted)
    }
  }

  @Test func whatWasGivenBackCannotBeAnswered() {
    for state in [LeaseLifecycle.State.submitted, .skipped, .released] {
      var lease = LeaseLifecycle(state: state, deadline: 10)
      #expect(throws: LeaseLifecycle.Fault.ended(state)) { try lease.handle(.submitted) }
      #expect(throws: LeaseLifecycle.Fault.ended(state)) { try lease.handle(.skipped) }
    }
  }
}

@Suite struct BatchLifecycleTests {
  @Test func theLegalStepsAndNoOthers() throws {
    let legal: [(BatchLifecycle.State, BatchLifecycle.Event, BatchLifecycle.State)] = [
      (.staging, .finalized, .inProgress), (.inProgress, .paused, .paused),
      (.paused, .resumed, .inProgress), (.inProgress, .lastTaskEnded, .completed),
      (.completed, .tasksAdded, .inProgress), (.paused, .canceled, .canceled),
    ]
    for (before, event, after) in legal {
      var batch = BatchLifecycle(state: before)
      try batch.handle(event)
      #expect(batch.state == after)
    }
    var canceled = BatchLifecycle(state: .canceled)
    #expect(throws: BatchLifecycle.Fault.notPossible(.canceled)) { try canceled.handle(.resumed) }
  }
}

@Suite struct QualityPlanTests {
  @Test func aFixedPlanNeverAsksForMore() {
    let plan = QualityPlan(answers: .init(min: 3, max: 3, targetConfidence: 0.99))
    #expect(plan.decision(counted: 3, confidence: 0.1, lot: 0.5) == .complete)
  }

  @Test func anAdaptivePlanAsksUntilItIsSureOrAtItsEnd() {
    let plan = QualityPlan(answers: .init(min: 2, max: 4, targetConfidence: 0.9))
    #expect(plan.decision(counted: 2, confidence: 0.8, lot: 0.5) == .oneMore)
    #expect(plan.decision(counted: 2, confidence: 0.9, lot: 0.5) == .complete)
    #expect(plan.decision(counted: 4, confidence: 0.1, lot: 0.5) == .complete)
  }

  @Test func theUnsureAndTheSampledGoToReview() {
    let plan = QualityPlan(
      answers: .init(min: 1), review: .init(sampleRate: 0.1, belowConfidence: 0.7))
    #expect(plan.decision(counted: 1, confidence: 0.6, lot: 0.9) == .review(.due))
    #expect(plan.decision(counted: 1, confidence: 0.9, lot: 0.05) == .review(.drawn))
    #expect(plan.decision(counted: 1, confidence: 0.9, lot: 0.1) == .complete)
  }

  @Test func reviewIsRoutedByAnnotatorAndByClass() {
    let plan = QualityPlan(review: .init(belowAccuracy: 0.7, classes: ["scratch"]))
    func decision(_ accuracy: Double, _ names: Set<String>) -> QualityPlan.Decision {
      plan.decision(counted: 1, confidence: 0.9, lot: 0.5, leastAccuracy: accuracy, names: names)
    }
    #expect(decision(0.69, []) == .review(.due))
    #expect(decision(0.7, ["dent"]) == .complete)
    #expect(decision(0.9, ["dent", "scratch"]) == .review(.due))
  }

  @Test func anErrorThatCostsLittleIsNotAskedAbout() {
    let plan = QualityPlan(answers: .init(min: 1, max: 5, targetConfidence: 0.99, errorCost: 10))
    var asked: [(Double, Int)] = []
    let decision = plan.decision(counted: 2, confidence: 0.8, lot: 0.5) { cost, limit in
      asked.append((cost, limit))
      return false
    }
    #expect(decision == .complete)
    #expect(asked.map(\.0) == [10] && asked.map(\.1) == [3])
    #expect(plan.decision(counted: 2, confidence: 0.8, lot: 0.5) { _, _ in true } == .oneMore)
  }

  @Test func everyLimitOfAPlanHasTwoSides() {
    func fault(_ gold: QualityPlan.Gold) -> String? { QualityPlan(gold: gold).fault }
    #expect(fault(.init(rate: QualityPlan.Gold.rateLimit)) == nil)
    #expect(fault(.init(rate: QualityPlan.Gold.rateLimit + 0.01)) != nil)
    #expect(fault(.init(rate: -0.01)) != nil && fault(.init(rate: .nan)) != nil)
    #expect(fault(.init(training: QualityPlan.Gold.trainingLimit)) == nil)
    #expect(fault(.init(training: QualityPlan.Gold.trainingLimit + 1)) != nil)
    func price(_ cost: Double) -> String? { QualityPlan(answers: .init(errorCost: cost)).fault }
    #expect(price(1) == nil && price(QualityPlan.errorCostLimit) == nil)
    #expect(price(0.9) != nil && price(QualityPlan.errorCostLimit + 1) != nil)
    let names = { (count: Int) in Set((0..<count).map { "c\($0)" }) }
    let limit = QualityPlan.Review.classLimit
    #expect(QualityPlan(review: .init(classes: names(limit))).fault == nil)
    #expect(QualityPlan(review: .init(classes: names(limit + 1))).fault != nil)
    #expect(QualityPlan(review: .init(belowAccuracy: 1.1)).fault != nil)
    typealias Review = QualityPlan.Review
    func fault(_ review: Review) -> String? { QualityPlan(review: review).fault }
    #expect(fault(Review(reviewers: Review.reviewerLimit, stages: Review.stageLimit)) == nil)
    #expect(fault(Review(reviewers: Review.reviewerLimit + 1)) != nil)
    #expect(fault(Review(reviewers: 0)) != nil && fault(Review(stages: 0)) != nil)
    #expect(fault(Review(stages: Review.stageLimit + 1)) != nil)
    #expect(fault(Review(maxReworks: Review.reworkLimit)) == nil)
    #expect(fault(Review(maxReworks: Review.reworkLimit + 1)) != nil)
  }

  @Test func saysWhatIsWrongWithAPlan() {
    #expect(QualityPlan(answers: .init(min: 0)).fault != nil)
    #expect(QualityPlan(answers: .init(min: 3, max: 2)).fault != nil)
    #expect(QualityPlan(answers: .init(min: 1, max: QualityPlan.answerLimit)).fault == nil)
    #expect(QualityPlan(answers: .init(min: 1, max: QualityPlan.answerLimit + 1)).fault != nil)
    #expect(QualityPlan(answers: .init(min: 1, targetConfidence: 0.4)).fault != nil)
    #expect(QualityPlan(review: .init(sampleRate: 1.1)).fault != nil)
  }

  @Test func aWithdrawnAnswerIsAskedForAnewWhereverTheTaskIs() throws {
    var done = TaskLifecycle(state: .completed, wanted: 3, counted: 3)
    #expect(try done.handle(.answerWithdrawn) == [.revokeLeases, .enqueue(returning: true)])
    #expect(done.state == .open && done.counted == 2 && done.openSlots == 1)
    var running = TaskLifecycle(state: .open, wanted: 3, counted: 1, leased: 1)
    #expect(try running.handle(.answerWithdrawn) == [.enqueue(returning: true)])
    #expect(running.counted == 0 && running.leased == 1 && running.openSlots == 2)
    var fresh = TaskLifecycle(state: .open, wanted: 2)
    #expect(throws: TaskLifecycle.Fault.notPossible(.open)) { try fresh.handle(.answerWithdrawn) }
    var canceled = TaskLifecycle(state: .canceled, wanted: 1, counted: 1)
    #expect(throws: TaskLifecycle.Fault.notPossible(.canceled)) { try canceled.handle(.answerWithdrawn) }
  }

  @Test func oneMoreIsAskedOfWhatIsDoneAndOfWhatIsNot() throws {
    var done = TaskLifecycle(state: .completed, wanted: 2, counted: 2)
    _ = try done.handle(.moreAsked)
    #expect(done.state == .open && done.openSlots == 1)
    var running = TaskLifecycle(state: .open, wanted: 2, counted: 1)
    _ = try running.handle(.moreAsked)
    #expect(running.openSlots == 2)
  }
}
