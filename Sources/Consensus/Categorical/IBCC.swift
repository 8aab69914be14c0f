/// Independent Bayesian classifier combination: Dawid and Skene's model with Dirichlet priors, by
/// mean-field variational Bayes.
///
/// Rows of a worker's matrix have the prior `Dir(1 + 3[l = k])`, the classes `Dir(1)`. With
/// `n_w[l][k] = prior + expected counts`: `E log v = ψ(n) − ψ(Σ_l n)`, `E log π = ψ(1 + Σ_t z_tk)`, and
/// `z = softmax(E log π + Σ E log v)`. Starts from the vote shares.
///
/// Kim & Ghahramani, *Bayesian Classifier Combination*, AISTATS 2012.
package enum IBCC {
  /// - Complexity: O(iterations × votes × classes)
  package static func fit(
    _ votes: VoteTable, iterations: Int = 100, tolerance: Double = 0
  ) -> Posteriors {
    let sums = ConfusionSums(votes)
    let prior = sums.prior(1, diagonal: 4)
    var z = MajorityVote.fit(votes).values
    for _ in 0..<iterations {
      var matrix = sums.counts(z, prior: prior)
      sums.becomeExpectedLogs(&matrix)
      let priors = sums.sums(z).map { digamma(1 + $0) }
      let change = sums.update(&z, logPriors: priors, logMatrix: matrix)
      if change <= tolerance, tolerance > 0 { break }
    }
    return Posteriors(classCount: votes.classCount, values: z)
  }
}
