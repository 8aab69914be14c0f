import Foundation
import Store
import Testing
import Workflow

@testable import Platform

@Suite struct AnswerTests {
  @Test func theSameAnswerAgainGetsTheSameReceiptAndAnotherIsRefused() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    try await fixture.load(1, into: project)
    let leased = try #require(try await fixture.next(project, "ann"))
    let first = try await fixture.submit(project, "ann", leased.lease.id)
    #expect(try await fixture.submit(project, "ann", leased.lease.id) == first)
    await #expect(throws: Refusal.answeredDifferently(first.answer)) {
      try await fixture.submit(project, "ann", leased.lease.id, "bad")
    }
    #expect(try await fixture.counts(project).answers == 1)
  }

  @Test func aLateAnswerCountsWhereTheSlotIsFreeAndIsExtraWhereItIsNot() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    try await fixture.load(2, into: project)
    let free = try #require(try await fixture.next(project, "ann"))
    let taken = try #require(try await fixture.next(project, "bob"))
    fixture.advance(Dispatch.leaseMilliseconds)
    try await fixture.vault { try await Dispatch.sweep($0) }
    #expect(try await fixture.submit(project, "ann", free.lease.id).standing == .counted)
    let other = try #require(try await fixture.next(project, "cyd"))
    #expect(other.task.id == taken.task.id)
    try await fixture.submit(project, "cyd", other.lease.id)
    #expect(try await fixture.submit(project, "bob", taken.lease.id).standing == .extra)
    #expect(try await fixture.task(taken.task.id).row.lifecycle.counted == 1)
  }

  @Test func whatDoesNotFitTheOntologyIsRefusedAndTheLeaseStays() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    try await fixture.load(1, into: project)
    let leased = try #require(try await fixture.next(project, "ann"))
    await #expect(throws: Refusal.self) {
      try await fixture.submit(project, "ann", leased.lease.id, "odd")
    }
    try await fixture.submit(project, "ann", leased.lease.id)
  }

  @Test func revisionsKeepWhatWasThereBefore() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project(QualityPlan(answers: .init(min: 2)))
    try await fixture.load(1, into: project)
    let leased = try #require(try await fixture.next(project, "ann"))
    let receipt = try await fixture.submit(project, "ann", leased.lease.id, "good")
    let revised = try await fixture.vault {
      try await Answers($0, worker: "ann", project: project.id).revise(
        leased.lease.id, [["class": "mood", "option": "bad"]])
    }
    #expect(revised.revision == 2 && revised.hash != receipt.hash)
    let kept = try await fixture.vault { vault in
      try await vault.database.read { connection in
        try connection.first("SELECT revision, hash FROM answer_revisions") {
          ($0.int(0), $0.text(1))
        }
      }
    }
    #expect(kept?.0 == 1 && kept?.1 == receipt.hash)
    await #expect(throws: Refusal.unknown(.answer, leased.lease.id.text)) {
      try await fixture.vault {
        try await Answers($0, worker: "bob", project: project.id).revise(leased.lease.id, [])
      }
    }
  }

  @Test func adaptivePlansStopWhenSureAndAskOnWhenNot() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project(
      QualityPlan(answers: .init(min: 2, max: 5, targetConfidence: 0.75)))
    try await fixture.load(2, into: project)
    let agreed = try #require(try await fixture.next(project, "w0"))
    try await fixture.submit(project, "w0", agreed.lease.id, "good")
    let second = try #require(try await fixture.next(project, "w1"))
    #expect(second.task.id == agreed.task.id)
    try await fixture.submit(project, "w1", second.lease.id, "good")
    #expect(try await fixture.task(agreed.task.id).row.lifecycle.state == .completed)
    for (worker, option) in [("w2", "good"), ("w3", "bad")] {
      let leased = try #require(try await fixture.next(project, worker))
      try await fixture.submit(project, worker, leased.lease.id, option)
    }
    let open = try await fixture.tasks(project).first { $0.id != agreed.task.id }
    #expect(open?.lifecycle.state == .open && open?.lifecycle.wanted == 3)
    for worker in ["w4", "w5", "w6", "w7"] {
      guard let leased = try await fixture.next(project, worker) else { break }
      try await fixture.submit(project, worker, leased.lease.id, worker == "w4" ? "good" : "bad")
    }
    let ended = try await fixture.tasks(project).first { $0.id != agreed.task.id }
    #expect(ended?.lifecycle.state == .completed)
    #expect((ended?.lifecycle.counted ?? 9) <= 5)
  }

  @Test func draftsComeBackAndGoWithTheLease() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    try await fixture.load(1, into: project)
    let leased = try #require(try await fixture.next(project, "ann"))
    try await fixture.vault {
      try await Leases($0, worker: "ann", project: project.id).saveDraft(
        Array(#"{"annotations":[]}"#.utf8), of: leased.lease.id)
    }
    try await fixture.reopen()
    let held = try await fixture.vault {
      try await Dispatch($0, worker: "ann").held(in: project.id)
    }
    #expect(held.first?.draft == Array(#"{"annotations":[]}"#.utf8))
    let limit = Leases.draftLimit
    await #expect(throws: Refusal.tooLarge(what: "a draft (bytes)", limit: limit)) {
      try await fixture.vault {
        try await Leases($0, worker: "ann", project: project.id).saveDraft(
          [UInt8](repeating: 0, count: limit + 1), of: leased.lease.id)
      }
    }
  }
}

