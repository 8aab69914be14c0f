#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Generative model of labels, abilities and difficulties: a worker of ability `α` is right on a task
/// of easiness `exp β` with probability `σ(α exp β)`, and else names any other class alike.
///
/// Priors `α ~ N(1, 1)`, `β ~ N(1, 1)`, uniform classes. E-step: `z[t][k] ∝ Π σ or (1 − σ)/(K − 1)`.
/// M-step: one guarded Newton step for every ability, then for every easiness, on `Q = Σ_votes p log σ
/// + (1 − p) log(1 − σ) + priors` with `p = z[t][l]`.
///
/// Whitehill, Wu, Bergsma, Movellan & Ruvolo, *Whose Vote Should Count More*, NIPS 2009. The reference
/// climbs the same `Q` by conjugate gradients and stops early, so its posteriors are less converged
/// than these; its labels are the same but for close calls.
package enum GLAD {
  package struct Fit: Sendable {
    package var posteriors: Posteriors
    package var abilities: [Double]
    /// β of each task: the larger, the easier.
    package var easiness: [Double]
  }

  /// - Parameter tolerance: stops once no posterior moves more than this.
  /// - Complexity: O(iterations × (votes + tasks × classes))
  package static func fit(
    _ votes: VoteTable, iterations: Int = 100, tolerance: Double = 1e-4
  ) -> Fit {
    let classes = votes.classCount
    var fit = Fit(
      posteriors: MajorityVote.fit(votes),
      abilities: [Double](repeating: 1, count: votes.workerCount),
      easiness: [Double](repeating: 1, count: votes.taskCount))
    guard classes > 1 else { return fit }
    for _ in 0..<iterations {
      let change = expect(&fit, votes)
      climbAbilities(&fit, votes)
      climbEasiness(&fit, votes)
      if change <= tolerance { break }
    }
    return fit
  }

  private static func expect(_ fit: inout Fit, _ votes: VoteTable) -> Double {
    let classes = votes.classCount
    var row = [Double](repeating: 0, count: classes)
    var change = 0.0
    for task in 0..<votes.taskCount {
      let scale = exp(fit.easiness[task])
      for label in 0..<classes { row[label] = 0 }
      // log σ(x) − log(1 − σ(x)) is x.
      for vote in votes.starts[task]..<votes.starts[task + 1] {
        row[Int(votes.labels[vote])] +=
          fit.abilities[Int(votes.workers[vote])] * scale + log(Double(classes - 1))
      }
      row.becomeDistribution()
      for label in 0..<classes {
        let place = task * classes + label
        change = max(change, abs(row[label] - fit.posteriors.values[place]))
        fit.posteriors.values[place] = row[label]
      }
    }
    return change
  }

  /// The probability that a vote is right, and what the model makes of it.
  private static func right(
    _ vote: Int, _ task: Int, _ scale: Double, _ fit: Fit, _ votes: VoteTable
  ) -> (p: Double, sigma: Double) {
    let x = fit.abilities[Int(votes.workers[vote])] * scale
    return (
      fit.posteriors.values[task * votes.classCount + Int(votes.labels[vote])], 1 / (1 + exp(-x))
    )
  }

  private static func climbAbilities(_ fit: inout Fit, _ votes: VoteTable) {
    var slopes = fit.abilities.map { 1 - $0 }
    var curves = [Double](repeating: 1, count: votes.workerCount)
    for task in 0..<votes.taskCount {
      let scale = exp(fit.easiness[task])
      for vote in votes.starts[task]..<votes.starts[task + 1] {
        let (p, sigma) = right(vote, task, scale, fit, votes)
        let worker = Int(votes.workers[vote])
        slopes[worker] += (p - sigma) * scale
        curves[worker] += sigma * (1 - sigma) * scale * scale
      }
    }
    // Q is concave in every ability.
    for worker in slopes.indices { fit.abilities[worker] += kept(slopes[worker] / curves[worker]) }
  }

  private static func climbEasiness(_ fit: inout Fit, _ votes: VoteTable) {
    for task in 0..<votes.taskCount {
      let scale = exp(fit.easiness[task])
      var slope = 1 - fit.easiness[task]
      var curve = 1.0
      for vote in votes.starts[task]..<votes.starts[task + 1] {
        let (p, sigma) = right(vote, task, scale, fit, votes)
        let x = fit.abilities[Int(votes.workers[vote])] * scale
        slope += (p - sigma) * x
        // Gauss and Newton's part of the curvature, which is never negative.
        curve += sigma * (1 - sigma) * x * x
      }
      fit.easiness[task] += kept(slope / curve)
    }
  }

  /// No step is longer than the priors are wide.
  private static func kept(_ step: Double) -> Double { max(-1, min(1, step)) }
}
