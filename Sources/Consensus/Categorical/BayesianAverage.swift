/// Bayesian weighted average: each class is a number `y = [l = k]`, each worker a precision.
///
/// `v_w = (15 + n_w) / (b + Σ (z_t − y)²)` with `b = 15 · Σ_t n_t z(1 − z) / N · 4(1 − 1/K)`, and `z_t
/// = (mean z + Σ v y) / (1 + Σ v)`, until no `z` moves by more than a thousandth of itself; then the
/// rows of all classes are normalised.
///
/// Li, Rubinstein & Cohn, *Truth Inference at Scale: A Bayesian Model for Adjudicating Highly Redundant
/// Crowd Annotations*, WWW 2019.
package enum BayesianAverage {
  /// - Complexity: O(iterations × classes × (votes + tasks))
  package static func fit(_ votes: VoteTable, iterations: Int = 500) -> Posteriors {
    let classes = votes.classCount
    var posteriors = MajorityVote.fit(votes)
    for label in 0..<classes {
      let z = means(of: label, posteriors, votes, iterations)
      for task in 0..<votes.taskCount { posteriors.values[task * classes + label] = z[task] }
    }
    for task in 0..<votes.taskCount {
      let row = task * classes..<(task + 1) * classes
      let total = posteriors.values[row].reduce(0, +)
      for place in row {
        posteriors.values[place] =
          total > 0 ? posteriors.values[place] / total : 1 / Double(classes)
      }
    }
    return posteriors
  }

  private static func means(
    of label: Int, _ shares: Posteriors, _ votes: VoteTable, _ iterations: Int
  ) -> [Double] {
    let (classes, tasks) = (votes.classCount, votes.taskCount)
    let weight = 15.0
    var z = (0..<tasks).map { shares.values[$0 * classes + label] }
    var spread = 0.0
    for task in 0..<tasks {
      spread += Double(votes.starts[task + 1] - votes.starts[task]) * z[task] * (1 - z[task])
    }
    let scale = weight * spread / Double(max(1, votes.voteCount)) * 4 * (1 - 1 / Double(classes))
    for _ in 0..<iterations {
      var errors = [Double](repeating: scale, count: votes.workerCount)
      var counts = [Double](repeating: weight, count: votes.workerCount)
      for task in 0..<tasks {
        for vote in votes.starts[task]..<votes.starts[task + 1] {
          let worker = Int(votes.workers[vote])
          let error = z[task] - (Int(votes.labels[vote]) == label ? 1 : 0)
          errors[worker] += error * error
          counts[worker] += 1
        }
      }
      let mean = z.reduce(0, +) / Double(max(1, tasks))
      var isDone = true
      for task in 0..<tasks {
        var (sum, whole) = (mean, 1.0)
        for vote in votes.starts[task]..<votes.starts[task + 1] {
          let worker = Int(votes.workers[vote])
          let precision = counts[worker] / max(errors[worker], 1e-300)
          whole += precision
          if Int(votes.labels[vote]) == label { sum += precision }
        }
        let next = sum / whole
        if abs(next - z[task]) > 1e-8 + 1e-3 * abs(z[task]) { isDone = false }
        z[task] = next
      }
      if isDone { break }
    }
    return z
  }
}
