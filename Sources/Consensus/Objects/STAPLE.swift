import Geometry

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Simultaneous truth and performance level estimation: masks of several raters, each with a sensitivity
/// `p` and a specificity `q`, and the true mask, by EM.
///
/// E-step: `W = g α / (g α + (1 − g) β)` for every pixel, with `α = Π p^d (1 − p)^(1 − d)` and
/// `β = Π q^(1 − d) (1 − q)^d` over the raters' decisions `d`. M-step: `p = Σ W d / Σ W` and
/// `q = Σ (1 − W)(1 − d) / Σ (1 − W)`. The prior `g` is one number, the mean share that raters cover;
/// neighbours do not influence each other. Starts from `p = q = 0.99999`.
///
/// Warfield, Zou & Wells, *Simultaneous Truth and Performance Level Estimation (STAPLE)*, IEEE TMI 23(7),
/// 2004. Equal to SimpleITK's filter of that name within 1e-6 (`Tests/ConsensusTests/Objects`).
package struct STAPLE: Sendable {
  package var sensitivities: [Double]
  package var specificities: [Double]
  package var rounds: Int
  private let patterns: RaterPatterns
  private let probabilities: [RaterPatterns.Pattern: Double]

  /// - Parameters:
  ///   - prior: of a pixel to be covered, in 0..<1; nil: the mean share that raters cover.
  ///   - tolerance: stop once no parameter moves more than this.
  /// - Returns: nil where masks differ in size, or are none, or more than 64.
  /// - Complexity: O(runs × raters + rounds × patterns × raters)
  package init?(
    _ masks: [RunLengthMask], prior: Double? = nil, rounds limit: Int = 200,
    tolerance: Double = 1e-9
  ) {
    guard let patterns = RaterPatterns(masks) else { return nil }
    self.patterns = patterns
    let raters = masks.count
    let pixels = patterns.counts.reduce(0) { $0 + $1.pixels }
    let covered = masks.reduce(0) { $0 + Double($1.area) }
    let g = prior ?? covered / max(1, pixels * Double(raters))
    var p = [Double](repeating: 0.99999, count: raters)
    var q = p
    var truths = [Double](repeating: 0, count: patterns.counts.count)
    var rounds = 0
    while rounds < limit {
      rounds += 1
      var (inside, outside) = (0.0, 0.0)
      var hits = [Double](repeating: 0, count: raters)
      var rests = hits
      for (place, count) in patterns.counts.enumerated() {
        let w = Self.truth(count.pattern, g, p, q)
        truths[place] = w
        inside += w * count.pixels
        outside += (1 - w) * count.pixels
        for rater in 0..<raters {
          if count.pattern >> RaterPatterns.Pattern(rater) & 1 == 1 {
            hits[rater] += w * count.pixels
          } else {
            rests[rater] += (1 - w) * count.pixels
          }
        }
      }
      var change = 0.0
      for rater in 0..<raters {
        // Where nothing is inside, or all is, nothing is learnt of how raters find it.
        let next = (
          p: inside > 0 ? hits[rater] / inside : p[rater],
          q: outside > 0 ? rests[rater] / outside : q[rater]
        )
        change = max(change, abs(next.p - p[rater]), abs(next.q - q[rater]))
        (p[rater], q[rater]) = next
      }
      if change <= tolerance { break }
    }
    self.rounds = rounds
    (sensitivities, specificities) = (p, q)
    probabilities = Dictionary(
      uniqueKeysWithValues: patterns.counts.map { ($0.pattern, Self.truth($0.pattern, g, p, q)) })
  }

  private static func truth(
    _ pattern: RaterPatterns.Pattern, _ g: Double, _ p: [Double], _ q: [Double]
  ) -> Double {
    var odds = log(g) - log(1 - g)
    for rater in p.indices {
      let (hit, rest) = (min(max(p[rater], 1e-12), 1 - 1e-12), min(max(q[rater], 1e-12), 1 - 1e-12))
      odds +=
        pattern >> RaterPatterns.Pattern(rater) & 1 == 1
        ? log(hit) - log(1 - rest) : log(1 - hit) - log(rest)
    }
    return 1 / (1 + exp(-odds))
  }

  /// How probable it is that the pixel is covered.
  package func probability(column: Int, row: Int) -> Double {
    var pattern: RaterPatterns.Pattern = 0
    for (rater, mask) in patterns.masks.enumerated() where mask.contains(column: column, row: row) {
      pattern |= 1 << RaterPatterns.Pattern(rater)
    }
    return probabilities[pattern] ?? 0
  }

  /// The pixels that are more likely covered than not.
  package var mask: RunLengthMask? {
    patterns.mask { probabilities[$0] ?? 0 > 0.5 }
  }
}
