import Notation
import Store
import Testing
import Workflow

@testable import Platform

/// Reviews by several, one after the other, and whoever decides where they differ.
@Suite struct ReviewStageTests {
  private let good: JSON = [["class": "mood", "option": "good"]]
  private let bad: JSON = [["class": "mood", "option": "bad"]]

  /// A project with one task that was answered “good”.
  private func settled(
    _ fixture: Fixture, _ review: QualityPlan.Review
  ) async throws -> (Project, TaskID) {
    let project = try await fixture.project(QualityPlan(answers: .init(min: 1), review: review))
    try await fixture.load(1, into: project)
    let leased = try #require(try await fixture.next(project, "ann"))
    try await fixture.submit(project, "ann", leased.lease.id)
    return (project, leased.task.id)
  }

  private func take(
    _ fixture: Fixture, _ project: Project, _ worker: String, isManager: Bool = false
  ) async throws -> LeasedTask? {
    try await fixture.next(project, worker, stage: .review, decidesEscalations: isManager)
  }

  @discardableResult
  private func say(
    _ fixture: Fixture, _ project: Project, _ worker: String, _ kind: TaskLifecycle.ReviewVerdict,
    _ annotations: JSON? = nil, isManager: Bool = false
  ) async throws -> TaskRow {
    let leased = try #require(try await take(fixture, project, worker, isManager: isManager))
    return try await submit(fixture, project, worker, leased, kind, annotations)
  }

  @discardableResult
  private func submit(
    _ fixture: Fixture, _ project: Project, _ worker: String, _ leased: LeasedTask,
    _ kind: TaskLifecycle.ReviewVerdict, _ annotations: JSON? = nil
  ) async throws -> TaskRow {
    try await fixture.vault {
      try await Reviews($0, reviewer: worker, project: project.id).submit(
        .init(kind: kind, annotations: annotations, reason: kind == .reject ? "wrong" : nil),
        for: leased.lease.id, activeMilliseconds: 500)
    }
  }

  private func records(
    _ fixture: Fixture, _ project: Project
  ) async throws -> [String: ReviewerRecord] {
    let report = try await fixture.vault { try await Quality($0).report(on: project.id) }
    return Dictionary(uniqueKeysWithValues: report.reviewers.map { ($0.worker, $0) })
  }

  @Test func twoReviewersLookAtOnceAndDoNotSeeEachOther() async throws {
    let fixture = try await Fixture()
    let (project, id) = try await settled(fixture, .init(sampleRate: 1, reviewers: 2))
    let first = try #require(try await take(fixture, project, "rex"))
    let second = try #require(try await take(fixture, project, "sue"))
    #expect(try await take(fixture, project, "tom") == nil)
    let between = try await submit(fixture, project, "rex", first, .fix, bad)
    #expect(between.lifecycle.state == .inReview)
    #expect(try await fixture.task(id).consensus?.annotations.count == 1)
    #expect(try await fixture.task(id).consensus?.method == "single")
    #expect(try await take(fixture, project, "tom") == nil)
    let after = try await submit(fixture, project, "sue", second, .fix, bad)
    #expect(after.lifecycle.state == .completed)
    #expect(try await fixture.task(id).consensus?.method == "review")
    let known = try await records(fixture, project)
    #expect(known["rex"]?.judged == 1 && known["rex"]?.agreed == 1 && known["sue"]?.fixed == 1)
  }

  @Test func whereTheyDifferAnotherDecidesAndTheyAreMeasured() async throws {
    let fixture = try await Fixture()
    let (project, id) = try await settled(fixture, .init(sampleRate: 1, reviewers: 2))
    try await say(fixture, project, "rex", .accept)
    let disputed = try await say(fixture, project, "sue", .fix, bad)
    #expect(disputed.lifecycle.review.desk == .adjudication)
    #expect(try await take(fixture, project, "rex") == nil)
    let leased = try #require(try await take(fixture, project, "tom"))
    let material = try #require(leased.review)
    #expect(material.review.desk == .adjudication && material.verdicts == [.accept, .fix])
    #expect(material.answers.map(\.stage) == [.label, .review])
    let done = try await submit(fixture, project, "tom", leased, .fix, bad)
    #expect(done.lifecycle.state == .completed)
    #expect(try await fixture.task(id).consensus?.confidence == 1)
    let known = try await records(fixture, project)
    #expect(known["rex"]?.judged == 1 && known["rex"]?.agreed == 0)
    #expect(known["sue"]?.judged == 1 && known["sue"]?.agreed == 1)
    #expect(known["tom"]?.judged == 0 && known["tom"]?.reviews == 1)
    #expect((known["rex"]?.accuracy ?? 1) < (known["sue"]?.accuracy ?? 0))
  }

