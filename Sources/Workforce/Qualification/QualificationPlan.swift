/// What somebody does before they get a project's live work: a course of tasks with known answers, each
/// explained at once, and then an examination without explanations.
package struct QualificationPlan: Hashable, Sendable {
  /// Tasks of the course.
  package var lessons: Int
  /// Tasks of the examination.
  package var questions: Int
  /// Percent of the examination that must be right.
  package var passPercent: Int
  /// How often one may try.
  package var attempts: Int
  /// Hours between one try and the next.
  package var retryAfterHours: Int
  /// Days that it holds; nil for ever.
  package var expiresAfterDays: Int?
  /// Whether course and examination are paid as live work is.
  package var isPaid: Bool

  package static let taskLimit = 200
  package static let attemptLimit = 20
  package static let hoursLimit = 24 * 90
  package static let daysLimit = 3650

  package init(
    lessons: Int = 0, questions: Int = 10, passPercent: Int = 80, attempts: Int = 3,
    retryAfterHours: Int = 24, expiresAfterDays: Int? = nil, isPaid: Bool = false
  ) {
    self.lessons = lessons
    self.questions = questions
    self.passPercent = passPercent
    self.attempts = attempts
    self.retryAfterHours = retryAfterHours
    self.expiresAfterDays = expiresAfterDays
    self.isPaid = isPaid
  }
}

/// How far somebody is with a project's qualification.
package struct Qualification: Hashable, Sendable {
  package enum State: String, Hashable, Sendable, CaseIterable {
    /// In the course or the examination.
    case learning
    /// May work.
    case passed
    /// May try again, where tries are left.
    case failed
    /// Taken away; the course begins anew.
    case lost
  }

  package var state: State
  /// The examination that is under way or was the last; 1 for the first.
  package var attempt: Int
  /// Right answers of the last examination that ended.
  package var right: Int?
  package var asked: Int?
  /// In milliseconds since 1970.
  package var at: Int64

  package init(state: State = .learning, attempt: Int = 1, right: Int? = nil, asked: Int? = nil, at: Int64) {
    self.state = state
    self.attempt = attempt
    self.right = right
    self.asked = asked
    self.at = at
  }

  /// What somebody can do about the project now.
  package enum Standing: Hashable, Sendable {
    case qualified
    /// The next of the course or of the examination.
    case learning(attempt: Int)
    /// Not before a time, in milliseconds since 1970.
    case waiting(until: Int64)
    /// No tries are left.
    case exhausted
  }

  private static let hour: Int64 = 3_600_000

  /// - Parameter now: in milliseconds since 1970.
  package func standing(under plan: QualificationPlan, at now: Int64) -> Standing {
    switch state {
    case .learning: return .learning(attempt: attempt)
    case .lost: return .learning(attempt: attempt + 1)
    case .passed:
      if let days = plan.expiresAfterDays, now >= at + Int64(days) * 24 * Self.hour {
        return .learning(attempt: attempt + 1)
      }
      return .qualified
    case .failed:
      guard attempt < plan.attempts else { return .exhausted }
      let again = at + Int64(plan.retryAfterHours) * Self.hour
      return now < again ? .waiting(until: again) : .learning(attempt: attempt + 1)
    }
  }

  /// What an examination comes to.
  package func examined(right: Int, of asked: Int, under plan: QualificationPlan, at now: Int64) -> Self {
    Qualification(
      state: right * 100 >= plan.passPercent * asked ? .passed : .failed, attempt: attempt,
      right: right, asked: asked, at: now)
  }
}
