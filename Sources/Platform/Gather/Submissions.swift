import Crypto
import Formats
import Foundation
import Labels
import Notation
import Store
import Vault
import Workflow

/// Single tasks that come through an API of their own, one a request.
package struct Submissions: Sendable {
  let vault: ClientVault
  let actor: Actor

  package init(_ vault: ClientVault, actor: Actor) {
    self.vault = vault
    self.actor = actor
  }

  /// Tags of one task.
  package static let tagLimit = 5
  /// Characters of a request's key.
  package static let keyLimit = 500

  package struct Submission: Sendable {
    package var batch: BatchID
    /// The task as a line of an import says it.
    package var task: JSON
    /// The ontology it is answered by, and the instructions; the project's where there is none.
    package var ontology: JSON?
    package var instructions: String
    /// What the API it came through calls its kind, and the request to echo.
    package var type: String?
    package var request: JSON?
    package var tags: [String]
    /// The sender's name for the request.
    package var key: String?
    /// Whether somebody is told of its end.
    package var hasCallback: Bool
    /// What may be done with its pre-labels; nil for anything.
    package var rules: PrelabelRules?

    package init(
      batch: BatchID, task: JSON, ontology: JSON? = nil, instructions: String = "",
      type: String? = nil, request: JSON? = nil, tags: [String] = [], key: String? = nil,
      hasCallback: Bool = false, rules: PrelabelRules? = nil
    ) {
      self.rules = rules
      self.hasCallback = hasCallback
      self.batch = batch
      self.task = task
      self.ontology = ontology
      self.instructions = instructions
      self.type = type
      self.request = request
      self.tags = tags
      self.key = key
    }
  }

  /// Makes the task; the same request under the same key makes it once.
  ///
  /// - Throws: `.uniqueIDTaken`, `.requestKeyTaken`, `.invalid`, `.notPossible` for a batch that
  ///   takes no tasks.
  package func submit(_ submission: Submission) async throws -> TaskID {
    try Self.check(tags: submission.tags)
    let (project, batch) = try await place(submission.batch)
    let brought = try submission.ontology.map { try Self.content(submission, ontology: $0) }
    let content =
      if let brought { brought } else {
        try await vault.database.read {
          try vault.content(of: project.id, version: project.version, $0)
        }
      }
    let key = submission.key.map {
      (
        name: $0,
        hash: Data(
          SHA256.hash(data: submission.task.utf8 + (submission.request?.utf8 ?? []))
        ).hexadecimal
      )
    }
    let record = vault.record(by: actor)
    let id: TaskID = vault.environment.newID()
    let prepared = try prepare(submission, content, project, batch, id, at: record.at)
    return try await vault.database.write(.flushed) { connection in
      if let key, let known = try Self.find(key.name, hash: key.hash, connection) {
        return known
      }
      let writer = ImportWriter(
        vault: vault, project: project.id, batch: batch.id, version: project.version,
        ontology: content.ontology, now: record.at,
        form: try brought.map { try form($0, of: project.id, connection) }, type: submission.type)
      let outcome = try writer.write([prepared], connection)
      if let problem = outcome.problems.first { throw Self.refusal(problem) }
      guard let seq = outcome.lastSeq else { throw StoreError.closed }
      try TaskTags.set(submission.tags, of: seq, connection)
      if submission.hasCallback {
        try connection.run("UPDATE tasks SET has_callback = 1 WHERE seq = ?", [.int(seq)])
        if prepared.draft.lifecycle.state == .completed {
          try Callbacks.put(.task(id), due: record.at, connection)
        }
      }
      if let key {
        try connection.run(
          "INSERT INTO submissions VALUES (?, ?, ?)",
          [.text(key.name), .int(seq), .text(key.hash)])
      }
      try record.append(connection, "task.created", id.text)
      return id
    }
  }

  package static func check(tags: [String]) throws(Refusal) {
    guard tags.count <= tagLimit else {
      throw .invalid(path: "tags", problem: "must be at most \(tagLimit)")
    }
  }

  private static func content(
    _ submission: Submission, ontology json: JSON
  ) throws(Refusal) -> ProjectContent {
    let ontology = try Ontology(sent: json).sound()
    return ProjectContent(
      ontology: ontology, instructions: submission.instructions, rules: submission.rules)
  }

  private func place(_ id: BatchID) async throws -> (Project, Batch) {
    let place = try await vault.database.read { connection in
      let batch = try Batches.get(id, connection)
      return (try Projects.get(batch.project, connection), batch)
    }
    guard place.1.state != .canceled else {
      throw Refusal.notPossible(.batch, state: place.1.state.rawValue, asked: "more tasks")
    }
    return place
  }

  private func prepare(
    _ submission: Submission, _ content: ProjectContent, _ project: Project, _ batch: Batch,
    _ id: TaskID, at now: Int64
  ) throws -> PreparedTask {
    let reader = ImportLineReader(
      vault: vault, ontology: content.ontology, plan: batch.plan ?? project.plan,
      isOpen: batch.state != .staging, now: now, annotators: ImportedAnnotators(vault.key),
      request: submission.request)
    switch reader.read(submission.task, id: id) {
    case .success(let prepared): return prepared
    case .failure(let problem): throw Self.refusal(problem)
    }
  }

  private static func refusal(_ problem: ImportProblem) -> Refusal {
    switch problem.reason {
    case .uniqueIDTaken(let uniqueID, let other): .uniqueIDTaken(uniqueID, by: other)
    case .annotation(_, let fault): .annotation(fault)
    case .invalid(let path, let problem): .invalid(path: path, problem: problem)
    case .unknownAsset(let id): .unknown(.asset, id)
    default: .invalid(path: "", problem: problem.inWords.reason)
    }
  }

  /// - Returns: the task that this very request made before.
  private static func find(
    _ key: String, hash: String, _ connection: any Connection
  ) throws -> TaskID? {
    let known = try connection.first(
      "SELECT t.id, s.hash FROM submissions s JOIN tasks t ON t.seq = s.task WHERE s.key = ?",
      [.text(key)]
    ) { (id: $0.id(0) as TaskID, hash: $0.text(1)) }
    guard let known else { return nil }
    guard known.hash == hash else { throw Refusal.requestKeyTaken(key, by: known.id.text) }
    return known.id
  }

  /// The number of the form, made where nobody brought it before.
  private func form(
    _ content: ProjectContent, of project: ProjectID, _ connection: any Connection
  ) throws -> Int64 {
    let bytes = content.stored
    let hash = vault.key.blobAddress(of: bytes)
    let known = try connection.first(
      "SELECT number FROM forms WHERE project_id = ? AND hash = ?", [project.sql, .text(hash)]
    ) { $0.int(0) }
    if let known { return known }
    let number =
      (try connection.first("SELECT coalesce(max(number), 0) FROM forms") { $0.int(0) } ?? 0) + 1
    try connection.run(
      "INSERT INTO forms VALUES (?, ?, ?, ?)",
      [
        .int(number), project.sql, .text(hash),
        .blob(vault.key.seal(bytes, table: "forms", row: "\(number)")),
      ])
    return number
  }
}

/// Tags of tasks, in the order they were given.
enum TaskTags {
  static func set(_ tags: [String], of seq: Int64, _ connection: any Connection) throws {
    try connection.run("DELETE FROM task_tags WHERE task = ?", [.int(seq)])
    for (place, tag) in tags.enumerated() {
      try connection.run(
        "INSERT INTO task_tags VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [.text(tag), .int(seq), .number(place)])
    }
  }

  static func of(_ seq: Int64, _ connection: any Connection) throws -> [String] {
    try connection.all(
      "SELECT tag FROM task_tags WHERE task = ? ORDER BY place", [.int(seq)]
    ) { $0.text(0) }
  }
}
