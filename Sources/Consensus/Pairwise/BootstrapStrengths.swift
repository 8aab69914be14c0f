/// Intervals of strengths by fitting votes drawn anew: whole voters where they are known, as their votes
/// hang together, else single votes. For models whose curvature says too little, and to check the sandwich.
///
/// Efron, Annals of Statistics 7(1), 1979; by clusters after Field & Welsh, JRSS B 69, 2007.
package enum BootstrapStrengths {
  /// - Returns: by thing, the middle 95 % of its strength; nil for fewer than two votes or voters.
  /// - Complexity: that of `draws` fits.
  package static func intervals(
    _ comparisons: [Comparison], draws: Int = 200, seed: UInt64 = 1,
    fit: ([Comparison]) throws(BradleyTerry.Fault) -> [Double]
  ) throws(BradleyTerry.Fault) -> [ClosedRange<Double>]? {
    let isKnown = comparisons.allSatisfy { $0.worker != nil }
    let clusters =
      isKnown
      ? Dictionary(grouping: comparisons) { $0.worker ?? 0 }.sorted { $0.key < $1.key }.map(\.value)
      : comparisons.map { [$0] }
    guard clusters.count > 1 else { return nil }
    var generator = SeededGenerator(seed: seed)
    var fits: [[Double]] = []
    for _ in 0..<draws {
      var drawn: [Comparison] = []
      for _ in clusters {
        drawn += clusters[Int(generator.next() % UInt64(clusters.count))]
      }
      fits.append(try fit(drawn))
    }
    guard let items = fits.first?.count else { return nil }
    return (0..<items).map { item in
      BootstrapInterval.middle(fits.map { $0[item] }.sorted())
    }
  }
}
