/// Which two names are often taken for each other, from pairs of what is true and what was said.
struct ConfusedPairs {
  /// Those above the limits of `Insight`.
  private(set) var often: [Insight.Confused] = []

  private struct Names: Hashable {
    var truth: String
    var said: String
  }

  /// - Parameter question: that the names answer; nil for the classes of objects.
  /// - Complexity: O(pairs)
  init(_ pairs: [(truth: String, said: String)], question: String? = nil) {
    var totals: [String: Int] = [:]
    var counts: [Names: Int] = [:]
    for pair in pairs {
      totals[pair.truth, default: 0] += 1
      if pair.truth != pair.said {
        counts[Names(truth: pair.truth, said: pair.said), default: 0] += 1
      }
    }
    often = counts.compactMap { names, count in
      let total = totals[names.truth] ?? count
      let share = Double(count) / Double(total)
      guard count >= Insight.confusedAnswers, share >= Insight.confusedShare else { return nil }
      return .init(
        question: question, truth: names.truth, said: names.said, share: share, answers: count,
        total: total)
    }
  }
}
