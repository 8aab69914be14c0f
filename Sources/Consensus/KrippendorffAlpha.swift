/// Agreement beyond chance over any number of raters, with missing ratings: 1 is perfect, 0 is
/// chance, below 0 is systematic disagreement.
///
/// Hayes & Krippendorff, *Answering the Call for a Standard Reliability Measure for Coding Data*,
/// Communication Methods and Measures 1(1), 2007. The ordinal metric is the interval metric on
/// mid-ranks, so no value-pair matrix is needed.
package enum KrippendorffAlpha {
  package enum Level: String, Hashable, Sendable, CaseIterable {
    case nominal
    case ordinal
    case interval
  }

  /// - Parameter units: the ratings of each unit; units with fewer than two say nothing.
  /// - Returns: nil where nothing can be compared, 1 where every comparable rating is the same.
  /// - Complexity: O(n log n) for n ratings.
  package static func alpha(_ units: [[Double]], level: Level) -> Double? {
    let pairable = units.filter { $0.count > 1 }
    guard !pairable.isEmpty else { return nil }
    switch level {
    case .nominal: return nominal(pairable)
    case .interval: return interval(pairable)
    case .ordinal: return interval(midranks(pairable))
    }
  }

  private static func nominal(_ units: [[Double]]) -> Double {
    var totals: [Double: Double] = [:]
    var count = 0.0
    var observed = 0.0
    for unit in units {
      var counts: [Double: Double] = [:]
      for value in unit { counts[value, default: 0] += 1 }
      let size = Double(unit.count)
      let alike = counts.values.reduce(0) { $0 + $1 * $1 }
      observed += (size * size - alike) / (size - 1)
      count += size
      for (value, number) in counts { totals[value, default: 0] += number }
    }
    let alike = totals.values.sorted().reduce(0) { $0 + $1 * $1 }
    let expected = (count * count - alike) / (count - 1)
    return expected > 0 ? 1 - observed / expected : 1
  }

  private static func interval(_ units: [[Double]]) -> Double {
    let count = Double(units.reduce(0) { $0 + $1.count })
    let mean = units.reduce(0) { $0 + $1.reduce(0, +) } / count
    var observed = 0.0
    var squares = 0.0
    for unit in units {
      let size = Double(unit.count)
      let centre = unit.reduce(0, +) / size
      // Σ over ordered pairs of (x − y)² is 2 m Σ (x − x̄)².
      let spread = unit.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
      observed += 2 * size * spread / (size - 1)
      squares += unit.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    let expected = 2 * count * squares / (count - 1)
    return expected > 0 ? 1 - observed / expected : 1
  }

  private static func midranks(_ units: [[Double]]) -> [[Double]] {
    var totals: [Double: Double] = [:]
    for unit in units { for value in unit { totals[value, default: 0] += 1 } }
    var ranks: [Double: Double] = [:]
    var below = 0.0
    for value in totals.keys.sorted() {
      let number = totals[value] ?? 0
      ranks[value] = below + number / 2
      below += number
    }
    return units.map { $0.map { ranks[$0] ?? 0 } }
  }
}
