/// How the operator hands out a project's work.
package struct ProjectRouting: Hashable, Sendable {
  /// Of its client's projects the higher goes first, 0…100.
  package var priority: Int
  /// Of the tasks of a batch, the percent that one worker is given at most; nil for no limit.
  package var shareLimitPercent: Int?
  /// Hours that a new task is kept for the client's own people; 0 for none.
  package var ownTeamHours: Int
  /// What the work may do to people; nil where it is harmless.
  package var exposure: Exposure?

  /// Content that harms who sees much of it.
  package struct Exposure: Hashable, Sendable {
    /// What people are told before they say yes.
    package var warning: String
    /// Minutes of a day that one may work on it.
    package var minutesPerDay: Int

    package static let warningLimit = 500

    package init(warning: String, minutesPerDay: Int) {
      self.warning = warning
      self.minutesPerDay = minutesPerDay
    }
  }

  package static let priorityLimit = 100
  package static let hoursLimit = 24 * 30

  package init(
    priority: Int = 0, shareLimitPercent: Int? = nil, ownTeamHours: Int = 0, exposure: Exposure? = nil
  ) {
    self.priority = priority
    self.shareLimitPercent = shareLimitPercent
    self.ownTeamHours = ownTeamHours
    self.exposure = exposure
  }
}
