import Testing

@testable import Consensus

@Suite struct AccuracyEstimateTests {
  /// Sets of 400 to 3,000 results that are right at 70 to 99 %, of which a random part is reviewed and
  /// mended: the interval must hold the share that is right afterwards.
  @Test func theIntervalHoldsTheTruthAsOftenAsItSays() throws {
    var held = 0
    for seed in 0..<1_000 {
      var generator = SeededGenerator(seed: UInt64(seed) &+ 77)
      let total = Int.random(in: 400...3_000, using: &generator)
      let accuracy = Double.random(in: 0.7...0.99, using: &generator)
      let rate = Double.random(in: 0.05...0.3, using: &generator)
      var (sampled, right, unseenRight) = (0, 0, 0)
      for _ in 0..<total {
        let isRight = Double.random(in: 0..<1, using: &generator) < accuracy
        if Double.random(in: 0..<1, using: &generator) < rate {
          sampled += 1
          right += isRight ? 1 : 0
        } else {
          unseenRight += isRight ? 1 : 0
        }
      }
      let found = try #require(
        AccuracyEstimate(
          verified: sampled, unseen: total - sampled, sampled: sampled, right: right))
      let truth = Double(sampled + unseenRight) / Double(total)
      held += found.interval.contains(truth) ? 1 : 0
      #expect(found.interval.contains(found.estimate))
    }
    #expect((930...970).contains(held), "\(held) of 1,000")
  }

  /// Results of three classes, some of which review moves to another: of each class, the share of the results
  /// that have it afterwards and are right must lie in its interval.
  @Test func theIntervalOfAClassHoldsItsTruth() {
    var (held, asked) = (0, 0)
    for seed in 0..<1_000 {
      var generator = SeededGenerator(seed: UInt64(seed) &+ 991)
      let total = Int.random(in: 900...3_000, using: &generator)
      let rights = (0..<3).map { _ in Double.random(in: 0.6...0.98, using: &generator) }
      let rate = Double.random(in: 0.1...0.3, using: &generator)
      var (verified, unseen, sampled, right, unseenRight) = (
        [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]
      )
      for _ in 0..<total {
        let label = Int.random(in: 0...9, using: &generator) / 4
        let isRight = Double.random(in: 0..<1, using: &generator) < rights[label]
        let truth = isRight ? label : (label + 1) % 3
        if Double.random(in: 0..<1, using: &generator) < rate {
          sampled[label] += 1
          right[label] += isRight ? 1 : 0
          verified[truth] += 1
        } else {
          unseen[label] += 1
          unseenRight[label] += isRight ? 1 : 0
        }
      }
      for label in 0..<3 {
        guard
          let found = AccuracyEstimate(
            verified: verified[label], unseen: unseen[label], sampled: sampled[label],
            right: right[label])
        else { continue }
        let all = Double(verified[label] + unseen[label])
        asked += 1
        held += found.interval.contains(Double(verified[label] + unseenRight[label]) / all) ? 1 : 0
      }
    }
    let share = Double(held) / Double(asked)
    #expect(asked == 3_000 && (0.93...0.97).contains(share), "\(held) of \(asked)")
  }

  @Test func whatIsAllReviewedIsKnown() {
    let all = AccuracyEstimate(verified: 50, unseen: 0, sampled: 10, right: 4)
    #expect(all?.estimate == 1 && all?.interval == 1...1)
    #expect(AccuracyEstimate(verified: 0, unseen: 10, sampled: 0, right: 0) == nil)
    #expect(AccuracyEstimate(verified: 5, unseen: 10, sampled: 0, right: 0) == nil)
    #expect(AccuracyEstimate(verified: 0, unseen: 0, sampled: 0, right: 0) == nil)
  }

  @Test func largeSetsAreTakenInTheLimit() throws {
    func wide(_ unseen: Int) throws -> ClosedRange<Double> {
      try #require(
        AccuracyEstimate(verified: 500, unseen: unseen, sampled: 500, right: 450)
      ).interval
    }
    let (below, above) = try (
      wide(AccuracyEstimate.countLimit), wide(AccuracyEstimate.countLimit + 1)
    )
    #expect(abs(below.lowerBound - above.lowerBound) < 1e-3)
    #expect(abs(below.upperBound - above.upperBound) < 1e-3)
  }
}
