#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The model of `PooledDawidSkene`, kept up to date vote by vote without a refit.
///
/// A new vote touches its task only: what the task said of its voters is taken out of their matrices, the
/// task's posterior is found anew under what they did elsewhere, and goes back in. Other tasks keep the
/// posteriors that they have until a refit, which is the batch method on all votes.
package struct IncrementalConsensus: Sendable {
  package let classCount: Int
  private let strength: Double
  private var tasks: [[(worker: Int32, label: Int32)]]
  private var posteriors: [[Double]]
  /// Expected counts, `[(label × classes + truth)]` for each worker.
  private var matrices: [[Double]]
  private var pool: [Double]
  private var priors: [Double]

  /// - Parameter strength: pseudo-votes that the pool is worth in every row.
  package init(classCount: Int, strength: Double = 1) {
    self.classCount = classCount
    self.strength = strength
    (tasks, posteriors, matrices) = ([], [], [])
    pool = (0..<classCount * classCount).map { $0 / classCount == $0 % classCount ? 4 : 1 }
    priors = [Double](repeating: 1, count: classCount)
  }

  /// Begins with everything that is known, fitted.
  package init(_ votes: VoteTable, strength: Double = 1) {
    self.init(classCount: votes.classCount, strength: strength)
    let fit = PooledDawidSkene.fit(votes, strength: strength).posteriors
    matrices = Array(
      repeating: [Double](repeating: 0, count: classCount * classCount), count: votes.workerCount)
    for task in 0..<votes.taskCount {
      let range = votes.starts[task]..<votes.starts[task + 1]
      tasks.append(range.map { (votes.workers[$0], votes.labels[$0]) })
      posteriors.append(Array(fit[task]))
      weigh(task, 1)
    }
  }

  package var taskCount: Int { tasks.count }

  /// Takes in a vote; tasks and workers that were never seen are made.
  ///
  /// - Returns: the task's posterior.
  /// - Precondition: `label` lies in the classes; tasks are numbered without gaps larger than memory.
  /// - Complexity: O(votes of the task × classes²), whatever else there is.
  @discardableResult
  package mutating func add(_ vote: VoteTable.Vote) -> [Double] {
    precondition((0..<classCount).contains(vote.label))
    while tasks.count <= vote.task {
      tasks.append([])
      posteriors.append([Double](repeating: 1 / Double(classCount), count: classCount))
    }
    while matrices.count <= vote.worker {
      matrices.append([Double](repeating: 0, count: classCount * classCount))
    }
    weigh(vote.task, -1)
    tasks[vote.task].append((Int32(vote.worker), Int32(vote.label)))
    posteriors[vote.task] = posterior(of: vote.task)
    weigh(vote.task, 1)
    return posteriors[vote.task]
  }

  /// What is known of a task; uniform for one that has no votes.
  package func posterior(task: Int) -> [Double] {
    tasks.indices.contains(task)
      ? posteriors[task] : [Double](repeating: 1 / Double(classCount), count: classCount)
  }

  /// Every vote, for a refit.
  package var votes: VoteTable {
    VoteTable(
      taskCount: tasks.count, workerCount: matrices.count, classCount: classCount,
      votes: tasks.enumerated().flatMap { task, votes in
        votes.map { .init(task: task, worker: Int($0.worker), label: Int($0.label)) }
      })
  }

  /// The same votes, fitted anew.
  package func refitted() -> IncrementalConsensus { .init(votes, strength: strength) }

  /// Puts a task's part into the counts, or takes it out.
  private mutating func weigh(_ task: Int, _ sign: Double) {
    guard !tasks[task].isEmpty else { return }
    let z = posteriors[task]
    for truth in 0..<classCount { priors[truth] += sign * z[truth] }
    for (worker, label) in tasks[task] {
      let row = Int(label) * classCount
      for truth in 0..<classCount {
        matrices[Int(worker)][row + truth] += sign * z[truth]
        pool[row + truth] += sign * z[truth]
      }
    }
  }

  private func posterior(of task: Int) -> [Double] {
    var scores = priors.map { log(max($0, 1e-9)) }
    for truth in 0..<classCount {
      var poolRow = 0.0
      for label in 0..<classCount { poolRow += pool[label * classCount + truth] }
      for (worker, label) in tasks[task] {
        var row = 0.0
        for label in 0..<classCount { row += matrices[Int(worker)][label * classCount + truth] }
        let cell = Int(label) * classCount + truth
        // Rounding may leave a count a hair below nothing.
        let count = max(0, matrices[Int(worker)][cell])
        scores[truth] += log((count + strength * pool[cell] / poolRow) / (max(0, row) + strength))
      }
    }
    scores.becomeDistribution()
    return scores
  }
}
