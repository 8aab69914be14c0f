import Foundation
import Testing

@testable import Consensus

@Suite struct UnreliableVotesTests {
  private let strengths = [-2.0, -1, -0.4, 0, 0.3, 0.9, 2.2]

  /// `votes` comparisons by each voter, who votes by `vote` of whether the first is better.
  private func crowd(
    _ voters: [(Bool, inout SeededGenerator) -> Bool], votes: Int, seed: UInt64
  ) -> [Comparison] {
    var generator = SeededGenerator(seed: seed)
    var comparisons: [Comparison] = []
    for (worker, vote) in voters.enumerated() {
      for _ in 0..<votes {
        let first = Int(generator.next() % 7)
        let second = (first + 1 + Int(generator.next() % 6)) % 7
        let odds = 1 / (1 + exp(strengths[second] - strengths[first]))
        let isFirst = Double(generator.next() >> 11) / Double(1 << 53) < odds
        comparisons.append(
          Comparison(
            first: first, second: second, outcome: vote(isFirst, &generator) ? 1 : 0, worker: worker
          ))
      }
    }
    return comparisons
  }

  private func error(_ found: [Double]) -> Double {
    zip(found, strengths).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(strengths.count)
  }

  @Test func whoVotesAgainstAllIsTurnedRound() throws {
    let honest: (Bool, inout SeededGenerator) -> Bool = { isFirst, _ in isFirst }
    let turned: (Bool, inout SeededGenerator) -> Bool = { isFirst, _ in !isFirst }
    let votes = crowd([honest, honest, honest, turned, turned], votes: 400, seed: 1)
    let fit = try CrowdBradleyTerry.fit(votes, itemCount: 7, workerCount: 5)
    let plain = try BradleyTerry(votes, itemCount: 7)
    #expect(fit.reliabilities[0] > 0.9 && fit.reliabilities[4] < 0.1)
    #expect(error(fit.strengths.strengths) < 0.4 * error(plain.strengths))
  }

  @Test func whoAlwaysTakesTheFirstCountsForLittle() throws {
    let honest: (Bool, inout SeededGenerator) -> Bool = { isFirst, _ in isFirst }
    let lazy: (Bool, inout SeededGenerator) -> Bool = { _, _ in true }
    let votes = crowd([honest, honest, honest, lazy, lazy], votes: 400, seed: 2)
    let fit = try NoisyBradleyTerry.fit(votes, itemCount: 7, workerCount: 5)
    let plain = try BradleyTerry(votes, itemCount: 7)
    #expect(fit.votes.reliabilities[0] > 0.85 && fit.votes.reliabilities[4] < 0.3)
    #expect(fit.habits[4] > 0.8)
    #expect(error(fit.votes.strengths.strengths) < 0.5 * error(plain.strengths))
  }

  @Test func theBootstrapSaysWhatTheSandwichSays() throws {
    let honest: (Bool, inout SeededGenerator) -> Bool = { isFirst, _ in isFirst }
    let votes = crowd(
      [(Bool, inout SeededGenerator) -> Bool](repeating: honest, count: 60), votes: 40, seed: 3)
    let fit = try BradleyTerry(votes, itemCount: 7)
    let intervals = try #require(
      try BootstrapStrengths.intervals(votes) { drawn throws(BradleyTerry.Fault) in
        try BradleyTerry(drawn, itemCount: 7).strengths
      })
    for item in 0..<7 {
      let (own, other) = (fit.interval(of: item), intervals[item])
      let (width, wanted) = (other.upperBound - other.lowerBound, own.upperBound - own.lowerBound)
      #expect(abs(width / wanted - 1) < 0.25)
      #expect(other.contains(fit.strengths[item]))
    }
  }

  @Test func littleAndStrangeVotesAreDefinedOrRefused() throws {
    #expect(
      try CrowdBradleyTerry.fit([], itemCount: 3, workerCount: 0).strengths.strengths == [0, 0, 0])
    let once = [Comparison(first: 0, second: 1, outcome: 1, worker: 0)]
    #expect(
      try NoisyBradleyTerry.fit(once, itemCount: 2, workerCount: 1).votes.strengths.strengths[0] > 0
    )
    let tied = [Comparison(first: 0, second: 1, outcome: 0.5, worker: 0)]
    let even = try CrowdBradleyTerry.fit(tied, itemCount: 2, workerCount: 1).strengths.strengths
    #expect(abs(even[0] - even[1]) < 1e-9)
    #expect(throws: BradleyTerry.Fault.wrongComparison(place: 0)) {
      try CrowdBradleyTerry.fit(
        [Comparison(first: 0, second: 1, outcome: .nan, worker: 0)], itemCount: 2, workerCount: 1)
    }
    #expect(throws: BradleyTerry.Fault.wrongComparison(place: 0)) {
      try CrowdBradleyTerry.fit(once, itemCount: 2, workerCount: 0)
    }
    #expect(throws: BradleyTerry.Fault.tooManyItems(limit: UnreliableVotes.itemLimit)) {
      try NoisyBradleyTerry.fit(once, itemCount: UnreliableVotes.itemLimit + 1, workerCount: 1)
    }
    var weightless = Comparison(first: 0, second: 1, outcome: 1)
    weightless.weight = 0
    #expect(try BradleyTerry([weightless], itemCount: 2).strengths == [0, 0])
    weightless.weight = -1
    #expect(throws: BradleyTerry.Fault.wrongComparison(place: 0)) {
      try BradleyTerry([weightless], itemCount: 2)
    }
    #expect(
      try BootstrapStrengths.intervals(once) { _ throws(BradleyTerry.Fault) in [0, 0] } == nil)
  }
}
