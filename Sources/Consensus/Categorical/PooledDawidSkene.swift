#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Dawid and Skene's model whose workers are shrunk to what all of them do together: a row of a
/// worker's matrix is `(counts + s P_k) / (Σ counts + s)`, with the pooled matrix `P ∝ 1 + 3[l = k] +
/// Σ_w counts`, so that whoever answered little errs as people here err. Classes have one pseudo-task
/// each.
///
/// An empirical-Bayes form of Dawid & Skene 1979; with `strength = .infinity` everybody is alike.
package enum PooledDawidSkene {
  package struct Fit: Sendable {
    package var posteriors: Posteriors
    package var priors: [Double]
    /// `[(worker × classes + label) × classes + truth]`
    var confusion: [Double]
  }

  /// How the pooled matrix looks.
  package enum Pool: Sendable {
    case full
    /// One number: right, or wrong in any way alike.
    case oneCoin
  }

  /// - Parameter strength: pseudo-votes that the pool is worth in every row.
  /// - Complexity: O(iterations × votes × classes)
  package static func fit(
    _ votes: VoteTable, strength: Double = 1, pool: Pool = .full, iterations: Int = 60,
    tolerance: Double = 1e-6
  ) -> Fit {
    let classes = votes.classCount
    let sums = ConfusionSums(votes)
    let none = [Double](repeating: 0, count: votes.workerCount * classes * classes)
    var z = MajorityVote.fit(votes).values
    var (priors, matrix): ([Double], [Double]) = ([], [])
    for _ in 0..<max(1, iterations) {
      priors = sums.sums(z).map { ($0 + 1) / Double(votes.taskCount + classes) }
      matrix = sums.counts(z, prior: none)
      let pooled = pooled(matrix, pool, sums)
      var place = 0
      sums.forEachRow(&matrix) { places, total, matrix in
        let truth = place % classes
        place += 1
        for (label, cell) in places.enumerated() {
          let usual = pooled[label * classes + truth]
          matrix[cell] =
            strength.isInfinite ? usual : (matrix[cell] + strength * usual) / (total + strength)
        }
      }
      let change = sums.update(
        &z, logPriors: priors.map { log($0) }, logMatrix: matrix.map { log($0) })
      if change <= tolerance { break }
    }
    return Fit(
      posteriors: Posteriors(classCount: classes, values: z), priors: priors, confusion: matrix)
  }

  /// `[label × classes + truth]`; every truth's labels sum to 1.
  private static func pooled(_ counts: [Double], _ pool: Pool, _ sums: ConfusionSums) -> [Double] {
    let classes = sums.truthCount
    let cells = classes * classes
    var pooled = [Double](repeating: 1, count: cells)
    for label in 0..<classes { pooled[label * classes + label] = 4 }
    for (place, count) in counts.enumerated() { pooled[place % cells] += count }
    let totals = (0..<classes).map { truth in
      (0..<classes).reduce(0) { $0 + pooled[$1 * classes + truth] }
    }
    guard pool == .oneCoin, classes > 1 else {
      for place in pooled.indices { pooled[place] /= totals[place % classes] }
      return pooled
    }
    let hits = (0..<classes).reduce(0) { $0 + pooled[$1 * classes + $1] } / totals.reduce(0, +)
    return (0..<cells).map { place in
      place % classes == place / classes ? hits : (1 - hits) / Double(classes - 1)
    }
  }
}
