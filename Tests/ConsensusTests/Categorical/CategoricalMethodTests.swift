import Testing

@testable import Consensus

@Suite struct CategoricalMethodTests {
  private typealias Vote = VoteTable.Vote

  /// What breaks estimators, by name.
  private static let oddities: [(name: String, votes: VoteTable)] = [
    ("nothing at all", VoteTable(taskCount: 0, workerCount: 0, classCount: 2, votes: [])),
    ("tasks without answers", VoteTable(taskCount: 3, workerCount: 1, classCount: 2, votes: [])),
    (
      "one worker",
      VoteTable(
        taskCount: 4, workerCount: 1, classCount: 2,
        votes: (0..<4).map { .init(task: $0, worker: 0, label: $0 % 2) })
    ),
    (
      "one class",
      VoteTable(
        taskCount: 3, workerCount: 2, classCount: 1,
        votes: (0..<6).map { .init(task: $0 / 2, worker: $0 % 2, label: 0) })
    ),
    (
      "a worker who answers everything alike",
      VoteTable(
        taskCount: 20, workerCount: 3, classCount: 3,
        votes: (0..<60).map {
          .init(task: $0 / 3, worker: $0 % 3, label: $0 % 3 == 0 ? 1 : $0 / 3 % 3)
        })
    ),
    (
      "crowds that share no task",
      VoteTable(
        taskCount: 10, workerCount: 4, classCount: 2,
        votes: (0..<20).map { .init(task: $0 / 2, worker: $0 / 10 * 2 + $0 % 2, label: $0 / 2 % 2) }
      )
    ),
    (
      "a tie everywhere",
      VoteTable(
        taskCount: 6, workerCount: 2, classCount: 2,
        votes: (0..<12).map { .init(task: $0 / 2, worker: $0 % 2, label: $0 % 2) })
    ),
    (
      "the same answer again and again",
      VoteTable(
        taskCount: 2, workerCount: 2, classCount: 2,
        votes: (0..<400).map { .init(task: $0 % 2, worker: $0 % 3 == 0 ? 1 : 0, label: $0 % 2) })
    ),
    (
      "a majority that is always wrong together",
      VoteTable(
        taskCount: 30, workerCount: 5, classCount: 2,
        votes: (0..<150).map { vote in
          .init(task: vote / 5, worker: vote % 5, label: (vote / 5 + (vote % 5 < 3 ? 1 : 0)) % 2)
        })
    ),
    (
      "a class that nobody names",
      VoteTable(
        taskCount: 5, workerCount: 2, classCount: 40,
        votes: (0..<10).map { .init(task: $0 / 2, worker: $0 % 2, label: $0 / 2) })
    ),
  ]

  @Test(arguments: CategoricalMethod.allCases)
  func whateverTheVotesEveryRowIsADistribution(method: CategoricalMethod) {
    for (name, votes) in Self.oddities {
      guard let posteriors = method.posteriors(votes) else {
        #expect(method == .kos && votes.classCount != 2)
        continue
      }
      #expect(posteriors.taskCount == votes.taskCount, "\(name)")
      for task in 0..<votes.taskCount {
        let row = posteriors[task]
        #expect(row.allSatisfy { $0.isFinite && $0 >= 0 && $0 <= 1 + 1e-12 }, "\(name): \(row)")
        #expect(abs(row.reduce(0, +) - 1) < 1e-9, "\(name): \(row)")
      }
    }
  }

