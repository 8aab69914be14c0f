import Testing

@testable import Consensus

@Suite struct AssignmentTests {
  /// Every way of pairing, tried.
  private func mostByTrying(_ worth: [[Double]], _ row: Int = 0, _ used: Set<Int> = []) -> Double {
    guard row < worth.count else { return 0 }
    var most = mostByTrying(worth, row + 1, used)
    for column in worth[row].indices where !used.contains(column) && worth[row][column] > 0 {
      most = max(most, worth[row][column] + mostByTrying(worth, row + 1, used.union([column])))
    }
    return most
  }

  @Test func isWorthAsMuchAsTheBestOfAllWays() {
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<300 {
      let (rows, columns) = (Int(generator.next() % 6) + 1, Int(generator.next() % 6) + 1)
      let worth = (0..<rows).map { _ in
        (0..<columns).map { _ in max(0, Double(generator.next() % 12) - 3) }
      }
      let places = Assignment.best(worth)
      let taken = places.compactMap { $0 }
      #expect(Set(taken).count == taken.count)
      var sum = 0.0
      for (row, column) in places.enumerated() {
        if let column {
          #expect(worth[row][column] > 0)
          sum += worth[row][column]
        }
      }
      #expect(sum == mostByTrying(worth))
    }
  }

  @Test func nothingIsPairedWithNothing() {
    #expect(Assignment.best([]) == [])
    #expect(Assignment.best([[], []]) == [nil, nil])
    #expect(Assignment.best([[0, .nan], [-1, 0]]) == [nil, nil])
    #expect(Assignment.best([[.nan, 0.5]]) == [1])
  }
}
