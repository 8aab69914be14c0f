import Foundation
import Labels
import Notation
import Store
import Testing
import Workflow
import Workforce

@testable import Platform

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
    #expect(try await payouts.confirm(run.id, returned: [:]) == back)
    let total = try await work.total()
    #expect(total.settled == 5_000_000 && total.paid == 0)
    try await work.check()
    #expect(try await payouts.order(in: work.dollar).run.micros == 5_000_000)
    try await work.check()
  }

  @Test func whatComesBackDaysLaterIsOwedAgainToo() async throws {
    let work = try await owed(5_000_000)
    try await work.sayWhereTo()
    let payouts = Payouts(work.fixture.engine, actor: .console)
    let run = try await payouts.order(in: work.dollar).run
    _ = try await payouts.confirm(run.id, returned: [:])
    #expect(try await work.total().paid == 5_000_000)
    let late = try await payouts.confirm(run.id, returned: [work.worker: "account closed"])
    #expect(late.returned == 1)
    #expect(try await payouts.confirm(run.id, returned: [work.worker: "again"]) == late)
    let total = try await work.total()
    #expect(total.settled == 5_000_000 && total.paid == 0)
    let told = try await PayStatement(work.fixture.engine, of: work.worker).payments(limit: 9)
    #expect(told.map(\.reason) == ["account closed"])
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
      (["account": 254_712_345_678], "account"), (["account": "@wallet"], "account"),
      (["account": "\u{FFFE}"], "account"), (["name": "\u{1}"], "name"), (["name": 5], "name"),
      (["languages": [["tag": "en-", "level": "basic"]]], "languages[0]"),
      (["languages": [["tag": "12", "level": "basic"]]], "languages[0]"),
    ] as [(JSON, String)] {
      let refusal = #expect(throws: Refusal.self) { try WorkerProfile(from: json) }
      guard case .invalid(let found, _)? = refusal else { continue }
      #expect(found == path)
    }
  }
}
