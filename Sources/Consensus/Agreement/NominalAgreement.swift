/// How far annotators name the same class of each task: the share of pairs that do, and what is left of
/// it once chance is taken away, in three ways.
///
/// With `n_tk` votes for class k on task t, `n_t` in all, the observed agreement is the mean over tasks
/// of two votes or more of `Σ_k n_tk (n_tk − 1) / (n_t (n_t − 1))`.
///
/// - Fleiss' κ: chance is `Σ π_k²`, with `π_k` the mean of `n_tk / n_t` over those tasks (Fleiss,
///   Psychological Bulletin 76(5), 1971; raters may be of any number).
/// - Gwet's AC1: chance is `Σ π_k (1 − π_k) / (K − 1)`, with `π_k` over all tasks with a vote (Gwet,
///   British Journal of Mathematical and Statistical Psychology 61(1), 2008). It does not fall where
///   one class is common.
/// - Cohen's κ: of each two annotators with `leastCommon` tasks in common, and its mean weighted by how
///   many (Cohen, Educational and Psychological Measurement 20(1), 1960).
package struct NominalAgreement: Hashable, Sendable {
  /// Share of pairs of votes on a task that name the same class, 0…1.
  package var percent: Double
  /// nil where chance alone would agree always: only one class was named.
  package var fleissKappa: Double?
  package var gwetAC1: Double?
  /// nil where no two annotators have enough tasks in common.
  package var meanCohenKappa: Double?
  /// Pairs of annotators it is the mean of.
  package var cohenPairs: Int
  /// Tasks with two votes or more.
  package var tasks: Int

  /// Tasks that two annotators must share for a κ of their own.
  package static let leastCommon = 10

  /// Of a worker's votes on the same task the first stands.
  ///
  /// - Returns: nil where no task has two votes.
  /// - Complexity: O(votes × (votes of a task + classes))
  package init?(_ votes: VoteTable) {
    let votes = votes.keepingFirst()
    let classes = votes.classCount
    var counts = [Double](repeating: 0, count: classes)
    var shared = [Double](repeating: 0, count: classes)
    var all = shared
    var (observed, tasks, answered) = (0.0, 0, 0)
    for task in 0..<votes.taskCount {
      let range = votes.starts[task]..<votes.starts[task + 1]
      guard !range.isEmpty else { continue }
      for label in 0..<classes { counts[label] = 0 }
      for vote in range { counts[Int(votes.labels[vote])] += 1 }
      let size = Double(range.count)
      answered += 1
      for label in 0..<classes { all[label] += counts[label] / size }
      guard range.count > 1 else { continue }
      tasks += 1
      for label in 0..<classes { shared[label] += counts[label] / size }
      observed += counts.reduce(0) { $0 + $1 * ($1 - 1) } / (size * (size - 1))
    }
    guard tasks > 0 else { return nil }
    self.tasks = tasks
    percent = observed / Double(tasks)
    let named = all.filter { $0 > 0 }.count
    let squares = shared.reduce(0) { $0 + ($1 / Double(tasks)) * ($1 / Double(tasks)) }
    fleissKappa = Self.beyond(chance: squares, percent)
    let spread = all.reduce(0) { $0 + $1 / Double(answered) * (1 - $1 / Double(answered)) }
    gwetAC1 = named > 1 ? Self.beyond(chance: spread / Double(named - 1), percent) : nil
    (meanCohenKappa, cohenPairs) = Self.cohen(votes)
  }

  fileprivate static func beyond(chance: Double, _ observed: Double) -> Double? {
    chance < 1 - 1e-12 ? (observed - chance) / (1 - chance) : nil
  }

  /// What two annotators said of the tasks they share.
  fileprivate struct Pair {
    var common = 0.0
    var alike = 0.0
    var first: [Int32: Double] = [:]
    var second: [Int32: Double] = [:]

    var kappa: Double? {
      let chance = first.reduce(0) { $0 + $1.value * (second[$1.key] ?? 0) } / (common * common)
      return NominalAgreement.beyond(chance: chance, alike / common)
    }
  }

  private static func cohen(_ votes: VoteTable) -> (Double?, Int) {
    var pairs: [Int64: Pair] = [:]
    for task in 0..<votes.taskCount {
      let range = votes.starts[task]..<votes.starts[task + 1]
      for a in range {
        for b in a + 1..<max(a + 1, range.upperBound) {
          let isInOrder = votes.workers[a] < votes.workers[b]
          let (first, second) = isInOrder ? (a, b) : (b, a)
          let key = Int64(votes.workers[first]) << 32 | Int64(votes.workers[second])
          pairs[key, default: Pair()].add(votes.labels[first], votes.labels[second])
        }
      }
    }
    var (sum, weight, count) = (0.0, 0.0, 0)
    // In the order of the pairs, so that the sum is the same each time.
    for (_, pair) in pairs.sorted(by: { $0.key < $1.key }) where pair.common >= Double(leastCommon)
    {
      guard let kappa = pair.kappa else { continue }
      sum += pair.common * kappa
      weight += pair.common
      count += 1
    }
    return (weight > 0 ? sum / weight : nil, count)
  }
}

extension NominalAgreement.Pair {
  fileprivate mutating func add(_ one: Int32, _ other: Int32) {
    common += 1
    if one == other { alike += 1 }
    first[one, default: 0] += 1
    second[other, default: 0] += 1
  }
}

extension VoteTable {
  /// The first vote of every worker on every task.
  ///
  /// - Complexity: O(votes × votes of a task)
  package func keepingFirst() -> VoteTable {
    var task = 0
    return keeping { vote in
      while vote >= starts[task + 1] { task += 1 }
      return !(starts[task]..<vote).contains { workers[$0] == workers[vote] }
    }
  }
}
