import Labels

/// How two annotators' objects fit: paired so that they overlap most in all.
package struct ObjectOverlap: Hashable, Sendable {
  /// Intersection over union of each pair (its like, of points and lines), and the classes of both.
  package var pairs: [Pair] = []
  /// Objects of the one that drew more.
  package var most = 0

  package struct Pair: Hashable, Sendable {
    package var overlap: Double
    package var first: ClassID
    package var second: ClassID
  }

  /// - Parameter threshold: objects less alike than this are not the same.
  /// - Complexity: that of `ObjectPairing`
  package init(_ a: [Annotation], _ b: [Annotation], threshold: Double = 0) {
    most = max(a.count, b.count)
    let matches = ObjectPairing.best(a.map(\.value), b.map(\.value), threshold: threshold)
    pairs = matches.enumerated().compactMap { i, match in
      match.map {
        Pair(overlap: $0.likeness, first: a[i].classID, second: b[$0.column].classID)
      }
    }
  }

  /// 0 for the same objects, 1 for those that have nothing in common: what is not paired overlaps by 0.
  package var distance: Double {
    most > 0 ? 1 - pairs.reduce(0) { $0 + $1.overlap } / Double(most) : 0
  }

  /// Mean intersection over union of the pairs; nil for none.
  package var meanIoU: Double? {
    pairs.isEmpty ? nil : pairs.reduce(0) { $0 + $1.overlap } / Double(pairs.count)
  }

  /// Mean Dice coefficient of the pairs, `2 IoU / (1 + IoU)`; nil for none.
  package var meanDice: Double? {
    pairs.isEmpty
      ? nil : pairs.reduce(0) { $0 + 2 * $1.overlap / (1 + $1.overlap) } / Double(pairs.count)
  }
}
