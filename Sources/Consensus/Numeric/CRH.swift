#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Conflict resolution on heterogeneous data (PM): whoever is far from the truth weighs less, by the
/// logarithm of their share of all errors.
///
/// `w_s = −log(e_s / Σ e)` with `e_s` the mean over a source's readings of the squared error in the spread
/// of its task, and `μ` the mean under these weights, in turn. The mean, not the sum, as sources answer
/// different numbers of tasks.
///
/// Li, Li, Gao, Zhao, Fan & Han, *Resolving Conflicts in Heterogeneous Data by Truth Discovery and Source
/// Reliability Estimation*, SIGMOD 2014, doi 10.1145/2588555.2610509.
package enum CRH {
  /// - Returns: by task; NaN for one without readings.
  /// - Complexity: O(rounds × readings)
  package static func fit(_ readings: NumericReadings, rounds: Int = 20) -> [Double] {
    let variances = readings.taskVariances
    var values = readings.weightedMeans { _ in 1 }
    for _ in 0..<rounds {
      let errors = readings.errors(from: values, inSpreads: variances)
      let means = zip(errors.sums, errors.counts).map { $1 > 0 ? max($0 / $1, 1e-9) : 0 }
      let total = means.reduce(0, +)
      guard total > 0 else { break }
      // A source alone has the share 1, and a weight all the same.
      let weights = means.map { $0 > 0 ? max(-log($0 / total), 1e-9) : 0 }
      values = readings.weightedMeans { max(weights[$0.worker], 1e-300) }
    }
    return values
  }
}
