import Foundation
import Labels
import Notation
import Store
import Vault

/// Changes a project's ontology and takes the labels along that were given before. Nothing that is
/// stored is rewritten: labels are carried when they are read, so a migration costs the same for ten
/// labels and for ten million, and to undo it loses nothing.
package struct Migrations: Sendable {
  let vault: ClientVault
  let actor: Actor

  package init(_ vault: ClientVault, actor: Actor) {
    self.vault = vault
    self.actor = actor
  }

  /// What is asked: steps, and then the ontology as it shall be. Where that differs from what the steps
  /// lead to, the difference becomes steps of its own.
  package struct Draft: Sendable {
    package var steps: JSON?
    package var ontology: JSON?
    /// The version that it was made of; nil for whatever is there.
    package var version: Int?

    package init(steps: JSON? = nil, ontology: JSON? = nil, version: Int? = nil) {
      self.steps = steps
      self.ontology = ontology
      self.version = version
    }
  }

  /// What a migration does, or would do.
  package struct Report: Sendable {
    /// Number of the new version.
    package var version: Int
    package var ontology: Ontology
    package var steps: [(step: Migration.ResolvedStep, tally: MigrationTally)] = []
    /// Answers looked at.
    package var answers = 0
    /// Labels of earlier versions that the new one has no word for, without a step that says so.
    package var unknown = 0
    /// Answers that do not keep the new ontology as they are. They stay; who edits them is asked to
    /// mend them.
    package var breaking = 0
    /// Why the first of them does not.
    package var firstBreak: String?
    /// Tasks in somebody's hands: they go on by the version they began with.
    package var inHand: Int
  }

  /// - Throws: `.invalid`, `.ontology`, `.unknown(.project)`; `.notPossible` where nothing would change.
  /// - Complexity: O(answers × steps)
  package func trial(of draft: Draft, on id: ProjectID) async throws -> Report {
    try await vault.database.read { connection in
      let project = try Projects.get(id, connection)
      return try report(try plan(draft, project, connection), project, connection)
    }
  }

  /// - Complexity: O(answers × steps)
  package func trialOfUndo(on id: ProjectID) async throws -> Report {
    try await vault.database.read { connection in
      let project = try Projects.get(id, connection)
      return try report(try undoing(project, connection), project, connection)
    }
  }

  /// - Returns: the project with its new version.
  /// - Complexity: O(versions), whatever the number of labels.
  package func run(_ draft: Draft, on id: ProjectID) async throws -> Project {
    try await write(id) { try plan(draft, $0, $1) }
  }

  /// Takes the last migration back that was not: labels from before it are as they were, those given
  /// since are carried back as far as they say what there was.
  package func undo(on id: ProjectID) async throws -> Project {
    try await write(id) { try undoing($0, $1) }
  }

  // MARK: Planning

  /// The history as it shall be; its last version is the new one.
  private func plan(
    _ draft: Draft, _ project: Project, _ connection: any Connection
  ) throws -> OntologyHistory {
    try project.refuse(unlessAt: draft.version)
    let history = try vault.history(of: project.id, project.version, connection)
    let current = history.versions[project.version - 1].ontology
    var steps = draft.steps ?? []
    if let asked = draft.ontology, let list = steps.array {
      steps = .array(list + [["become": asked]])
    }
    let (migration, ontology) = try current.taken(through: steps)
    guard try ontology.sound() != current else {
      throw Refusal.invalid(path: "steps", problem: "would change nothing")
    }
    return OntologyHistory(history.versions + [.init(ontology, .migration(migration))])
  }

  private func undoing(_ project: Project, _ connection: any Connection) throws -> OntologyHistory {
    let history = try vault.history(of: project.id, project.version, connection)
    guard let undone = history.undoable else {
      throw Refusal.invalid(path: "undo", problem: "is not possible: no migration is left to undo")
    }
    let before = history.versions[undone - 2].ontology
    return OntologyHistory(history.versions + [.init(before, .undoing(undone))])
  }

  // MARK: Trying

  private func report(
    _ history: OntologyHistory, _ project: Project, _ connection: any Connection
  ) throws -> Report {
    let new = history.versions.count
    let ontology = history.versions[new - 1].ontology
    var report = Report(
      version: new, ontology: ontology, inHand: try inHand(project.id, connection))
    var counts = OntologyHistory.Counts()
    let readings = try vault.readings(of: project.id, connection)
    try connection.forEach(
      """
      SELECT \(TaskRow.columns), \(AnswerRow.columns)
      FROM tasks t JOIN answers a ON a.task = t.seq
      WHERE t.project_id = ? AND t.form IS NULL AND a.standing <> 'discarded'
      """, [project.id.sql]
    ) { row in
      let task = TaskRow.row(row)
      let columns = OffsetRow(row: row, offset: TaskRow.columnCount)
      let reading = try readings.reading(of: task, as: task.version, connection)
      let plain = try vault.key.open(
        AnswerRow.sealed(columns), table: "answers", row: AnswerRow.clear(columns).id.text)
      let given = try reading.given(try JSON(parsing: [UInt8](plain)))
      let labels = history.carried(
        given.annotations, from: given.version, to: new, counts: &counts)
      report.answers += 1
      do throws(AnnotationFault) {
        try ontology.validate(labels, imageSize: task.size)
      } catch {
        report.breaking += 1
        if report.firstBreak == nil { report.firstBreak = error.sentence }
      }
      return true
    }
    report.unknown = counts.unknown
    report.steps = history.effects(of: new, in: counts)
    return report
  }

  private func inHand(_ project: ProjectID, _ connection: any Connection) throws -> Int {
    try connection.first(
      """
      SELECT count(*) FROM leases WHERE project_id = ? AND state IN ('reserved', 'leased')
        AND deadline > ?
      """, [project.sql, .int(vault.environment.now())]
    ) { Int($0.int(0)) } ?? 0
  }

  // MARK: Writing

  private func write(
    _ id: ProjectID, _ plan: @escaping @Sendable (Project, any Connection) throws -> OntologyHistory
  ) async throws -> Project {
    let record = vault.record(by: actor)
    return try await vault.database.write(.flushed) { connection in
      var project = try Projects.get(id, connection)
      let history = try plan(project, connection)
      var content = try vault.content(of: id, version: project.version, connection)
      project.version = history.versions.count
      content.ontology = history.versions[project.version - 1].ontology
      content.change = history.versions[project.version - 1].change
      try content.insert(of: id, version: project.version, at: record.at, vault, connection)
      try connection.run(
        "UPDATE projects SET version = ?, is_migrated = 1 WHERE id = ?",
        [.number(project.version), id.sql])
      try record.append(
        connection, "project.migrated", id.text, ["version": .int(Int64(project.version))])
      return project
    }
  }
}
