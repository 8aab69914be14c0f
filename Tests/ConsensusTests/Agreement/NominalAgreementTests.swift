import Testing

@testable import Consensus

@Suite struct NominalAgreementTests {
  private func table(_ rows: [[Int?]], classes: Int) -> VoteTable {
    var votes: [VoteTable.Vote] = []
    for (task, row) in rows.enumerated() {
      for (worker, label) in row.enumerated() {
        if let label { votes.append(.init(task: task, worker: worker, label: label)) }
      }
    }
    return VoteTable(
      taskCount: rows.count, workerCount: rows.map(\.count).max() ?? 0, classCount: classes,
      votes: votes)
  }

  /// Two annotators, fifty tasks: 20 yes–yes, 5 yes–no, 10 no–yes, 15 no–no.
  @Test func cohensExampleByHand() throws {
    let rows: [[Int?]] =
      Array(repeating: [1, 1], count: 20) + Array(repeating: [1, 0], count: 5)
      + Array(repeating: [0, 1], count: 10) + Array(repeating: [0, 0], count: 15)
    let found = try #require(NominalAgreement(table(rows, classes: 2)))
    #expect(abs(found.percent - 0.7) < 1e-12)
    // Chance is ½ · 0.6 + ½ · 0.4.
    #expect(abs((found.meanCohenKappa ?? 0) - 0.4) < 1e-12 && found.cohenPairs == 1)
    // Shares are 0.55 and 0.45.
    #expect(abs((found.fleissKappa ?? 0) - (0.7 - 0.505) / (1 - 0.505)) < 1e-12)
    #expect(abs((found.gwetAC1 ?? 0) - (0.7 - 0.495) / (1 - 0.495)) < 1e-12)
  }

  @Test func whatCannotBeComparedHasNoValue() throws {
    #expect(NominalAgreement(table([[0, nil], [nil, 1]], classes: 2)) == nil)
    let same = try #require(NominalAgreement(table([[0, 0], [0, 0]], classes: 2)))
    #expect(same.percent == 1 && same.fleissKappa == nil && same.gwetAC1 == nil)
    #expect(same.meanCohenKappa == nil && same.cohenPairs == 0)
  }

  @Test func annotatorsNeedEnoughTasksInCommon() throws {
    let least = NominalAgreement.leastCommon
    let rows: [[Int?]] = (0..<least).map { [$0 % 2, $0 % 2] }
    #expect(try #require(NominalAgreement(table(rows, classes: 2))).cohenPairs == 1)
    let fewer = try #require(NominalAgreement(table(Array(rows.dropLast()), classes: 2)))
    #expect(fewer.cohenPairs == 0 && fewer.meanCohenKappa == nil)
  }

  @Test func ofAnnotatorsWhoAnswerTwiceTheFirstAnswerStands() throws {
    let votes = VoteTable(
      taskCount: 1, workerCount: 2, classCount: 2,
      votes: [
        .init(task: 0, worker: 0, label: 0), .init(task: 0, worker: 0, label: 1),
        .init(task: 0, worker: 1, label: 0),
      ])
    #expect(NominalAgreement(votes)?.percent == 1)
  }
}

@Suite struct BootstrapIntervalTests {
  /// Of 40 draws of a normal number, the interval of the mean holds the true one in about 95 % of
  /// cases.
  @Test func itHoldsTheTruthAboutAsOftenAsItSays() {
    var generator = SeededGenerator(seed: 11)
    var held = 0
    for round in 0..<400 {
      // Twelve uniform numbers sum to nearly a normal one.
      let values = (0..<60).map { _ in (0..<12).reduce(-6.0) { sum, _ in sum + generator.unit() } }
      let interval = BootstrapInterval.of(60, seed: UInt64(round)) { places in
        places.reduce(0) { $0 + values[$1] } / 60
      }
      if interval?.contains(0) == true { held += 1 }
    }
    #expect((360...392).contains(held), "\(held) of 400")
  }

  @Test func whatHasNoValueHasNoInterval() {
    #expect(BootstrapInterval.of(1) { _ in 1 } == nil)
    #expect(BootstrapInterval.of(50) { _ in nil } == nil)
  }

  @Test func alphaLiesWithinItsInterval() throws {
    let units = (0..<80).map { unit in (0..<3).map { Double((unit * 7 + $0 * unit) % 4) } }
    for level in KrippendorffAlpha.Level.allCases {
      let alpha = try #require(KrippendorffAlpha.alpha(units, level: level))
      let interval = try #require(KrippendorffAlpha.interval(units, level: level))
      #expect(interval.contains(alpha) && interval.upperBound - interval.lowerBound < 0.4)
    }
  }
}
