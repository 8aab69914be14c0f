#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `OneCoin` for any number of classes: of every task only the classes that somebody named are kept, and
/// the share of all others, which are alike, is one number.
///
/// The same model and the same results as `OneCoin`'s: `r_w = (4 + Σ z of the labels given) / (6 + n_w)`,
/// `z_tk ∝ Π (r if l = k else (1 − r) / (K − 1))`.
package struct SparseOneCoin: Sendable {
  package struct Result: Hashable, Sendable {
    /// The likeliest class; of equals, the lowest.
    package var label: Int
    package var probability: Double
  }

  /// By task; nil for one without votes.
  package private(set) var results: [Result?]
  /// By worker: the probability that they name the truth.
  package private(set) var accuracies: [Double]

  /// - Complexity: O(iterations × votes × votes of a task), whatever the number of classes.
  package init(_ votes: VoteTable, iterations: Int = 100, tolerance: Double = 1e-9) {
    accuracies = []
    results = [Result?](repeating: nil, count: votes.taskCount)
    // What each vote's label is worth, by the place of the vote.
    var shares = [Double](repeating: 0, count: votes.voteCount)
    for task in 0..<votes.taskCount {
      let range = votes.starts[task]..<votes.starts[task + 1]
      for vote in range {
        let alike = range.filter { votes.labels[$0] == votes.labels[vote] }.count
        shares[vote] = Double(alike) / Double(range.count)
      }
    }
    for _ in 0..<max(1, iterations) {
      learn(votes, shares)
      var change = 0.0
      for task in 0..<votes.taskCount {
        let range = votes.starts[task]..<votes.starts[task + 1]
        for (vote, share) in zip(range, named(range, votes)) {
          change = max(change, abs(shares[vote] - share))
          shares[vote] = share
        }
      }
      if change <= tolerance { break }
    }
    for task in 0..<votes.taskCount {
      for vote in votes.starts[task]..<votes.starts[task + 1] {
        let (label, share) = (Int(votes.labels[vote]), shares[vote])
        guard let best = results[task] else {
          results[task] = Result(label: label, probability: share)
          continue
        }
        if share > best.probability || (share == best.probability && label < best.label) {
          results[task] = Result(label: label, probability: share)
        }
      }
    }
  }

  private mutating func learn(_ votes: VoteTable, _ shares: [Double]) {
    var sums = [Double](repeating: AnswerConsensus.priorAgreed, count: votes.workerCount)
    var counts = [Double](repeating: AnswerConsensus.priorCount, count: votes.workerCount)
    for vote in shares.indices {
      sums[Int(votes.workers[vote])] += shares[vote]
      counts[Int(votes.workers[vote])] += 1
    }
    accuracies = zip(sums, counts).map { $0 / $1 }
  }

  /// How probable the label of each vote of a task is.
  private func named(_ range: Range<Int>, _ votes: VoteTable) -> [Double] {
    let others = Double(max(1, votes.classCount - 1))
    // What is said for each class, against one that nobody named.
    var gains: [Int32: Double] = [:]
    for vote in range {
      let right = accuracies[Int(votes.workers[vote])]
      let wrong = max(1 - right, 1e-12) / others
      gains[votes.labels[vote], default: 0] += log(right) - log(wrong)
    }
    let peak = gains.values.max() ?? 0
    // In the order of the votes, so that the same votes give the same bits.
    var seen: Set<Int32> = []
    var total = Double(votes.classCount - gains.count) * exp(-peak)
    for vote in range where seen.insert(votes.labels[vote]).inserted {
      total += exp((gains[votes.labels[vote]] ?? 0) - peak)
    }
    return range.map { exp((gains[votes.labels[$0]] ?? 0) - peak) / total }
  }
}
