import Foundation
import Notation
import Store
import Testing
import Workflow
import Workforce

@testable import Platform

@Suite struct BillingTests {
  private let dollar = Currency("USD")!

  private func start(
    tasks: Int, perTask: Int64 = 500_000, budget: Int64? = nil
  ) async throws -> PaidWork {
    let work = try await PaidWork()
    _ = try await Charges(work.fixture.engine).setPrice(
      Money(micros: perTask, dollar), budget: budget, for: work.project.id, by: .console)
    try await work.fixture.load(tasks, into: work.project)
    return work
  }

  private func collect(_ work: PaidWork) async throws -> Int {
    try await work.fixture.vault { try await Charges(work.fixture.engine).collect(from: $0) }
  }

  private func charged(_ work: PaidWork) async throws -> Int64 {
    try await Charges(work.fixture.engine).charged(work.project.id, dollar)
  }

  @Test func aTaskIsChargedOnceWhenItIsDone() async throws {
    let work = try await start(tasks: 3)
    try await work.answer(work.lease())
    try await work.answer(work.lease())
    #expect(try await collect(work) == 2)
    try await work.fixture.reopen()
    #expect(try await collect(work) == 0)
    #expect(try await charged(work) == 1_000_000)
    try await work.check()
  }

  @Test func aTaskThatIsDoneAnewIsNotChargedAgain() async throws {
    let work = try await start(tasks: 1)
    try await work.answer(work.lease())
    _ = try await collect(work)
    try await Decisions(work.fixture.engine).make(
      .init(user: work.worker, project: work.project.id, actions: [.requeue], reason: "Chance."),
      by: .console)
    let lease = try #require(try await work.fixture.next(work.project, "other"))
    try await work.fixture.submit(work.project, "other", lease.lease.id)
    #expect(try await collect(work) == 0)
    #expect(try await charged(work) == 500_000)
  }

  @Test func aTaskKeepsThePriceOfItsEndThoughItIsTakenInLater() async throws {
    let work = try await start(tasks: 2)
    try await work.answer(work.lease())
    _ = try await Charges(work.fixture.engine).setPrice(
      Money(micros: 9_000_000, dollar), budget: nil, for: work.project.id, by: .console)
    _ = try await collect(work)
    #expect(try await charged(work) == 500_000)
    try await work.answer(work.lease())
    _ = try await collect(work)
    #expect(try await charged(work) == 9_500_000)
  }

  @Test func aBudgetStopsBeforeItIsOverdrawn() async throws {
    let work = try await start(tasks: 9, budget: 1_500_000)
    func hasBudget() async throws -> Bool {
      try await work.fixture.vault { try await Charges(work.fixture.engine).room(work.project.id, $0) } != 0
    }
    var count = 0
    while try await hasBudget(), count < 9 {
      let lease = try await work.lease()
      // What is in hand and what is not in the books yet counts too.
      #expect(try await hasBudget() == (count < 2))
      try await work.answer(lease)
      count += 1
    }
    #expect(count == 3)
    _ = try await collect(work)
    #expect(try await charged(work) == 1_500_000)
    #expect(try await hasBudget() == false)
  }

  @Test func anInvoiceTakesWhatIsNewAndCarriesWhatIsLessThanACent() async throws {
    let work = try await start(tasks: 6, perTask: 333_333)
    let invoices = Invoices(work.fixture.engine)
    for _ in 0..<3 { try await work.answer(work.lease()) }
    _ = try await collect(work)
    let first = try await invoices.make(for: work.fixture.client, in: dollar, by: .console)
    #expect(first.number == 1 && first.total.micros == 990_000 && first.carried == 9_999)
    #expect(first.lines.map(\.entries) == [3])
    await #expect(throws: Refusal.self) {
      try await invoices.make(for: work.fixture.client, in: dollar, by: .console)
    }
    try await work.answer(work.lease())
    _ = try await collect(work)
    let isNew = try await Charges(work.fixture.engine).credit(
      Money(micros: 100_000, dollar), on: work.project.id, reason: "Late.", key: "k", by: .console)
    #expect(isNew)
    let second = try await invoices.make(for: work.fixture.client, in: dollar, by: .console)
    #expect(second.total.micros == 240_000 && second.carried == 3_332)
    #expect(try await invoices.markPaid(1, by: .console).paidAt != nil)
    #expect(try await invoices.markPaid(1, by: .console).paidAt != nil, "twice is once")
    try await work.check()
    let owed = try await Ledger(work.fixture.engine).balances(prefix: "receivable/")
    let left: Int64 = 4 * 333_333 - 100_000 - 990_000
    #expect(owed.map(\.micros) == [left])
    let csv = String(decoding: InvoiceFile(second, from: nil).csv, as: UTF8.self)
    #expect(csv.contains("carried over,,0.009999") && csv.contains("total,,0.24,USD"))
    #expect(InvoiceFile(second, from: nil).pdf.starts(with: "%PDF".utf8))
  }

  @Test func whatIsBegunIsReservedSoThatItCanBePaid() async throws {
    let work = try await PaidWork(QualityPlan(answers: .init(min: 2)))
    let charges = Charges(work.fixture.engine)
    _ = try await charges.setPrice(
      Money(micros: 500_000, dollar), budget: 1_000_000, for: work.project.id, by: .console)
    try await work.fixture.load(9, into: work.project)
    func room() async throws -> Int? {
      try await work.fixture.vault { try await charges.room(work.project.id, $0) }
    }
    #expect(try await room() == 2)
    for _ in 0..<2 { try await work.answer(work.lease()) }
    #expect(try await room() == 0, "two tasks wait for their second answer, and nobody has them in hand")
  }

  @Test func aKeyStandsForOneCreditAndAPriceForOneCurrency() async throws {
    let work = try await start(tasks: 1)
    let charges = Charges(work.fixture.engine)
    func credit(_ micros: Int64) async throws -> Bool {
      try await charges.credit(
        Money(micros: micros, dollar), on: work.project.id, reason: "r", key: "k", by: .console)
    }
    #expect(try await credit(1000))
    #expect(try await credit(1000) == false)
    await #expect(throws: Refusal.taken(.key, "k")) { try await credit(2000) }
    await #expect(throws: Refusal.self) {
      _ = try await charges.setPrice(
        Money(micros: 1, Currency("EUR")!), budget: nil, for: work.project.id, by: .console)
    }
  }

  @Test func aPriceReachesTheVaultThoughTheServerEndedBetween() async throws {
    let work = try await start(tasks: 1)
    // As after a crash between the two databases.
    try await work.fixture.vault { vault in
      _ = try await vault.database.write(.flushed) {
        try $0.run("UPDATE projects SET price_version = NULL", [])
      }
    }
    _ = try await collect(work)
    try await work.answer(work.lease())
    _ = try await collect(work)
    #expect(try await charged(work) == 500_000)
  }

  @Test func pricesOutOfRangeAreRefused() async throws {
    let work = try await start(tasks: 1)
    for micros in [-1, Charges.limit + 1] {
      await #expect(throws: Refusal.self) {
        _ = try await Charges(work.fixture.engine).setPrice(
          Money(micros: micros, dollar), budget: nil, for: work.project.id, by: .console)
      }
    }
    _ = try await Charges(work.fixture.engine).setPrice(
      Money(micros: Charges.limit, dollar), budget: 0, for: work.project.id, by: .console)
    await #expect(throws: Refusal.self) {
      _ = try await Charges(work.fixture.engine).credit(
        Money(micros: 0, dollar), on: work.project.id, reason: "r", key: "k", by: .console)
    }
  }
}
