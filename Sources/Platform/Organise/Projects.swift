import Formats
import Foundation
import Labels
import Notation
import Store
import Vault
import Workflow

/// Makes and changes the projects of one vault.
package struct Projects: Sendable {
  let vault: ClientVault
  let actor: Actor

  package init(_ vault: ClientVault, actor: Actor) {
    self.vault = vault
    self.actor = actor
  }

  /// What a new project needs, and what may be changed of one.
  package struct Draft: Sendable {
    package var name: String?
    package var ontology: JSON?
    package var instructions: String?
    /// As the API it comes through describes it. Each makes a new version.
    package var request: JSON?
    package var plan: QualityPlan?
    package var workforce: Project.Workforce?
    package var state: Project.State?
    /// The version that the change was made of; nil for whatever is there.
    package var version: Int?

    package init(
      name: String? = nil, ontology: JSON? = nil, instructions: String? = nil,
      plan: QualityPlan? = nil, workforce: Project.Workforce? = nil,
      state: Project.State? = nil, request: JSON? = nil, version: Int? = nil
    ) {
      self.version = version
      self.request = request
      self.name = name
      self.ontology = ontology
      self.instructions = instructions
      self.plan = plan
      self.workforce = workforce
      self.state = state
    }
  }

  /// Unicode scalars that instructions may have.
  package static let instructionLimit = 200_000

  package func create(_ draft: Draft) async throws -> Project {
    guard let ontologyJSON = draft.ontology else {
      throw Refusal.invalid(path: "ontology", problem: "is missing")
    }
    let content = ProjectContent(
      ontology: try Ontology(sent: ontologyJSON).sound(),
      instructions: try checked(instructions: draft.instructions ?? ""),
      request: draft.request)
    let id: ProjectID = vault.environment.newID()
    let record = vault.record(by: actor)
    let project = Project(
      id: id, name: try checked(name: draft.name ?? ""), state: draft.state ?? .active, version: 1,
      plan: try checked(draft.plan ?? QualityPlan()), workforce: draft.workforce ?? .operator,
      createdAt: record.at)
    let batch = Batch.newDefault(of: id, vault.environment)
    try await vault.database.write(.flushed) { connection in
      try refuseTaken(project.name, besides: id, connection)
      try connection.run(
        "INSERT INTO projects (\(Project.columns)) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
          id.sql, .text(project.name), .text(project.state.rawValue), 1,
          .text(PlanNotation.json(project.plan).text), .text(project.workforce.rawValue),
          .int(record.at),
        ])
      try content.insert(of: id, version: 1, at: record.at, vault, connection)
      try batch.insert(connection)
      try record.append(connection, "project.created", id.text)
    }
    return project
  }

  package func get(_ id: ProjectID) async throws -> Project {
    try await vault.database.read { try Self.get(id, $0) }
  }

  package static func get(_ id: ProjectID, _ connection: any Connection) throws -> Project {
    let project = try connection.first(
      "SELECT \(Project.columns) FROM projects WHERE id = ?", [id.sql], Project.row)
    guard let project else { throw Refusal.unknown(.project, id.text) }
    return project
  }

  package func find(_ name: String) async throws -> Project {
    try await vault.database.read { connection in
      let project = try connection.first(
        "SELECT \(Project.columns) FROM projects WHERE name = ?", [.text(name)], Project.row)
      guard let project else { throw Refusal.unknown(.project, name) }
      return project
    }
  }

  /// Every version's content with the moment of its making, oldest first.
  package func versions(
    of project: Project
  ) async throws -> [(at: Int64, content: ProjectContent)] {
    try await vault.database.read { connection in
      let moments = try connection.all(
        "SELECT version, created_at FROM project_versions WHERE project_id = ? ORDER BY version",
        [project.id.sql]
      ) { (version: Int($0.int(0)), at: $0.int(1)) }
      return try moments.map {
        ($0.at, try vault.content(of: project.id, version: $0.version, connection))
      }
    }
  }

  package func list(after: ProjectID?, limit: Int) async throws -> [Project] {
    try await vault.database.read { connection in
      try connection.all(
        "SELECT \(Project.columns) FROM projects WHERE id > ? ORDER BY id LIMIT ?",
        [.text(after?.text ?? ""), .number(limit)], Project.row)
    }
  }

  /// - Parameter form: a form that tasks of the project brought along, in place of a version.
  package func content(
    of id: ProjectID, version: Int? = nil, form: Int64? = nil
  ) async throws -> ProjectContent {
    try await vault.database.read { connection in
      let project = try Self.get(id, connection)
      if let form { return try vault.content(ofForm: form, in: id, connection) }
      return try vault.content(of: id, version: version ?? project.version, connection)
    }
  }

  /// Changes what the draft names. A change of ontology or instructions makes a new version;
  /// tasks keep the one they were made under. A change of plan applies to running work at once.
  package func change(_ id: ProjectID, _ draft: Draft) async throws -> Project {
    let record = vault.record(by: actor)
    let plan = try draft.plan.map(checked)
    let name = try draft.name.map(checked(name:))
    let instructions = try draft.instructions.map(checked(instructions:))
    return try await vault.database.write(.flushed) { connection in
      var project = try Self.get(id, connection)
      try project.refuse(unlessAt: draft.version)
      let before = try vault.content(of: id, version: project.version, connection)
      var content = before
      if let json = draft.ontology {
        content.ontology = try Ontology(sent: json, after: before.ontology).sound()
      }
      if let instructions { content.instructions = instructions }
      if let request = draft.request { content.request = request }
      if content != before || draft.request != nil {
        project.version += 1
        content.change = nil
        try content.insert(of: id, version: project.version, at: record.at, vault, connection)
      }
      if let name {
        try refuseTaken(name, besides: id, connection)
        project.name = name
      }
      if let workforce = draft.workforce { project.workforce = workforce }
      if let state = draft.state { project.state = state }
      if let plan, plan != project.plan {
        project.plan = plan
        try PlanChange.apply(plan, to: id, connection)
      }
      try connection.run(
        """
        UPDATE projects SET name = ?, state = ?, version = ?, plan = ?, workforce = ? WHERE id = ?
        """,
        [
          .text(project.name), .text(project.state.rawValue), .number(project.version),
          .text(PlanNotation.json(project.plan).text), .text(project.workforce.rawValue), id.sql,
        ])
      try record.append(
        connection, "project.changed", id.text, ["version": .int(Int64(project.version))])
      return project
    }
  }

  private func refuseTaken(
    _ name: String, besides id: ProjectID, _ connection: any Connection
  ) throws {
    let other = try connection.first(
      "SELECT id FROM projects WHERE name = ? AND id <> ?", [.text(name), id.sql]
    ) { $0.text(0) }
    if other != nil { throw Refusal.taken(.project, name) }
  }

  private func checked(_ plan: QualityPlan) throws(Refusal) -> QualityPlan {
    if let fault = plan.fault { throw .invalid(path: "plan", problem: fault) }
    return plan
  }

  private func checked(name: String) throws(Refusal) -> String {
    try Naming.checked(name, limit: 200)
  }

  private func checked(instructions: String) throws(Refusal) -> String {
    guard instructions.unicodeScalars.count <= Self.instructionLimit else {
      throw .tooLarge(what: "instructions (characters)", limit: Self.instructionLimit)
    }
    return instructions
  }
}

/// What a name may be.
enum Naming {
  static func checked(_ name: String, limit: Int) throws(Refusal) -> String {
    let name = name.trimmingCharacters(in: .whitespacesAndNewlines)
    guard (1...limit).contains(name.unicodeScalars.count) else {
      throw .invalid(path: "name", problem: "must have 1 to \(limit) characters")
    }
    guard !name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
      throw .invalid(path: "name", problem: "must have no control characters")
    }
    return name
  }
}
