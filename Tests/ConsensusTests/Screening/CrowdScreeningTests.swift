import Testing

@testable import Consensus

@Suite struct CrowdScreeningTests {
  private enum Habit { case able, random, constant, minority, copier(Int) }

  /// Everybody answers every task, in their order; each task has one of four classes.
  private func findings(
    _ habits: [Habit], tasks: Int = 50, seed: UInt64 = 1, accuracy: Double = 0.85, known: Bool = false
  ) -> [CrowdScreening.Finding] {
    var random = SeededGenerator(seed: seed)
    var answers: [CrowdAnswers.Answer] = []
    var truths: [Int: Int] = [:]
    for task in 0..<tasks {
      let truth = Int.random(in: 0..<4, using: &random)
      let isOdd = random.unit() < 0.2
      if known, task % 8 == 0 { truths[task] = truth }
      var said: [Int] = []
      for habit in habits {
        let able = random.unit() < accuracy ? truth : (truth + Int.random(in: 1..<4, using: &random)) % 4
        switch habit {
        case .able: said.append(able)
        case .random: said.append(Int.random(in: 0..<4, using: &random))
        case .constant: said.append(2)
        case .minority: said.append(isOdd ? (truth + 1) % 4 : able)
        case .copier(let other): said.append(said[other])
        }
      }
      answers += said.enumerated().map { .init(task: task, worker: $0, label: $1) }
    }
    return CrowdScreening(
      CrowdAnswers(answers, known: truths, workerCount: habits.count, labelCount: 4)
    ).findings
  }

  @Test func whoDoesNotLookIsTold() {
    for seed: UInt64 in 1...5 {
      let found = findings([.able, .able, .able, .able, .random, .constant], seed: seed)
      #expect(found[4].chance > 3 && found[5].chance > 2, "\(found.map(\.chance))")
      #expect(found[0..<4].allSatisfy { $0.chance < 3 && ($0.copying?.strength ?? 0) < 5 })
    }
  }

  @Test func anOpinionOfOnesOwnIsNoChance() {
    for seed: UInt64 in 1...5 {
      let found = findings([.able, .able, .able, .able, .minority, .minority], seed: seed)
      #expect(found.allSatisfy { $0.chance < 3 }, "\(found.map(\.chance))")
      #expect(found.allSatisfy { ($0.copying?.strength ?? 0) < 2 })
    }
  }

  @Test func aCopierIsFoundAndNotWhomTheyCopy() {
    let found = findings([.able, .able, .able, .copier(0)], tasks: 60)
    #expect(found[3].copying?.other == 0)
    #expect((found[3].copying?.strength ?? 0) > 3)
    #expect(found[0].copying == nil)
  }

  @Test func aRingIsFoundThoughItAgreesWithItself() {
    let habits: [Habit] = [.random, .copier(0), .copier(0)] + Array(repeating: .able, count: 6)
    let found = findings(habits, known: true)
    #expect(found[1...2].allSatisfy { ($0.copying?.strength ?? 0) > 3 }, "\(found)")
  }

  @Test func whatNobodyElseAnsweredSaysNothing() {
    let found = findings([.random], tasks: 100)
    #expect(found[0].chance == 0 && found[0].copying == nil)
    #expect(CrowdScreening(CrowdAnswers([], workerCount: 1, labelCount: 2)).findings[0].answers == 0)
  }

  @Test func whereAllIsEasyNobodyCopies() {
    let found = findings([.able, .able, .able, .able], tasks: 100, accuracy: 0.995)
    #expect(found.allSatisfy { ($0.copying?.strength ?? 0) < 2 })
  }

  @Test func whoStopsLookingIsFoundLater() {
    var evidence = ChanceEvidence(habits: [0.5, 0.5])
    for task in 0..<200 { evidence.add(task % 2, truth: [(task % 2, 0.95), (1 - task % 2, 0.05)]) }
    #expect(evidence.strength < 0.5)
    for task in 0..<60 { evidence.add(task / 2 % 2, truth: [(task % 2, 0.95), (1 - task % 2, 0.05)]) }
    #expect(evidence.strength > 3)
  }

  @Test func whoAgreesWithNobodyIsFoundAndWhoOftenDoesIsNot() {
    var (careless, able) = (DisagreementEvidence(rate: 0.8), DisagreementEvidence(rate: 0.8))
    for place in 0..<20 {
      careless.add(agrees: place % 10 == 0)
      able.add(agrees: place % 10 != 0)
    }
    #expect(careless.strength > 3 && able.strength == 0)
  }
}
