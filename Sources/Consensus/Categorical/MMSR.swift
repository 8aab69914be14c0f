#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Matrix mean-subsequence-reduced: workers' skills from how often each two of them agree, robust against
/// a few who work against the rest.
///
/// With `C` the share of common tasks on which two workers say the same, `K/(K − 1) C − 1/(K − 1)` is in
/// expectation `s sᵀ`. Both factors are found in turn as means of `C_ij / u_j` over the workers that share
/// tasks, without the `F` largest and the `F` smallest beyond the present value, `F = ⌊d/2⌋ − 1` where
/// everybody shares tasks with `d` others or more. Votes weigh `log((K − 1) p / (1 − p))`,
/// `p = s (K − 1)/K + 1/K`.
///
/// Ma & Olshevsky, *Adversarial Crowdsourcing Through Robust Rank-One Matrix Completion*, NeurIPS 2020.
/// Three things differ from crowd-kit's: factors start at ½, not at chance; signs are those of the
/// leading eigenvector of `C`, turned so that most workers are better than chance, where crowd-kit takes
/// an eigenvector of the graph of signs; and `F` is at least 0, where crowd-kit's −1 keeps the largest
/// value alone. Accuracies on the public sets are within a point of crowd-kit's or above them.
package enum MMSR {
  /// - Returns: by task, softmax of the weighted votes.
  /// - Complexity: O(Σ (votes of a task)² + iterations × pairs × log)
  package static func fit(_ votes: VoteTable, iterations: Int = 500) -> Posteriors {
    let classes = votes.classCount
    guard classes > 1 else { return MajorityVote.fit(votes) }
    let pairs = agreement(votes)
    let skills = skills(pairs, taskCount: votes.taskCount, classes: classes, iterations)
    var z = [Double](repeating: 0, count: votes.taskCount * classes)
    var row = [Double](repeating: 0, count: classes)
    for task in 0..<votes.taskCount {
      for label in 0..<classes { row[label] = 0 }
      for vote in votes.starts[task]..<votes.starts[task + 1] {
        row[Int(votes.labels[vote])] += skills[Int(votes.workers[vote])]
      }
      row.becomeDistribution()
      for label in 0..<classes { z[task * classes + label] = row[label] }
    }
    return Posteriors(classCount: classes, values: z)
  }

  /// Of each worker, those who share tasks with them and the entry of the matrix, in their order.
  private static func agreement(_ votes: VoteTable) -> [[(other: Int, value: Double)]] {
    var tallies = [[Int: (alike: Double, all: Double)]](repeating: [:], count: votes.workerCount)
    for task in 0..<votes.taskCount {
      let range = votes.starts[task]..<votes.starts[task + 1]
      for a in range {
        for b in range where votes.workers[a] != votes.workers[b] {
          let other = Int(votes.workers[b])
          var tally = tallies[Int(votes.workers[a])][other] ?? (0, 0)
          tally.all += 1
          if votes.labels[a] == votes.labels[b] { tally.alike += 1 }
          tallies[Int(votes.workers[a])][other] = tally
        }
      }
    }
    let rest = 1 / Double(votes.classCount - 1)
    return tallies.map { row in
      row.map { (other: $0.key, value: $0.value.alike / $0.value.all * (1 + rest) - rest) }
        .sorted { $0.other < $1.other }
    }
  }

  /// The weight of each worker's vote.
  private static func skills(
    _ pairs: [[(other: Int, value: Double)]], taskCount: Int, classes: Int, _ iterations: Int
  ) -> [Double] {
    let trimmed = max(0, (pairs.map(\.count).min() ?? 0) / 2 - 1)
    let least = 1 / Double(max(1, taskCount)).squareRoot()
    var u = [Double](repeating: 0.5, count: pairs.count)
    var v = u
    func improve(_ own: inout [Double], by other: [Double]) {
      for (worker, row) in pairs.enumerated() where !row.isEmpty {
        let shares = row.map { abs($0.value) / max(other[$0.other], 1e-9) }
        let mean = trimmedMean(shares, trimmed, own[worker])
        own[worker] = max(mean ?? own[worker], 1e-6)
      }
    }
    for _ in 0..<iterations {
      let before = (u, v)
      improve(&v, by: u)
      improve(&u, by: v)
      if moved(before, (u, v)) < 1e-8 { break }
    }
    let size = (u.reduce(0) { $0 + $1 * $1 } / max(v.reduce(0) { $0 + $1 * $1 }, 1e-300))
      .squareRoot()
    let signs = signs(pairs)
    let classes = Double(classes)
    return u.indices.map { worker in
      let skill = signs[worker] * u[worker] / max(size, 1e-300).squareRoot()
      let held = max(min(skill, 1 - least), -1 / (classes - 1) + least)
      let right = min(max(held * (classes - 1) / classes + 1 / classes, 1e-9), 1 - 1e-9)
      return log(right * (classes - 1) / (1 - right))
    }
  }

  /// Without the `count` largest and smallest, and of those only what lies beyond `present`; nil where
  /// nothing is left.
  private static func trimmedMean(_ values: [Double], _ count: Int, _ present: Double) -> Double? {
    let sorted = values.sorted()
    let below = min(count, sorted.filter { $0 < present }.count)
    let above = min(count, sorted.filter { $0 > present }.count)
    let kept = sorted.dropFirst(below).dropLast(above)
    return kept.isEmpty ? nil : kept.reduce(0, +) / Double(kept.count)
  }

  /// `‖u vᵀ − u' v'ᵀ‖`
  private static func moved(_ a: ([Double], [Double]), _ b: ([Double], [Double])) -> Double {
    func product(_ x: [Double], _ y: [Double]) -> Double {
      zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let square =
      product(a.0, a.0) * product(a.1, a.1) + product(b.0, b.0) * product(b.1, b.1)
      - 2 * product(a.0, b.0) * product(a.1, b.1)
    return max(0, square).squareRoot()
  }

  /// Of the leading eigenvector, by power iteration on the matrix shifted to be positive.
  private static func signs(_ pairs: [[(other: Int, value: Double)]]) -> [Double] {
    let shift = pairs.map { $0.reduce(0) { $0 + abs($1.value) } }.max() ?? 0
    var vector = [Double](repeating: 1, count: pairs.count)
    for _ in 0..<200 {
      var next = pairs.enumerated().map { worker, row in
        row.reduce(shift * vector[worker] / 2) { $0 + $1.value * vector[$1.other] }
      }
      let length = next.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard length > 0 else { break }
      for place in next.indices { next[place] /= length }
      vector = next
    }
    let better = vector.filter { $0 >= 0 }.count
    let turn = better * 2 >= vector.count ? 1.0 : -1.0
    return vector.map { $0 * turn >= 0 ? 1 : -1 }
  }
}
