/// How far a server has followed somebody's time on one task, heartbeat by heartbeat.
///
/// Each heartbeat says how long its sender has been at work so far. What it adds is believed as far as it
/// fits between the server's own clock of this heartbeat and of the one before, and never for longer than a
/// browser stays silent while somebody works. So a clock that runs wrong, a report made up afterwards or sent
/// twice adds nothing that did not pass on the server's clock too.
package struct SeenTime: Hashable, Sendable {
  /// Believed so far, in milliseconds.
  package var milliseconds: Int64
  /// When the last heartbeat came, by the server's clock, in milliseconds since 1970.
  package var at: Int64

  /// The most that is believed between two heartbeats, in milliseconds: a browser sends one a minute, and may
  /// be without a network for a while.
  package static let gapLimit: Int64 = 5 * 60_000

  /// - Parameter at: when the task came into somebody's hands.
  package init(milliseconds: Int64 = 0, at: Int64) {
    (self.milliseconds, self.at) = (milliseconds, at)
  }

  /// After a heartbeat.
  ///
  /// - Parameters:
  ///   - claimed: the whole time at work as it says, in milliseconds; less than before adds nothing.
  ///   - now: when it came, by the server's clock.
  package func followed(by claimed: Int64, at now: Int64) -> SeenTime {
    let passed = min(max(0, now - at), Self.gapLimit)
    return SeenTime(
      milliseconds: milliseconds + min(max(0, claimed - milliseconds), passed), at: max(at, now))
  }
}
