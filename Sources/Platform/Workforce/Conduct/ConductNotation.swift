import Notation
import Workforce

/// Rules of conduct as JSON, as the operator sends them and as they are stored:
/// `{"rules": [{"name": "…", "reason": "…", "when": [{"signal": "chance", "at_least": 3}],
/// "then": ["pause"]}]}`.
package enum ConductNotation {
  /// - Throws: `.invalid` with the path of the member.
  package static func rules(from json: JSON) throws(Refusal) -> ConductRules {
    try PlanNotation.known(json, ["rules"], "")
    guard let items = json["rules"]?.array, items.count <= ConductRules.limit else {
      throw .invalid(path: "rules", problem: "must be an array of \(ConductRules.limit) rules at most")
    }
    var rules: [ConductRule] = []
    for (place, item) in items.enumerated() { rules.append(try rule(item, "rules[\(place)]")) }
    guard Set(rules.map(\.name)).count == rules.count else {
      throw .invalid(path: "rules", problem: "must have names that differ")
    }
    return ConductRules(rules)
  }

  private static func rule(_ json: JSON, _ path: String) throws(Refusal) -> ConductRule {
    try PlanNotation.known(json, ["name", "reason", "when", "then"], path)
    func text(_ name: String, _ limit: Int) throws(Refusal) -> String {
      guard let text = json[name]?.string, (1...limit).contains(text.unicodeScalars.count) else {
        throw .invalid(path: "\(path).\(name)", problem: "must be a string of 1 to \(limit) characters")
      }
      return text
    }
    guard let when = json["when"]?.array, (1...ConductRule.conditionLimit).contains(when.count) else {
      throw .invalid(
        path: path + ".when", problem: "must be an array of 1 to \(ConductRule.conditionLimit) conditions")
    }
    var conditions: [ConductRule.Condition] = []
    for (place, item) in when.enumerated() {
      conditions.append(try condition(item, "\(path).when[\(place)]"))
    }
    return ConductRule(
      try text("name", ConductRule.nameLimit), reason: try text("reason", ConductRule.reasonLimit),
      when: conditions, then: try actions(json["then"], path + ".then"))
  }

  private static func condition(
    _ json: JSON, _ path: String
  ) throws(Refusal) -> ConductRule.Condition {
    try PlanNotation.known(json, ["signal", "at_least", "at_most"], path)
    guard let signal = json["signal"]?.string.flatMap(ConductSignal.init) else {
      let known = ConductSignal.allCases.map(\.rawValue).joined(separator: ", ")
      throw .invalid(path: path + ".signal", problem: "must be one of \(known)")
    }
    let bounds = ConductRule.Condition.Bound.allCases.compactMap { bound in
      json[bound.rawValue]?.number.map { (bound, $0) }
    }
    guard bounds.count == 1, let (bound, value) = bounds.first, value.isFinite else {
      throw .invalid(path: path, problem: "must have one number, at_least or at_most")
    }
    return .init(signal, bound, value)
  }

  /// - Throws: `.invalid` for none, and for what is no action.
  package static func actions(_ json: JSON?, _ path: String) throws(Refusal) -> [ConductAction] {
    guard let items = json?.array, !items.isEmpty else {
      throw .invalid(path: path, problem: "must be an array of actions")
    }
    var actions: [ConductAction] = []
    for item in items {
      guard let action = item.string.flatMap(ConductAction.init) else {
        let known = ConductAction.allCases.map(\.rawValue).joined(separator: ", ")
        throw .invalid(path: path, problem: "must be of \(known)")
      }
      if !actions.contains(action) { actions.append(action) }
    }
    return actions
  }

  package static func json(_ rules: ConductRules) -> JSON {
    ["rules": .array(rules.rules.map(json))]
  }

  private static func json(_ rule: ConductRule) -> JSON {
    [
      "name": .string(rule.name), "reason": .string(rule.reason),
      "when": .array(
        rule.conditions.map {
          ["signal": .string($0.signal.rawValue), $0.bound.rawValue: .double($0.value)]
        }), "then": .array(rule.actions.map { .string($0.rawValue) }),
    ]
  }

  package static func json(_ evidence: [ConductSignal: Double]) -> JSON {
    .object(
      evidence.sorted { $0.key.rawValue < $1.key.rawValue }.map { .init($0.key.rawValue, .double($0.value)) })
  }

  static func evidence(stored text: String) throws -> [ConductSignal: Double] {
    let members = try JSON(parsing: text).members ?? []
    return Dictionary(
      members.compactMap { member in
        ConductSignal(rawValue: member.name).flatMap { signal in
          member.value.number.map { (signal, $0) }
        }
      }, uniquingKeysWith: { first, _ in first })
  }
}
