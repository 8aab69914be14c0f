/// How much a measure would vary had other tasks been drawn: the middle 95 % of its values over tasks
/// drawn anew, with replacement (Efron, Annals of Statistics 7(1), 1979).
package enum BootstrapInterval {
  /// - Parameters:
  ///   - count: tasks.
  ///   - draws: of `count` tasks each.
  ///   - measure: of the tasks at some places; nil where it has no value for them.
  /// - Returns: nil where fewer than half of the draws have a value.
  /// - Complexity: that of `draws` measures.
  package static func of(
    _ count: Int, draws: Int = 200, seed: UInt64 = 1, measure: ([Int]) -> Double?
  ) -> ClosedRange<Double>? {
    guard count > 1 else { return nil }
    var generator = SeededGenerator(seed: seed)
    var values: [Double] = []
    for _ in 0..<draws {
      let places = (0..<count).map { _ in Int(generator.next() % UInt64(count)) }
      if let value = measure(places), value.isFinite { values.append(value) }
    }
    guard values.count * 2 >= draws else { return nil }
    return middle(values.sorted())
  }

  /// The middle 95 % of sorted values; not empty.
  static func middle(_ values: [Double]) -> ClosedRange<Double> {
    func quantile(_ share: Double) -> Double {
      let place = share * Double(values.count - 1)
      let low = Int(place)
      let high = min(low + 1, values.count - 1)
      return values[low] + (place - Double(low)) * (values[high] - values[low])
    }
    return quantile(0.025)...quantile(0.975)
  }
}