@Suite struct ReviewTests {
  private func settled(
    _ fixture: Fixture, maxReworks: Int = 1
  ) async throws -> (Project, TaskID) {
    let project = try await fixture.project(
      QualityPlan(
        answers: .init(min: 1), review: .init(sampleRate: 1, maxReworks: maxReworks)))
    try await fixture.load(1, into: project)
    let leased = try #require(try await fixture.next(project, "ann"))
    try await fixture.submit(project, "ann", leased.lease.id)
    return (project, leased.task.id)
  }

  private func verdict(
    _ fixture: Fixture, _ project: Project, _ worker: String, _ verdict: Reviews.Verdict
  ) async throws -> TaskRow {
    let lease = try #require(try await fixture.next(project, worker, stage: .review))
    return try await fixture.vault {
      try await Reviews($0, reviewer: worker, project: project.id).submit(
        verdict, for: lease.lease.id, activeMilliseconds: 500)
    }
  }

  @Test func theAuthorNeverReviewsTheirOwn() async throws {
    let fixture = try await Fixture()
    let (project, _) = try await settled(fixture)
    #expect(try await fixture.next(project, "ann", stage: .review) == nil)
    #expect(try await fixture.next(project, "rex", stage: .review) != nil)
  }

  @Test func acceptingEndsTheTask() async throws {
    let fixture = try await Fixture()
    let (project, _) = try await settled(fixture)
    let task = try await verdict(fixture, project, "rex", .init(kind: .accept))
    #expect(task.lifecycle.state == .completed)
  }

  @Test func fixingMakesANewVersionOfTheResultAndKeepsTheOld() async throws {
    let fixture = try await Fixture()
    let (project, id) = try await settled(fixture)
    let before = try await fixture.task(id)
    #expect(before.consensus?.method == "single" && before.consensus?.answers == 1)
    #expect(before.consensus?.annotations == before.answers.first?.annotations)
    _ = try await verdict(
      fixture, project, "rex",
      .init(kind: .fix, annotations: [["class": "mood", "option": "bad"]]))
    let detail = try await fixture.task(id)
    #expect(detail.consensus?.method == "review" && detail.consensus?.version == 1)
    #expect(detail.row.lifecycle.state == .completed)
    #expect(detail.answers.contains { $0.id == before.answers.first?.id })
  }

  @Test func rejectingSendsItBackToSomebodyElseUntilTheLimit() async throws {
    let fixture = try await Fixture()
    let (project, id) = try await settled(fixture)
    await #expect(throws: Refusal.self) {
      _ = try await verdict(fixture, project, "rex", .init(kind: .reject))
    }
    fixture.advance(Dispatch.leaseMilliseconds)
    try await fixture.vault { try await Dispatch.sweep($0) }
    let task = try await verdict(
      fixture, project, "rex", .init(kind: .reject, reason: "wrong"))
    #expect(task.lifecycle.state == .open)
    #expect(try await fixture.next(project, "ann") == nil)
    let again = try #require(try await fixture.next(project, "bob"))
    #expect(again.task.id == id)
    try await fixture.submit(project, "bob", again.lease.id, "bad")
    let escalated = try await verdict(
      fixture, project, "sue", .init(kind: .reject, reason: "no"))
    #expect(escalated.lifecycle.state == .inReview)
    #expect(escalated.lifecycle.review.desk == .escalation)
  }
}
