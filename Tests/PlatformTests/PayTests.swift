import Foundation
import Labels
import Notation
import Store
import Testing
import Workflow
import Workforce

@testable import Platform

/// A project that pays, and a worker of the operator's.
private struct PaidWork {
  let fixture: Fixture
  let project: Project
  let worker: UserID
  let dollar = Currency("USD")!

  init(
    _ plan: QualityPlan = QualityPlan(), _ rate: JSON = ["currency": "USD", "answer": "0.10"]
  ) async throws {
    fixture = try await Fixture()
    project = try await fixture.project(plan)
    worker = try await Users(fixture.engine, actor: .console, password: Password(logN: 4)).create(
      email: "w@example.org", password: "a long password", role: .worker, client: nil
    ).id
    try await pay(rate)
  }

  func pay(_ rate: JSON) async throws {
    try await PayPlans(fixture.engine, actor: .console).set(
      PayNotation.plan(from: ["rates": [rate]]), for: project.id)
  }

  var principal: Principal {
    Principal(identity: .user(worker, email: "w@example.org"), grants: [.init(client: nil, role: .worker)])
  }

  func terms() async throws -> PayTerms? {
    try await Directory(fixture.engine).find(project.id, for: principal)?.pay
  }

  func lease() async throws -> LeasedTask {
    let terms = try await terms()
    let outcome = try await fixture.vault {
      try await Dispatch($0, worker: $0.key.pseudonym(of: worker.text), pay: terms).lease(
        in: project.id, stage: .label)
    }
    guard case .leased(let tasks) = outcome, let task = tasks.first else {
      throw Refusal.unknown(.task, "none left")
    }
    return task
  }

  @discardableResult
  func answer(_ lease: LeasedTask, active: Int64 = 0, _ option: String = "good") async throws
    -> Answers.Receipt
  {
    try await fixture.vault {
      try await Answers($0, worker: $0.key.pseudonym(of: worker.text), project: project.id).submit(
        [["class": "mood", "option": .string(option)]], for: lease.lease.id,
        activeMilliseconds: active)
    }
  }

  @discardableResult
  func collect() async throws -> Int {
    try await fixture.vault { try await Earnings(fixture.engine).collect(from: $0) }
  }

  func total() async throws -> PayStatement.Total {
    try await PayStatement(fixture.engine, of: worker).totals().first
      ?? PayStatement.Total(currency: dollar)
  }

  func items() async throws -> [Earnings.Item] {
    try await PayStatement(fixture.engine, of: worker).items(before: nil, limit: 100)
  }

  /// The law of the books.
  func check() async throws {
    let ledger = Ledger(fixture.engine)
    #expect(try await ledger.faults() == [])
    var sums: [Currency: Int64] = [:]
    for balance in try await ledger.trialBalance() { sums[balance.currency, default: 0] += balance.micros }
    #expect(sums.values.allSatisfy { $0 == 0 })
  }

  func settle() async throws {
    fixture.advance(PayRate.defaultSettlesAfterHours * 3_600_000)
    try await Earnings(fixture.engine).settleDue()
  }

  func sayWhereTo(_ account: String = "GB82WEST12345698765432") async throws {
    try await WorkerProfiles(fixture.engine).set(
      WorkerProfile(from: ["name": "Wanjiru", "account": .string(account)]), of: worker)
  }
}

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
            INSERT INTO pay_events VALUES (?, 'done', ?, ?, ?, '', 1, '1', 0, 0, 0, 0, 0)
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
      guard let leased = try await work.fixture.next(work.project, "rev", stage: .review) else { return }
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
    #expect(item.takenBack == 900_000 && item.reason == Earnings.rejectedReason && item.state == .pending)
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
      grants: [.init(client: work.fixture.client, role: .labeler), .init(client: nil, role: .worker)])
    #expect(try await Directory(work.fixture.engine).find(work.project.id, for: member)?.pay == nil)
    #expect(try await work.terms()?.version == 1)
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
    #expect(try await work.total().settled == 4_000_000)
    await #expect(throws: Refusal.self) { try await adjust(0, "x") }
    await #expect(throws: Refusal.self) { try await adjust(PayRate.floorLimit + 1, "x") }
    await #expect(throws: Refusal.self) { try await adjust(1, "") }
    let told = try await PayStatement(work.fixture.engine, of: work.worker).adjustments(limit: 10)
    #expect(told.map(\.amount.micros) == [-1_000_000, 5_000_000])
    try await work.check()
  }
}

@Suite struct PayoutTests {
  private func owed(_ micros: Int64, _ code: String = "USD") async throws -> PaidWork {
    let work = try await PaidWork()
    _ = try await Earnings(work.fixture.engine).adjust(
      work.worker, by: Money(micros: micros, Currency(code)!), reason: "Work.", key: "k", actor: .console)
    return work
  }