  @Test func ofManyClassesOnlyThoseNamedAreHeld() {
    let votes = VoteTable(
      taskCount: 50_000, workerCount: 300, classCount: 100_000,
      votes: (0..<150_000).map {
        .init(task: $0 / 3, worker: $0 * 7 % 300, label: ($0 / 3 * 13 + ($0 % 100 == 0 ? 1 : 0)) % 100_000)
      })
    #expect(!votes.isDense)
    for method in CategoricalMethod.allCases { #expect(method.posteriors(votes) == nil) }
    let fit = SparseOneCoin(votes)
    #expect(fit.results.enumerated().allSatisfy { $1?.label == $0 * 13 % 100_000 })
    #expect(fit.results.allSatisfy { $0?.probability ?? 0 > 0.99 })
  }

  @Test func theSparseModelIsTheDenseOne() {
    let votes = crowd(tasks: 80, workers: 9, answers: 4, seed: 8)
    let (dense, sparse) = (OneCoin.fit(votes), SparseOneCoin(votes, tolerance: 0))
    for task in 0..<votes.taskCount {
      let best = dense.best(of: task)
      #expect(abs(best.probability - (sparse.results[task]?.probability ?? 0)) < 1e-9)
      if best.probability > 0.5 + 1e-9 { #expect(best.label == sparse.results[task]?.label) }
    }
    let none = VoteTable(taskCount: 2, workerCount: 0, classCount: 5, votes: [])
    #expect(SparseOneCoin(none).results == [nil, nil])
  }

  @Test func votesAreDenseUpToTheLimit() {
    func votes(_ tasks: Int, _ workers: Int, _ classes: Int) -> VoteTable {
      VoteTable(taskCount: tasks, workerCount: workers, classCount: classes, votes: [])
    }
    #expect(votes(VoteTable.cellLimit / 100, 1, 100).isDense)
    #expect(!votes(VoteTable.cellLimit / 100 + 1, 1, 100).isDense)
    #expect(votes(1, VoteTable.cellLimit / 10_000, 100).isDense)
    #expect(!votes(1, VoteTable.cellLimit / 10_000 + 1, 100).isDense)
    #expect(!votes(1, 1, 1 << 40).isDense)
  }

  @Test func allCoresFindTheSameBits() async {
    let votes = crowd(tasks: 300, workers: 12, answers: 5, seed: 4)
    let (one, all) = (AutoConsensus.fit(votes), await AutoConsensus.fitOnAllCores(votes))
    #expect(one.posteriors.values == all.posteriors.values && one.evidence == all.evidence)
  }

  @Test(arguments: CategoricalMethod.allCases)
  func theSameVotesGiveTheSameBits(method: CategoricalMethod) {
    let votes = crowd(tasks: 60, workers: 12, answers: 5, seed: 3)
    #expect(method.posteriors(votes)?.values == method.posteriors(votes)?.values)
  }

  /// On an easy crowd every method finds nearly every truth.
  @Test(arguments: CategoricalMethod.allCases)
  func anEasyCrowdIsUnderstood(method: CategoricalMethod) throws {
    let votes = crowd(tasks: 200, workers: 15, answers: 7, seed: 5)
    let posteriors = try #require(method.posteriors(votes))
    let hits = (0..<200).filter { posteriors.best(of: $0).label == $0 % 2 }.count
    #expect(hits >= 190, "\(hits)")
  }

  /// Workers who are right four times of five; the truth of task t is t mod 2.
  private func crowd(tasks: Int, workers: Int, answers: Int, seed: UInt64) -> VoteTable {
    var generator = SeededGenerator(seed: seed)
    var votes: [Vote] = []
    for task in 0..<tasks {
      for worker in Array(0..<workers).shuffled(using: &generator).prefix(answers) {
        let isRight = generator.unit() < 0.8
        votes.append(.init(task: task, worker: worker, label: isRight ? task % 2 : 1 - task % 2))
      }
    }
    return VoteTable(taskCount: tasks, workerCount: workers, classCount: 2, votes: votes)
  }
}

@Suite struct AutoConsensusTests {
  /// Half of the workers know, half guess; the truth of task t is t mod 3.
  private func crowd(isTold: Bool, seed: UInt64) -> VoteTable {
    var generator = SeededGenerator(seed: seed)
    var votes: [VoteTable.Vote] = []
    for task in 0..<300 {
      for worker in Array(0..<20).shuffled(using: &generator).prefix(5) {
        let skill = isTold ? (worker < 10 ? 0.95 : 0.2) : 0.7
        let label = generator.unit() < skill ? task % 3 : Int(generator.next() % 3)
        votes.append(.init(task: task, worker: worker, label: label))
      }
    }
    return VoteTable(taskCount: 300, workerCount: 20, classCount: 3, votes: votes)
  }

  private func hits(_ posteriors: Posteriors) -> Int {
    (0..<300).filter { posteriors.best(of: $0).label == $0 % 3 }.count
  }

  @Test func whereSomeKnowAndSomeGuessWorkersAreToldApart() {
    let votes = crowd(isTold: true, seed: 1)
    let fit = AutoConsensus.fit(votes)
    #expect(fit.tellsWorkersApart && fit.evidence > AutoConsensus.evidenceBar)
    #expect(hits(fit.posteriors) > hits(MajorityVote.fit(votes)) + 8)
  }

  @Test(arguments: 1...5)
  func whereAllAreAlikeItIsMajority(seed: Int) {
    let votes = crowd(isTold: false, seed: UInt64(seed))
    let fit = AutoConsensus.fit(votes)
    #expect(!fit.tellsWorkersApart && fit.posteriors.values == MajorityVote.fit(votes).values)
  }
}

@Suite struct CalibrationTests {
  /// Results that claim `sure` and are right as often as `isRight`.
  private func results(_ count: Int, sure: Double, isRight: Double) -> (Posteriors, [Int?]) {
    let values = (0..<count).flatMap { _ in [sure, 1 - sure] }
    let truth = (0..<count).map { Double($0) < Double(count) * isRight ? 0 : 1 }
    return (Posteriors(classCount: 2, values: values), truth)
  }

  @Test func theErrorIsHowFarClaimsAreOff() {
    let (posteriors, truth) = results(100, sure: 0.95, isRight: 0.7)
    #expect(abs((Calibration.error(posteriors, truth: truth) ?? 0) - 0.25) < 1e-12)
    #expect(Calibration.error(posteriors, truth: truth.map { _ in nil }) == nil)
  }

  @Test func goldMakesClaimsTrueAndKeepsLabels() throws {
    let (posteriors, truth) = results(400, sure: 0.99, isRight: 0.75)
    let gold = stride(from: 0, to: 400, by: 8).map { (task: $0, label: truth[$0] ?? 0) }
    let calibrated = try #require(Calibration(posteriors, gold: gold)).calibrated(posteriors)
    #expect((Calibration.error(calibrated, truth: truth) ?? 1) < 0.05)
    for task in 0..<400 {
      #expect(calibrated.best(of: task).label == posteriors.best(of: task).label)
      #expect(abs(calibrated[task].reduce(0, +) - 1) < 1e-12)
    }
  }

  @Test func withFewGoldTasksNothingIsCalibrated() {
    let (posteriors, truth) = results(100, sure: 0.9, isRight: 0.9)
    let gold = (0..<Calibration.leastGold).map { (task: $0, label: truth[$0] ?? 0) }
    #expect(Calibration(posteriors, gold: Array(gold.dropLast())) == nil)
    #expect(Calibration(posteriors, gold: gold) != nil)
  }

  /// Every claim wrong: claims fall as far as labels can be kept.
  @Test func goldThatIsAlwaysMissedBreaksNothing() throws {
    let (posteriors, truth) = results(60, sure: 0.9, isRight: 0)
    let gold = (0..<60).map { (task: $0, label: truth[$0] ?? 0) }
    let calibrated = try #require(Calibration(posteriors, gold: gold)).calibrated(posteriors)
    #expect(calibrated.values.allSatisfy { $0.isFinite && $0 >= 0 && $0 <= 1 })
    #expect(calibrated.best(of: 0).probability < 0.6)
  }
}

@Suite struct SpecialFunctionsTests {
  @Test func valuesAreThoseOfTables() {
    // Abramowitz & Stegun, tables 6.1 and 6.2.
    #expect(abs(digamma(1) + 0.577_215_664_901_532_9) < 1e-12)
    #expect(abs(digamma(0.5) + 1.963_510_026_021_423_5) < 1e-12)
    #expect(abs(digamma(10) - 2.251_752_589_066_721) < 1e-12)
    #expect(abs(logGamma(0.5) - 0.572_364_942_924_700_1) < 1e-12)
    #expect(abs(logGamma(1)) < 1e-12 && abs(logGamma(10) - 12.801_827_480_081_469) < 1e-10)
  }
}
