import Testing

@testable import Workforce

@Suite struct PayTests {
  private let dollar = Currency("USD")!

  private func earning(_ rate: PayRate, units: Int64 = 0, seconds: Int64 = 0, percent: Int64 = 100) throws
    -> Earning
  {
    try Earning(
      Work(units: units, activeMilliseconds: seconds * 1000, difficultyPercent: percent), at: rate)
  }

  @Test func anAnswerAUnitAndAMinuteAddUp() throws {
    let rate = PayRate(
      currency: dollar, perAnswer: 20_000, perUnit: 5_000, perActiveMinute: 60_000)
    let found = try earning(rate, units: 3, seconds: 30)
    #expect(found.micros == 20_000 + 15_000 + 30_000)
    #expect(found.lines.map(\.kind) == [.answer, .units, .time])
    #expect(found.lines.map(\.micros).reduce(0, +) == found.micros)
  }

  @Test func harderTasksPayMoreAndEasierOnesLess() throws {
    let rate = PayRate(currency: dollar, perAnswer: 100_000)
    #expect(try earning(rate, percent: 150).micros == 150_000)
    #expect(try earning(rate, percent: 50).micros == 50_000)
    #expect(try earning(rate, percent: 50).lines.map(\.micros) == [100_000, -50_000])
  }

  @Test func anHourEarnsTheFloorAtLeast() throws {
    let rate = PayRate(currency: dollar, perAnswer: 10_000, hourlyFloor: 9_000_000)
    // A quick answer earns its price, a slow one the floor for its time.
    #expect(try earning(rate, seconds: 4).micros == 10_000)
    #expect(try earning(rate, seconds: 4).lines.map(\.kind) == [.answer])
    let slow = try earning(rate, seconds: 60)
    #expect(slow.micros == 150_000 && slow.lines.map(\.kind) == [.answer, .floor])
    #expect(try earning(rate, seconds: 3600).micros == 9_000_000)
  }

  @Test func aRejectionLeavesWhatTheRateSays() throws {
    var rate = PayRate(currency: dollar, perAnswer: 500_000, hourlyFloor: 9_000_000)
    #expect(try earning(rate, seconds: 60).microsIfRejected == 150_000)
    rate.rejection = .nothing
    #expect(try earning(rate, seconds: 60).microsIfRejected == 0)
    rate.rejection = .everything
    #expect(try earning(rate, seconds: 60).microsIfRejected == 500_000)
  }

  @Test func negativeWorkEarnsNothingAndTooMuchIsRefused() throws {
    let rate = PayRate(currency: dollar, perUnit: 5_000, perActiveMinute: 60_000)
    #expect(try earning(rate, units: -5, seconds: -60).micros == 0)
    let dear = PayRate(currency: dollar, perUnit: PayRate.priceLimit)
    #expect(throws: Money.Overflow.self) { try earning(dear, units: 1_000_000_000) }
  }

  @Test func ratesHaveLimits() throws {
    func fault(_ rate: PayRate) -> String? {
      do { try rate.check() } catch { return error.path }
      return nil
    }
    #expect(fault(PayRate(currency: dollar, perAnswer: PayRate.priceLimit)) == nil)
    #expect(fault(PayRate(currency: dollar, perAnswer: PayRate.priceLimit + 1)) == "answer")
    #expect(fault(PayRate(currency: dollar, perAnswer: -1)) == "answer")
    #expect(fault(PayRate(currency: dollar, perUnit: -1)) == "unit")
    #expect(fault(PayRate(currency: dollar, hourlyFloor: PayRate.floorLimit)) == nil)
    #expect(fault(PayRate(currency: dollar, hourlyFloor: PayRate.floorLimit + 1)) == "hourly_floor")
    #expect(fault(PayRate(currency: dollar)) == "answer")
    let limit = PayRate.settlesAfterHoursLimit
    #expect(fault(PayRate(currency: dollar, perAnswer: 1, settlesAfterHours: limit)) == nil)
    #expect(
      fault(PayRate(currency: dollar, perAnswer: 1, settlesAfterHours: limit + 1))
        == "settles_after_hours")
  }

  @Test func plansPayInTheCurrencyThatWasChosen() throws {
    let euro = Currency("EUR")!
    let plan = PayPlan(
      rates: [PayRate(currency: dollar, perAnswer: 2), PayRate(currency: euro, perAnswer: 1)],
      difficultyPercents: ["hard": 200])
    try plan.check()
    #expect(plan.rate(in: euro).perAnswer == 1 && plan.rate(in: nil).perAnswer == 2)
    #expect(plan.rate(in: Currency("KES")).currency == dollar)
    #expect(plan.difficulty(of: "hard") == 200 && plan.difficulty(of: "other") == 100)
    for (wrong, path) in [
      (PayPlan(rates: []), "rates"), (PayPlan(rates: [plan.rates[0], plan.rates[0]]), "rates[1].currency"),
      (PayPlan(rates: plan.rates, difficultyPercents: ["x": 9]), "difficulty.x"),
      (PayPlan(rates: plan.rates, difficultyPercents: ["x": 1001]), "difficulty.x"),
    ] {
      let fault = #expect(throws: PayRate.Fault.self) { try wrong.check() }
      #expect(fault?.path == path)
    }
  }

  @Test func nobodyIsBelievedToHaveWorkedLongerThanTheyHeldTheTask() {
    let minute: Int64 = 60_000
    #expect(ActiveTime(claimed: 5 * minute, leased: 2 * minute).believed == 2 * minute)
    #expect(ActiveTime(claimed: minute, leased: 2 * minute).believed == minute)
    #expect(ActiveTime(claimed: -minute, leased: minute).believed == 0)
    #expect(ActiveTime(claimed: minute, leased: -minute).believed == 0)
    #expect(ActiveTime(claimed: minute, leased: 2 * minute, spent: minute + 1).believed == minute - 1)
    #expect(ActiveTime(claimed: minute, leased: minute, spent: 2 * minute).believed == 0)
    let limit = ActiveTime.defaultLimit
    #expect(ActiveTime(claimed: 9 * limit, leased: 9 * limit).believed == limit)
    #expect(ActiveTime(claimed: limit, leased: limit).believed == limit)
  }
}