  @Test func aRunThatIsAskedForTwicePaysOnce() async throws {
    let work = try await owed(12_345_678)
    try await work.sayWhereTo()
    let payouts = Payouts(work.fixture.engine, actor: .console)
    let first = try await payouts.order(in: work.dollar, key: "july").run
    #expect(first.micros == 12_340_000)
    #expect(try await payouts.order(in: work.dollar, key: "july").run == first)
    // Another run finds less than a cent left.
    await #expect(throws: Refusal.self) { try await payouts.order(in: work.dollar, key: "august") }
    #expect(try await work.total().settled == 5_678)
    await #expect(throws: Refusal.taken(.payout, "july")) {
      try await payouts.order(in: Currency("EUR")!, key: "july")
    }
    try await work.check()
  }

  @Test func aCurrencyWithoutMinorUnitsIsPaidWhole() async throws {
    let work = try await owed(1_999_999, "JPY")
    try await work.sayWhereTo()
    let run = try await Payouts(work.fixture.engine, actor: .console).order(in: Currency("JPY")!).run
    #expect(run.micros == 1_000_000)
    let (_, payments) = try await Payouts(work.fixture.engine, actor: .console).get(run.id)
    #expect(String(decoding: PayoutFile(run, payments).csv, as: UTF8.self).contains(",1,JPY,"))
  }

  @Test func whoSaidNotWhereToIsLeftOutAndKeepsIt() async throws {
    let work = try await owed(5_000_000)
    let payouts = Payouts(work.fixture.engine, actor: .console)
    await #expect(throws: Refusal.self) { try await payouts.order(in: work.dollar) }
    #expect(try await work.total().settled == 5_000_000)
    try await work.sayWhereTo()
    await #expect(throws: Refusal.self) {
      try await payouts.order(in: work.dollar, minimum: 5_000_001)
    }
    #expect(try await payouts.order(in: work.dollar, minimum: 5_000_000).run.payments == 1)
  }

  @Test func whatTheBankCouldNotPayIsOwedAgain() async throws {
    let work = try await owed(5_000_000)
    try await work.sayWhereTo()
    let payouts = Payouts(work.fixture.engine, actor: .console)
    let run = try await payouts.order(in: work.dollar).run
    await #expect(throws: Refusal.self) {
      try await payouts.confirm(run.id, returned: [work.fixture.engine.environment.newID(): "?"])
    }
    let back = try await payouts.confirm(run.id, returned: [work.worker: "account closed"])
    #expect(back.returned == 1)
    #expect(try await payouts.confirm(run.id, returned: [work.worker: "account closed"]) == back)
    await #expect(throws: Refusal.self) { try await payouts.confirm(run.id, returned: [:]) }
    let total = try await work.total()
    #expect(total.settled == 5_000_000 && total.paid == 0)
    try await work.check()
    #expect(try await payouts.order(in: work.dollar).run.micros == 5_000_000)
    try await work.check()
  }

  @Test func aProfileIsSealedAndReadBack() async throws {
    let work = try await PaidWork()
    let profile = try WorkerProfile(
      from: [
        "name": "Wanjiru", "account": "mpesa 0700", "currency": "KES", "country": "KE",
        "languages": [["tag": "sw", "level": "native"]], "skills": ["radiology"],
      ])
    let profiles = WorkerProfiles(work.fixture.engine)
    try await profiles.set(profile, of: work.worker)
    #expect(try await profiles.get(work.worker) == profile)
    #expect(try await work.terms()?.currency == Currency("KES"))
    let file = try Data(contentsOf: URL(fileURLWithPath: work.fixture.folder.controlPath))
    let logPath = work.fixture.folder.controlPath + "-wal"
    let log = (try? Data(contentsOf: URL(fileURLWithPath: logPath))) ?? Data()
    for secret in ["Wanjiru", "mpesa 0700"] {
      #expect(file.range(of: Data(secret.utf8)) == nil && log.range(of: Data(secret.utf8)) == nil)
    }
  }

  @Test func wrongProfilesAreRefused() {
    for (json, path) in [
      (["account": "GB82WEST12345698765433"], "account"), (["currency": "usd"], "currency"),
      (["country": "Kenya"], "country"), (["bic": "X"], "bic"),
      (["languages": [["tag": "sw"]]], "languages[0]"), (["skills": [""]], "skills[0]"),
      (["name": .string(String(repeating: "n", count: WorkerProfile.nameLimit + 1))], "name"),
    ] as [(JSON, String)] {
      let refusal = #expect(throws: Refusal.self) { try WorkerProfile(from: json) }
      guard case .invalid(let found, _)? = refusal else { continue }
      #expect(found == path)
    }
  }
}
