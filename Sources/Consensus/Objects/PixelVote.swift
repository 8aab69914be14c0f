import Geometry

/// The pixels that raters with at least half of all weight cover.
package enum PixelVote {
  /// - Parameter weights: of the raters, none below 0; all 0 counts them alike.
  /// - Returns: nil where masks differ in size, or are none, or more than 64.
  /// - Complexity: O(runs × raters)
  package static func mask(_ masks: [RunLengthMask], weights: [Double]) -> RunLengthMask? {
    guard let patterns = RaterPatterns(masks), weights.count == masks.count else { return nil }
    let sum = weights.reduce(0, +)
    let weights = sum > 0 ? weights : weights.map { _ in 1 }
    let half = weights.reduce(0, +) / 2 - 1e-12
    return patterns.mask { pattern in
      var weight = 0.0
      for rater in weights.indices where pattern >> RaterPatterns.Pattern(rater) & 1 == 1 {
        weight += weights[rater]
      }
      return weight >= half
    }
  }
}
