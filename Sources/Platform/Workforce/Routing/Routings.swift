import Notation
import Store
import Workforce

/// How projects hand out their work.
package struct Routings: Sendable {
  private let engine: DataEngine

  package init(_ engine: DataEngine) { self.engine = engine }

  /// From now on.
  ///
  /// - Throws: `.unknown(.project)`.
  package func set(_ routing: ProjectRouting, for project: ProjectID, by actor: Actor) async throws {
    let record = engine.record(by: actor)
    try await engine.control.write(.flushed) { connection in
      let changed = try connection.run(
        "UPDATE project_directory SET routing = ? WHERE project_id = ?",
        [.text(RoutingNotation.json(routing).text), project.sql])
      guard changed == 1 else { throw Refusal.unknown(.project, project.text) }
      try record.append(connection, "routing.changed", project.text)
    }
    WorkQueue(engine).forget()
  }
}
