/// Strengths of things, and how far each voter can be trusted: a voter names the better with probability `η`
/// and the worse otherwise, `P(i before j | w) = η_w σ(θ_i − θ_j) + (1 − η_w) σ(θ_j − θ_i)`. Whoever votes
/// against all others counts the other way round.
///
/// By EM; `η` has the prior `Beta(4, 1)`, which also says which way up the strengths are.
///
/// Chen, Bennett, Collins-Thompson & Horvitz, *Pairwise Ranking Aggregation in a Crowdsourced Setting*
/// (Crowd-BT), WSDM 2013, doi 10.1145/2433396.2433420.
package enum CrowdBradleyTerry {
  /// - Parameter comparisons: each with its worker; without one, worker 0's.
  /// - Complexity: that of up to 200 fits of `BradleyTerry` without errors.
  package static func fit(
    _ comparisons: [Comparison], itemCount: Int, workerCount: Int, penalty: Double = 1e-2,
    tolerance: Double = 1e-7
  ) throws(BradleyTerry.Fault) -> UnreliableVotes {
    try UnreliableVotes(
      comparisons, itemCount: itemCount, workerCount: workerCount, penalty: penalty,
      tolerance: tolerance, turned: true,
      otherwise: { one, strengths in
        var turned = one
        turned.outcome = 1 - one.outcome
        return strengths.probability(of: turned)
      }, learn: { _ in })
  }
}
