import Testing

@testable import Consensus

@Suite struct MultiLabelConsensusTests {
  private typealias Answer = MultiLabelConsensus.Answer

  /// Tasks of three kinds, whose labels come together; annotators miss three of ten that are there.
  private func crowd(
    _ kinds: [[Double]], tasks: Int, seed: UInt64
  ) -> (truth: [Set<Int>], answers: [[Answer]]) {
    var generator = SeededGenerator(seed: seed)
    func chance(_ p: Double) -> Bool { Double(generator.next() >> 11) / Double(1 << 53) < p }
    var (truth, answers): ([Set<Int>], [[Answer]]) = ([], [])
    for task in 0..<tasks {
      let kind = kinds[task % kinds.count]
      let labels = Set(kind.indices.filter { chance(kind[$0]) })
      truth.append(labels)
      answers.append(
        (0..<3).map { reader in
          Answer(
            worker: (task + 3 * reader) % 12,
            labels: Set(kind.indices.filter { chance(labels.contains($0) ? 0.6 : 0.1) }))
        })
    }
    return (truth, answers)
  }

  private func wrong(_ fit: MultiLabelConsensus, _ truth: [Set<Int>], _ labels: Int) -> Double {
    var wrong = 0
    for (probabilities, right) in zip(fit.probabilities, truth) {
      wrong += (0..<labels).filter { (probabilities[$0] > 0.5) != right.contains($0) }.count
    }
    return Double(wrong) / Double(truth.count * labels)
  }

  @Test func labelsThatComeTogetherHelpEachOther() {
    let kinds = [
      [0.95, 0.95, 0.95, 0.02, 0.02, 0.02], [0.02, 0.02, 0.02, 0.95, 0.95, 0.02],
      [0.02, 0.95, 0.02, 0.02, 0.02, 0.95],
    ]
    let (truth, answers) = crowd(kinds, tasks: 600, seed: 3)
    let together = MultiLabelConsensus(answers, labelCount: 6, workerCount: 12)
    let apart = MultiLabelConsensus(answers, labelCount: 6, workerCount: 12, kindCounts: [1])
    #expect(together.kinds > 1)
    #expect(wrong(together, truth, 6) < 0.75 * wrong(apart, truth, 6))
  }

  @Test func labelsThatDoNotAreTakenOneByOne() {
    let (truth, answers) = crowd([[0.5, 0.3, 0.6, 0.2]], tasks: 400, seed: 5)
    let fit = MultiLabelConsensus(answers, labelCount: 4, workerCount: 12)
    #expect(fit.kinds == 1)
    // Against what most say.
    var wrongVotes = 0
    for (readers, right) in zip(answers, truth) {
      for label in 0..<4 {
        let said = readers.filter { $0.labels.contains(label) }.count >= 2
        if said != right.contains(label) { wrongVotes += 1 }
      }
    }
    #expect(wrong(fit, truth, 4) < Double(wrongVotes) / Double(400 * 4))
  }

  @Test func littleIsEnoughToBeDefined() {
    let alone = MultiLabelConsensus(
      [[Answer(worker: 0, labels: [1])], []], labelCount: 2, workerCount: 1)
    #expect(alone.probabilities.count == 2)
    #expect(alone.probabilities.joined().allSatisfy { $0 >= 0 && $0 <= 1 })
    #expect(alone.probabilities[0][1] > alone.probabilities[0][0])
    #expect(MultiLabelConsensus([], labelCount: 2, workerCount: 0).probabilities.isEmpty)
    #expect(MultiLabelConsensus([[]], labelCount: 0, workerCount: 0).probabilities == [[]])
  }
}
