/// Numbers that annotators gave for tasks: the input of every method for numbers.
package struct NumericReadings: Sendable {
  package struct Reading: Hashable, Sendable {
    package var task: Int
    package var worker: Int
    package var value: Double
    package init(task: Int, worker: Int, value: Double) {
      self.task = task
      self.worker = worker
      self.value = value
    }
  }

  package let readings: [Reading]
  package let taskCount: Int
  package let workerCount: Int

  /// - Returns: nil where a value is no finite number, or a task or worker out of its range.
  package init?(_ readings: [Reading], taskCount: Int, workerCount: Int) {
    guard
      readings.allSatisfy({
        $0.value.isFinite && (0..<taskCount).contains($0.task)
          && (0..<workerCount).contains($0.worker)
      })
    else { return nil }
    self.readings = readings
    self.taskCount = taskCount
    self.workerCount = workerCount
  }

  /// By task; NaN for one without readings.
  func weightedMeans(
    less shift: (Reading) -> Double = { _ in 0 }, by weight: (Reading) -> Double
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: taskCount)
    var weights = sums
    for reading in readings {
      let own = weight(reading)
      sums[reading.task] += own * (reading.value - shift(reading))
      weights[reading.task] += own
    }
    return zip(sums, weights).map { $1 > 0 ? $0 / $1 : .nan }
  }

  /// Sums and counts of a measure by worker, and its mean over all readings.
  func meanByWorker(
    _ measure: (Reading) -> Double
  ) -> (sums: [Double], counts: [Double], all: Double) {
    var sums = [Double](repeating: 0, count: workerCount)
    var counts = sums
    for reading in readings {
      sums[reading.worker] += measure(reading)
      counts[reading.worker] += 1
    }
    let count = counts.reduce(0, +)
    return (sums, counts, count > 0 ? sums.reduce(0, +) / count : 0)
  }

  /// Squared errors by worker, each in the spread of its task.
  func errors(
    from values: [Double], inSpreads variances: [Double]
  ) -> (sums: [Double], counts: [Double], all: Double) {
    meanByWorker { reading in
      let rest = reading.value - values[reading.task]
      return rest * rest / variances[reading.task]
    }
  }

  /// By task: the squared spread of its readings; 1 where they are all alike.
  var taskVariances: [Double] {
    let means = weightedMeans { _ in 1 }
    var sums = [Double](repeating: 0, count: taskCount)
    var counts = sums
    for reading in readings {
      let rest = reading.value - means[reading.task]
      sums[reading.task] += rest * rest
      counts[reading.task] += 1
    }
    return zip(sums, counts).map { $1 > 0 && $0 > 0 ? $0 / $1 : 1 }
  }
}
