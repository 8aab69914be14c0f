import Foundation
import Labels
import Notation
import Store
import Testing
import Workflow
import Workforce

@testable import Platform

@Suite struct PayFlowTests {
  @Test func anAnswerIsPendingThenSettledThenPaid() async throws {
    let work = try await PaidWork()
    try await work.fixture.load(2, into: work.project)
    let receipt = try await work.answer(work.lease())
    #expect(try await work.collect() == 1)
    #expect(try await work.total().pending == 100_000)
    try await Earnings(work.fixture.engine).settleDue()
    #expect(try await work.total().settled == 0)
    try await work.settle()
    #expect(try await work.total() == .init(currency: work.dollar, settled: 100_000, answers: 1))
    #expect(try await work.items().map(\.answer) == [receipt.answer])
    try await work.sayWhereTo()
    let payouts = Payouts(work.fixture.engine, actor: .console)
    let ordered = try await payouts.order(in: work.dollar)
    #expect(ordered.run.payments == 1 && ordered.run.micros == 100_000)
    #expect(try await work.total().ordered == 100_000)
    try await work.check()
    let confirmed = try await payouts.confirm(ordered.run.id, returned: [:])
    #expect(confirmed.confirmedAt != nil)
    #expect(try await work.total() == .init(currency: work.dollar, paid: 100_000, answers: 1))
    try await work.check()
  }

  @Test func whatWasTakenInIsNotTakenInAgain() async throws {
    let work = try await PaidWork()
    try await work.fixture.load(1, into: work.project)
    try await work.answer(work.lease())
    let events = try await work.fixture.vault { vault in
      try await vault.database.read { try PayEvent.oldest(limit: 10, $0) }
    }
    try await work.collect()
    // As after a crash between the two databases: the vault still has the event.
    let again = try await work.fixture.vault { vault in
      try await vault.database.write(.flushed) { connection in
        for event in events {
          try connection.run(
            """
            INSERT INTO pay_events
              VALUES (?, 'done', ?, ?, ?, '', 1, '1 - -', 0, 0, 0, 0, NULL, 0, 0, 0)
            """,
            [.int(event.number), event.answer.sql, .text(event.worker), event.project.sql])
        }
      }
      return try await Earnings(work.fixture.engine).collect(from: vault)
    }
    #expect(again == 1)
    #expect(try await work.total().pending == 100_000)
    try await work.check()
  }

  @Test func theShownPriceHoldsWhateverChangesMeanwhile() async throws {
    let work = try await PaidWork()
    try await work.fixture.load(3, into: work.project)
    let before = try await work.lease()
    try await work.pay(["currency": "USD", "answer": "0.01"])
    let after = try await work.lease()
    #expect(before.lease.pay?.version == 1 && after.lease.pay?.version == 2)
    try await PayPlans(work.fixture.engine, actor: .console).set(nil, for: work.project.id)
    let unpaid = try await work.lease()
    #expect(unpaid.lease.pay == nil)
    for lease in [before, after, unpaid] { try await work.answer(lease) }
    try await work.collect()
    #expect(try await work.items().map(\.amount.micros).sorted() == [10_000, 100_000])
  }

  @Test func aLateAnswerIsPaidByTheTermsItWasGivenUnder() async throws {
    let work = try await PaidWork()
    try await work.fixture.load(1, into: work.project)
    let lease = try await work.lease()
    work.fixture.advance(3 * Dispatch.leaseMilliseconds)
    try await work.fixture.vault { try await Dispatch.sweep($0) }
    try await work.answer(lease)
    // Said twice it is one answer.
    try await work.answer(lease)
    try await work.collect()
    #expect(try await work.total().pending == 100_000)
  }

