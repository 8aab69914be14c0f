import Notation
import Workforce

/// What a project asks before its live work, as JSON.
package enum QualificationNotation {
  package static let members = [
    "lessons", "questions", "pass_percent", "attempts", "retry_after_hours", "expires_after_days",
    "paid",
  ]

  /// - Throws: `.invalid` with the path of the member.
  package static func plan(from json: JSON) throws(Refusal) -> QualificationPlan {
    try PlanNotation.known(json, members, "")
    func number(_ name: String, _ standard: Int, _ range: ClosedRange<Int>) throws(Refusal) -> Int {
      guard let value = json[name], value != .null else { return standard }
      guard let number = value.integer.flatMap({ Int(exactly: $0) }), range.contains(number) else {
        throw .invalid(
          path: name, problem: "must be a whole number of \(range.lowerBound)…\(range.upperBound)")
      }
      return number
    }
    var plan = QualificationPlan()
    plan.lessons = try number("lessons", plan.lessons, 0...QualificationPlan.taskLimit)
    plan.questions = try number("questions", plan.questions, 1...QualificationPlan.taskLimit)
    plan.passPercent = try number("pass_percent", plan.passPercent, 1...100)
    plan.attempts = try number("attempts", plan.attempts, 1...QualificationPlan.attemptLimit)
    plan.retryAfterHours = try number(
      "retry_after_hours", plan.retryAfterHours, 0...QualificationPlan.hoursLimit)
    if let days = json["expires_after_days"], days != .null {
      plan.expiresAfterDays = try number("expires_after_days", 0, 1...QualificationPlan.daysLimit)
    }
    if let paid = json["paid"], paid != .null {
      guard case .bool(let isPaid) = paid else {
        throw .invalid(path: "paid", problem: "must be true or false")
      }
      plan.isPaid = isPaid
    }
    return plan
  }

  package static func json(_ plan: QualificationPlan) -> JSON {
    [
      "lessons": .count(plan.lessons), "questions": .count(plan.questions),
      "pass_percent": .count(plan.passPercent), "attempts": .count(plan.attempts),
      "retry_after_hours": .count(plan.retryAfterHours),
      "expires_after_days": plan.expiresAfterDays.map { .count($0) } ?? .null,
      "paid": .bool(plan.isPaid),
    ]
  }
}
