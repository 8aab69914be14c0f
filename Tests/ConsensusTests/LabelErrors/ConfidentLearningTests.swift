import Testing

@testable import Consensus

@Suite struct ConfidentLearningTests {
  /// 300 items of three classes whose model is right in most cases; every tenth label is planted wrong.
  @Test func plantedErrorsAreRankedFirst() {
    var generator = SeededGenerator(seed: 12)
    var (labels, values): ([Int], [Double]) = ([], [])
    var planted: Set<Int> = []
    for item in 0..<300 {
      let truth = Int(generator.next() % 3)
      let isWrong = item % 10 == 0
      if isWrong { planted.insert(item) }
      labels.append(isWrong ? (truth + 1) % 3 : truth)
      let sure = Double.random(in: 0.5...0.95, using: &generator)
      for candidate in 0..<3 { values.append(candidate == truth ? sure : (1 - sure) / 2) }
    }
    let issues = ConfidentLearning.issues(
      labels: labels, probabilities: Posteriors(classCount: 3, values: values))
    let found = Set(issues.map(\.item))
    #expect(found.isSubset(of: planted))
    #expect(found.count >= 15)
    #expect(issues.map(\.selfConfidence) == issues.map(\.selfConfidence).sorted())
    #expect(issues.allSatisfy { $0.suggestion == (labels[$0.item] + 2) % 3 })
  }

  @Test func whereEveryLabelIsTheModelsThereAreNone() {
    let values = [0.9, 0.1, 0.2, 0.8, 0.6, 0.4]
    let probabilities = Posteriors(classCount: 2, values: values)
    #expect(ConfidentLearning.issues(labels: [0, 1, 0], probabilities: probabilities) == [])
    #expect(
      ConfidentLearning.issues(labels: [], probabilities: Posteriors(classCount: 2, values: []))
        == [])
  }

  @Test func aClassThatLabelsNothingIsNeverSuggested() {
    let values = [0.1, 0.1, 0.8, 0.2, 0.1, 0.7]
    let issues = ConfidentLearning.issues(
      labels: [0, 0], probabilities: Posteriors(classCount: 3, values: values))
    #expect(issues == [])
  }
}
