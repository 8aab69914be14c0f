/// Whether a gold task tests what it should: a wrong known answer is missed by those who are good, a
/// leaked one is known to those who are not.
///
/// Each annotator agrees with gold with a probability that is known from other tasks; the number who
/// agree then follows a Poisson binomial distribution, whose tails are summed exactly (Hodges & Le Cam,
/// *The Poisson Approximation to the Poisson Binomial Distribution*, 1960, give its form).
package enum GoldSuspicion: String, Hashable, Sendable, CaseIterable {
  case wrong
  case leaked

  /// How improbable an outcome must be that speaks against a gold task.
  package static let level = 0.005
  /// Verdicts of annotators below which nothing is said.
  package static let leastVerdicts = 4
  /// Annotators at least this accurate count as good: so many of them must have missed a wrong one.
  package static let goodAccuracy = 0.75
  package static let leastGood = 3

  /// - Parameter verdicts: the accuracy of each annotator on other tasks, 0…1, and whether they agreed.
  /// - Complexity: O(verdicts²)
  package static func find(_ verdicts: [(accuracy: Double, agreed: Bool)]) -> GoldSuspicion? {
    guard verdicts.count >= leastVerdicts else { return nil }
    let chances = distribution(verdicts.map(\.accuracy))
    let agreed = verdicts.filter(\.agreed).count
    let goodMisses = verdicts.filter { $0.accuracy >= goodAccuracy && !$0.agreed }.count
    if goodMisses >= leastGood, chances[...agreed].reduce(0, +) < level { return .wrong }
    if chances[agreed...].reduce(0, +) < level { return .leaked }
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
