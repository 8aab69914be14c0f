/// Confidence-aware truth discovery: weights that know how little is known of whoever answered little.
///
/// `w_s = χ²(0.025, n_s) / Σ (x − μ)²`, the lower end of a 95 % interval of a source's precision, and `μ`
/// the mean under these weights, in turn; errors are counted in the spread of their task.
///
/// Li, Li, Gao, Su, Zhao, Demirbas, Fan & Han, *A Confidence-Aware Approach for Truth Discovery on
/// Long-Tail Data*, PVLDB 8(4), 2014, doi 10.14778/2735496.2735505.
package enum CATD {
  /// - Returns: by task; NaN for one without readings.
  /// - Complexity: O(rounds × readings)
  package static func fit(_ readings: NumericReadings, rounds: Int = 20) -> [Double] {
    let variances = readings.taskVariances
    var values = readings.weightedMeans { _ in 1 }
    for _ in 0..<rounds {
      let errors = readings.errors(from: values, inSpreads: variances)
      let weights = zip(errors.sums, errors.counts).map { error, count in
        count > 0 ? chiSquareQuantile(0.025, degrees: count) / max(error, 1e-9) : 0
      }
      values = readings.weightedMeans { max(weights[$0.worker], 1e-300) }
    }
    return values
  }
}
