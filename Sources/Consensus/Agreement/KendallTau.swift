/// How alike two orders of the same things are: Kendall's τ-b, which corrects for ties.
///
/// τ-b = (C − D) / √((n₀ − n₁)(n₀ − n₂)) with C pairs in the same and D in the opposite order, n₀ all
/// pairs, n₁ and n₂ those tied in one.
///
/// Kendall, *The Treatment of Ties in Ranking Problems*, Biometrika 33, 1945; counted by merge sort: Knight,
/// JASA 61, 1966.
package enum KendallTau {
  /// - Returns: −1…1; nil for fewer than two things, numbers that are not finite, unequal counts, and where
  ///   one of the two ties everything.
  /// - Complexity: O(n log n)
  package static func b(_ x: [Double], _ y: [Double]) -> Double? {
    guard x.count == y.count, x.count > 1, x.allSatisfy(\.isFinite), y.allSatisfy(\.isFinite)
    else { return nil }
    let order = x.indices.sorted { (x[$0], y[$0]) < (x[$1], y[$1]) }
    var values = order.map { y[$0] }
    let tiedX = tiedPairs(order.map { x[$0] })
    let tiedBoth = tiedPairs(order) { x[$0] == x[$1] && y[$0] == y[$1] }
    let swaps = sort(&values)
    let tiedY = tiedPairs(values)
    let all = pairs(x.count)
    let spread = (all - tiedX) * (all - tiedY)
    guard spread > 0 else { return nil }
    let difference = all - tiedX - tiedY + tiedBoth - 2 * swaps
    return difference / spread.squareRoot()
  }

  private static func pairs(_ count: Int) -> Double { Double(count) * Double(count - 1) / 2 }

  private static func tiedPairs(_ sorted: [Double]) -> Double { tiedPairs(sorted) { $0 == $1 } }

  /// Pairs of neighbours' runs that are the same.
  private static func tiedPairs<T>(_ sorted: [T], _ areSame: (T, T) -> Bool) -> Double {
    var (sum, run) = (0.0, 1)
    for place in 1..<max(1, sorted.count) {
      if areSame(sorted[place - 1], sorted[place]) {
        run += 1
      } else {
        sum += pairs(run)
        run = 1
      }
    }
    return sum + pairs(run)
  }

  /// Merge sort; how many pairs stood the other way round.
  private static func sort(_ values: inout [Double]) -> Double {
    var (swaps, width) = (0.0, 1)
    var other = values
    while width < values.count {
      for start in stride(from: 0, to: values.count, by: 2 * width) {
        let middle = min(start + width, values.count)
        let end = min(start + 2 * width, values.count)
        var (left, right) = (start, middle)
        for place in start..<end {
          if left < middle, right >= end || values[left] <= values[right] {
            other[place] = values[left]
            left += 1
          } else {
            other[place] = values[right]
            right += 1
            swaps += Double(middle - left)
          }
        }
      }
      swap(&values, &other)
      width *= 2
    }
    return swaps
  }
}
