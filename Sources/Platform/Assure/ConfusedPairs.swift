/// Which two names are often taken for each other, from pairs of what is true and what was said.
struct ConfusedPairs {
  /// Those above the limits of `Insight`.
  private(set) var often: [Pair] = []

  struct Pair: Hashable, Sendable {
    var truth: String
    var said: String
    var share: Double
    var count: Int
    /// Of all that is true in the same way.
    var total: Int
  }

  private struct Names: Hashable {
    var truth: String
    var said: String
  }

  /// - Complexity: O(pairs)
  init(_ pairs: [(truth: String, said: String)]) {
    var totals: [String: Int] = [:]
    var counts: [Names: Int] = [:]
    for pair in pairs {
      totals[pair.truth, default: 0] += 1
      if pair.truth != pair.said { counts[Names(truth: pair.truth, said: pair.said), default: 0] += 1 }
    }
    often = counts.compactMap { names, count in
      let total = totals[names.truth] ?? count
      let share = Double(count) / Double(total)
      guard count >= Insight.confusedAnswers, share >= Insight.confusedShare else { return nil }
      return Pair(truth: names.truth, said: names.said, share: share, count: count, total: total)
    }
  }
}
