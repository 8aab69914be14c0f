import Testing

@testable import Consensus

@Suite struct BetaDistributionTests {
  /// Values of SciPy 1.11, `scipy.stats.beta`.
  @Test func probabilitiesAndQuantilesAreThoseOfSciPy() {
    let cases: [(Double, Double, Double, Double)] = [
      (2, 3, 0.5, 0.6875), (0.5, 0.5, 0.1, 0.20483276469913345), (50, 3, 0.9, 0.09663328513725222),
      (1, 1, 0.25, 0.25), (200.5, 0.5, 0.999, 0.5267275885768902),
    ]
    for (a, b, x, expected) in cases {
      let found = BetaDistribution(successes: a, failures: b).probability(upTo: x)
      #expect(abs(found - expected) < 1e-6, "Beta(\(a), \(b)) at \(x): \(found)")
    }
  }

  @Test func aQuantileIsWhereItsProbabilityIsReached() {
    for (a, b) in [(2.0, 3.0), (0.5, 20), (300, 4.5), (1, 1)] {
      let belief = BetaDistribution(successes: a, failures: b)
      for p in [0.001, 0.025, 0.5, 0.975] {
        #expect(abs(belief.probability(upTo: belief.quantile(p)) - p) < 1e-6)
      }
    }
    let sure = BetaDistribution(successes: 40.5, failures: 0.5).interval(0.95)
    #expect(sure.upperBound == 1 && sure.lowerBound > 0.9)
  }
}

@Suite struct WorkerReliabilityTests {
  /// Ten workers whose accuracies are 0.5, 0.55 … 0.95, 150 votes each on three classes.
  private static func crowd() -> VoteTable {
    var generator = SeededGenerator(seed: 11)
    var votes: [VoteTable.Vote] = []
    for task in 0..<300 {
      let truth = Int(generator.next() % 3)
      for worker in (0..<10).shuffled(using: &generator).prefix(5) {
        let hit = Double.random(in: 0..<1, using: &generator) < 0.5 + 0.05 * Double(worker)
        votes.append(.init(task: task, worker: worker, label: hit ? truth : (truth + 1) % 3))
      }
    }
    return VoteTable(taskCount: 300, workerCount: 10, classCount: 3, votes: votes)
  }

  @Test func accuraciesAreFoundWithoutAnyTruth() {
    let found = WorkerReliability(Self.crowd())
    for (worker, estimate) in found.workers.enumerated() {
      let truth = 0.5 + 0.05 * Double(worker)
      #expect(abs(estimate.accuracy - truth) < 0.12, "worker \(worker): \(estimate.accuracy)")
      #expect(estimate.interval.contains(truth) && estimate.interval.contains(estimate.accuracy))
    }
    #expect(found.confusion.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-9 })
    #expect(found.confusion[0][1] > 3 * found.confusion[0][2], "errors go to the next class")
  }

  /// A vote that is half forgotten counts half.
  @Test func oldVotesWeighLess() {
    let votes = Self.crowd()
    let whole = WorkerReliability(votes)
    let half = WorkerReliability(votes, weights: Array(repeating: 0.5, count: votes.voteCount))
    for (a, b) in zip(whole.workers, half.workers) {
      #expect(abs(b.votes - a.votes / 2) < 1e-9)
      let wide = { (range: ClosedRange<Double>) in range.upperBound - range.lowerBound }
      #expect(wide(b.interval) > wide(a.interval))
    }
  }

  @Test func degenerateCrowdsHaveDefinedResults() {
    let tables = [
      VoteTable(taskCount: 3, workerCount: 1, classCount: 2, votes: []),
      VoteTable(
        taskCount: 2, workerCount: 1, classCount: 2,
        votes: [.init(task: 0, worker: 0, label: 1), .init(task: 1, worker: 0, label: 1)]),
      VoteTable(
        taskCount: 1, workerCount: 2, classCount: 1,
        votes: [.init(task: 0, worker: 0, label: 0), .init(task: 0, worker: 1, label: 0)]),
    ]
    for votes in tables {
      let found = WorkerReliability(votes)
      #expect(found.accuracy.isFinite)
      #expect(
        found.workers.allSatisfy { (0...1).contains($0.accuracy) && $0.interval.lowerBound >= 0 })
      let none = WorkerReliability(votes, weights: Array(repeating: 0, count: votes.voteCount))
      #expect(none.workers.allSatisfy { $0.accuracy.isFinite && $0.votes == 0 })
    }
  }
}

@Suite struct DriftTests {
  private func verdicts(_ before: Int, of n: Int, then now: Int) -> [Bool] {
    func share(_ hits: Int, _ count: Int) -> [Bool] {
      (0..<count).map { $0 * hits / count != ($0 + 1) * hits / count }
    }
    return share(before, n) + share(now, Drift.window)
  }

  @Test func aFallIsFoundAndARiseIsNot() throws {
    let found = try #require(Drift.find(verdicts(190, of: 200, then: 33)))
    #expect(found.before == 0.95 && found.now == 0.66)
    #expect(Drift.find(verdicts(120, of: 200, then: 48)) == nil)
    #expect(Drift.find(verdicts(190, of: 200, then: 44)) == nil, "as may happen")
  }

  @Test func bothSidesNeedEnoughVerdicts() {
    #expect(Drift.find(verdicts(Drift.leastBefore, of: Drift.leastBefore, then: 10)) != nil)
    #expect(Drift.find(verdicts(Drift.leastBefore - 1, of: Drift.leastBefore - 1, then: 10)) == nil)
    #expect(Drift.find([]) == nil)
  }

  /// A hundred steady annotators, looked at after every one of 400 verdicts.
  @Test func steadyAnnotatorsRaiseHardlyAnyAlarm() {
    var generator = SeededGenerator(seed: 2)
    var alarms = 0
    for _ in 0..<100 {
      let verdicts = (0..<500).map { _ in Double.random(in: 0..<1, using: &generator) < 0.9 }
      if stride(from: 100, through: 500, by: 10).contains(where: {
        Drift.find(Array(verdicts[..<$0])) != nil
      }) {
        alarms += 1
      }
    }
    #expect(alarms <= 2)
  }
}
