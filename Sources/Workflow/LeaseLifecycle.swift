/// An assignment's life: one lease of one task to one worker for one stage.
///
/// ```
/// reserved → leased → submitted | skipped | released | expired | revoked
/// ```
/// A reserved lease was prefetched: it holds the slot but its work has not started.
package struct LeaseLifecycle: Hashable, Sendable {
  package enum State: String, Hashable, Sendable, CaseIterable {
    /// → leased, submitted, skipped, released, expired, revoked
    case reserved
    /// → submitted, skipped, released, expired, revoked
    case leased
    /// Final.
    case submitted
    /// Final: the worker will not see the task again.
    case skipped
    /// Final: the worker may get the task again.
    case released
    /// Not quite final: a late answer turns it into submitted.
    case expired
    /// Not quite final, as expired: the work was taken away, honest work is still kept.
    case revoked

    package var isLive: Bool { self == .reserved || self == .leased }
  }

  package var state: State
  /// When the slot falls back, in milliseconds since 1970.
  package var deadline: Int64

  package init(state: State, deadline: Int64) {
    self.state = state
    self.deadline = deadline
  }

  package enum Event: Hashable, Sendable {
    /// The worker is there: starts a reserved lease and moves the deadline.
    case heartbeat(until: Int64)
    case submitted
    case skipped
    case released
    case deadlinePassed(now: Int64)
    case revoked
  }

  package enum Fault: Error, Hashable, Sendable {
    case ended(State)
  }

  /// Takes one step and says whether the slot was held until now.
  package mutating func handle(_ event: Event) throws(Fault) -> Bool {
    let wasLive = state.isLive
    switch event {
    case .submitted:
      guard wasLive || state == .expired || state == .revoked else { throw .ended(state) }
      state = .submitted
    case .heartbeat(let until):
      guard wasLive else { throw .ended(state) }
      state = .leased
      deadline = max(deadline, until)
    case .skipped: try end(.skipped)
    case .released: try end(.released)
    case .revoked: try end(.revoked)
    case .deadlinePassed(let now):
      guard wasLive, deadline <= now else { return false }
      state = .expired
    }
    return wasLive
  }

  private mutating func end(_ final: State) throws(Fault) {
    guard state.isLive else { throw .ended(state) }
    state = final
  }
}
