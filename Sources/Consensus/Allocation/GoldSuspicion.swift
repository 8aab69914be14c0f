/// Whether a gold task tests what it should: a wrong known answer is missed by those who are good, a
/// leaked one is known to those who are not.
///
/// Each annotator agrees with gold with a probability that is known from other tasks; the number who
/// agree then follows a Poisson binomial distribution, whose tails are summed exactly (Hodges & Le Cam,
/// *The Poisson Approximation to the Poisson Binomial Distribution*, 1960, give its form).
package enum GoldSuspicion: String, Hashable, Sendable, CaseIterable {
  case wrong
  case leaked

  package struct Verdict: Hashable, Sendable {
    /// Of the annotator on other tasks, 0…1.
    package var accuracy: Double
    /// How many of those there are.
    package var outOf: Int
    package var agreed: Bool
    package init(accuracy: Double, outOf: Int, agreed: Bool) {
      self.accuracy = accuracy
      self.outOf = outOf
      self.agreed = agreed
    }
  }

  /// How improbable an outcome must be that speaks against a gold task; it is looked at after each verdict.
  package static let level = 0.001
  /// Annotators of that accuracy count as good, below the other as bad; both need verdicts elsewhere.
  package static let goodAccuracy = 0.75
  package static let badAccuracy = 0.6
  package static let leastElsewhere = 8
  /// Good ones who must have missed a wrong one, and bad ones who must have known a leaked one.
  package static let leastGood = 3
  package static let leastBad = 5
  /// The share of the good ones who must have missed a wrong one: others are only hard.
  package static let missedShare = 0.5

  /// - Complexity: O(verdicts²)
  package static func find(_ verdicts: [Verdict]) -> GoldSuspicion? {
    let known = verdicts.filter { $0.outOf >= leastElsewhere }
    let good = known.filter { $0.accuracy >= goodAccuracy }
    let agreeing = good.filter(\.agreed).count
    let missing = good.count - agreeing
    if missing >= leastGood, Double(missing) >= missedShare * Double(good.count),
      distribution(good.map(\.accuracy))[...agreeing].reduce(0, +) < level
    {
      return .wrong
    }
    let bad = known.filter { $0.accuracy < badAccuracy }
    let knowing = bad.filter(\.agreed).count
    if knowing >= leastBad, distribution(bad.map(\.accuracy))[knowing...].reduce(0, +) < level {
      return .leaked
    }
    return nil
  }

  /// The probability of every number of successes.
  static func distribution(_ probabilities: [Double]) -> [Double] {
    var chances = [1.0]
    for probability in probabilities {
      var next = [Double](repeating: 0, count: chances.count + 1)
      for (count, chance) in chances.enumerated() {
        next[count] += chance * (1 - probability)
        next[count + 1] += chance * probability
      }
      chances = next
    }
    return chances
  }
}
