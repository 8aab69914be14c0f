import Notation
import Workforce

/// How a project's work is handed out, as JSON:
/// `{"priority": 10, "max_share_percent": 20, "own_team_hours": 24,
/// "exposure": {"warning": "…", "minutes_per_day": 60}}`.
package enum RoutingNotation {
  package static let members = ["priority", "max_share_percent", "own_team_hours", "exposure"]

  /// - Throws: `.invalid` with the path of the member.
  package static func routing(from json: JSON) throws(Refusal) -> ProjectRouting {
    try PlanNotation.known(json, members, "")
    var routing = ProjectRouting()
    routing.priority = try number(json["priority"], "priority", 0...ProjectRouting.priorityLimit) ?? 0
    routing.shareLimitPercent = try number(json["max_share_percent"], "max_share_percent", 1...100)
    routing.ownTeamHours =
      try number(json["own_team_hours"], "own_team_hours", 0...ProjectRouting.hoursLimit) ?? 0
    if let exposure = json["exposure"], exposure != .null {
      try PlanNotation.known(exposure, ["warning", "minutes_per_day"], "exposure")
      let limit = ProjectRouting.Exposure.warningLimit
      guard let warning = exposure["warning"]?.string, (1...limit).contains(warning.unicodeScalars.count)
      else {
        throw .invalid(path: "exposure.warning", problem: "must be a string of 1 to \(limit) characters")
      }
      guard
        let minutes = try number(
          exposure["minutes_per_day"], "exposure.minutes_per_day", 1...(24 * 60))
      else { throw .invalid(path: "exposure.minutes_per_day", problem: "is missing") }
      routing.exposure = .init(warning: warning, minutesPerDay: minutes)
    }
    return routing
  }

  private static func number(
    _ json: JSON?, _ path: String, _ range: ClosedRange<Int>
  ) throws(Refusal) -> Int? {
    guard let json, json != .null else { return nil }
    guard let number = json.integer.flatMap({ Int(exactly: $0) }), range.contains(number) else {
      throw .invalid(
        path: path, problem: "must be a whole number of \(range.lowerBound)…\(range.upperBound)")
    }
    return number
  }

  package static func json(_ routing: ProjectRouting) -> JSON {
    [
      "priority": .count(routing.priority),
      "max_share_percent": routing.shareLimitPercent.map { .count($0) } ?? .null,
      "own_team_hours": .count(routing.ownTeamHours),
      "exposure": routing.exposure.map {
        ["warning": .string($0.warning), "minutes_per_day": .count($0.minutesPerDay)]
      } ?? .null,
    ]
  }
}