  @Test func aDisputeThatEndsInRejectionTellsTheAnnotatorOnlyThen() async throws {
    let fixture = try await Fixture()
    let (project, _) = try await settled(fixture, .init(sampleRate: 1, reviewers: 2))
    func told() async throws -> Int {
      try await fixture.vault {
        try await Feedback($0, worker: "ann", project: project.id).newCount()
      }
    }
    try await say(fixture, project, "rex", .accept)
    try await say(fixture, project, "sue", .reject)
    #expect(try await told() == 0)
    let back = try await say(fixture, project, "tom", .reject)
    #expect(back.lifecycle.state == .open && back.lifecycle.reworks == 1)
    #expect(try await told() == 1)
  }

  @Test func theSecondStageLooksAtWhatTheFirstLetPass() async throws {
    let fixture = try await Fixture()
    let (project, id) = try await settled(fixture, .init(sampleRate: 1, stages: 2))
    let passed = try await say(fixture, project, "rex", .accept)
    #expect(passed.lifecycle.state == .inReview && passed.lifecycle.review.stage == 2)
    #expect(try await take(fixture, project, "rex") == nil)
    let done = try await say(fixture, project, "sue", .fix, bad)
    #expect(done.lifecycle.state == .completed)
    let known = try await records(fixture, project)
    #expect(known["rex"]?.judged == 1 && known["rex"]?.agreed == 0)
    // The client says who was right of those whom nobody has judged.
    try await fixture.vault {
      try await TaskChanges($0, actor: .console).audit(.accepted, remarks: [:], of: id)
    }
    #expect(try await records(fixture, project)["sue"]?.agreed == 1)
  }

