/// A task's life, without clock, storage or chance.
///
/// ```
/// staged → open → (inReview →) completed
/// any live state → canceled | failed;  inReview → open on a rejected result
/// completed → inReview where somebody wants the result looked at;  inReview, completed → open where an
/// answer is withdrawn or one more is asked
/// ```
package struct TaskLifecycle: Hashable, Sendable {
  package enum State: String, Hashable, Sendable, CaseIterable {
    /// Made, not yet on offer. → open, canceled, failed
    case staged
    /// On offer to annotators. → inReview, completed, canceled, failed
    case open
    /// The result waits for a reviewer. → completed, open (rejected), canceled, failed
    case inReview
    /// → inReview, where a review is asked for; open, where answers are asked for anew
    case completed
    /// Final.
    case canceled
    /// Final: it could not be worked on, for a stated reason.
    case failed

    package var isLive: Bool { self == .staged || self == .open || self == .inReview }
  }

  package var state: State
  /// Answers the current round asks for.
  package var wanted: Int
  /// Answers of the current round that count.
  package var counted: Int
  /// Live leases of the current stage.
  package var leased: Int
  /// How often a reviewer sent the task back.
  package var reworks: Int
  /// Of a task in review; of others, what it was when it was.
  package var review: ReviewLifecycle

  package init(
    state: State, wanted: Int, counted: Int = 0, leased: Int = 0, reworks: Int = 0,
    review: ReviewLifecycle = ReviewLifecycle()
  ) {
    self.state = state
    self.wanted = wanted
    self.counted = counted
    self.leased = leased
    self.reworks = reworks
    self.review = review
  }

  /// Leases that may be given out now.
  package var openSlots: Int {
    switch state {
    case .open: max(0, wanted - counted - leased)
    case .inReview: max(0, review.wanted - review.given - leased)
    default: 0
    }
  }

  /// Whether every answer asked for is in, so that the plan must decide.
  package var isDecisionDue: Bool { state == .open && counted >= wanted }

  package enum Event: Hashable, Sendable {
    /// The task goes on offer.
    case opened
    case leased
    /// A lease ended without an answer.
    case leaseEnded
    /// An answer came in, on its live lease or late.
    case answered(onLease: Bool)
    /// The plan decided over the answers that are in.
    case decided(QualityPlan.Decision)
    /// A verdict came in, on its live lease or late; what all of its desk come to. Whoever decides
    /// escalations does not make one: nobody sees a task twice.
    case reviewed(
      ReviewLifecycle.Outcome, QualityPlan.Review, onLease: Bool = true, mayEscalate: Bool = true)
    /// Somebody wants a result looked at that needed no review.
    case reviewAsked
    /// An answer that counted counts no more, and another is asked in its place.
    case answerWithdrawn
    /// One more answer is asked than the plan did.
    case moreAsked
    case canceled
    case failed
  }

  package enum ReviewVerdict: String, Hashable, Sendable, CaseIterable {
    case accept
    case fix
    case reject
  }

  package enum Action: Hashable, Sendable {
    /// Offer the task (again). Returning tasks go ahead of fresh ones.
    case enqueue(returning: Bool)
    /// Close every live lease: the task is no longer worked on.
    case revokeLeases
    /// Leave the answers of this round out of the count.
    case discardAnswers
    case settled
  }

  package enum Fault: Error, Hashable, Sendable {
    /// The event does not belong to the state.
    case notPossible(State)
    case noOpenSlot
    case reworksExhausted(limit: Int)
  }

  /// Takes one step; on a fault nothing has changed.
  package mutating func handle(_ event: Event) throws(Fault) -> [Action] {
    switch event {
    case .opened:
      guard state == .staged else { throw .notPossible(state) }
      state = .open
      return [.enqueue(returning: false)]
    case .leased:
      guard openSlots > 0 else { throw state.isLive ? .noOpenSlot : .notPossible(state) }
      leased += 1
      return []
    case .leaseEnded:
      leased = max(0, leased - 1)
      return openSlots > 0 ? [.enqueue(returning: true)] : []
    case .answered(let onLease):
      guard state == .open else { throw .notPossible(state) }
      if onLease {
        leased = max(0, leased - 1)
      } else if openSlots == 0 {
        throw .noOpenSlot
      }
      counted += 1
      return []
    case .decided(let decision): return try decide(decision)
    case .reviewed(let outcome, let plan, let onLease, let mayEscalate):
      return try review(outcome, plan, onLease, mayEscalate)
    case .reviewAsked:
      guard state == .completed else { throw .notPossible(state) }
      state = .inReview
      review = ReviewLifecycle(desk: .asked)
      return [.enqueue(returning: true)]
    case .answerWithdrawn:
      guard state != .staged, counted > 0 else { throw .notPossible(state) }
      return try askAnew(counting: counted - 1, wanting: state == .open ? wanted : counted)
    case .moreAsked: return try askAnew(counting: counted, wanting: max(wanted, counted) + 1)
    case .canceled: return try end(.canceled)
    case .failed: return try end(.failed)
    }
  }

  /// Puts the task on offer for the answers that are missing.
  private mutating func askAnew(counting: Int, wanting: Int) throws(Fault) -> [Action] {
    guard state == .open || state == .inReview || state == .completed else {
      throw .notPossible(state)
    }
    let isBack = state != .open
    if isBack {
      state = .open
      leased = 0
      review = ReviewLifecycle()
    }
    (counted, wanted) = (counting, wanting)
    return (isBack ? [.revokeLeases] : []) + [.enqueue(returning: true)]
  }

  private mutating func decide(_ decision: QualityPlan.Decision) throws(Fault) -> [Action] {
    guard isDecisionDue else { throw .notPossible(state) }
    switch decision {
    case .oneMore:
      wanted = counted + 1
      return openSlots > 0 ? [.enqueue(returning: true)] : []
    case .review(_, let reviewers):
      state = .inReview
      review = ReviewLifecycle(wanted: reviewers)
      leased = 0
      return [.revokeLeases, .enqueue(returning: reworks > 0)]
    case .complete:
      return try end(.completed)
    }
  }

  private mutating func review(
    _ outcome: ReviewLifecycle.Outcome, _ plan: QualityPlan.Review, _ onLease: Bool,
    _ mayEscalate: Bool
  ) throws(Fault) -> [Action] {
    guard state == .inReview else { throw .notPossible(state) }
    if !onLease, openSlots == 0 { throw .noOpenSlot }
    let isLastWord = review.desk == .escalation || (!mayEscalate && reworks >= plan.maxReworks)
    if outcome == .rejected, isLastWord {
      throw .reworksExhausted(limit: plan.maxReworks)
    }
    if onLease { leased = max(0, leased - 1) }
    review.given += 1
    switch outcome {
    case .pending: return []
    case .disputed: return ask(ReviewLifecycle(stage: review.stage, desk: .adjudication))
    case .accepted, .fixed:
      let isLast = review.desk == .asked || review.desk == .escalation || review.stage >= plan.stages
      if isLast { return try end(.completed) }
      return ask(ReviewLifecycle(stage: review.stage + 1, wanted: plan.reviewers))
    case .rejected:
      guard reworks < plan.maxReworks else {
        return ask(ReviewLifecycle(stage: review.stage, desk: .escalation))
      }
      reworks += 1
      state = .open
      wanted = max(1, min(wanted, counted))
      counted = 0
      leased = 0
      return [.revokeLeases, .discardAnswers, .enqueue(returning: true)]
    }
  }

  /// Puts the result before others.
  private mutating func ask(_ next: ReviewLifecycle) -> [Action] {
    review = next
    leased = 0
    return [.revokeLeases, .enqueue(returning: true)]
  }

  private mutating func end(_ final: State) throws(Fault) -> [Action] {
    guard state.isLive else { throw .notPossible(state) }
    state = final
    leased = 0
    return final == .completed ? [.revokeLeases, .settled] : [.revokeLeases]
  }
}
