#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The two sums of every method that gives each worker a confusion matrix: expected counts from
/// posteriors, and posteriors from logarithms of the matrices. A truth may be more than a class (EBCC's
/// subtypes).
///
/// Matrices are laid out `[(worker × labels + label) × truths + truth]`, so that a vote reads or writes
/// one run of numbers. Sums run in the order of the votes: the same votes give the same bits.
struct ConfusionSums {
  let votes: VoteTable
  let truthCount: Int

  init(_ votes: VoteTable, truthCount: Int? = nil) {
    self.votes = votes
    self.truthCount = truthCount ?? votes.classCount
  }

  /// How often each worker gave each label where each truth held, as expected.
  ///
  /// - Parameter prior: what there is before the first vote, in the layout of the matrices.
  /// - Complexity: O(votes × truths)
  func counts(_ z: [Double], prior: [Double]) -> [Double] {
    var counts = prior
    let truths = truthCount
    counts.withUnsafeMutableBufferPointer { counts in
      z.withUnsafeBufferPointer { z in
        forEachVote { task, cell in
          let row = task * truths
          for truth in 0..<truths { counts[cell + truth] += z[row + truth] }
        }
      }
    }
    return counts
  }

  /// Posteriors `z[t][k] ∝ exp(prior[k] + Σ matrix[w][l][k])` over the votes of `t`.
  ///
  /// - Returns: the most that one of them moved.
  /// - Complexity: O((votes + tasks) × truths)
  func update(_ z: inout [Double], logPriors: [Double], logMatrix: [Double]) -> Double {
    let truths = truthCount
    var change = 0.0
    z.withUnsafeMutableBufferPointer { z in
      logMatrix.withUnsafeBufferPointer { matrix in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: truths) { row in
          for task in 0..<votes.taskCount {
            for truth in 0..<truths { row[truth] = logPriors[truth] }
            for vote in votes.starts[task]..<votes.starts[task + 1] {
              let cell = self.cell(vote)
              for truth in 0..<truths { row[truth] += matrix[cell + truth] }
            }
            var peak = row[0]
            for truth in 1..<max(1, truths) where row[truth] > peak { peak = row[truth] }
            var total = 0.0
            for truth in 0..<truths {
              row[truth] = exp(row[truth] - peak)
              total += row[truth]
            }
            let base = task * truths
            for truth in 0..<truths {
              let value = row[truth] / total
              change = max(change, abs(value - z[base + truth]))
              z[base + truth] = value
            }
          }
        }
      }
    }
    return change
  }

  /// Where the numbers of a vote begin in a matrix.
  @inline(__always) private func cell(_ vote: Int) -> Int {
    (Int(votes.workers[vote]) * votes.classCount + Int(votes.labels[vote])) * truthCount
  }

  @inline(__always) private func forEachVote(_ body: (_ task: Int, _ cell: Int) -> Void) {
    for task in 0..<votes.taskCount {
      for vote in votes.starts[task]..<votes.starts[task + 1] { body(task, cell(vote)) }
    }
  }

  /// One number everywhere, another where the label names the truth.
  ///
  /// - Parameter classOf: the class that a truth belongs to.
  func prior(
    _ everywhere: Double, diagonal: Double, classOf: (Int) -> Int = { $0 }
  ) -> [Double] {
    let (labels, truths) = (votes.classCount, truthCount)
    var prior = [Double](repeating: everywhere, count: votes.workerCount * labels * truths)
    for worker in 0..<votes.workerCount {
      for truth in 0..<truths {
        prior[(worker * labels + classOf(truth)) * truths + truth] = diagonal
      }
    }
    return prior
  }

  /// Calls `body` with each row of a matrix: the places of one worker's labels under one truth, and
  /// their sum.
  func forEachRow(
    _ matrix: inout [Double],
    _ body: (_ places: StrideTo<Int>, _ total: Double, inout [Double]) -> Void
  ) {
    let (labels, truths) = (votes.classCount, truthCount)
    for worker in 0..<votes.workerCount {
      for truth in 0..<truths {
        let start = worker * labels * truths + truth
        let places = stride(from: start, to: start + labels * truths, by: truths)
        var total = 0.0
        for place in places { total += matrix[place] }
        body(places, total, &matrix)
      }
    }
  }

  /// Makes Dirichlet counts the expected logarithms of the rows they stand for: `ψ(n) − ψ(Σ n)`.
  func becomeExpectedLogs(_ counts: inout [Double]) {
    forEachRow(&counts) { places, total, counts in
      let whole = digamma(total)
      for place in places { counts[place] = digamma(counts[place]) - whole }
    }
  }

  /// How much each truth holds over all tasks.
  func sums(_ z: [Double]) -> [Double] {
    var sums = [Double](repeating: 0, count: truthCount)
    for task in 0..<votes.taskCount {
      for truth in 0..<truthCount { sums[truth] += z[task * truthCount + truth] }
    }
    return sums
  }
}
