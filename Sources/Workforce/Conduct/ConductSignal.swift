/// What is measured of how somebody works on a project.
package enum ConductSignal: String, Hashable, Sendable, CaseIterable {
  /// Answers that are looked at, the newest; a signal that needs more than there are is not known.
  case answers
  /// Answers of the last 24 hours.
  case answersToday = "answers_today"
  /// Of the median time at work on an answer: how many of the project's people take less, 0…100.
  case speedPercentile = "speed_percentile"
  /// The median time at work on an answer, in seconds.
  case medianSeconds = "median_seconds"
  /// Gold tasks judged.
  case goldJudged = "gold_judged"
  /// The share of those that were right, 0…1.
  case goldRate = "gold_rate"
  /// The share of answers that agree with the consensus of several, 0…1.
  case agreement
  /// Tasks skipped since the last answer.
  case skipsInARow = "skips_in_a_row"
  /// The same objects or the same text on different tasks, in answers.
  case repeatedAnswers = "repeated_answers"
  /// Texts that are nearly those of another task, or of another's answer to the same one.
  case duplicateTexts = "duplicate_texts"
  /// Texts with the marks of a language model's.
  case modelLikeTexts = "model_like_texts"
  /// log₁₀ of how much better chance explains the answers than looking at the tasks.
  case chance
  /// log₁₀ of how much better copying explains the answers than looking at the same tasks.
  case copying
  /// Other accounts that signed in from the same browser.
  case accountsOnDevice = "accounts_on_device"
  /// Other accounts that signed in from the same address.
  case accountsAtAddress = "accounts_at_address"
}

/// What is known of one person's work on one project; what is not known meets no condition.
package struct Conduct: Hashable, Sendable {
  package private(set) var values: [ConductSignal: Double]

  package init(_ values: [ConductSignal: Double] = [:]) { self.values = values }

  /// How many of all lie below a value, 0…100; those that are equal count half.
  package static func percentile(of value: Double, among all: some Collection<Double>) -> Double {
    let below = all.reduce(0.0) { $0 + ($1 < value ? 1 : $1 == value ? 0.5 : 0) }
    return 100 * below / Double(max(1, all.count))
  }

  package subscript(signal: ConductSignal) -> Double? {
    get { values[signal] }
    set { values[signal] = newValue }
  }
}