  @Test func whatIsSentBackTooOftenGoesToAManager() async throws {
    let fixture = try await Fixture()
    let (project, _) = try await settled(fixture, .init(sampleRate: 1, maxReworks: 0))
    let escalated = try await say(fixture, project, "rex", .reject)
    #expect(escalated.lifecycle.review.desk == .escalation)
    #expect(try await take(fixture, project, "sue") == nil)
    #expect(try await fixture.reason(project, "sue", stage: .review) == .escalated)
    await #expect(throws: Refusal.self) {
      try await fixture.vault {
        try await Dispatch($0, worker: "sue").lease(
          in: project.id, stage: .review, task: escalated.id)
      }
    }
    let leased = try #require(try await take(fixture, project, "max", isManager: true))
    #expect(leased.review?.verdicts == [.reject] && leased.remarks.map(\.text) == ["wrong"])
    await #expect(throws: Refusal.reworksExhausted(limit: 0)) {
      try await submit(fixture, project, "max", leased, .reject)
    }
    let done = try await submit(fixture, project, "max", leased, .fix, bad)
    #expect(done.lifecycle.state == .completed)
  }

  @Test func aVerdictOnWhatIsNoLongerAskedIsRefused() async throws {
    let fixture = try await Fixture()
    let (project, _) = try await settled(fixture, .init(sampleRate: 1, stages: 2))
    let slow = try #require(try await take(fixture, project, "rex"))
    fixture.advance(Dispatch.leaseMilliseconds)
    try await fixture.vault { try await Dispatch.sweep($0) }
    try await say(fixture, project, "sue", .accept)
    await #expect(throws: Refusal.leaseEnded(state: "expired")) {
      try await submit(fixture, project, "rex", slow, .accept)
    }
    // In time for what is asked still, a late verdict counts.
    let late = try #require(try await take(fixture, project, "tom"))
    fixture.advance(Dispatch.leaseMilliseconds)
    try await fixture.vault { try await Dispatch.sweep($0) }
    let done = try await submit(fixture, project, "tom", late, .accept)
    #expect(done.lifecycle.state == .completed)
  }

  /// Each time somebody asks, one look is enough, whatever was said before.
  @Test func aResultMayBeAskedAboutAgain() async throws {
    let fixture = try await Fixture()
    let (project, id) = try await settled(fixture, .init(sampleRate: 1))
    try await say(fixture, project, "rex", .accept)
    func reject() async throws {
      try await fixture.vault {
        try await TaskChanges($0, actor: .console).audit(
          .rejected, remarks: [:], isReviewed: true, of: id)
      }
    }
    try await reject()
    #expect(try await say(fixture, project, "sue", .accept).lifecycle.state == .completed)
    try await reject()
    #expect(try await say(fixture, project, "tom", .fix, bad).lifecycle.state == .completed)
    #expect(try await fixture.task(id).consensus?.method == "review")
    // What was drawn at random stays of the sample, and is known to have been wrong.
    let insight = try await fixture.vault { try await Quality($0).insight(on: project.id) }
    #expect(insight.funnel.fixed == 1 && insight.calibration.map(\.right) == [0])
  }

  @Test func anAuditThatCannotBeReviewedIsNotKept() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    let line = """
      {"text": "t", "gold": {"kind": "evaluation", "annotations": [{"class": "mood", "option": "bad"}]}}
      """
    try await fixture.load(line, into: project)
    let gold = try #require(try await fixture.tasks(project).first)
    await #expect(throws: Refusal.self) {
      try await fixture.vault {
        try await TaskChanges($0, actor: .console).audit(
          .rejected, remarks: [:], isReviewed: true, of: gold.id)
      }
    }
    #expect(try await fixture.task(gold.id).row.audit == nil)
  }

  /// Nobody sees a task twice: a manager who rejected it could not decide its escalation.
  @Test func aManagerDecidesInsteadOfEscalating() async throws {
    let fixture = try await Fixture()
    let (project, _) = try await settled(fixture, .init(sampleRate: 1, maxReworks: 0))
    let leased = try #require(try await take(fixture, project, "max", isManager: true))
    await #expect(throws: Refusal.reworksExhausted(limit: 0)) {
      _ = try await fixture.vault {
        try await Reviews(
          $0, reviewer: "max", project: project.id, decidesEscalations: true
        ).submit(
          .init(kind: .reject, reason: "wrong"), for: leased.lease.id, activeMilliseconds: 1)
      }
    }
    let done = try await submit(fixture, project, "max", leased, .accept)
    #expect(done.lifecycle.state == .completed)
  }

  @Test func reviewersOfAStageDoNotReadEachOtherAfterARework() async throws {
    let fixture = try await Fixture()
    let (project, id) = try await settled(fixture, .init(sampleRate: 1, reviewers: 2))
    try await say(fixture, project, "rex", .reject)
    try await say(fixture, project, "sue", .reject)
    let again = try #require(try await fixture.next(project, "bob"))
    try await fixture.submit(project, "bob", again.lease.id)
    fixture.advance(1_000)
    try await say(fixture, project, "tom", .reject)
    let leased = try #require(try await take(fixture, project, "uma"))
    #expect(leased.remarks.count == 2)
    try await submit(fixture, project, "uma", leased, .fix, bad)
    #expect(try await fixture.task(id).answers.contains { $0.stage == .review })
  }

  @Test func aFixThatWaitsForAnotherIsNotShown() async throws {
    let fixture = try await Fixture()
    let (project, id) = try await settled(fixture, .init(sampleRate: 1, reviewers: 2))
    try await say(fixture, project, "rex", .fix, bad)
    #expect(try await fixture.task(id).answers.allSatisfy { $0.stage == .label })
    try await say(fixture, project, "sue", .fix, bad)
    #expect(try await fixture.task(id).answers.filter { $0.stage == .review }.count == 2)
  }

  @Test func whoTookTheTaskAgainDoesNotAnswerForTheLeaseBefore() async throws {
    let fixture = try await Fixture()
    let (project, _) = try await settled(fixture, .init(sampleRate: 1))
    let slow = try #require(try await take(fixture, project, "rex"))
    fixture.advance(Dispatch.leaseMilliseconds)
    try await fixture.vault { try await Dispatch.sweep($0) }
    _ = try #require(try await take(fixture, project, "rex"))
    await #expect(throws: Refusal.leaseEnded(state: "expired")) {
      try await submit(fixture, project, "rex", slow, .accept)
    }
  }

  /// What was passed over as a reviewer waits for the manager one becomes.
  @Test func aPromotedReviewerGetsWhatWaited() async throws {
    let fixture = try await Fixture()
    let (project, _) = try await settled(fixture, .init(sampleRate: 1, maxReworks: 0))
    try await say(fixture, project, "rex", .reject)
    #expect(try await take(fixture, project, "sue") == nil)
    #expect(try await take(fixture, project, "sue", isManager: true) != nil)
  }
}
