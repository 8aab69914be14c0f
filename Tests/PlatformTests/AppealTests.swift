import Foundation
import Labels
import Notation
import Store
import Testing
import Workflow
import Workforce

@testable import Platform

@Suite struct AppealTests {
  /// An answer whose dollar was cut to the floor of ten cents.
  private func rejected() async throws -> (PaidWork, AnswerID) {
    let work = try await PaidWork(
      QualityPlan(review: .init(sampleRate: 1, maxReworks: 5)),
      ["currency": "USD", "answer": "1", "hourly_floor": "6"])
    try await work.fixture.load(1, into: work.project)
    let lease = try await work.lease()
    work.fixture.advance(60_000)
    let answer = try await work.answer(lease, active: 60_000).answer
    let leased = try #require(
      try await work.fixture.next(work.project, "rev", stage: .review))
    _ = try await work.fixture.vault {
      try await Reviews($0, reviewer: "rev", project: work.project.id).submit(
        .init(kind: .reject, reason: "not so"), for: leased.lease.id, activeMilliseconds: 0)
    }
    try await work.collect()
    #expect(try await work.total().pending == 100_000)
    return (work, answer)
  }

  @Test func aGrantedAppealGivesBackWhatWasTaken() async throws {
    let (work, answer) = try await rejected()
    let appeals = Appeals(work.fixture.engine)
    _ = try await appeals.make("It says so in the text.", on: answer, by: work.worker)
    await #expect(throws: Refusal.self) {
      try await appeals.make("Again.", on: answer, by: work.worker)
    }
    #expect(try await appeals.waiting(limit: 9).map(\.appeal?.text) == ["It says so in the text."])
    try await appeals.decide(answer.text, isGranted: true, reply: "You are right.", by: .console)
    #expect(try await appeals.waiting(limit: 9) == [])
    let item = try #require(try await work.items().first)
    #expect(item.amount.micros == 1_000_000 && item.takenBack == 0 && item.reason == nil)
    #expect(item.appeal?.state == .granted && item.appeal?.reply == "You are right.")
    try await work.settle()
    #expect(try await work.total().settled == 1_000_000)
    await #expect(throws: Refusal.self) {
      try await appeals.decide(answer.text, isGranted: true, reply: "Once more.", by: .console)
    }
    try await work.check()
  }

  @Test func whatWasSettledMeanwhileIsJoinedByTheRest() async throws {
    let (work, answer) = try await rejected()
    let appeals = Appeals(work.fixture.engine)
    _ = try await appeals.make("No.", on: answer, by: work.worker)
    try await work.settle()
    #expect(try await work.total().settled == 100_000)
    try await appeals.decide(answer.text, isGranted: true, reply: "Yes.", by: .console)
    #expect(try await work.total().settled == 1_000_000)
    try await work.check()
  }

  @Test func aDeclinedAppealChangesNothingButSaysWhy() async throws {
    let (work, answer) = try await rejected()
    let appeals = Appeals(work.fixture.engine)
    _ = try await appeals.make("No.", on: answer, by: work.worker)
    try await appeals.decide(answer.text, isGranted: false, reply: "It is wrong.", by: .console)
    let item = try #require(try await work.items().first)
    #expect(item.amount.micros == 100_000 && item.appeal?.state == .declined)
    try await work.check()
  }

  @Test func onlyWhatWasTakenOrHeldOfOnesOwnIsAppealed() async throws {
    let work = try await PaidWork()
    try await work.fixture.load(1, into: work.project)
    let answer = try await work.answer(work.lease()).answer
    try await work.collect()
    let appeals = Appeals(work.fixture.engine)
    await #expect(throws: Refusal.self) { try await appeals.make("Why?", on: answer, by: work.worker) }
    _ = try await Earnings(work.fixture.engine).hold(answer, reason: "?", by: .console)
    let stranger: UserID = work.fixture.engine.environment.newID()
    await #expect(throws: Refusal.unknown(.earning, answer.text)) {
      try await appeals.make("Why?", on: answer, by: stranger)
    }
    for text in ["", String(repeating: "x", count: Appeals.textLimit + 1)] {
      await #expect(throws: Refusal.self) { try await appeals.make(text, on: answer, by: work.worker) }
    }
    let longest = String(repeating: "x", count: Appeals.textLimit)
    _ = try await appeals.make(longest, on: answer, by: work.worker)
    try await appeals.decide(answer.text, isGranted: true, reply: "Let go.", by: .console)
    #expect(try await work.items().first?.state == .pending)
  }
}
