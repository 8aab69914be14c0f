#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the Bradley–Terry models of unreliable voters share: EM over who meant what they said, the M-step of
/// the strengths being `BradleyTerry` itself on weighted votes. The strengths have no errors: the curvature
/// knows nothing of who is believed; `BootstrapStrengths` finds intervals.
package struct UnreliableVotes: Sendable {
  package var strengths: BradleyTerry
  /// By voter: the probability that a vote of theirs is of the model, 0…1.
  package var reliabilities: [Double]

  /// Things that are compared at once: every round solves equations of as many unknowns.
  package static let itemLimit = 500
  static let rounds = 200
  /// Pseudo-votes that everybody cast reliably, and unreliably.
  static let prior = (reliable: 4.0, unreliable: 1.0)

  /// - Parameters:
  ///   - penalty: of strengths; voters who might all be unreliable need more than `BradleyTerry` alone.
  ///   - otherwise: how probable the outcome of a vote is if it is not of the model.
  ///   - tolerance: of the strengths, between two rounds.
  ///   - turned: whether such a vote counts the other way round, or not at all.
  ///   - learn: from how far each vote is of the model, what `otherwise` needs to know.
  init(
    _ comparisons: [Comparison], itemCount: Int, workerCount: Int, penalty: Double,
    tolerance: Double,
    turned: Bool, otherwise: (Comparison, BradleyTerry) -> Double, learn: ([Double]) -> Void
  ) throws(BradleyTerry.Fault) {
    guard itemCount <= Self.itemLimit else { throw .tooManyItems(limit: Self.itemLimit) }
    for (place, one) in comparisons.enumerated() {
      guard (0..<workerCount).contains(one.worker ?? 0) else { throw .wrongComparison(place: place) }
    }
    strengths = try BradleyTerry(
      comparisons, itemCount: itemCount, penalty: penalty, hasErrors: false)
    reliabilities = [Double](
      repeating: Self.prior.reliable / (Self.prior.reliable + Self.prior.unreliable),
      count: workerCount)
    for _ in 0..<Self.rounds {
      let shares = comparisons.map { [strengths, reliabilities] one in
        let own = reliabilities[one.worker ?? 0]
        let meant = own * strengths.probability(of: one)
        return meant / max(meant + (1 - own) * otherwise(one, strengths), 1e-300)
      }
      var sums = [Double](repeating: Self.prior.reliable, count: workerCount)
      var counts = [Double](
        repeating: Self.prior.reliable + Self.prior.unreliable, count: workerCount)
      for (one, share) in zip(comparisons, shares) {
        sums[one.worker ?? 0] += share * one.weight
        counts[one.worker ?? 0] += one.weight
      }
      reliabilities = zip(sums, counts).map { $0 / $1 }
      learn(shares)
      var weighted: [Comparison] = []
      for (one, share) in zip(comparisons, shares) {
        var meant = one
        if turned {
          meant.outcome = share * one.outcome + (1 - share) * (1 - one.outcome)
        } else {
          meant.weight = share * one.weight
        }
        weighted.append(meant)
      }
      let next = try BradleyTerry(
        weighted, itemCount: itemCount, penalty: penalty, from: strengths.strengths,
        hasErrors: false)
      let change = zip(next.strengths, strengths.strengths).reduce(0) { max($0, abs($1.0 - $1.1)) }
      strengths = next
      if change <= tolerance { break }
    }
  }
}

extension BradleyTerry {
  /// How probable an outcome is; of a tie, the geometric mean of both others.
  func probability(of one: Comparison) -> Double {
    let first = probability(one.first, before: one.second)
    return pow(first, one.outcome) * pow(1 - first, 1 - one.outcome)
  }
}
