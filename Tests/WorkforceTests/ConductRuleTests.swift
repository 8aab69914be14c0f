import Testing

@testable import Workforce

@Suite struct ConductRuleTests {
  private let rule = ConductRule(
    "r", reason: "why", when: [.init(.goldJudged, .atLeast, 8), .init(.goldRate, .atMost, 0.4)],
    then: [.pause])

  private func holds(_ values: [ConductSignal: Double]) -> Bool {
    !ConductRules([rule]).findings(Conduct(values)).isEmpty
  }

  @Test func aRuleHoldsWhereAllItsConditionsDo() {
    #expect(holds([.goldJudged: 8, .goldRate: 0.4]))
    #expect(!holds([.goldJudged: 7, .goldRate: 0.4]))
    #expect(!holds([.goldJudged: 8, .goldRate: 0.41]))
  }

  @Test func whatIsNotKnownMeetsNothing() {
    #expect(!holds([.goldJudged: 20]))
    #expect(!holds([:]))
    let empty = ConductRules([ConductRule("x", reason: "y", when: [], then: [.warn])])
    #expect(empty.findings(Conduct()).isEmpty)
  }

  @Test func aFindingSaysByWhat() {
    let finding = ConductRules([rule]).findings(
      Conduct([.goldJudged: 9, .goldRate: 0.1, .answers: 50])).first
    #expect(finding?.evidence == [.goldJudged: 9, .goldRate: 0.1])
  }

  @Test func theStandardRulesLetOrdinaryWorkBe() {
    let ordinary = Conduct([
      .answers: 200, .answersToday: 200, .speedPercentile: 3, .medianSeconds: 4, .goldJudged: 20,
      .goldRate: 0.9, .agreement: 0.85, .skipsInARow: 2, .repeatedAnswers: 0, .duplicateTexts: 0,
      .modelLikeTexts: 1, .chance: 0.8, .copying: 0.5, .accountsOnDevice: 1, .accountsAtAddress: 40,
    ])
    #expect(ConductRules.standard.findings(ordinary).isEmpty)
    #expect(Set(ConductRules.standard.rules.map(\.name)).count == ConductRules.standard.rules.count)
  }
}
