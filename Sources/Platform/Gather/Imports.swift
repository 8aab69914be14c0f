import Foundation
import Labels
import Notation
import Store
import Vault
import Workflow

/// Takes in tasks by the million: JSON Lines, one task a line.
///
/// An import has a key: the sender's, or else its content's SHA-256. The same import sent again is
/// not done again, and one that was cut off goes on where it stopped.
package struct Imports: Sendable {
  let vault: ClientVault
  let actor: Actor

  package init(_ vault: ClientVault, actor: Actor) {
    self.vault = vault
    self.actor = actor
  }

  /// Bytes one line may have.
  package static let lineLimit = 8 * 1024 * 1024
  /// Problems that a report lists; the rest is counted.
  package static let problemLimit = 1_000

  package struct Options: Sendable {
    /// Name of the batch; nil for the default one.
    package var batch: String?
    /// All lines or none.
    package var isAtomic: Bool
    /// The sender's name for this import.
    package var key: String?

    package init(batch: String? = nil, isAtomic: Bool = false, key: String? = nil) {
      self.batch = batch
      self.isAtomic = isAtomic
      self.key = key
    }
  }

  private struct Plan: Sendable {
    var id: ImportID
    var project: ProjectID
    var key: String
    var contentHash: String
    var writer: ImportWriter
    var reader: ImportLineReader
    /// Lines that an earlier try has stored.
    var done = Progress()
  }

  private struct Progress: Sendable {
    var lines = 0
    var created = 0
    var refused = 0
    var problems: [ImportReport.Problem] = []
    var last: TaskID?

    mutating func add(_ problem: ImportProblem) {
      refused += 1
      if problems.count < Imports.problemLimit { problems.append(problem.inWords) }
    }
  }

  /// - Returns: the report; of an atomic import with a bad line one that is not completed, and
  ///   nothing was stored.
  /// - Throws: `.unknown`, `.alreadyRunning`, `.taken(.import)`, `.noSpace`.
  package func run(
    _ spool: Spool, into project: ProjectID, _ options: Options
  ) async throws -> ImportReport {
    let hash = try spool.finish()
    let plan = try await begin(project, options, contentHash: hash)
    switch plan {
    case .done(let report): return report
    case .go(let plan):
      let name = "import \(plan.project) \(plan.key)"
      guard vault.work.begin(name) else { throw Refusal.alreadyRunning(.import, plan.key) }
      defer { vault.work.end(name) }
      do {
        return options.isAtomic
          ? try await runWhole(plan, spool) : try await runInPortions(plan, spool)
      } catch StoreError.full {
        throw Refusal.noSpace
      }
    }
  }

  private enum Start {
    case go(Plan)
    case done(ImportReport)
  }

  private func begin(
    _ projectID: ProjectID, _ options: Options, contentHash: String
  ) async throws -> Start {
    let now = vault.environment.now()
    let newID: ImportID = vault.environment.newID()
    return try await vault.database.read { connection in
      let project = try Projects.get(projectID, connection)
      let batchName = options.batch ?? Batch.defaultName
      guard let batch = try Batches.find(batchName, in: projectID, connection) else {
        throw Refusal.unknown(.batch, batchName)
      }
      guard batch.state != .canceled else {
        throw Refusal.notPossible(.batch, state: batch.state.rawValue, asked: "an import")
      }
      let content = try vault.content(of: projectID, version: project.version, connection)
      let key = options.key ?? "content:\(contentHash):\(batch.id)"
      var plan = Plan(
        id: newID, project: projectID, key: key, contentHash: contentHash,
        writer: ImportWriter(
          vault: vault, project: projectID, batch: batch.id, version: project.version,
          ontology: content.ontology, now: now),
        reader: ImportLineReader(
          vault: vault, ontology: content.ontology, plan: batch.plan ?? project.plan,
          isOpen: batch.state != .staging, now: now,
          annotators: ImportedAnnotators(vault.key)))
      guard let known = try find(key, in: projectID, connection) else { return .go(plan) }
      guard known.contentHash == contentHash else { throw Refusal.taken(.import, key) }
      if known.report.isCompleted { return .done(known.report) }
      plan.id = known.report.id
      plan.done = Progress(
        lines: known.report.lines, created: known.report.created, refused: known.report.refused,
        problems: known.report.problems)
      return .go(plan)
    }
  }

  // MARK: In portions

  /// Portions that may be read and sealed ahead of the one that is stored.
  private static let readAhead = 4
  /// Portions after which freed memory is given back.
  private static let givingBack = 50

  /// Each portion is a transaction that also says how far the import has come; while one is
  /// stored, those after it are read and sealed. Only the last one, which is what the sender is
  /// told of, waits for the disk: its flush covers those before it.
  private func runInPortions(_ plan: Plan, _ spool: Spool) async throws -> ImportReport {
    var lines = ImportLines(spool, passing: plan.done.lines)
    var progress = plan.done
    try await withThrowingTaskGroup(of: (Int, [ImportLineReader.Outcome]).self) { group in
      var ready: [Int: [ImportLineReader.Outcome]] = [:]
      var begun = 0
      var stored = 0
      func readAhead() throws {
        while begun - stored < Self.readAhead, let portion = try lines.next() {
          group.addTask { [begun] in (begun, plan.reader.read(portion)) }
          begun += 1
        }
      }
      try readAhead()
      while stored < begun {
        while ready[stored] == nil, let (number, outcomes) = try await group.next() {
          ready[number] = outcomes
        }
        let portion = ready.removeValue(forKey: stored) ?? []
        let before = progress
        async let after = store(portion, plan, before)
        stored += 1
        try readAhead()
        progress = try await after
        // Ten thousand small things are freed beside the next portion, not before it.
        Task { withExtendedLifetime(portion) {} }
        if stored % Self.givingBack == 0 { FreedMemory.giveBack() }
      }
    }
    progress = try await store([], plan, progress, isLast: true)
    return report(plan, progress, isCompleted: true)
  }

  private func store(
    _ outcomes: [ImportLineReader.Outcome], _ plan: Plan, _ before: Progress,
    isLast: Bool = false
  ) async throws -> Progress {
    let record = vault.record(by: actor)
    return try await vault.database.write(isLast ? .flushed : .relaxed) { connection in
      var after = before
      try put(outcomes, plan, &after, connection)
      try save(plan, after, expecting: before.lines, isCompleted: isLast, connection)
      if isLast {
        try record.append(
          connection, "tasks.imported", plan.id.text, ["created": .int(Int64(after.created))])
      }
      return after
    }
  }

  private func put(
    _ results: [ImportLineReader.Outcome], _ plan: Plan, _ progress: inout Progress,
    _ connection: any Connection
  ) throws {
    var tasks: [PreparedTask] = []
    var problems: [ImportProblem] = []
    for result in results {
      switch result {
      case .success(let task): tasks.append(task)
      case .failure(let problem): problems.append(problem)
      }
    }
    let outcome = try plan.writer.write(tasks, connection)
    progress.lines += results.count
    progress.created += outcome.created
    progress.last = outcome.last ?? progress.last
    for problem in (problems + outcome.problems).sorted(by: { $0.line < $1.line }) {
      progress.add(problem)
    }
  }

  // MARK: All or nothing

  private struct Refused: Error { var progress: Progress }

  private func runWhole(_ plan: Plan, _ spool: Spool) async throws -> ImportReport {
    let record = vault.record(by: actor)
    do {
      let progress = try await vault.database.write(.flushed) { connection in
        var progress = Progress()
        var lines = ImportLines(spool)
        while let portion = try lines.next() {
          try put(plan.reader.read(portion), plan, &progress, connection)
        }
        guard progress.refused == 0 else { throw Refused(progress: progress) }
        try save(plan, progress, expecting: 0, isCompleted: true, connection)
        try record.append(
          connection, "tasks.imported", plan.id.text, ["created": .int(Int64(progress.created))])
        return progress
      }
      return report(plan, progress, isCompleted: true)
    } catch let refused as Refused {
      var progress = refused.progress
      progress.created = 0
      return report(plan, progress, isCompleted: false)
    }
  }

  // MARK: Records

  private func save(
    _ plan: Plan, _ progress: Progress, expecting lines: Int, isCompleted: Bool,
    _ connection: any Connection
  ) throws {
    let problems = JSON.array(progress.problems.map(\.json)).utf8
    try connection.run(
      """
      INSERT INTO imports (id, project_id, key, content_hash, state, created_at)
      VALUES (?, ?, ?, ?, 'running', ?) ON CONFLICT DO NOTHING
      """,
      [
        plan.id.sql, plan.project.sql, .text(plan.key), .text(plan.contentHash),
        .int(plan.writer.now),
      ])
    let changed = try connection.run(
      """
      UPDATE imports SET lines = ?, created = ?, refused = ?, state = ?, sealed = ?
      WHERE id = ? AND state = 'running' AND lines = ?
      """,
      [
        .number(progress.lines), .number(progress.created), .number(progress.refused),
        .text(isCompleted ? "completed" : "running"),
        .blob(vault.key.seal(problems, table: "imports", row: plan.id)), plan.id.sql,
        .number(lines),
      ])
    // Somebody else has taken this import further: their lines count, these are undone.
    guard changed == 1 else { throw Refusal.alreadyRunning(.import, plan.key) }
  }

  private func report(
    _ plan: Plan, _ progress: Progress, isCompleted: Bool
  ) -> ImportReport {
    ImportReport(
      id: plan.id, project: plan.project, isCompleted: isCompleted, lines: progress.lines,
      created: progress.created, refused: progress.refused, problems: progress.problems,
      isReplay: false, last: progress.last)
  }

  package func get(_ id: ImportID) async throws -> ImportReport {
    let found = try await vault.database.read { connection in
      try connection.first(Self.select + " WHERE id = ?", [id.sql]) { try report($0) }
    }
    guard let found else { throw Refusal.unknown(.import, id.text) }
    return found.report
  }

  private func find(
    _ key: String, in project: ProjectID, _ connection: any Connection
  ) throws -> (report: ImportReport, contentHash: String)? {
    try connection.first(
      Self.select + " WHERE project_id = ? AND key = ?", [project.sql, .text(key)]
    ) { try report($0) }
  }

  private static let select =
    "SELECT id, project_id, content_hash, state, lines, created, refused, sealed FROM imports"

  private func report(_ row: any Row) throws -> (report: ImportReport, contentHash: String) {
    let id: ImportID = row.id(0)
    var problems: [ImportReport.Problem] = []
    if let sealed = row.optionalBlob(7) {
      let plain = try vault.key.open(sealed, table: "imports", row: id)
      problems = (try JSON(parsing: [UInt8](plain)).array ?? []).map(ImportReport.Problem.init)
    }
    return (
      ImportReport(
        id: id, project: row.id(1), isCompleted: row.text(3) == "completed",
        lines: Int(row.int(4)), created: Int(row.int(5)), refused: Int(row.int(6)),
        problems: problems, isReplay: true), row.text(2)
    )
  }
}

extension ImportReport.Problem {
  init(_ json: JSON) {
    line = Int(json["line"]?.integer ?? 0)
    column = json["column"]?.integer.map { Int($0) }
    reason = json["reason"]?.string ?? ""
  }

  var json: JSON {
    [
      "line": .int(Int64(line)), "column": column.map { .int(Int64($0)) } ?? .null,
      "reason": .string(reason),
    ]
  }
}
