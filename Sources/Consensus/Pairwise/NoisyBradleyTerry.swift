/// Strengths of things, and voters who sometimes do not look: a voter compares with probability `γ`, and
/// else takes the first with a habit `q` of their own, `P(i before j | w) = γ_w σ(θ_i − θ_j) + (1 − γ_w)
/// q_w`.
///
/// By EM; `γ` has the prior `Beta(4, 1)`, `q` the prior `Beta(2, 2)`. The model is crowd-kit's
/// `NoisyBradleyTerry` (Bugakova et al., *Aggregation of Pairwise Comparisons with Reduction of Biases*,
/// 2019, arXiv 1906.03711); crowd-kit climbs its likelihood from a random start with a gradient whose bias
/// terms are those of the last vote alone, so that only the order of clear cases is the same.
package enum NoisyBradleyTerry {
  package struct Fit: Sendable {
    package var votes: UnreliableVotes
    /// By voter: how often they take the first where they do not look, 0…1.
    package var habits: [Double]
  }

  /// - Parameter comparisons: each with its worker; without one, worker 0's.
  /// - Complexity: that of up to 200 fits of `BradleyTerry` without errors.
  package static func fit(
    _ comparisons: [Comparison], itemCount: Int, workerCount: Int, penalty: Double = 1e-2,
    tolerance: Double = 1e-7
  ) throws(BradleyTerry.Fault) -> Fit {
    var habits = [Double](repeating: 0.5, count: workerCount)
    let votes = try UnreliableVotes(
      comparisons, itemCount: itemCount, workerCount: workerCount, penalty: penalty,
      tolerance: tolerance, turned: false,
      otherwise: { one, _ in
        let habit = habits[one.worker ?? 0]
        return one.outcome * habit + (1 - one.outcome) * (1 - habit)
      },
      learn: { shares in
        var firsts = [Double](repeating: 2, count: workerCount)
        var counts = [Double](repeating: 4, count: workerCount)
        for (one, share) in zip(comparisons, shares) {
          firsts[one.worker ?? 0] += (1 - share) * one.outcome * one.weight
          counts[one.worker ?? 0] += (1 - share) * one.weight
        }
        habits = zip(firsts, counts).map { $0 / $1 }
      })
    return Fit(votes: votes, habits: habits)
  }
}
