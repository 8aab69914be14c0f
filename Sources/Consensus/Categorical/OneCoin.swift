#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Dawid and Skene's model with one number a worker: right with probability `r`, else any other class
/// alike.
///
/// `z[t][k] ∝ Π (r_w if w said k, else (1 − r_w) / (K − 1))` under uniform classes; `r_w = (a + Σ z of
/// the labels given) / (b + n_w)`, the mean of a Beta posterior with `a = 4`, `b = 6`.
///
/// Zhang, Chen, Zhou & Jordan, *Spectral Methods Meet EM*, JMLR 17, 2016 (its one-coin model; started
/// from the vote shares here). It can fall into one class where classes are very unbalanced.
package enum OneCoin {
  /// - Complexity: O(iterations × (votes + tasks × classes))
  package static func fit(_ votes: VoteTable, iterations: Int = 100) -> Posteriors {
    let classes = votes.classCount
    var posteriors = MajorityVote.fit(votes)
    guard classes > 1 else { return posteriors }
    var row = [Double](repeating: 0, count: classes)
    for _ in 0..<iterations {
      let rates = rates(posteriors, votes)
      let gains = rates.map { log($0) - log((1 - $0) / Double(classes - 1)) }
      for task in 0..<votes.taskCount {
        for label in 0..<classes { row[label] = 0 }
        // What each vote says against all classes alike cancels.
        for vote in votes.starts[task]..<votes.starts[task + 1] {
          row[Int(votes.labels[vote])] += gains[Int(votes.workers[vote])]
        }
        row.becomeDistribution()
        for label in 0..<classes { posteriors.values[task * classes + label] = row[label] }
      }
    }
    return posteriors
  }

  /// The probability that each worker is right, from posteriors.
  static func rates(_ posteriors: Posteriors, _ votes: VoteTable) -> [Double] {
    var hits = [Double](repeating: 4, count: votes.workerCount)
    var counts = [Double](repeating: 6, count: votes.workerCount)
    for task in 0..<votes.taskCount {
      for vote in votes.starts[task]..<votes.starts[task + 1] {
        let worker = Int(votes.workers[vote])
        hits[worker] += posteriors.values[task * votes.classCount + Int(votes.labels[vote])]
        counts[worker] += 1
      }
    }
    return zip(hits, counts).map { $0 / $1 }
  }
}
