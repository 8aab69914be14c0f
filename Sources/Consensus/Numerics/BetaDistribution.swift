#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What is believed of a share after `successes` and `failures`, pseudo-counts among them.
package struct BetaDistribution: Hashable, Sendable {
  /// Both above 0.
  package var successes: Double
  package var failures: Double

  package init(successes: Double, failures: Double) {
    self.successes = successes
    self.failures = failures
  }

  package var mean: Double { successes / (successes + failures) }

  /// The probability that the share is at most `x`: the regularized incomplete beta function, by its
  /// continued fraction (Abramowitz & Stegun 26.5.8) with Lentz's method, to 1e-12.
  package func probability(upTo x: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    let (a, b) = (successes, failures)
    let front = exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x))
    return x < (a + 1) / (a + b + 2)
      ? front * Self.fraction(x, a, b) / a : 1 - front * Self.fraction(1 - x, b, a) / b
  }

  private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    var d = 1 - (a + b) * x / (a + 1)
    d = 1 / (abs(d) < tiny ? tiny : d)
    var (c, h) = (1.0, d)
    for m in 1...500 {
      let k = Double(m)
      let even = k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k))
      let odd = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1))
      var change = 1.0
      for step in [even, odd] {
        d = 1 + step * d
        d = 1 / (abs(d) < tiny ? tiny : d)
        c = 1 + step / c
        if abs(c) < tiny { c = tiny }
        change = d * c
        h *= change
      }
      if abs(change - 1) < 1e-14 { break }
    }
    return h
  }

  /// The share below which it is with probability `p`, by bisection to 1e-10.
  package func quantile(_ p: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    for _ in 0..<34 {
      let middle = (low + high) / 2
      if probability(upTo: middle) < p { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// As if it stood on no more than `limit` counts, however many there are, and on Jeffreys' prior.
  func cautious(_ limit: Double) -> BetaDistribution {
    let count = successes + failures
    let share = limit / (limit + count)
    return BetaDistribution(successes: successes * share + 0.5, failures: failures * share + 0.5)
  }

  /// What it is within with probability `level`, as much left out on either side; where the density
  /// grows up to an end, that end belongs to it (Brown, Cai & DasGupta, 2001, section 4.1).
  package func interval(_ level: Double) -> ClosedRange<Double> {
    let tail = (1 - level) / 2
    if failures < 1, successes >= 1 { return quantile(2 * tail)...1 }
    if successes < 1, failures >= 1 { return 0...quantile(1 - 2 * tail) }
    return quantile(tail)...quantile(1 - tail)
  }
}
