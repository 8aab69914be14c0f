#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// ψ, the derivative of log Γ, for positive numbers: by its recurrence up to 10 and its asymptotic
/// series from there (Abramowitz & Stegun 6.3.5, 6.3.18), within 1e-12.
func digamma(_ x: Double) -> Double {
  var (x, sum) = (x, 0.0)
  while x < 10 {
    sum -= 1 / x
    x += 1
  }
  let square = 1 / (x * x)
  let series =
    square
    * (1.0 / 12 - square * (1.0 / 120 - square * (1.0 / 252 - square * (1.0 / 240 - square / 132))))
  return sum + log(x) - 0.5 / x - series
}

/// log Γ for positive numbers, by Stirling's series from 10 on.
func logGamma(_ x: Double) -> Double {
  var (x, product) = (x, 1.0)
  while x < 10 {
    product *= x
    x += 1
  }
  let square = 1 / (x * x)
  let series =
    (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680 - square / 1188))))
    / x
  return (x - 0.5) * log(x) - x + 0.918_938_533_204_672_8 + series - log(product)
}

/// The number below which χ² of so many degrees lies with probability `p`, for p up to ½: by bisection of
/// the series of the incomplete gamma function (Abramowitz & Stegun 6.5.29), to 1e-12 of the degrees.
func chiSquareQuantile(_ p: Double, degrees: Double) -> Double {
  let a = degrees / 2
  func probability(upTo x: Double) -> Double {
    guard x > 0 else { return 0 }
    var (term, sum, n) = (1.0, 1.0, 0.0)
    repeat {
      n += 1
      term *= x / (a + n)
      sum += term
    } while term > sum * 1e-16
    return sum * exp(a * log(x) - x - logGamma(a + 1))
  }
  // The median lies below the mean, which is `degrees`.
  var (low, high) = (0.0, a)
  for _ in 0..<60 {
    let middle = (low + high) / 2
    if probability(upTo: middle) < p { low = middle } else { high = middle }
  }
  return low + high
}

extension Array where Element == Double {
  /// Logarithms of numbers as numbers that sum to one, computed beside their largest.
  mutating func becomeDistribution() {
    let peak = self.max() ?? 0
    var total = 0.0
    for index in indices {
      self[index] = exp(self[index] - peak)
      total += self[index]
    }
    for index in indices { self[index] /= total }
  }
}
