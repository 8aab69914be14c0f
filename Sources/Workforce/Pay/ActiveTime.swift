/// How much of the time that a browser says somebody was at work is believed.
///
/// A browser's word alone is not taken: nobody was at work for longer than they held the task, nor longer
/// than the part of that time in which they were at no other task, nor for longer than any honest task takes,
/// nor than heartbeats followed them (`SeenTime`).
/// Where the browser said nothing, nothing is believed.
package struct ActiveTime: Hashable, Sendable {
  /// What was said, in milliseconds.
  package var claimed: Int64
  /// What is believed, in milliseconds.
  package var believed: Int64

  /// The time of one assignment that is believed at most, if its project names no other.
  package static let defaultLimit: Int64 = 60 * 60 * 1000

  /// - Parameters:
  ///   - leased: from the begin of the lease to its end or the answer, by the server's clock, in
  ///     milliseconds.
  ///   - spent: what is believed already of other tasks that were answered since the lease began, in
  ///     milliseconds.
  ///   - seen: as far as heartbeats followed it, in milliseconds; nil where nobody looked.
  ///   - limit: the most that is believed of one assignment, in milliseconds.
  package init(
    claimed: Int64, leased: Int64, spent: Int64 = 0, seen: Int64? = nil,
    limit: Int64 = ActiveTime.defaultLimit
  ) {
    self.claimed = max(0, claimed)
    believed = min(
      self.claimed, max(0, leased - max(0, spent)), max(0, limit), max(0, seen ?? .max))
  }
}
