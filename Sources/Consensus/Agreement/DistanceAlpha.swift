/// Krippendorff's α for answers of any kind that have a distance in 0…1, such as `1 − IoU` of objects or
/// the edit distance of texts: `1 − Dₒ / Dₑ`, with `Dₒ` the mean distance of two answers to one task (each
/// task by its number of answers) and `Dₑ` that of any two answers.
///
/// With the distance “not the same” it is `KrippendorffAlpha`'s nominal α. Of many answers `Dₑ` is the mean
/// over `pairLimit` pairs drawn at random.
///
/// Krippendorff, *Content Analysis*, 4th ed., section 12.3; for sets of objects Braylan, Alonso & Lease,
/// *Measuring Annotator Agreement Generally across Complex Structured, Multi-object, and Free-text
/// Annotation Tasks*, WWW 2022.
package struct DistanceAlpha: Hashable, Sendable {
  package var value: Double
  /// Where it would lie in 95 of 100 draws of other tasks, `Dₑ` being what it is.
  package var interval: ClosedRange<Double>?
  /// Tasks with two answers or more.
  package var units: Int

  package init(value: Double, interval: ClosedRange<Double>?, units: Int) {
    self.value = value
    self.interval = interval
    self.units = units
  }

  package static let pairLimit = 2_000

  /// - Parameters:
  ///   - units: the answers of each task; tasks with fewer than two say nothing.
  ///   - distance: symmetric, 0 for equal answers.
  /// - Returns: nil where nothing can be compared, or a distance is no number; α is 1 where all answers are
  ///   the same.
  /// - Complexity: O(Σ (answers of a task)² + pairLimit) distances
  package init?<Answer>(
    _ units: [[Answer]], seed: UInt64 = 1, distance: (Answer, Answer) -> Double
  ) {
    let units = units.filter { $0.count > 1 }
    guard !units.isEmpty else { return nil }
    let observed = units.map { unit -> (sum: Double, size: Double) in
      var sum = 0.0
      for a in unit.indices {
        for b in unit.indices where b > a { sum += 2 * distance(unit[a], unit[b]) }
      }
      return (sum / Double(unit.count - 1), Double(unit.count))
    }
    let expected = Self.expected(Array(units.joined()), seed, distance)
    func alpha(_ places: [Int]) -> Double? {
      let sum = places.reduce(0) { $0 + observed[$1].sum }
      let size = places.reduce(0) { $0 + observed[$1].size }
      guard size > 0 else { return nil }
      return expected > 0 ? 1 - sum / size / expected : 1
    }
    guard expected.isFinite, let value = alpha(Array(units.indices)), value.isFinite else {
      return nil
    }
    self.value = value
    self.units = units.count
    interval = BootstrapInterval.of(units.count, measure: alpha)
  }

  private static func expected<Answer>(
    _ answers: [Answer], _ seed: UInt64, _ distance: (Answer, Answer) -> Double
  ) -> Double {
    let pairs = answers.count * (answers.count - 1) / 2
    var sum = 0.0
    guard pairs > pairLimit else {
      for a in answers.indices {
        for b in answers.indices where b > a { sum += distance(answers[a], answers[b]) }
      }
      return sum / Double(pairs)
    }
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<pairLimit {
      let a = Int(generator.next() % UInt64(answers.count))
      let b = (a + 1 + Int(generator.next() % UInt64(answers.count - 1))) % answers.count
      sum += distance(answers[a], answers[b])
    }
    return sum / Double(pairLimit)
  }
}
