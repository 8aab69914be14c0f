import Notation
import Store
import Workforce

/// Which of the operator's workers may work on a project.
package struct EligibilityRules: Sendable {
  private let engine: DataEngine
  private let actor: Actor

  package init(_ engine: DataEngine, actor: Actor) {
    self.engine = engine
    self.actor = actor
  }

  /// How many workers a rule admits now, of all who are not put out.
  package struct Preview: Hashable, Sendable {
    package var admitted: Int
    package var workers: Int
  }

  /// - Throws: `.unknown(.project)`.
  package func get(_ project: ProjectID) async throws -> Eligibility {
    try await engine.control.read { connection in
      let found = try connection.first(
        "SELECT coalesce(eligibility, '') FROM project_directory WHERE project_id = ?",
        [project.sql]
      ) { $0.text(0) }
      guard let found else { throw Refusal.unknown(.project, project.text) }
      return try engine.eligibility(stored: found)
    }
  }

  /// From now on; what is in somebody's hands they may finish.
  package func set(_ rule: Eligibility, for project: ProjectID) async throws {
    let record = engine.record(by: actor)
    let text = rule == Eligibility() ? nil : EligibilityNotation.json(rule).text
    try await engine.control.write(.flushed) { connection in
      let changed = try connection.run(
        "UPDATE project_directory SET eligibility = ? WHERE project_id = ?",
        [.optional(text), project.sql])
      guard changed == 1 else { throw Refusal.unknown(.project, project.text) }
      try record.append(connection, "eligibility.changed", project.text)
    }
    WorkQueue(engine).forget()
  }

  /// - Complexity: O(workers)
  package func preview(_ rule: Eligibility) async throws -> Preview {
    try await engine.control.read { connection in
      var preview = Preview(admitted: 0, workers: 0)
      try connection.forEach(
        """
        SELECT p.country, p.languages, p.skills FROM grants g JOIN users u ON u.id = g.user_id
        LEFT JOIN worker_profiles p ON p.user_id = g.user_id
        WHERE g.role = 'worker' AND u.state = 'active'
        """, []
      ) { row in
        let traits = try WorkerProfiles.traits(row)
        preview.workers += 1
        if rule.missing(of: traits).isEmpty { preview.admitted += 1 }
        return true
      }
      return preview
    }
  }
}
