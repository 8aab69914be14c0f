#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The posterior of one task as its answers come in, each annotator being right with a known
/// probability and otherwise equally likely to name any other class: the one-coin model of
/// Dawid and Skene (Zhang et al., JMLR 17, 2016). It needs no refit, so dispatch can use it.
package enum OneCoinPosterior {
  package struct Vote: Hashable, Sendable {
    package var label: Int
    /// Probability that this annotator names the truth, 0…1.
    package var accuracy: Double
    package init(label: Int, accuracy: Double) {
      self.label = label
      self.accuracy = accuracy
    }
  }

  /// Distribution over the classes, under a uniform prior.
  ///
  /// Accuracies are held within 0.02…0.98, and never below chance: an annotator known to be worse
  /// than chance carries no evidence.
  /// - Complexity: O(votes × classes)
  package static func posterior(_ votes: [Vote], classCount: Int) -> [Double] {
    guard classCount > 1 else { return [Double](repeating: 1, count: classCount) }
    var logs = [Double](repeating: 0, count: classCount)
    for vote in votes {
      let accuracy = min(max(vote.accuracy, 1 / Double(classCount)), 0.98)
      let hit = log(accuracy)
      let miss = log((1 - accuracy) / Double(classCount - 1))
      for label in 0..<classCount { logs[label] += label == vote.label ? hit : miss }
    }
    let peak = logs.max() ?? 0
    let weights = logs.map { exp($0 - peak) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }
}
