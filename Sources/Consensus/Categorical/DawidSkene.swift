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
    /// `[(worker × classes + label) × classes + truth]`
    var confusion: [Double]

    /// The probability that the worker says `label` where the truth is `truth`.
    package func probability(of label: Int, given truth: Int, by worker: Int) -> Double {
      confusion[(worker * priors.count + label) * priors.count + truth]
    }

    /// The probability that the worker names the truth, under the class priors.
    package func accuracy(of worker: Int) -> Double {
      priors.indices.reduce(0) {
        $0 + priors[$1] * probability(of: $1, given: $1, by: worker)
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
    let sums = ConfusionSums(votes)
    let pseudo = sums.prior(prior, diagonal: 4 * prior)
    var z = MajorityVote.fit(votes).values
    var (priors, matrix): ([Double], [Double]) = ([], [])
    func maximise() {
      priors = sums.sums(z).map { $0 / Double(max(1, votes.taskCount)) }
      matrix = sums.counts(z, prior: pseudo)
      sums.forEachRow(&matrix) { places, total, matrix in
        // A truth this worker has hardly met says next to nothing about them.
        for place in places { matrix[place] /= max(total, floor) }
      }
    }
    for _ in 0..<iterations {
      maximise()
      let change = sums.update(
        &z, logPriors: priors.map { log(max($0, floor)) },
        logMatrix: matrix.map { log(max($0, floor)) })
      if change <= tolerance, tolerance > 0 { break }
    }
    maximise()
    return Fit(
      posteriors: Posteriors(classCount: votes.classCount, values: z), priors: priors,
      confusion: matrix)
  }
}
