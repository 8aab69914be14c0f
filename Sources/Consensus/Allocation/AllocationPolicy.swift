#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Which task should get the next answer, when answers are bought one by one.
///
/// A task is as urgent as its result is unsure, `(1 − max posterior) × patience^(answers − 1)`: what many
/// answers did not settle, one more will hardly settle. The posterior is the mean of three that fail in
/// different ways: the vote shares (which no model can overturn alone), one number a worker under
/// uniform classes (which knows good workers from few answers), and confusion matrices shrunk to the
/// pool (which know unbalanced classes).
///
/// Asking where one is least sure: Sheng, Provost & Ipeirotis, *Get Another Label?*, KDD 2008.
package enum AllocationPolicy {
  /// How much less urgent every answer makes a task.
  package static let patience = 0.9

  /// - Complexity: that of a fit of `OneCoin` and one of `PooledDawidSkene`, 25 iterations each.
  package static func posteriors(_ votes: VoteTable) -> Posteriors {
    var mean = MajorityVote.fit(votes)
    let coins = OneCoin.fit(votes, iterations: 25).values
    let matrices = PooledDawidSkene.fit(votes, iterations: 25).posteriors.values
    for place in mean.values.indices {
      mean.values[place] = (mean.values[place] + coins[place] + matrices[place]) / 3
    }
    return mean
  }

  /// - Parameters:
  ///   - confidence: of the likeliest class, 0…1.
  ///   - answers: that the task has.
  package static func urgency(confidence: Double, answers: Int) -> Double {
    (1 - confidence) * pow(patience, Double(max(0, answers - 1)))
  }
}
