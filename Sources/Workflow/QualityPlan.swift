/// How many answers a task gets, when they are enough, and who looks at them afterwards.
///
/// A value on the project (or on a batch, which then overrides it). `min == max` is fixed
/// redundancy; `min < max` asks for one more answer until the posterior reaches
/// `targetConfidence` or `max` answers are in.
package struct QualityPlan: Hashable, Sendable {
  package var answers: Answers
  package var gold: Gold
  package var review: Review?

  package init(answers: Answers = Answers(), gold: Gold = Gold(), review: Review? = nil) {
    self.answers = answers
    self.gold = gold
    self.review = review
  }

  package struct Answers: Hashable, Sendable {
    package var min: Int
    package var max: Int
    /// 0.5…1: the posterior at which an adaptive plan stops asking.
    package var targetConfidence: Double
    package var method: Method
    /// What a wrong result costs, in answers: an adaptive plan then asks only while more answers are
    /// expected to be worth their price. nil: `targetConfidence` alone decides.
    package var errorCost: Double?

    package init(
      min: Int = 1, max: Int? = nil, targetConfidence: Double = 0.95, method: Method = .dawidSkene,
      errorCost: Double? = nil
    ) {
      self.min = min
      self.max = max ?? min
      self.targetConfidence = targetConfidence
      self.method = method
      self.errorCost = errorCost
    }
  }

  package enum Method: String, Hashable, Sendable {
    case majority
    case dawidSkene
  }

  /// Tasks whose answer is known, among the others. Without gold tasks nothing happens.
  package struct Gold: Hashable, Sendable {
    /// Share of evaluation gold among the tasks that an annotator gets, 0…`rateLimit`.
    package var rate: Double
    /// Training gold that an annotator gets before anything else, and is told the answer of.
    package var training: Int

    package init(rate: Double = 0.05, training: Int = 3) {
      self.rate = rate
      self.training = training
    }

    package static let rateLimit = 0.5
    package static let trainingLimit = 100
  }

  package struct Review: Hashable, Sendable {
    /// Share of settled tasks that a reviewer sees, 0…1.
    package var sampleRate: Double
    /// Tasks whose consensus is less sure than this always go to review, 0…1.
    package var belowConfidence: Double
    /// Results with an answer of somebody whose record is below this always go to review, 0…1; somebody new
    /// stands at the prior of 4 in 6.
    package var belowAccuracy: Double
    /// Results that name one of these classes or options always go to review.
    package var classes: Set<String>
    /// How often a task may be sent back; what is rejected once more goes to a manager.
    package var maxReworks: Int
    /// How many look at a result of their own in every stage; where they differ, another decides.
    package var reviewers: Int
    /// How many times a result is reviewed, one after the other, each by others than before.
    package var stages: Int

    package init(
      sampleRate: Double = 0, belowConfidence: Double = 0, belowAccuracy: Double = 0,
      classes: Set<String> = [], maxReworks: Int = 2, reviewers: Int = 1, stages: Int = 1
    ) {
      self.sampleRate = sampleRate
      self.belowConfidence = belowConfidence
      self.belowAccuracy = belowAccuracy
      self.classes = classes
      self.maxReworks = maxReworks
      self.reviewers = reviewers
      self.stages = stages
    }

    package static let reviewerLimit = 5
    package static let stageLimit = 3
    package static let reworkLimit = 10
    /// Classes that a plan may name.
    package static let classLimit = 100

    /// Why a result goes to review.
    package enum Cause: String, Hashable, Sendable, CaseIterable {
      /// The random sample.
      case drawn
      /// One of the plan's conditions.
      case due
    }
  }

  /// Answers one task may ask for.
  package static let answerLimit = 100
  /// Answers that a wrong result may cost.
  package static let errorCostLimit = 1_000_000.0

  /// What is wrong with the plan, in one sentence; nil for a plan that can run.
  package var fault: String? {
    if answers.min < 1 { return "answers.min must be at least 1" }
    if answers.max < answers.min { return "answers.max must not be less than answers.min" }
    if answers.max > Self.answerLimit { return "answers.max must be at most \(Self.answerLimit)" }
    if !(0.5...1).contains(answers.targetConfidence) {
      return "answers.targetConfidence must lie in 0.5…1"
    }
    if let cost = answers.errorCost, !(1...Self.errorCostLimit).contains(cost) {
      return "answers.errorCost must lie in 1…\(Int(Self.errorCostLimit))"
    }
    if !(0...Gold.rateLimit).contains(gold.rate) {
      return "gold.rate must lie in 0…\(Gold.rateLimit)"
    }
    if !(0...Gold.trainingLimit).contains(gold.training) {
      return "gold.training must lie in 0…\(Gold.trainingLimit)"
    }
    if let review {
      if !(0...1).contains(review.sampleRate) { return "review.sampleRate must lie in 0…1" }
      if !(0...1).contains(review.belowConfidence) {
        return "review.belowConfidence must lie in 0…1"
      }
      if !(0...1).contains(review.belowAccuracy) { return "review.belowAccuracy must lie in 0…1" }
      if review.classes.count > Review.classLimit {
        return "review.classes must be at most \(Review.classLimit) names"
      }
      if !(0...Review.reworkLimit).contains(review.maxReworks) {
        return "review.maxReworks must lie in 0…\(Review.reworkLimit)"
      }
      if !(1...Review.reviewerLimit).contains(review.reviewers) {
        return "review.reviewers must lie in 1…\(Review.reviewerLimit)"
      }
      if !(1...Review.stageLimit).contains(review.stages) {
        return "review.stages must lie in 1…\(Review.stageLimit)"
      }
    }
    return nil
  }

  /// What to do once every answer asked for so far is in.
  ///
  /// - Parameters:
  ///   - counted: answers that count.
  ///   - confidence: of the consensus over them, 0…1.
  ///   - lot: a fixed number of the task in 0..<1 that decides whether it is in the review sample.
  ///   - leastAccuracy: of those who answered, 0…1.
  ///   - names: of classes and options in the result.
  ///   - isWorthIt: whether up to so many further answers are expected to gain more than they cost,
  ///     where a wrong result costs `errorCost` of them; asked only where the plan prices errors.
  package func decision(
    counted: Int, confidence: Double, lot: @autoclosure () -> Double,
    leastAccuracy: Double = 1, names: @autoclosure () -> Set<String> = [],
    isWorthIt: (_ errorCost: Double, _ limit: Int) -> Bool = { _, _ in true }
  ) -> Decision {
    if counted < answers.max, answers.max > answers.min, confidence < answers.targetConfidence,
      answers.errorCost.map({ isWorthIt($0, answers.max - counted) }) ?? true
    {
      return .oneMore
    }
    guard let review else { return .complete }
    let isDue =
      confidence < review.belowConfidence || leastAccuracy < review.belowAccuracy
      || (!review.classes.isEmpty && !review.classes.isDisjoint(with: names()))
    if isDue { return .review(.due, reviewers: review.reviewers) }
    return lot() < review.sampleRate ? .review(.drawn, reviewers: review.reviewers) : .complete
  }

  package enum Decision: Hashable, Sendable {
    case oneMore
    case review(Review.Cause, reviewers: Int = 1)
    case complete
  }
}
