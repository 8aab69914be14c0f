import Testing

@testable import Platform

@Suite struct ConfusedPairsTests {
  private func pairs(_ truth: String, _ said: String, _ count: Int) -> [(truth: String, said: String)] {
    (0..<count).map { _ in (truth, said) }
  }

  @Test func onlyWhatIsOftenMistakenIsNamed() {
    let few = Insight.confusedAnswers - 1
    #expect(ConfusedPairs(pairs("car", "van", few)).often.isEmpty)
    #expect(
      ConfusedPairs(pairs("car", "van", few + 1)).often
        == [.init(truth: "car", said: "van", share: 1, answers: few + 1, total: few + 1)])
    let rare = pairs("car", "car", 91) + pairs("car", "van", 9)
    #expect(ConfusedPairs(rare).often.isEmpty)
    let often = pairs("car", "car", 90) + pairs("car", "van", 10)
    #expect(ConfusedPairs(often).often.map(\.total) == [100])
    #expect(ConfusedPairs([]).often.isEmpty)
  }
}