  @Test func aRejectionLeavesTheFloorAndWhatIsSettledStays() async throws {
    let plan = QualityPlan(review: .init(sampleRate: 1, maxReworks: 5))
    let work = try await PaidWork(
      plan, ["currency": "USD", "answer": "1", "hourly_floor": "6"])
    try await work.fixture.load(2, into: work.project)
    func reject() async throws {
      guard let leased = try await work.fixture.next(work.project, "rev", stage: .review) else {
        return
      }
      _ = try await work.fixture.vault {
        try await Reviews($0, reviewer: "rev", project: work.project.id).submit(
          .init(kind: .reject, reason: "not so"), for: leased.lease.id, activeMilliseconds: 0)
      }
    }
    let lease = try await work.lease()
    work.fixture.advance(120_000)
    try await work.answer(lease, active: 60_000)
    try await work.collect()
    #expect(try await work.total().pending == 1_000_000)
    try await reject()
    try await work.collect()
    #expect(try await work.total().pending == 100_000)
    let item = try #require(try await work.items().first)
    #expect(
      item.takenBack == 900_000 && item.reason == Earnings.rejectedReason && item.state == .pending)
    try await work.settle()
    #expect(try await work.total().settled == 100_000)
    // Rejected after it was settled: it is theirs.
    let second = try await work.lease()
    try await work.answer(second)
    try await work.collect()
    try await work.settle()
    try await reject()
    try await work.collect()
    #expect(try await work.total().settled == 1_100_000)
    try await work.check()
  }

  @Test func anHourIsPaidOnceHoweverManyTasksWereHeldInIt() async throws {
    let work = try await PaidWork(QualityPlan(), ["currency": "USD", "hourly_floor": "36"])
    try await work.fixture.load(20, into: work.project)
    var leases: [LeasedTask] = []
    for _ in 0..<10 { leases.append(try await work.lease()) }
    work.fixture.advance(100_000)
    for lease in leases {
      try await work.answer(lease, active: 3_600_000)
      work.fixture.advance(1)
    }
    try await work.collect()
    // A hundred seconds and ten milliseconds of a cent a second.
    #expect(try await work.total().pending <= 1_000_100)
    #expect(try await work.total().activeMilliseconds <= 100_010)
    // What is answered long after its lease was over was not worked on all that time.
    let late = try await work.lease()
    work.fixture.advance(48 * 3_600_000)
    try await work.answer(late, active: 3_600_000)
    try await work.collect()
    #expect(try await work.total().activeMilliseconds <= 100_010 + Dispatch.leaseMilliseconds)
  }

  @Test func anAnswerBeyondThePlanIsHeld() async throws {
    let work = try await PaidWork()
    try await work.fixture.load(1, into: work.project)
    let lease = try await work.lease()
    work.fixture.advance(2 * Dispatch.leaseMilliseconds)
    try await work.fixture.vault { try await Dispatch.sweep($0) }
    let other = try #require(try await work.fixture.next(work.project, "other"))
    _ = try await work.fixture.submit(work.project, "other", other.lease.id, "good")
    #expect(try await work.answer(lease).standing == .extra)
    try await work.collect()
    let item = try #require(try await work.items().first)
    #expect(
      item.state == .held && item.reason == Earnings.extraReason && item.amount.micros == 100_000)
    try await work.settle()
    #expect(try await work.total().settled == 0)
  }

  @Test func whoWasRightLosesNothingByARejectedResult() async throws {
    let work = try await PaidWork(
      QualityPlan(answers: .init(min: 3), review: .init(sampleRate: 1, maxReworks: 5)),
      ["currency": "USD", "answer": "1", "on_rejection": "nothing"])
    try await work.fixture.load(1, into: work.project)
    try await work.answer(work.lease(), "good")
    for other in ["b", "c"] {
      let leased = try #require(try await work.fixture.next(work.project, other))
      _ = try await work.fixture.submit(work.project, other, leased.lease.id, "bad")
    }
    let leased = try #require(try await work.fixture.next(work.project, "rev", stage: .review))
    _ = try await work.fixture.vault {
      try await Reviews($0, reviewer: "rev", project: work.project.id).submit(
        .init(kind: .reject, reason: "it is good"), for: leased.lease.id, activeMilliseconds: 0)
    }
    try await work.collect()
    #expect(try await work.total().pending == 1_000_000)
  }

  @Test func goldIsNotToldByItsDifficulty() async throws {
    let work = try await PaidWork(QualityPlan(gold: .init(rate: 0.5)))
    try await PayPlans(work.fixture.engine, actor: .console).set(
      PayNotation.plan(from: [
        "rates": [["currency": "USD", "answer": "1"]], "difficulty": ["default": 150],
      ]), for: work.project.id)
    try await work.fixture.load(40, into: work.project)
    for _ in 0..<20 { try await work.answer(work.lease()) }
    try await work.collect()
    #expect(Set(try await work.items().map(\.difficultyPercent)) == [150])
    #expect(try await work.lease().lease.pay?.batch != nil)
  }

  @Test func whatIsDueBeforeARejectionIsKept() async throws {
    let work = try await PaidWork(
      QualityPlan(review: .init(sampleRate: 1, maxReworks: 5)),
      ["currency": "USD", "answer": "1", "on_rejection": "nothing"])
    try await work.fixture.load(1, into: work.project)
    try await work.answer(work.lease())
    try await work.collect()
    // Nobody has settled it yet when the rejection comes, as after a restart.
    work.fixture.advance(PayRate.defaultSettlesAfterHours * 3_600_000)
    let leased = try #require(try await work.fixture.next(work.project, "rev", stage: .review))
    _ = try await work.fixture.vault {
      try await Reviews($0, reviewer: "rev", project: work.project.id).submit(
        .init(kind: .reject, reason: "no"), for: leased.lease.id, activeMilliseconds: 0)
    }
    try await work.collect()
    try await Earnings(work.fixture.engine).settleDue()
    #expect(try await work.total().settled == 1_000_000)
  }

  @Test func whatIsNotKnownYetIsKeptForLater() async throws {
    let work = try await PaidWork()
    try await work.fixture.load(1, into: work.project)
    try await work.answer(work.lease())
    let engine = work.fixture.engine
    try await engine.control.write(.flushed) {
      try $0.run("UPDATE pay_plans SET version = 9", [])
    }
    try await work.fixture.reopen()
    #expect(try await work.collect() == 0)
    try await work.fixture.engine.control.write(.flushed) {
      try $0.run("UPDATE pay_plans SET version = 1", [])
    }
    #expect(try await work.collect() == 1)
  }

  @Test func aRevisionEarnsWhatItSays() async throws {
    let work = try await PaidWork(
      QualityPlan(answers: .init(min: 2)), ["currency": "USD", "unit": "0.5", "unit_is": "object"])
    let boxes = try await work.fixture.project(
      QualityPlan(answers: .init(min: 2)),
      ontology: ["classes": [["name": "cell", "kind": "box"]]])
    try await PayPlans(work.fixture.engine, actor: .console).set(
      PayNotation.plan(from: ["rates": [["currency": "USD", "unit": "0.5"]]]), for: boxes.id)
    try await work.fixture.load("{\"image\":\"https://example.org/a.png\"}", into: boxes)
    let terms = try await Directory(work.fixture.engine).find(boxes.id, for: work.principal)?.pay
    func box(_ x: Int64) -> JSON { ["class": "cell", "box": [.int(x), 0, 5, 5]] }
    try await work.fixture.vault { vault in
      let name = vault.key.pseudonym(of: work.worker.text)
      guard
        case .leased(let tasks) = try await Dispatch(vault, worker: name, pay: terms).lease(
          in: boxes.id, stage: .label), let lease = tasks.first?.lease.id
      else { return }
      let answers = Answers(vault, worker: name, project: boxes.id)
      _ = try await answers.submit([box(0)], for: lease, activeMilliseconds: 0)
      try await Earnings(work.fixture.engine).collect(from: vault)
      #expect(try await work.total().pending == 500_000)
      for boxes in [[box(0), box(9), box(20)], [], [box(0), box(9)]] {
        _ = try await answers.revise(lease, .array(boxes))
        try await Earnings(work.fixture.engine).collect(from: vault)
        #expect(try await work.total().pending == Int64(boxes.count) * 500_000)
      }
    }
    try await work.check()
  }

  @Test func theClientsOwnPeopleAreNotTheOperatorsToPay() async throws {
    let work = try await PaidWork()
    let member = Principal(
      identity: .user(work.worker, email: "w@example.org"),
      grants: [
        .init(client: work.fixture.client, role: .labeler), .init(client: nil, role: .worker),
      ])
    // Whoever is a worker too stays one: a client cannot make the operator's work unpaid by an invitation.
    #expect(try await work.fixture.listing(work.project.id, for: member)?.pay?.version == 1)
    var own = member
    own.grants.removeLast()
    #expect(try await work.fixture.listing(work.project.id, for: own)?.pay == nil)
  }

  @Test func whatIsHeldIsNotSettledUntilItIsReleased() async throws {
    let work = try await PaidWork()
    try await work.fixture.load(1, into: work.project)
    let receipt = try await work.answer(work.lease())
    try await work.collect()
    let earnings = Earnings(work.fixture.engine)
    _ = try await earnings.hold(receipt.answer, reason: "To be looked at.", by: .console)
    try await work.settle()
    let held = try await work.total()
    #expect(held.held == 100_000 && held.settled == 0)
    await #expect(throws: Refusal.self) {
      try await earnings.hold(receipt.answer, reason: "Again.", by: .console)
    }
    await #expect(throws: Refusal.self) {
      try await earnings.hold(receipt.answer, reason: " ", by: .console)
    }
    _ = try await earnings.release(receipt.answer, by: .console)
    try await earnings.settleDue()
    #expect(try await work.total().settled == 100_000)
  }

  @Test func bonusesCountOnceUnderTheirKey() async throws {
    let work = try await PaidWork()
    let earnings = Earnings(work.fixture.engine)
    func adjust(_ micros: Int64, _ key: String) async throws -> Bool {
      try await earnings.adjust(
        work.worker, by: Money(micros: micros, work.dollar), reason: "Fine work.", key: key,
        actor: .console)
    }
    #expect(try await adjust(5_000_000, "july"))
    #expect(try await !adjust(5_000_000, "july"))
    #expect(try await adjust(-1_000_000, "mistake"))
    // A key that stands for something else is no key for this.
    await #expect(throws: Refusal.taken(.earning, "july")) { try await adjust(7_000_000, "july") }
    #expect(try await work.total().settled == 4_000_000)
    await #expect(throws: Refusal.self) { try await adjust(0, "x") }
    await #expect(throws: Refusal.self) { try await adjust(PayRate.floorLimit + 1, "x") }
    await #expect(throws: Refusal.self) { try await adjust(1, "") }
    let told = try await PayStatement(work.fixture.engine, of: work.worker).adjustments(limit: 10)
    #expect(told.map(\.amount.micros) == [-1_000_000, 5_000_000])
    try await work.check()
  }
}
