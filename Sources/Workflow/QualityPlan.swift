/// How many answers a task gets, when they are enough, and who looks at them afterwards.
///
/// A value on the project (or on a batch, which then overrides it). `min == max` is fixed
/// redundancy; `min < max` asks for one more answer until the posterior reaches
/// `targetConfidence` or `max` answers are in.
package struct QualityPlan: Hashable, Sendable {
  package var answers: Answers
  package var review: Review?

  package init(answers: Answers = Answers(), review: Review? = nil) {
    self.answers = answers
    self.review = review
  }

  package struct Answers: Hashable, Sendable {
    package var min: Int
    package var max: Int
    /// 0.5…1: the posterior at which an adaptive plan stops asking.
    package var targetConfidence: Double
    package var method: Method

    package init(
      min: Int = 1, max: Int? = nil, targetConfidence: Double = 0.95, method: Method = .dawidSkene
    ) {
      self.min = min
      self.max = max ?? min
      self.targetConfidence = targetConfidence
      self.method = method
    }
  }

  package enum Method: String, Hashable, Sendable {
    case majority
    case dawidSkene
  }

  package struct Review: Hashable, Sendable {
    /// Share of settled tasks that a reviewer sees, 0…1.
    package var sampleRate: Double
    /// Tasks whose consensus is less sure than this always go to review, 0…1.
    package var belowConfidence: Double
    /// How often a reviewer may send a task back.
    package var maxReworks: Int

    package init(sampleRate: Double = 0, belowConfidence: Double = 0, maxReworks: Int = 2) {
      self.sampleRate = sampleRate
      self.belowConfidence = belowConfidence
      self.maxReworks = maxReworks
    }
  }

  /// Answers one task may ask for.
  package static let answerLimit = 100

  /// What is wrong with the plan, in one sentence; nil for a plan that can run.
  package var fault: String? {
    if answers.min < 1 { return "answers.min must be at least 1" }
    if answers.max < answers.min { return "answers.max must not be less than answers.min" }
    if answers.max > Self.answerLimit { return "answers.max must be at most \(Self.answerLimit)" }
    if !(0.5...1).contains(answers.targetConfidence) {
      return "answers.targetConfidence must lie in 0.5…1"
    }
    if let review {
      if !(0...1).contains(review.sampleRate) { return "review.sampleRate must lie in 0…1" }
      if !(0...1).contains(review.belowConfidence) {
        return "review.belowConfidence must lie in 0…1"
      }
      if !(0...10).contains(review.maxReworks) { return "review.maxReworks must lie in 0…10" }
    }
    return nil
  }

  /// What to do once every answer asked for so far is in.
  ///
  /// - Parameters:
  ///   - counted: answers that count.
  ///   - confidence: of the consensus over them, 0…1.
  ///   - lot: a fixed number of the task in 0..<1 that decides whether it is in the review sample.
  package func decision(counted: Int, confidence: Double, lot: Double) -> Decision {
    if counted < answers.max, answers.max > answers.min, confidence < answers.targetConfidence {
      return .oneMore
    }
    if let review, confidence < review.belowConfidence || lot < review.sampleRate {
      return .review
    }
    return .complete
  }

  package enum Decision: Hashable, Sendable {
    case oneMore
    case review
    case complete
  }
}
