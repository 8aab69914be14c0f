/// What is done about how somebody works.
package enum ConductAction: String, Hashable, Sendable, CaseIterable {
  /// They are told.
  case warn
  /// They get no more work on the project.
  case pause
  /// They must qualify for the project anew, its course first.
  case retrain
  /// Their answers count for less.
  case lowerWeight = "lower_weight"
  /// What they earn on the project waits for somebody to look at it.
  case holdPay = "hold_pay"
  /// Their answers are taken out of the count, and others are asked.
  case requeue
  /// One more person is asked about each task they answered.
  case askMore = "ask_more"

  /// Whether it goes on until it is lifted; the others are done and over.
  package var lasts: Bool { self == .pause || self == .holdPay || self == .lowerWeight }
}

/// When all conditions are met, the actions are taken.
package struct ConductRule: Hashable, Sendable {
  package struct Condition: Hashable, Sendable {
    package enum Bound: String, Hashable, Sendable, CaseIterable {
      case atLeast = "at_least"
      case atMost = "at_most"
    }

    package var signal: ConductSignal
    package var bound: Bound
    package var value: Double

    package init(_ signal: ConductSignal, _ bound: Bound, _ value: Double) {
      self.signal = signal
      self.bound = bound
      self.value = value
    }

    /// What is not known meets no bound.
    package func isMet(by conduct: Conduct) -> Bool {
      guard let measured = conduct[signal] else { return false }
      return bound == .atLeast ? measured >= value : measured <= value
    }
  }

  package var name: String
  /// What the worker is told.
  package var reason: String
  package var conditions: [Condition]
  package var actions: [ConductAction]

  package static let nameLimit = 100
  package static let reasonLimit = 500
  package static let conditionLimit = 10

  package init(
    _ name: String, reason: String, when conditions: [Condition], then actions: [ConductAction]
  ) {
    self.name = name
    self.reason = reason
    self.conditions = conditions
    self.actions = actions
  }
}

/// The rules in force, in order.
package struct ConductRules: Hashable, Sendable {
  package var rules: [ConductRule]

  /// Rules at most.
  package static let limit = 50

  package init(_ rules: [ConductRule]) { self.rules = rules }

  /// A rule that holds of somebody, and what it holds by.
  package struct Finding: Hashable, Sendable {
    package var rule: ConductRule
    package var evidence: [ConductSignal: Double]
  }

  /// - Complexity: O(conditions)
  package func findings(_ conduct: Conduct) -> [Finding] {
    rules.compactMap { rule in
      guard !rule.conditions.isEmpty, rule.conditions.allSatisfy({ $0.isMet(by: conduct) }) else {
        return nil
      }
      return Finding(
        rule: rule,
        evidence: Dictionary(
          rule.conditions.map { ($0.signal, conduct[$0.signal] ?? 0) },
          uniquingKeysWith: { first, _ in first }))
    }
  }
}
