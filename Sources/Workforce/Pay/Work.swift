/// What was done in one assignment, as pay is reckoned from it.
package struct Work: Hashable, Sendable {
  /// Objects that were drawn, words that were written: what `PayRate.unit` counts.
  package var units: Int64
  /// Time at work that was believed (`ActiveTime`), in milliseconds.
  package var activeMilliseconds: Int64
  /// Percent of the rate that this task pays, 100 for an ordinary one.
  package var difficultyPercent: Int64
  /// A verdict on somebody else's answer.
  package var isReview: Bool

  package init(
    units: Int64, activeMilliseconds: Int64, difficultyPercent: Int64 = 100, isReview: Bool = false
  ) {
    self.isReview = isReview
    self.units = units
    self.activeMilliseconds = activeMilliseconds
    self.difficultyPercent = difficultyPercent
  }
}
