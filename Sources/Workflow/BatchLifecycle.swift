/// A batch's life: `staging → inProgress ⇄ paused → completed`, and to canceled from any live state.
package struct BatchLifecycle: Hashable, Sendable {
  package enum State: String, Hashable, Sendable, CaseIterable {
    /// Tasks gather, none is on offer. → inProgress, canceled
    case staging
    /// → paused, completed, canceled
    case inProgress
    /// → inProgress, canceled
    case paused
    /// Every task has ended. → inProgress when more are added
    case completed
    /// Final.
    case canceled
  }

  package var state: State

  package init(state: State) { self.state = state }

  package enum Event: Hashable, Sendable {
    case finalized
    case paused
    case resumed
    case tasksAdded
    case lastTaskEnded
    case canceled

    /// For sentences like “the state does not allow …”.
    package var noun: String {
      switch self {
      case .finalized: "finalizing"
      case .paused: "a pause"
      case .resumed: "resuming"
      case .tasksAdded: "more tasks"
      case .lastTaskEnded: "completion"
      case .canceled: "cancelation"
      }
    }
  }

  package enum Fault: Error, Hashable, Sendable {
    case notPossible(State)
  }

  package mutating func handle(_ event: Event) throws(Fault) {
    switch (state, event) {
    case (.staging, .finalized), (.paused, .resumed): state = .inProgress
    case (.inProgress, .paused): state = .paused
    case (.completed, .tasksAdded): state = .inProgress
    case (.inProgress, .lastTaskEnded): state = .completed
    case (.staging, .canceled), (.inProgress, .canceled), (.paused, .canceled): state = .canceled
    case (.staging, .tasksAdded), (.inProgress, .tasksAdded), (.paused, .tasksAdded),
      (.staging, .lastTaskEnded), (.paused, .lastTaskEnded), (.completed, .lastTaskEnded):
      break
    default: throw .notPossible(state)
    }
  }
}
