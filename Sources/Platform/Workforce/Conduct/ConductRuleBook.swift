import Notation
import Store
import Workforce

/// The rules of conduct that are in force, in versions.
package struct ConductRuleBook: Sendable {
  private let engine: DataEngine

  package init(_ engine: DataEngine) { self.engine = engine }

  package struct Version: Hashable, Sendable {
    /// 0 for the standard rules.
    package var number: Int
    /// nil for the standard rules.
    package var madeAt: Int64?
    package var rules: ConductRules

    static let standard = Version(number: 0, madeAt: nil, rules: .standard)
  }

  package func current() async throws -> Version {
    try await engine.control.read { connection in
      try connection.first(
        "SELECT version, made_at, rules FROM conduct_rules ORDER BY version DESC LIMIT 1", [],
        Self.row) ?? .standard
    }
  }

  /// The newest first; the standard rules come last.
  package func versions() async throws -> [Version] {
    let made = try await engine.control.read { connection in
      try connection.all(
        "SELECT version, made_at, rules FROM conduct_rules ORDER BY version DESC", [], Self.row)
    }
    return made + [.standard]
  }

  /// From now on.
  package func set(_ rules: ConductRules, by actor: Actor) async throws -> Version {
    let record = engine.record(by: actor)
    return try await engine.control.write(.flushed) { connection in
      let last = try connection.first("SELECT coalesce(max(version), 0) FROM conduct_rules") {
        $0.int(0)
      }
      let number = Int(last ?? 0) + 1
      try connection.run(
        "INSERT INTO conduct_rules VALUES (?, ?, ?)",
        [.number(number), .int(record.at), .text(ConductNotation.json(rules).text)])
      try record.append(connection, "conductRules.changed", "\(number)")
      return Version(number: number, madeAt: record.at, rules: rules)
    }
  }

  private static func row(_ row: any Row) throws -> Version {
    Version(
      number: Int(row.int(0)), madeAt: row.int(1),
      rules: try ConductNotation.rules(from: JSON(parsing: row.text(2))))
  }
}
