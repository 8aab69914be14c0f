import Testing

@testable import Consensus

@Suite struct BradleyTerryTests {
  /// Votes on pairs of things whose strengths are known.
  private func votes(
    _ strengths: [Double], count: Int, _ generator: inout SeededGenerator
  ) -> [Comparison] {
    (0..<count).map { _ in
      let first = Int(generator.next() % UInt64(strengths.count))
      let second = (first + 1 + Int(generator.next() % UInt64(strengths.count - 1))) % strengths.count
      let sigma = 1 / (1 + exponential(strengths[second] - strengths[first]))
      return .init(first: first, second: second, outcome: generator.unit() < sigma ? 1 : 0)
    }
  }

  /// exp by its series, so that the test needs no other library.
  private func exponential(_ x: Double) -> Double {
    let small = x / 1024
    var (term, sum) = (1.0, 1.0)
    for place in 1...12 {
      term *= small / Double(place)
      sum += term
    }
    return (0..<10).reduce(sum) { value, _ in value * value }
  }

  /// Between two things the strength is the log odds of the wins.
  @Test func twoThingsByHand() throws {
    let votes =
      Array(repeating: Comparison(first: 0, second: 1, outcome: 1), count: 30)
      + Array(repeating: Comparison(first: 1, second: 0, outcome: 1), count: 10)
    let fit = try BradleyTerry(votes, itemCount: 2, penalty: 0)
    #expect(abs(fit.strengths[0] - fit.strengths[1] - 1.098_612_288_668_109_8) < 1e-9)
    #expect(abs(fit.probability(0, before: 1) - 0.75) < 1e-9)
    // The variance of the log odds is 1/30 + 1/10, and half of it lies on each side.
    #expect(abs(fit.errors[0] - (1.0 / 30 + 1.0 / 10).squareRoot() / 2) < 1e-6)
  }

  @Test func tiesAreHalfAWinForEach() throws {
    let ties = Array(repeating: Comparison(first: 0, second: 1, outcome: 0.5), count: 8)
    let wins = (0..<8).map { Comparison(first: 0, second: 1, outcome: Double($0 % 2)) }
    let (a, b) = (try BradleyTerry(ties, itemCount: 2), try BradleyTerry(wins, itemCount: 2))
    #expect(abs(a.strengths[0]) < 1e-9 && abs(b.strengths[0]) < 1e-9)
  }

  /// 95 % intervals hold the truth in 93 to 97 of 100 cases.
  @Test func intervalsHoldTheTruthAsOftenAsTheySay() throws {
    let truth = (0..<12).map { Double($0) / 4 - 11.0 / 8 }
    var generator = SeededGenerator(seed: 5)
    var (held, cases) = (0, 0)
    for _ in 0..<150 {
      let fit = try BradleyTerry(votes(truth, count: 1_500, &generator), itemCount: 12)
      for item in truth.indices {
        cases += 1
        if fit.interval(of: item).contains(truth[item]) { held += 1 }
      }
    }
    let share = Double(held) / Double(cases)
    #expect((0.93...0.97).contains(share), "\(share)")
  }

  @Test func whatNeverLostOrWasNeverComparedStaysFinite() throws {
    let votes = [
      Comparison(first: 0, second: 1, outcome: 1), Comparison(first: 0, second: 1, outcome: 1),
      Comparison(first: 2, second: 3, outcome: 1),
    ]
    let fit = try BradleyTerry(votes, itemCount: 5)
    #expect(fit.strengths.allSatisfy(\.isFinite) && fit.errors.allSatisfy(\.isFinite))
    #expect(fit.strengths[0] > fit.strengths[1] && fit.strengths[2] > fit.strengths[3])
    #expect(try BradleyTerry([], itemCount: 0).strengths.isEmpty)
  }

  @Test func wrongVotesAreRefusedWithTheirPlace() {
    let wrong = [
      Comparison(first: 0, second: 0, outcome: 1), Comparison(first: 0, second: 9, outcome: 1),
      Comparison(first: 0, second: 1, outcome: .nan), Comparison(first: 0, second: 1, outcome: 2),
    ]
    for one in wrong {
      #expect(throws: BradleyTerry.Fault.wrongComparison(place: 1)) {
        try BradleyTerry([.init(first: 0, second: 1, outcome: 1), one], itemCount: 2)
      }
    }
    let limit = BradleyTerry.itemLimit
    #expect(throws: BradleyTerry.Fault.tooManyItems(limit: limit)) {
      try BradleyTerry([], itemCount: limit + 1)
    }
  }
}
