import Testing

@testable import Consensus

@Suite struct IntraclassCorrelationTests {
  /// Table 2 of Shrout & Fleiss, 1979, and the values of its table 4.
  @Test func equalsThePublishedExample() throws {
    let ratings: [[Double]] = [
      [9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7],
    ]
    let found = try #require(IntraclassCorrelation(ratings))
    #expect(abs(found.oneWay - 0.1657) < 1e-4)
    #expect(abs(found.randomRaters - 0.2898) < 1e-4)
    #expect(abs(found.fixedRaters - 0.7148) < 1e-4)
  }

  @Test func whatSaysNothingHasNone() {
    #expect(IntraclassCorrelation([]) == nil)
    #expect(IntraclassCorrelation([[1, 2]]) == nil)
    #expect(IntraclassCorrelation([[1], [2]]) == nil)
    #expect(IntraclassCorrelation([[1, 2], [3]]) == nil)
    #expect(IntraclassCorrelation([[1, 1], [1, 1]]) == nil)
    #expect(IntraclassCorrelation([[1, .nan], [1, 2]]) == nil)
    #expect(IntraclassCorrelation([[1, 1], [2, 2]])?.fixedRaters == 1)
  }
}

@Suite struct KendallTauTests {
  /// Against counting every pair.
  @Test func equalsCountingPairs() throws {
    var generator = SeededGenerator(seed: 3)
    for size in [2, 3, 10, 57] {
      let x = (0..<size).map { _ in Double(generator.next() % 7) }
      let y = (0..<size).map { _ in Double(generator.next() % 5) }
      var (same, opposite, tiedX, tiedY) = (0.0, 0.0, 0.0, 0.0)
      for a in 0..<size {
        for b in 0..<a {
          let product = (x[a] - x[b]) * (y[a] - y[b])
          same += product > 0 ? 1 : 0
          opposite += product < 0 ? 1 : 0
          tiedX += x[a] == x[b] ? 1 : 0
          tiedY += y[a] == y[b] ? 1 : 0
        }
      }
      let all = Double(size * (size - 1) / 2)
      let spread = (all - tiedX) * (all - tiedY)
      let found = KendallTau.b(x, y)
      guard spread > 0 else {
        #expect(found == nil)
        continue
      }
      #expect(abs(try #require(found) - (same - opposite) / spread.squareRoot()) < 1e-12)
    }
  }

  @Test func ordersThatSayNothingHaveNone() {
    #expect(KendallTau.b([1, 2, 3], [3, 2, 1]) == -1)
    #expect(KendallTau.b([1, 1], [1, 2]) == nil && KendallTau.b([1], [1]) == nil)
    #expect(KendallTau.b([1, 2], [1]) == nil && KendallTau.b([1, .nan], [1, 2]) == nil)
  }
}
