#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Dawid and Skene's model for classes in an order: what a worker is not known to confuse, they are taken to
/// confuse by as many steps as elsewhere.
///
/// A row of a worker's matrix is `(counts + s D_w) / (Σ counts + s)`. `D_w[l | k] ∝ d_w[l − k]`, cut to the
/// classes there are, is by how many steps the worker strays whatever the truth, itself shrunk to what all
/// do together: `d_w ∝ counts of l − k + s · (pooled matrix of the truths they met)`. With few answers a
/// worker is like the pool, with more they stray by their own steps, with many they have a matrix of their
/// own. Classes are one step apart and numbered in their order; E-step and class priors as in
/// `PooledDawidSkene`.
///
/// Between Dawid & Skene 1979 and the ordinal rows of Raykar et al., JMLR 11, 2010 (section 3.4): rows of
/// two numbers a worker (a bias and a spread) fell to 34 % on one public set, where many answer with the
/// ends of the scale alone.
package enum OrdinalDawidSkene {
  /// Pseudo-answers, of each of the two steps.
  package static let strength = 4.0

  /// - Complexity: O(iterations × (votes × classes + workers × classes²))
  package static func fit(_ votes: VoteTable, iterations: Int = 60) -> Posteriors {
    let classes = votes.classCount
    let sums = ConfusionSums(votes)
    let none = [Double](repeating: 0, count: votes.workerCount * classes * classes)
    var z = MajorityVote.fit(votes).values
    for _ in 0..<iterations {
      let priors = sums.sums(z).map { ($0 + 1) / Double(votes.taskCount + classes) }
      let change = sums.update(
        &z, logPriors: priors.map { log($0) },
        logMatrix: logMatrix(sums.counts(z, prior: none), votes))
      if change <= 1e-6 { break }
    }
    return Posteriors(classCount: classes, values: z)
  }

  private static func logMatrix(_ counts: [Double], _ votes: VoteTable) -> [Double] {
    let classes = votes.classCount
    let cells = classes * classes
    var pool = [Double](repeating: 1, count: cells)
    for label in 0..<classes { pool[label * classes + label] = 4 }
    for (place, count) in counts.enumerated() { pool[place % cells] += count }
    for truth in 0..<classes {
      let total = (0..<classes).reduce(0) { $0 + pool[$1 * classes + truth] }
      for label in 0..<classes { pool[label * classes + truth] /= total }
    }
    var matrix = counts
    for worker in 0..<votes.workerCount {
      let start = worker * cells
      let own = steps(Array(counts[start..<start + cells]), pool, classes)
      for truth in 0..<classes {
        let reach = (0..<classes).reduce(0) { $0 + own[$1 - truth + classes - 1] }
        let total = (0..<classes).reduce(0) { $0 + counts[start + $1 * classes + truth] }
        for label in 0..<classes {
          let place = start + label * classes + truth
          let usual = own[label - truth + classes - 1] / reach
          matrix[place] = log((counts[place] + strength * usual) / (total + strength))
        }
      }
    }
    return matrix
  }

  /// By how many steps a worker strays, from `−(classes − 1)` on; every entry is above 0.
  private static func steps(_ counts: [Double], _ pool: [Double], _ classes: Int) -> [Double] {
    var steps = [Double](repeating: 1e-6, count: 2 * classes - 1)
    let met = (0..<classes).map { truth in
      (0..<classes).reduce(0) { $0 + counts[$1 * classes + truth] }
    }
    let all = met.reduce(0, +)
    for label in 0..<classes {
      for truth in 0..<classes {
        let share = (met[truth] + 1 / Double(classes)) / (all + 1)
        let place = label * classes + truth
        steps[label - truth + classes - 1] += counts[place] + strength * share * pool[place]
      }
    }
    return steps
  }
}
