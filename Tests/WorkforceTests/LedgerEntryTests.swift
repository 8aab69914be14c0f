import Testing

@testable import Workforce

@Suite struct LedgerEntryTests {
  private let dollar = Currency("USD")!
  private let a = Account(.labour, "p")
  private let b = Account(.pending, "w")

  @Test func whatIsNotBalancedCannotBeMade() throws {
    let entry = try LedgerEntry(
      .earned, key: "k", Money(micros: 5, dollar), debit: a, credit: b)
    #expect(entry.postings.map(\.micros) == [5, -5])
    #expect(throws: LedgerEntry.Fault.unbalanced(by: 1)) {
      try LedgerEntry(.earned, key: "k", dollar, [(a, 5), (b, -4)])
    }
    #expect(throws: LedgerEntry.Fault.empty) {
      try LedgerEntry(.earned, key: "k", Money(micros: 0, dollar), debit: a, credit: b)
    }
    for amounts in [[Int64.max, 1], [Int64.min, 0]] {
      #expect(throws: LedgerEntry.Fault.overflow) {
        try LedgerEntry(.earned, key: "k", dollar, [(a, amounts[0]), (b, amounts[1])])
      }
    }
    #expect(throws: LedgerEntry.Fault.overflow) {
      try LedgerEntry(.earned, key: "k", Money(micros: .min, dollar), debit: a, credit: b)
    }
  }

  /// Whatever is drawn, an entry that can be made adds up to nothing and has no empty posting.
  @Test func everyEntryAddsUpToNothing() {
    var state: UInt64 = 11
    func draw() -> Int64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int64(bitPattern: state) >> Int64(state % 60)
    }
    var made = 0
    for _ in 0..<2_000 {
      let first = draw(), second = draw()
      let last = (0 - first).subtractingReportingOverflow(second)
      let amounts = [first, second, last.overflow ? draw() : last.partialValue]
      guard let entry = try? LedgerEntry(.earned, key: "k", dollar, amounts.map { (a, $0) }) else {
        continue
      }
      made += 1
      #expect(entry.postings.reduce(0) { $0 &+ $1.micros } == 0)
      #expect(entry.postings.allSatisfy { $0.micros != 0 })
    }
    #expect(made > 1_000)
  }
}
