import Formats
import Foundation
import Labels
import Notation
import Store
import Workflow

/// One kind of work for one client.
package struct Project: Hashable, Sendable {
  package enum State: String, Hashable, Sendable, CaseIterable { case active, paused, archived }

  /// Whose people work on it.
  package enum Workforce: String, Hashable, Sendable, CaseIterable {
    /// The operator's workers, and the client's own members.
    case `operator`
    /// The client's own members only.
    case team
  }

  package var id: ProjectID
  package var name: String
  package var state: State
  /// Of the content; from 1.
  package var version: Int
  package var plan: QualityPlan
  package var workforce: Workforce
  package var createdAt: Int64

  /// - Throws: `.notPossible` where somebody else has changed it since that version.
  func refuse(unlessAt version: Int?) throws(Refusal) {
    guard let version, version != self.version else { return }
    throw .notPossible(
      .project, state: "at version \(self.version)", asked: "a change of version \(version)")
  }

  static let columns = "id, name, state, version, plan, workforce, created_at"

  static func row(_ row: any Row) throws -> Project {
    Project(
      id: row.id(0), name: row.text(1),
      state: State(rawValue: row.text(2)) ?? .archived, version: Int(row.int(3)),
      plan: try PlanNotation.plan(stored: row.text(4)),
      workforce: Workforce(rawValue: row.text(5)) ?? .team, createdAt: row.int(6))
  }
}

/// The sealed part of a project's version.
package struct ProjectContent: Hashable, Sendable {
  package var ontology: Ontology
  /// Markdown for the annotators.
  package var instructions: String
  /// The project as the API it came through described it, for its echo.
  package var request: JSON?
  /// What may be done with the labels a task starts from; nil for anything.
  package var rules: PrelabelRules?
  /// How the ontology came of the version before, where labels went along.
  package var change: OntologyHistory.Change?

  package init(
    ontology: Ontology, instructions: String, request: JSON? = nil, rules: PrelabelRules? = nil
  ) {
    self.ontology = ontology
    self.instructions = instructions
    self.request = request
    self.rules = rules
  }

  init(stored bytes: Data) throws {
    let json = try JSON(parsing: [UInt8](bytes))
    ontology = try OntologyNotation.ontology(from: json["ontology"] ?? [:])
    instructions = json["instructions"]?.string ?? ""
    request = json["request"]
    rules = json["prelabel_rules"].map(PrelabelRules.init)
    change =
      json["undoes"]?.integer.map { .undoing(Int(clamping: $0)) }
      ?? json["migration"].flatMap { MigrationNotation.migration(stored: $0) }.map {
        .migration($0)
      }
  }

  /// Stores it as a version of a project.
  func insert(
    of id: ProjectID, version: Int, at: Int64, _ vault: ClientVault, _ connection: any Connection
  ) throws {
    let sealed = vault.key.seal(stored, table: "project_versions", row: "\(id)/\(version)")
    try connection.run(
      "INSERT INTO project_versions VALUES (?, ?, ?, ?)",
      [id.sql, .number(version), .int(at), .blob(sealed)])
  }

  var stored: [UInt8] {
    var members: [JSON.Member] = [
      .init("ontology", OntologyNotation.json(ontology)),
      .init("instructions", .string(instructions)),
    ]
    if let request { members.append(.init("request", request)) }
    if let rules { members.append(.init("prelabel_rules", rules.json)) }
    switch change {
    case .migration(let migration):
      members.append(.init("migration", MigrationNotation.json(migration)))
    case .undoing(let version): members.append(.init("undoes", .int(Int64(version))))
    case nil: break
    }
    return JSON.object(members).utf8
  }
}
