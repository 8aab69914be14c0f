#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Maximum-likelihood estimation of observer error rates by EM.
///
/// Each worker has a confusion matrix `v[k][l]`, the probability of saying `l` where the truth is
/// `k`; truths have a prior `π`. E-step: `z[t][k] ∝ π[k] Π v[w][k][l]` over the votes of `t`.
/// M-step: `π` and `v` from the expected counts. Starts from the vote shares.
///
/// Dawid & Skene, *Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm*,
/// Applied Statistics 28(1), 1979, doi 10.2307/2346806.
package enum DawidSkene {
  package struct Fit: Sendable {
    package var posteriors: Posteriors
    package var priors: [Double]
    /// `[(worker × classes + truth) × classes + label]`
    package var confusion: [Double]

    /// The probability that the worker names the truth, under the class priors.
    package func accuracy(of worker: Int) -> Double {
      let classes = priors.count
      return (0..<classes).reduce(0) { sum, truth in
        sum + priors[truth] * confusion[(worker * classes + truth) * classes + truth]
      }
    }
  }

  /// Probabilities below this are raised to it, so that one impossible vote does not decide.
  package static let floor = 1e-10

  /// - Parameters:
  ///   - iterations: at most so many rounds of EM.
  ///   - tolerance: stop once no posterior moves more than this; 0 runs every round.
  ///   - prior: pseudo-votes for each cell of a confusion matrix, and four times as many on its
  ///     diagonal; 0 is the method as published. Workers with few answers need some.
  /// - Complexity: O(iterations × votes × classes) time, O(tasks × classes + workers × classes²)
  ///   space.
  package static func fit(
    _ votes: VoteTable, iterations: Int = 50, tolerance: Double = 0, prior: Double = 0
  ) -> Fit {
    var fit = Fit(posteriors: MajorityVote.fit(votes), priors: [], confusion: [])
    for _ in 0..<iterations {
      maximise(&fit, votes, prior)
      let change = expect(&fit, votes)
      if change <= tolerance, tolerance > 0 { break }
    }
    if iterations > 0 { maximise(&fit, votes, prior) }
    return fit
  }

  private static func maximise(_ fit: inout Fit, _ votes: VoteTable, _ prior: Double) {
    let classes = votes.classCount
    let z = fit.posteriors.values
    var priors = [Double](repeating: 0, count: classes)
    var counts = [Double](repeating: prior, count: votes.workerCount * classes * classes)
    if prior > 0 {
      for worker in 0..<votes.workerCount {
        for truth in 0..<classes {
          counts[(worker * classes + truth) * classes + truth] += 3 * prior
        }
      }
    }
    for task in 0..<votes.taskCount {
      for truth in 0..<classes { priors[truth] += z[task * classes + truth] }
      for vote in votes.starts[task]..<votes.starts[task + 1] {
        let base = Int(votes.workers[vote]) * classes * classes + Int(votes.labels[vote])
        for truth in 0..<classes { counts[base + truth * classes] += z[task * classes + truth] }
      }
    }
    for truth in 0..<classes { priors[truth] /= Double(max(1, votes.taskCount)) }
    for row in 0..<votes.workerCount * classes {
      let cells = row * classes..<(row + 1) * classes
      let total = counts[cells].reduce(0, +)
      // A truth this worker has hardly met says next to nothing about them.
      for cell in cells { counts[cell] /= max(total, floor) }
    }
    fit.priors = priors
    fit.confusion = counts
  }

  private static func expect(_ fit: inout Fit, _ votes: VoteTable) -> Double {
    let classes = votes.classCount
    let logPriors = fit.priors.map { log(max($0, floor)) }
    let logConfusion = fit.confusion.map { log(max($0, floor)) }
    var row = [Double](repeating: 0, count: classes)
    var change = 0.0
    for task in 0..<votes.taskCount {
      for truth in 0..<classes { row[truth] = logPriors[truth] }
      for vote in votes.starts[task]..<votes.starts[task + 1] {
        let base = Int(votes.workers[vote]) * classes * classes + Int(votes.labels[vote])
        for truth in 0..<classes { row[truth] += logConfusion[base + truth * classes] }
      }
      let peak = row.max() ?? 0
      var total = 0.0
      for truth in 0..<classes {
        row[truth] = exp(row[truth] - peak)
        total += row[truth]
      }
      for truth in 0..<classes {
        let value = row[truth] / total
        change = max(change, abs(value - fit.posteriors.values[task * classes + truth]))
        fit.posteriors.values[task * classes + truth] = value
      }
    }
    return change
  }
}
