import Testing

@testable import Workforce

@Suite struct WorkForecastTests {
  /// The generator of the tests; the draws need no better one.
  private struct Steps: RandomNumberGenerator {
    var state: UInt64 = 7
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 29)
    }
  }

  private func make(
    _ loads: [WorkForecast.Load], _ hourly: [Int], _ cost: WorkForecast.Cost? = nil
  ) -> [WorkForecast] {
    var random = Steps()
    return WorkForecast.make(loads, hourly: hourly, cost: cost, random: &random)
  }

  @Test func aSteadyPaceEndsWhenTheDivisionSays() {
    let found = make([.init(answers: 1000)], Array(repeating: 100, count: 10))
    #expect(found[0].hours == WorkForecast.Range([10, 10, 10]))
    #expect(found[0].answers.likely == 1000)
  }

  @Test func nightsStayWhereTheyAre() {
    // Work from hour 8 to 16 of each day; now it is midnight, and a day's work is left.
    let day = (0..<24).map { (8..<16).contains($0) ? 50 : 0 }
    let found = make([.init(answers: 400)], Array(repeating: day, count: 5).flatMap { $0 })
    #expect(found[0].hours?.likely == 16)
  }

  @Test func batchesAreWorkedThroughOneAfterTheOther() {
    let found = make([.init(answers: 100), .init(answers: 100)], Array(repeating: 10, count: 12))
    #expect(found.map { $0.hours?.likely } == [10, 20])
  }

  @Test func anUnevenPastGivesAWideFuture() {
    let even = make([.init(answers: 500)], Array(repeating: 20, count: 24))[0].hours
    let uneven = make([.init(answers: 500)], (0..<24).map { $0 % 4 == 0 ? 80 : 0 })[0].hours
    #expect(even!.high - even!.low < uneven!.high - uneven!.low)
  }

  @Test func extraAnswersAndTheirCostAreReckonedWith() {
    let cost = WorkForecast.Cost(Currency("USD")!, micros: [90_000, 110_000])
    let found = make([.init(answers: 1000, extraShare: 0.5)], Array(repeating: 100, count: 24), cost)[0]
    #expect((1470...1530).contains(found.answers.likely))
    #expect((145_000_000...155_000_000).contains(found.cost!.likely))
    #expect(found.cost!.low < found.cost!.likely && found.cost!.likely < found.cost!.high)
  }

  @Test func whereNothingMovesThereIsNoEnd() {
    #expect(make([.init(answers: 1)], [])[0].hours == nil)
    #expect(make([.init(answers: 1)], [0, 0, 0])[0].hours == nil)
    #expect(make([.init(answers: 10_000_000)], [1])[0].hours == nil)
  }
}
