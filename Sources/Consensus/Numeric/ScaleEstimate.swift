#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The mean of ratings, with the probability that it is within a tolerance of the mean that
/// endlessly many such raters would give.
///
/// The spread is estimated from the ratings, shrunk towards `priorDeviation` with the weight of
/// `priorStrength` ratings; the mean's error is taken as normal.
package struct ScaleEstimate: Hashable, Sendable {
  package var mean: Double
  /// 0…1
  package var confidence: Double

  package static let priorStrength = 2.0

  /// - Complexity: O(ratings). Without ratings that are finite the mean is 0 and the confidence 0.
  package init(ratings: [Double], tolerance: Double, priorDeviation: Double) {
    let ratings = ratings.filter(\.isFinite)
    guard !ratings.isEmpty else {
      (mean, confidence) = (0, 0)
      return
    }
    let count = Double(ratings.count)
    let mean = ratings.reduce(0, +) / count
    let squares = ratings.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let variance =
      (Self.priorStrength * priorDeviation * priorDeviation + squares)
      / (Self.priorStrength + count - 1)
    self.mean = mean
    confidence = variance > 0 ? erf(tolerance / (2 * variance / count).squareRoot()) : 1
  }
}
