/// Where the review of one result stands: which stage it is at, who is asked, and how many verdicts are in.
///
/// ```
/// stage 1 → stage 2 → … → passed
/// a stage whose reviewers differ → adjudication → passed or rejected
/// rejected → rework, and after the last rework → escalation → passed
/// ```
package struct ReviewLifecycle: Hashable, Sendable {
  /// Whose verdict is awaited.
  package enum Desk: String, Hashable, Sendable, CaseIterable {
    /// The stage's reviewers, who do not see each other's verdicts.
    case stage
    /// Somebody who was asked to look at a result that needed no review: their word is final.
    case asked
    /// Reviewers differed: one who was not among them decides.
    case adjudication
    /// Sent back as often as the plan allows: a manager decides, and cannot reject.
    case escalation
  }

  /// From 1.
  package var stage: Int
  package var desk: Desk
  /// Verdicts this desk asks for.
  package var wanted: Int
  package var given: Int

  package init(stage: Int = 1, desk: Desk = .stage, wanted: Int = 1, given: Int = 0) {
    self.stage = stage
    self.desk = desk
    self.wanted = wanted
    self.given = given
  }

  package struct Verdict: Hashable, Sendable {
    package var kind: TaskLifecycle.ReviewVerdict
    /// Of fixes, those of one number say the same.
    package var fix: Int?
    package init(_ kind: TaskLifecycle.ReviewVerdict, fix: Int? = nil) {
      self.kind = kind
      self.fix = fix
    }
  }

  package enum Outcome: Hashable, Sendable {
    /// More verdicts of this desk are awaited.
    case pending
    /// The result stands.
    case accepted
    /// The result is replaced by a fix, by the place of its verdict.
    case fixed(by: Int)
    case rejected
    /// The verdicts differ.
    case disputed
  }

  /// What the verdicts of this desk come to, the newest of which may not be counted yet.
  package func outcome(of verdicts: [Verdict]) -> Outcome {
    guard let first = verdicts.first, verdicts.count >= wanted else { return .pending }
    guard verdicts.allSatisfy({ $0.kind == first.kind && $0.fix == first.fix }) else {
      return .disputed
    }
    switch first.kind {
    case .accept: return .accepted
    case .fix: return .fixed(by: 0)
    case .reject: return .rejected
    }
  }
}
