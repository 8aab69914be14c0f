import Notation
import Workforce

/// Who may work on a project, as JSON:
/// `{"languages": {"sw": "fluent"}, "skills": ["radiology"], "countries": ["KE"], "countries_denied": []}`.
package enum EligibilityNotation {
  /// - Throws: `.invalid` with the path of the member.
  package static func rule(from json: JSON) throws(Refusal) -> Eligibility {
    var rule = Eligibility()
    if let languages = json["languages"], languages != .null {
      guard let members = languages.members, members.count <= Eligibility.listLimit else {
        throw .invalid(
          path: "languages",
          problem: "must be an object of levels by tag, of \(Eligibility.listLimit) at most")
      }
      for member in members {
        guard let level = member.value.string.flatMap(Eligibility.Level.init),
          WorkerProfile.isLanguageTag(member.name)
        else {
          throw .invalid(
            path: "languages.\(member.name)",
            problem: "must be a tag like sw with a level of basic, fluent or native")
        }
        rule.languages[member.name] = level
      }
    }
    rule.skills = try strings(json["skills"], "skills") {
      (1...WorkerProfile.skillLimit).contains($0.unicodeScalars.count)
    }
    rule.countries = try strings(json["countries"], "countries", WorkerProfile.isCountry)
    rule.countriesDenied = try strings(
      json["countries_denied"], "countries_denied", WorkerProfile.isCountry)
    return rule
  }

  private static func strings(
    _ json: JSON?, _ path: String, _ isRight: (String) -> Bool
  ) throws(Refusal) -> Set<String> {
    guard let json, json != .null else { return [] }
    guard let items = json.array, items.count <= Eligibility.listLimit else {
      throw .invalid(path: path, problem: "must be an array of \(Eligibility.listLimit) at most")
    }
    var found: Set<String> = []
    for (place, item) in items.enumerated() {
      guard let text = item.string, isRight(text) else {
        throw .invalid(
          path: "\(path)[\(place)]",
          problem: path == "skills"
            ? "must have 1 to \(WorkerProfile.skillLimit) characters"
            : "must be two capital letters, like KE")
      }
      found.insert(text)
    }
    return found
  }

  package static func json(_ rule: Eligibility) -> JSON {
    func list(_ set: Set<String>) -> JSON { .array(set.sorted().map { .string($0) }) }
    return [
      "languages": .object(
        rule.languages.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value.rawValue)) }),
      "skills": list(rule.skills), "countries": list(rule.countries),
      "countries_denied": list(rule.countriesDenied),
    ]
  }

  package static func json(_ missing: Eligibility.Missing) -> JSON {
    switch missing {
    case .language(let tag, let level):
      ["missing": "language", "value": .string(tag), "level": .string(level.rawValue)]
    case .skill(let skill): ["missing": "skill", "value": .string(skill)]
    case .country: ["missing": "country"]
    case .paused: ["missing": "paused"]
    case .consent(let version): ["missing": "consent", "version": .count(version)]
    case .optIn(let warning): ["missing": "opt_in", "warning": .string(warning)]
    case .rest(let minutes): ["missing": "rest", "minutes": .count(minutes)]
    case .examination(let after): ["missing": "examination", "after": .optionalTime(after)]
    }
  }
}
