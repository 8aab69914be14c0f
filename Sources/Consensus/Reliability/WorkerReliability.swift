/// How often each worker is right, by class and in all, from votes alone.
///
/// A worker's own vote must not vouch for itself: for each vote the posterior of its task is taken
/// without it, by dividing the worker's likelihood out of the posterior of `PooledDawidSkene`. The
/// expected hits then are a Beta posterior whose prior is the pool's accuracy, worth `priorVotes`; votes
/// may weigh less the older they are.
///
/// After Dawid & Skene 1979 and Kim & Ghahramani 2012; leaving one out as in cross-validation.
package struct WorkerReliability: Hashable, Sendable {
  package struct Worker: Hashable, Sendable {
    /// Votes on tasks that others voted on too, by their weights; with 0 the accuracy is the pool's.
    package var votes: Double
    /// 0…1
    package var accuracy: Double
    package var interval: ClosedRange<Double>
    /// The probability of the right answer where that class is the truth, shrunk to the pool's.
    package var recall: [Double]
  }

  package var workers: [Worker]
  /// What all workers together answer where a class is the truth: rows of truths sum to 1.
  package var confusion: [[Double]]
  /// Of all workers.
  package var accuracy: Double

  /// Votes that the pool's accuracy is worth.
  package static let priorVotes = 1.0
  /// Votes that the pool's matrix is worth in every row of a worker's.
  private static let priorRow = 3.0
  package static let level = 0.9
  /// Votes that endless votes are worth where it is asked how sure an accuracy is: the model errs too.
  /// Found on public sets, where intervals of the votes alone held the truth in 70 of 100 cases.
  private static let mostCounts = 60.0

  /// - Parameter weights: of the votes, in their order; nil for 1 each.
  /// - Complexity: that of `PooledDawidSkene`, and O(votes × classes).
  package init(_ votes: VoteTable, weights: [Double]? = nil) {
    let fit = PooledDawidSkene.fit(votes)
    let counts = Counts(votes, fit.posteriors.values, weights)
    let classes = votes.classCount
    var hits = [Double](repeating: 0, count: votes.workerCount)
    var totals = hits
    counts.forEachVote { task, vote, worker, label, weight in
      // Where nobody else said anything, nothing is known of an answer.
      guard votes.starts[task + 1] - votes.starts[task] > 1 else { return }
      var (all, own) = (0.0, 0.0)
      for truth in 0..<classes {
        let rest =
          fit.posteriors.values[task * classes + truth]
          / max(counts.likelihood(worker, label, truth), 1e-3)
        all += rest
        if truth == label { own = rest }
      }
      hits[worker] += weight * (all > 0 ? own / all : 0)
      totals[worker] += weight
    }
    let total = totals.reduce(0, +)
    let mean = total > 0 ? hits.reduce(0, +) / total : 1 / Double(max(1, classes))
    accuracy = mean
    confusion = (0..<classes).map { truth in
      (0..<classes).map { counts.pooled($0, truth) }
    }
    workers = (0..<votes.workerCount).map { worker in
      let share = min(max(mean, 0.01), 0.99)
      let belief = BetaDistribution(
        successes: hits[worker] + Self.priorVotes * share,
        failures: totals[worker] - hits[worker] + Self.priorVotes * (1 - share))
      return Worker(
        votes: totals[worker], accuracy: belief.mean,
        interval: belief.cautious(Self.mostCounts).interval(Self.level),
        recall: (0..<classes).map { counts.likelihood(worker, $0, $0) })
    }
  }

  /// Expected counts of labels under truths, for each worker and for all.
  private struct Counts {
    private let votes: VoteTable
    private let weights: [Double]?
    private let classes: Int
    /// `[(worker × classes + label) × classes + truth]`
    private var matrix: [Double]
    private var rows: [Double]
    private var pool: [Double]
    private var poolRows: [Double]

    init(_ votes: VoteTable, _ z: [Double], _ weights: [Double]?) {
      self.votes = votes
      self.weights = weights
      classes = votes.classCount
      let classes = classes
      matrix = [Double](repeating: 0, count: votes.workerCount * classes * classes)
      rows = [Double](repeating: 0, count: votes.workerCount * classes)
      pool = (0..<classes * classes).map { $0 / classes == $0 % classes ? 4 : 1 }
      poolRows = [Double](repeating: Double(classes) + 3, count: classes)
      forEachVote { task, _, worker, label, weight in
        for truth in 0..<classes {
          let count = weight * z[task * classes + truth]
          matrix[(worker * classes + label) * classes + truth] += count
          rows[worker * classes + truth] += count
          pool[label * classes + truth] += count
          poolRows[truth] += count
        }
      }
    }

    func forEachVote(
      _ body: (_ task: Int, _ vote: Int, _ worker: Int, _ label: Int, _ weight: Double) -> Void
    ) {
      for task in 0..<votes.taskCount {
        for vote in votes.starts[task]..<votes.starts[task + 1] {
          body(
            task, vote, Int(votes.workers[vote]), Int(votes.labels[vote]), weights?[vote] ?? 1)
        }
      }
    }

    func pooled(_ label: Int, _ truth: Int) -> Double {
      pool[label * classes + truth] / poolRows[truth]
    }

    func likelihood(_ worker: Int, _ label: Int, _ truth: Int) -> Double {
      (matrix[(worker * classes + label) * classes + truth] + priorRow * pooled(label, truth))
        / (rows[worker * classes + truth] + priorRow)
    }
  }
}
