import Labels
import Notation
import Store
import Testing
import Workflow
import Workforce

@testable import Platform

/// Workers who review for the operator.
@Suite struct OperatorReviewerTests {
  private func reviewed() async throws -> (PaidWork, UserID, Principal) {
    let work = try await PaidWork(
      QualityPlan(review: .init(sampleRate: 1)),
      ["currency": "USD", "answer": "1", "review": "0.25", "active_minute": "0.10"])
    let user = try await Users(work.fixture.engine, actor: .console, password: Password(logN: 4))
      .create(
        email: "rev@example.org", password: "a long password", role: .worker, client: nil
      ).id
    let principal = Principal(
      identity: .user(user, email: "rev@example.org"), grants: [.init(client: nil, role: .worker)])
    return (work, user, principal)
  }

  @Test func whoWasAppointedReviewsAndIsPaidForIt() async throws {
    let (work, user, principal) = try await reviewed()
    let reviewers = OperatorReviewers(work.fixture.engine)
    try await work.fixture.load(1, into: work.project)
    try await work.answer(work.lease())
    #expect(try await work.fixture.listing(work.project.id, for: principal)?.isReviewer == false)
    try await reviewers.appoint(
      user, to: work.project.id, reason: "You know it well.", by: .console)
    let listing = try #require(try await work.fixture.listing(work.project.id, for: principal))
    #expect(listing.isReviewer)
    let told = try await Messages(work.fixture.engine).list(of: user, limit: 9).map(\.text)
    #expect(told.count == 1 && told[0].contains("You know it well."))
    let outcome = try await work.fixture.vault {
      try await Dispatch($0, worker: $0.key.pseudonym(of: user.text), pay: listing.pay).lease(
        in: work.project.id, stage: .review)
    }
    guard case .leased(let tasks) = outcome, let task = tasks.first else {
      Issue.record("nothing to review")
      return
    }
    work.fixture.advance(60_000)
    _ = try await work.fixture.vault {
      try await Reviews($0, reviewer: $0.key.pseudonym(of: user.text), project: work.project.id)
        .submit(
          .init(kind: .accept), for: task.lease.id, activeMilliseconds: 60_000)
    }
    try await work.collect()
    let statement = PayStatement(work.fixture.engine, of: user)
    let item = try #require(try await statement.items(before: nil, limit: 9).first)
    #expect(item.isReview && item.amount.micros == 350_000)
    #expect(item.lines.map(\.kind) == [.review, .time])
    let line = try #require(try await reviewers.list(of: work.project.id).first)
    #expect(line.record?.accepted == 1 && line.email == "rev@example.org")
    try await work.check()
  }

  @Test func nobodyReviewsWhatTheyAnswered() async throws {
    let (work, _, _) = try await reviewed()
    try await work.fixture.load(1, into: work.project)
    try await work.answer(work.lease())
    try await OperatorReviewers(work.fixture.engine).appoint(
      work.worker, to: work.project.id, reason: "Well done.", by: .console)
    let outcome = try await work.fixture.vault {
      try await Dispatch($0, worker: $0.key.pseudonym(of: work.worker.text)).lease(
        in: work.project.id, stage: .review)
    }
    guard case .nothing = outcome else {
      Issue.record("an author was asked to review")
      return
    }
  }

  @Test func whoIsDismissedIsToldWhyAndReviewsNoMore() async throws {
    let (work, user, principal) = try await reviewed()
    let reviewers = OperatorReviewers(work.fixture.engine)
    try await reviewers.appoint(user, to: work.project.id, reason: "Try it.", by: .console)
    try await reviewers.dismiss(user, from: work.project.id, reason: "It is done.", by: .console)
    #expect(try await work.fixture.listing(work.project.id, for: principal)?.isReviewer == false)
    #expect(try await reviewers.has(user, on: work.project.id) == false)
    #expect(try await Messages(work.fixture.engine).list(of: user, limit: 9).count == 2)
    await #expect(throws: Refusal.unknown(.user, user.text)) {
      try await reviewers.dismiss(user, from: work.project.id, reason: "Again.", by: .console)
    }
  }

  @Test func onlyWhoPassedTheExaminationIsAppointedWhereThereIsOne() async throws {
    let (work, user, _) = try await reviewed()
    try await Qualifications(work.fixture.engine).set(
      QualificationPlan(), for: work.project.id, by: .console)
    await #expect(throws: Refusal.self) {
      try await OperatorReviewers(work.fixture.engine).appoint(
        user, to: work.project.id, reason: "Try it.", by: .console)
    }
  }

  @Test func aReviewerLeadDecidesWhatAReviewerTookBackAndNothingElse() async throws {
    let (work, _, _) = try await reviewed()
    try await work.fixture.load(1, into: work.project)
    let answer = try await work.answer(work.lease()).answer
    try await work.collect()
    _ = try await Earnings(work.fixture.engine).hold(answer, reason: "Look.", by: .console)
    let appeals = Appeals(work.fixture.engine)
    _ = try await appeals.make("Why?", on: answer, by: work.worker)
    #expect(try await appeals.waiting(limit: 9, for: [.reviewerLead]) == [])
    #expect(try await appeals.waiting(limit: 9, for: [.payroll]).count == 1)
    #expect(try await appeals.subject(answer.text).deciders == [.operator, .payroll])
  }
}
