import Testing

@testable import Consensus

@Suite struct AllocationTests {
  /// 80 tasks of two classes, 10 votes each, by workers of whom a third only guess.
  private static func crowd() -> (VoteTable, [Int?]) {
    var generator = SeededGenerator(seed: 3)
    var votes: [VoteTable.Vote] = []
    var truth: [Int?] = []
    for task in 0..<80 {
      let right = Int(generator.next() % 2)
      truth.append(right)
      for worker in (0..<30).shuffled(using: &generator).prefix(10) {
        let accuracy = worker < 10 ? 0.5 : 0.85
        let hit = Double.random(in: 0..<1, using: &generator) < accuracy
        votes.append(.init(task: task, worker: worker, label: hit ? right : 1 - right))
      }
    }
    return (VoteTable(taskCount: 80, workerCount: 30, classCount: 2, votes: votes), truth)
  }

  @Test func askingWhereOneIsUnsureSavesAnswers() {
    let (votes, truth) = Self.crowd()
    let result = AllocationReplay.run(votes, truth: truth, replays: 2)
    let five = result.fixed(redundancy: 5)
    #expect(five.cost == 5)
    #expect(result.saving(against: five) > 0.3)
    #expect(result.gain(at: five) > 0)
    #expect(result == AllocationReplay.run(votes, truth: truth, replays: 2), "seeded")
  }

  @Test func bothCurvesEndWithEveryAnswer() {
    let (votes, truth) = Self.crowd()
    let result = AllocationReplay.run(votes, truth: truth, replays: 1)
    #expect(result.fixed.count == 10 && result.fixed(redundancy: .max).cost == 10)
    #expect(result.adaptive.first?.cost == 1 && result.adaptive.last?.cost == 10)
    #expect(result.adaptive.map(\.cost) == result.adaptive.map(\.cost).sorted())
  }

  @Test func aTieIsHalfRight() {
    let posteriors = Posteriors(classCount: 2, values: [0.5, 0.5, 0.9, 0.1, 0.2, 0.8])
    #expect(AllocationReplay.accuracy(posteriors, [0, 0, nil]) == 0.75)
    #expect(AllocationReplay.accuracy(posteriors, [nil, nil, nil]) == 0)
  }

  @Test func tasksWithoutAnswersAreNotBoughtForEver() {
    let votes = VoteTable(
      taskCount: 3, workerCount: 1, classCount: 2, votes: [.init(task: 1, worker: 0, label: 1)])
    let result = AllocationReplay.run(votes, truth: [0, 1, nil], replays: 2)
    #expect(result.adaptive.count == 1 && result.fixed.count == 1)
  }

  /// One vote cannot overturn a clear leader: its gain is nothing, that of several is something.
  @Test func severalAnswersAreWorthMoreThanOne() {
    let posterior = [0.9, 0.1]
    let one = AnswerValue.expectedAccuracy(posterior, 0.7, after: 1)
    let five = AnswerValue.expectedAccuracy(posterior, 0.7, after: 5)
    #expect(abs(one - 0.9) < 1e-12 && five > 0.91)
    #expect(AnswerValue.isWorthAsking(posterior: posterior, accuracy: 0.7, errorCost: 1000, limit: 5))
    #expect(!AnswerValue.isWorthAsking(posterior: posterior, accuracy: 0.7, errorCost: 5, limit: 5))
    #expect(!AnswerValue.isWorthAsking(posterior: posterior, accuracy: 0.7, errorCost: 1000, limit: 0))
    #expect(!AnswerValue.isWorthAsking(posterior: [1], accuracy: 0.7, errorCost: 1000, limit: 5))
  }

  /// The sum over outcomes is what a simulation of the votes finds.
  @Test func expectedAccuracyIsThatOfASimulation() {
    var generator = SeededGenerator(seed: 5)
    let posterior = [0.6, 0.4]
    var hits = 0
    for _ in 0..<40_000 {
      let truth = Double.random(in: 0..<1, using: &generator) < 0.6 ? 0 : 1
      var votes = [0, 0]
      for _ in 0..<3 {
        votes[Double.random(in: 0..<1, using: &generator) < 0.75 ? truth : 1 - truth] += 1
      }
      let odds = 0.6 / 0.4 * (votes[0] > votes[1] ? 3.0 : 1 / 3.0)
      let steps = abs(votes[0] - votes[1])
      let all = (0..<(steps - 1)).reduce(odds) { product, _ in product * (votes[0] > votes[1] ? 3 : 1 / 3) }
      hits += (all > 1 ? 0 : 1) == truth ? 1 : 0
    }
    let expected = AnswerValue.expectedAccuracy(posterior, 0.75, after: 3)
    #expect(abs(Double(hits) / 40_000 - expected) < 0.01)
  }
}

@Suite struct GoldSuspicionTests {
  /// Good annotators who agree and who do not, and bad ones.
  private func verdicts(
    _ good: (Int, Int), _ bad: (Int, Int), outOf: Int = 20
  ) -> [GoldSuspicion.Verdict] {
    func many(_ accuracy: Double, _ agreed: Bool, _ count: Int) -> [GoldSuspicion.Verdict] {
      Array(repeating: .init(accuracy: accuracy, outOf: outOf, agreed: agreed), count: count)
    }
    return many(0.9, true, good.0) + many(0.9, false, good.1) + many(0.4, true, bad.0)
      + many(0.4, false, bad.1)
  }

  @Test func whatGoodAnnotatorsMissIsWrong() {
    #expect(GoldSuspicion.find(verdicts((0, GoldSuspicion.leastGood), (0, 0))) == .wrong)
    #expect(GoldSuspicion.find(verdicts((0, GoldSuspicion.leastGood - 1), (0, 4))) == nil)
    #expect(GoldSuspicion.find(verdicts((8, 4), (0, 3))) == nil, "hard, not wrong: most agree")
  }

  @Test func whatBadAnnotatorsKnowIsLeaked() {
    #expect(GoldSuspicion.find(verdicts((2, 0), (8, 0))) == .leaked)
    #expect(GoldSuspicion.find(verdicts((2, 0), (GoldSuspicion.leastBad - 1, 0))) == nil)
    #expect(GoldSuspicion.find(verdicts((2, 0), (5, 3))) == nil)
    #expect(GoldSuspicion.find(verdicts((100, 0), (0, 0))) == nil, "easy, not leaked")
  }

  @Test func newcomersSayNothing() {
    let few = GoldSuspicion.leastElsewhere - 1
    #expect(GoldSuspicion.find(verdicts((0, 9), (9, 0), outOf: few)) == nil)
    #expect(GoldSuspicion.find([]) == nil)
  }

  /// A hundred annotators who are right in 95 of 100 cases, on gold that is as it should be.
  @Test func soundGoldStaysInTheStream() {
    var generator = SeededGenerator(seed: 9)
    for _ in 0..<200 {
      var verdicts: [GoldSuspicion.Verdict] = []
      for _ in 0..<40 {
        let isRight = Double.random(in: 0..<1, using: &generator) < 0.95
        verdicts.append(.init(accuracy: 0.9, outOf: 20, agreed: isRight))
        #expect(GoldSuspicion.find(verdicts) == nil)
      }
    }
  }

  @Test func theDistributionIsBinomialForEqualChances() {
    let chances = GoldSuspicion.distribution([0.5, 0.5, 0.5, 0.5])
    #expect(chances.map { $0 * 16 } == [1, 4, 6, 4, 1])
  }
}
