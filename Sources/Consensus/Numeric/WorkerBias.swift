/// The truth of numbers from annotators who each read too high or too low, and more or less exactly:
/// `x_tw = μ_t + b_w + ε`, `ε ~ N(0, σ²_w)`.
///
/// In turn: `b_w = Σ (x − μ) / (n_w + s)`, `σ²_w = (Σ (x − μ − b)² + s σ²) / (n_w + s)` and `μ_t` the mean
/// of `x − b` with weights `1 / σ²_w`; `σ²` is that of all. The `s` pseudo-answers keep whoever answered
/// little at no bias and the spread of all: without them a few annotators who happen to be near each other
/// take over. After Raykar et al., JMLR 11, 2010 (section 4, regression), with a bias.
package struct WorkerBias: Sendable {
  package var values: [Double]
  /// By worker: what they read too high.
  package var biases: [Double]
  /// By worker: the standard deviation of their readings, bias aside.
  package var deviations: [Double]

  /// Pseudo-answers of no bias and the usual spread.
  package static let strength = 200.0

  /// - Complexity: O(rounds × readings). A task without readings gets NaN.
  package init(_ readings: NumericReadings, strength: Double = strength, rounds: Int = 50) {
    values = readings.weightedMeans { _ in 1 }
    biases = [Double](repeating: 0, count: readings.workerCount)
    deviations = biases
    for _ in 0..<rounds {
      let spread = readings.meanByWorker { [biases, values] reading in
        let rest = reading.value - values[reading.task] - biases[reading.worker]
        return rest * rest
      }
      guard spread.all > 0 else { break }
      let rests = readings.meanByWorker { [values] in $0.value - values[$0.task] }
      for worker in biases.indices {
        let count = rests.counts[worker]
        biases[worker] = rests.sums[worker] / (count + strength)
      }
      let squares = readings.meanByWorker { [biases, values] reading in
        let rest = reading.value - values[reading.task] - biases[reading.worker]
        return rest * rest
      }
      for worker in biases.indices {
        let count = squares.counts[worker]
        deviations[worker] =
          ((squares.sums[worker] + strength * spread.all) / (count + strength)).squareRoot()
      }
      let before = values
      values = readings.weightedMeans(
        less: { [biases] in biases[$0.worker] },
        by: { [deviations] in 1 / max(deviations[$0.worker] * deviations[$0.worker], 1e-300) })
      let change = zip(before, values).reduce(0) { max($0, abs($1.0 - $1.1)) }
      if change <= 1e-9 * spread.all.squareRoot() { break }
    }
  }

  /// By how many standard errors workers stray from the tasks' means in their own directions more than chance
  /// makes them: under no bias `Σ n_w r̄²_w / σ²` is χ² of as many degrees as there are workers.
  ///
  /// - Complexity: O(readings)
  package func evidence(_ readings: NumericReadings) -> Double {
    var counts = [Double](repeating: 0, count: readings.taskCount)
    for reading in readings.readings { counts[reading.task] += 1 }
    let means = readings.weightedMeans { _ in 1 }
    // A reading alone is its own mean, and of m each strays by 1 − 1/m of its variance.
    var sums = [Double](repeating: 0, count: readings.workerCount)
    var numbers = sums
    var (squares, freedom) = (0.0, 0.0)
    for reading in readings.readings where counts[reading.task] > 1 {
      let share = 1 - 1 / counts[reading.task]
      let rest = reading.value - means[reading.task]
      sums[reading.worker] += rest / share.squareRoot()
      numbers[reading.worker] += 1
      squares += rest * rest
      freedom += share
    }
    let workers = Double(numbers.filter { $0 > 0 }.count)
    guard squares > 0, workers > 1 else { return 0 }
    let variance = squares / freedom
    let sum = zip(sums, numbers).reduce(0) { $1.1 > 0 ? $0 + $1.0 * $1.0 / $1.1 / variance : $0 }
    return (sum - workers) / (2 * workers).squareRoot()
  }
}
