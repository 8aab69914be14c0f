/// The pairing of rows with columns that is worth most in all: at most one column a row, one row a
/// column, and no pair that is worth nothing.
///
/// Shortest augmenting paths with potentials. Kuhn, *The Hungarian Method for the Assignment Problem*,
/// Naval Research Logistics 2, 1955; Jonker & Volgenant, Computing 38, 1987.
package enum Assignment {
  /// - Parameter worth: by row, then column, of one length each; what is not above 0, or no number, is
  ///   never paired.
  /// - Returns: the column of each row, nil for a row without one. Of pairings worth the same, always the
  ///   same one.
  /// - Complexity: O(r² c) for r ≤ c rows and columns, O(c² r) else.
  package static func best(_ worth: [[Double]]) -> [Int?] {
    let (rows, columns) = (worth.count, worth.first?.count ?? 0)
    guard rows > 0, columns > 0 else { return [Int?](repeating: nil, count: rows) }
    guard rows <= columns else {
      let turned = (0..<columns).map { column in worth.map { $0[column] } }
      var places = [Int?](repeating: nil, count: rows)
      for (column, row) in best(turned).enumerated() { if let row { places[row] = column } }
      return places
    }
    let found = cheapest(worth.map { row in row.map { $0 > 0 && $0.isFinite ? -$0 : 0 } })
    return zip(worth, found).map { row, column in row[column] > 0 ? column : nil }
  }

  /// The column of every row, by least sum of costs; no more rows than columns.
  private static func cheapest(_ costs: [[Double]]) -> [Int] {
    let (rows, columns) = (costs.count, costs[0].count)
    var rowPotential = [Double](repeating: 0, count: rows + 1)
    var columnPotential = [Double](repeating: 0, count: columns + 1)
    // Rows and columns count from 1; row 0 is none, and column 0 holds the row that seeks its place.
    var rowOf = [Int](repeating: 0, count: columns + 1)
    for row in 1...rows {
      rowOf[0] = row
      var column = 0
      var least = [Double](repeating: .infinity, count: columns + 1)
      var before = [Int](repeating: 0, count: columns + 1)
      var isSeen = [Bool](repeating: false, count: columns + 1)
      repeat {
        isSeen[column] = true
        let from = rowOf[column]
        var (step, next) = (Double.infinity, 0)
        for other in 1...columns where !isSeen[other] {
          let cost = costs[from - 1][other - 1] - rowPotential[from] - columnPotential[other]
          if cost < least[other] { (least[other], before[other]) = (cost, column) }
          if least[other] < step { (step, next) = (least[other], other) }
        }
        for other in 0...columns {
          if isSeen[other] {
            rowPotential[rowOf[other]] += step
            columnPotential[other] -= step
          } else {
            least[other] -= step
          }
        }
        column = next
      } while rowOf[column] != 0
      while column != 0 {
        rowOf[column] = rowOf[before[column]]
        column = before[column]
      }
    }
    var columnOf = [Int](repeating: 0, count: rows)
    for column in 1...columns where rowOf[column] > 0 { columnOf[rowOf[column] - 1] = column - 1 }
    return columnOf
  }
}
