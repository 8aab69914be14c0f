#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Whether an annotator has become worse: the newest verdicts against all before them.
///
/// Two shares are compared by the likelihood ratio (G) statistic of a 2 × 2 table, which keeps its level
/// where shares are near 1 better than the normal approximation (Wilks, 1938; Dunning, 1993). The bar
/// is high, because many annotators are looked at again and again.
package enum Drift {
  /// Newest verdicts that are compared.
  package static let window = 50
  /// Verdicts before them that there must be.
  package static let leastBefore = 50
  /// Of the statistic: a chance of 1 in 10,000 (χ², one degree, one-sided).
  package static let bar = 13.83

  /// - Parameter verdicts: whether each answer was right, oldest first.
  /// - Returns: both shares where they differ for the worse; nil where nothing is sure.
  package static func find(_ verdicts: [Bool]) -> (before: Double, now: Double)? {
    let old = verdicts.dropLast(window)
    let new = verdicts.suffix(window)
    guard new.count == window, old.count >= leastBefore else { return nil }
    let (a, b) = (Double(old.filter { $0 }.count), Double(new.filter { $0 }.count))
    let (n, m) = (Double(old.count), Double(new.count))
    guard b / m < a / n else { return nil }
    let all = (a + b) / (n + m)
    let statistic =
      2
      * (term(a, n * all) + term(n - a, n * (1 - all)) + term(b, m * all)
        + term(m - b, m * (1 - all)))
    return statistic > bar ? (a / n, b / m) : nil
  }

  private static func term(_ seen: Double, _ expected: Double) -> Double {
    seen > 0 ? seen * log(seen / expected) : 0
  }
}
