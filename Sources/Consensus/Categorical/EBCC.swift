#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Enhanced Bayesian classifier combination: every class has subtypes, and workers who err alike on the
/// same subtype are no longer counted as if they had erred independently.
///
/// Truths are pairs (class k, subtype m of `subtypeCount`); a worker's row for each has the prior
/// `Dir(1 + 3[l = k])`, subtypes `Dir(0.1 / M)`, classes `Dir(votes for the class)`. Mean-field updates
/// as in `IBCC`. Shares of subtypes start at random, so the fit with the best evidence (ELBO) of some
/// is taken.
///
/// Li, Rubinstein & Cohn, *Exploiting Worker Correlation for Label Aggregation in Crowdsourcing*, ICML
/// 2019.
package enum EBCC {
  package static let subtypeCount = 10

  /// - Parameters:
  ///   - restarts: fits from different starts.
  ///   - iterations: at most so many updates of each; it stops once no posterior moves by `tolerance`.
  ///   - seed: of the starts.
  /// - Complexity: O(restarts × iterations × votes × classes × subtypes)
  package static func fit(
    _ votes: VoteTable, restarts: Int = 5, iterations: Int = 500, tolerance: Double = 1e-3,
    seed: UInt64 = 1
  ) -> Posteriors {
    var generator = SeededGenerator(seed: seed)
    var best: (posteriors: Posteriors, evidence: Double)?
    for _ in 0..<max(1, restarts) {
      let fit = fit(votes, iterations, tolerance, &generator)
      if best.map({ fit.evidence > $0.evidence }) ?? true { best = fit }
    }
    return best?.posteriors ?? MajorityVote.fit(votes)
  }

  private static func fit(
    _ votes: VoteTable, _ iterations: Int, _ tolerance: Double, _ generator: inout SeededGenerator
  ) -> (posteriors: Posteriors, evidence: Double) {
    let (classes, subtypes) = (votes.classCount, subtypeCount)
    let sums = ConfusionSums(votes, truthCount: classes * subtypes)
    let prior = sums.prior(1, diagonal: 4) { $0 / subtypes }
    let shares = MajorityVote.fit(votes)
    let classPrior = ConfusionSums(votes).sums(shares.values)
    var z = started(shares, &generator)
    var posteriors = shares
    var evidence = -Double.infinity
    for round in 0..<max(1, iterations) {
      let truths = sums.sums(z)
      var logTruths = [Double](repeating: 0, count: truths.count)
      var (subtype, ofClass): ([Double], [Double]) = ([], [])
      for label in 0..<classes {
        let counts = truths[label * subtypes..<(label + 1) * subtypes].map {
          0.1 / Double(subtypes) + $0
        }
        subtype += counts
        ofClass.append(classPrior[label] + counts.reduce(0, +) - 0.1)
      }
      let whole = digamma(ofClass.reduce(0, +))
      for label in 0..<classes {
        let places = label * subtypes..<(label + 1) * subtypes
        let all = digamma(subtype[places].reduce(0, +))
        for place in places {
          logTruths[place] = digamma(ofClass[label]) - whole + digamma(subtype[place]) - all
        }
      }
      let counts = sums.counts(z, prior: prior)
      var matrix = counts
      sums.becomeExpectedLogs(&matrix)
      _ = sums.update(&z, logPriors: logTruths, logMatrix: matrix)
      let next = folded(z, classes)
      let change = zip(next.values, posteriors.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
      posteriors = next
      if change <= tolerance || round == iterations - 1 {
        evidence = Self.evidence(z, ofClass, subtype, counts, sums)
        break
      }
    }
    return (posteriors, evidence)
  }

  /// Vote shares, each shared out over its subtypes by a draw from the flat Dirichlet distribution.
  private static func started(_ shares: Posteriors, _ generator: inout SeededGenerator) -> [Double]
  {
    var z: [Double] = []
    z.reserveCapacity(shares.values.count * subtypeCount)
    for share in shares.values {
      let draws = (0..<subtypeCount).map { _ in -log(1 - generator.unit()) }
      let total = draws.reduce(0, +)
      z += draws.map { share * $0 / total }
    }
    return z
  }

  private static func folded(_ z: [Double], _ classes: Int) -> Posteriors {
    var values: [Double] = []
    values.reserveCapacity(z.count / subtypeCount)
    for start in stride(from: 0, to: z.count, by: subtypeCount) {
      values.append(z[start..<start + subtypeCount].reduce(0, +))
    }
    return Posteriors(classCount: classes, values: values)
  }

  /// The evidence lower bound, up to what is the same for every start.
  private static func evidence(
    _ z: [Double], _ ofClass: [Double], _ subtype: [Double], _ counts: [Double],
    _ sums: ConfusionSums
  ) -> Double {
    var evidence = dirichlet(ofClass[...])
    for start in stride(from: 0, to: subtype.count, by: subtypeCount) {
      evidence += dirichlet(subtype[start..<start + subtypeCount])
    }
    var counts = counts
    sums.forEachRow(&counts) { places, total, counts in
      evidence -= logGamma(total)
      for place in places { evidence += logGamma(counts[place]) }
    }
    for value in z where value > 1e-300 { evidence -= value * log(value) }
    return evidence
  }

  /// The logarithm of the Dirichlet distribution's normaliser.
  private static func dirichlet(_ counts: ArraySlice<Double>) -> Double {
    counts.reduce(-logGamma(counts.reduce(0, +))) { $0 + logGamma($1) }
  }
}
