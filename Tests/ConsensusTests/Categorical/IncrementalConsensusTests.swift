import Testing

@testable import Consensus

@Suite struct IncrementalConsensusTests {
  private static func votes() -> (votes: [VoteTable.Vote], truth: [Int]) {
    var generator = SeededGenerator(seed: 21)
    let truth = (0..<200).map { _ in Int(generator.next() % 3) }
    var votes: [VoteTable.Vote] = []
    for task in 0..<200 {
      for worker in (0..<12).shuffled(using: &generator).prefix(4) {
        let hit = Double.random(in: 0..<1, using: &generator) < (worker < 4 ? 0.45 : 0.85)
        votes.append(
          .init(task: task, worker: worker, label: hit ? truth[task] : (truth[task] + 1) % 3))
      }
    }
    return (votes.shuffled(using: &generator), truth)
  }

  @Test func aRefitIsTheBatchResult() {
    let (votes, _) = Self.votes()
    var kept = IncrementalConsensus(classCount: 3)
    for vote in votes { kept.add(vote) }
    let batch = PooledDawidSkene.fit(kept.votes).posteriors
    let refitted = kept.refitted()
    for task in 0..<200 {
      for (a, b) in zip(refitted.posterior(task: task), batch[task]) { #expect(abs(a - b) < 1e-6) }
    }
  }

  /// Vote by vote it does nearly as well as a fit of everything at the end.
  @Test func votesThatComeOneByOneAreWeighed() {
    let (votes, truth) = Self.votes()
    var kept = IncrementalConsensus(classCount: 3)
    for vote in votes { kept.add(vote) }
    func accuracy(_ posterior: (Int) -> [Double]) -> Double {
      Double(
        truth.enumerated().filter { task, label in
          let row = posterior(task)
          return row.firstIndex(of: row.max() ?? 0) == label
        }.count) / 200
    }
    let batch = PooledDawidSkene.fit(kept.votes).posteriors
    let difference = accuracy { Array(batch[$0]) } - accuracy { kept.posterior(task: $0) }
    #expect(difference < 0.06, "\(difference)")
    #expect(accuracy { kept.posterior(task: $0) } > 0.75)
  }

  @Test func strangersAreMade() {
    var kept = IncrementalConsensus(classCount: 2)
    #expect(kept.posterior(task: 7) == [0.5, 0.5])
    let found = kept.add(.init(task: 3, worker: 9, label: 1))
    #expect(found[1] > 0.5 && kept.taskCount == 4)
    #expect(kept.posterior(task: 1) == [0.5, 0.5])
    #expect(abs(kept.posterior(task: 3).reduce(0, +) - 1) < 1e-12)
  }
}
