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

  /// - Parameter units: the ratings of each unit; units with fewer than two say nothing, nor do ratings
  ///   that are not finite.
  /// - Returns: nil where nothing can be compared, 1 where every comparable rating is the same.
  /// - Complexity: O(n log n) for n ratings.
  package static func alpha(_ units: [[Double]], level: Level) -> Double? {
    let pairable = pairable(units)
    return measure(pairable, level)(Array(pairable.indices))
  }

  /// The middle 95 % of its values over units drawn anew; ranks stay those of all units.
  ///
  /// - Complexity: O(n log n + draws × units × values of a unit)
  package static func interval(
    _ units: [[Double]], level: Level, draws: Int = 200
  ) -> ClosedRange<Double>? {
    let pairable = pairable(units)
    return BootstrapInterval.of(pairable.count, draws: draws, measure: measure(pairable, level))
  }

  /// The units that can be compared; a number that is none is a rating that is missing.
  private static func pairable(_ units: [[Double]]) -> [[Double]] {
    units.map { $0.filter(\.isFinite) }.filter { $0.count > 1 }
  }

  /// α of the units at some places, from sums that are made once.
  private static func measure(_ units: [[Double]], _ level: Level) -> ([Int]) -> Double? {
    switch level {
    case .nominal: nominal(units)
    case .interval: spread(units)
    case .ordinal: spread(midranks(units))
    }
  }

  private static func nominal(_ units: [[Double]]) -> ([Int]) -> Double? {
    var codes: [Double: Int] = [:]
    var parts: [(observed: Double, size: Double, counts: [(code: Int, count: Double)])] = []
    for unit in units {
      var counts: [Int: Double] = [:]
      for value in unit {
        let code = codes[value] ?? codes.count
        codes[value] = code
        counts[code, default: 0] += 1
      }
      let size = Double(unit.count)
      let alike = counts.values.reduce(0) { $0 + $1 * $1 }
      parts.append(
        ((size * size - alike) / (size - 1), size, counts.map { (code: $0.key, count: $0.value) }))
    }
    return { places in
      guard !places.isEmpty else { return nil }
      var totals = [Double](repeating: 0, count: codes.count)
      var (observed, count) = (0.0, 0.0)
      for place in places {
        observed += parts[place].observed
        count += parts[place].size
        for (code, number) in parts[place].counts { totals[code] += number }
      }
      let expected = (count * count - totals.reduce(0) { $0 + $1 * $1 }) / (count - 1)
      return expected > 0 ? 1 - observed / expected : 1
    }
  }

  private static func spread(_ units: [[Double]]) -> ([Int]) -> Double? {
    let count = Double(units.reduce(0) { $0 + $1.count })
    // Taken from the middle of all, so that large numbers do not swallow small differences.
    let middle = count > 0 ? units.reduce(0) { $0 + $1.reduce(0, +) } / count : 0
    let parts = units.map {
      unit -> (observed: Double, size: Double, sum: Double, squares: Double) in
      let size = Double(unit.count)
      let values = unit.map { $0 - middle }
      let sum = values.reduce(0, +)
      let centre = sum / size
      // Σ over ordered pairs of (x − y)² is 2 m Σ (x − x̄)².
      let spread = values.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
      return (2 * size * spread / (size - 1), size, sum, values.reduce(0) { $0 + $1 * $1 })
    }
    return { places in
      guard !places.isEmpty else { return nil }
      var (observed, count, sum, squares) = (0.0, 0.0, 0.0, 0.0)
      for place in places {
        observed += parts[place].observed
        count += parts[place].size
        sum += parts[place].sum
        squares += parts[place].squares
      }
      let expected = 2 * count * (squares - sum * sum / count) / (count - 1)
      return expected > 1e-300 && observed <= expected * 1e12 ? 1 - observed / expected : 1
    }
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
