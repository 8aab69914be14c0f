import Notation
import Store
import Vault
import Workforce

/// Who has qualified for which project.
package struct Qualifications: Sendable {
  let engine: DataEngine

  package init(_ engine: DataEngine) { self.engine = engine }

  // MARK: What is asked

  /// What a project asks from now on; nil for nothing. Who has passed stays so.
  ///
  /// - Throws: `.unknown(.project)`.
  package func set(_ plan: QualificationPlan?, for project: ProjectID, by actor: Actor) async throws {
    let record = engine.record(by: actor)
    let text = plan.map { QualificationNotation.json($0).text }
    try await engine.control.write(.flushed) { connection in
      let changed = try connection.run(
        "UPDATE project_directory SET qualification = ? WHERE project_id = ?",
        [.optional(text), project.sql])
      guard changed == 1 else { throw Refusal.unknown(.project, project.text) }
      try record.append(connection, "qualification.changed", project.text)
    }
    WorkQueue(engine).forget()
  }

  /// - Throws: `.unknown(.project)`.
  package func plan(of project: ProjectID) async throws -> QualificationPlan? {
    try await engine.control.read { connection in
      let found = try connection.first(
        "SELECT coalesce(qualification, '') FROM project_directory WHERE project_id = ?", [project.sql]
      ) { $0.text(0) }
      guard let found else { throw Refusal.unknown(.project, project.text) }
      return try Self.plan(stored: found)
    }
  }

  static func plan(stored text: String) throws -> QualificationPlan? {
    text.isEmpty ? nil : try QualificationNotation.plan(from: JSON(parsing: text))
  }

  // MARK: How far people are

  package struct Entry: Hashable, Sendable {
    package var user: UserID
    package var qualification: Qualification
  }

  /// The newest first.
  package func list(of project: ProjectID, limit: Int) async throws -> [Entry] {
    try await engine.control.read { connection in
      try connection.all(
        """
        SELECT \(Self.columns), user_id FROM qualifications WHERE project_id = ?
        ORDER BY at DESC LIMIT ?
        """, [project.sql, .number(limit)]
      ) { Entry(user: $0.id(5), qualification: Self.row($0)) }
    }
  }

  private static let columns = "state, attempt, right_answers, asked, at"

  private static func row(_ row: any Row) -> Qualification {
    Qualification(
      state: Qualification.State(rawValue: row.text(0)) ?? .learning, attempt: Int(row.int(1)),
      right: row.optionalInt(2).map { Int($0) }, asked: row.optionalInt(3).map { Int($0) },
      at: row.int(4))
  }

  static func get(
    _ user: UserID, _ project: ProjectID, _ connection: any Connection
  ) throws -> Qualification? {
    try connection.first(
      "SELECT \(columns) FROM qualifications WHERE user_id = ? AND project_id = ?",
      [user.sql, project.sql], row)
  }

  package func get(_ user: UserID, _ project: ProjectID) async throws -> Qualification? {
    try await engine.control.read { try Self.get(user, project, $0) }
  }

  static func put(
    _ qualification: Qualification, _ user: UserID, _ project: ProjectID, _ connection: any Connection
  ) throws {
    try connection.run(
      """
      INSERT INTO qualifications VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (user_id, project_id) DO UPDATE SET state = excluded.state,
        attempt = excluded.attempt, right_answers = excluded.right_answers, asked = excluded.asked,
        at = excluded.at
      """,
      [
        user.sql, project.sql, .text(qualification.state.rawValue), .number(qualification.attempt),
        .optional(qualification.right.map(Int64.init)), .optional(qualification.asked.map(Int64.init)),
        .int(qualification.at),
      ])
  }

  /// The course begins anew.
  static func lose(
    _ user: UserID, _ project: ProjectID, at: Int64, _ connection: any Connection
  ) throws {
    guard var known = try get(user, project, connection), known.state == .passed else { return }
    (known.state, known.at) = (.lost, at)
    try put(known, user, project, connection)
  }

  /// As if it had never been taken away: from whoever lost it, or has begun to learn again since, and whose
  /// last examination was a pass.
  static func giveBack(
    _ user: UserID, _ project: ProjectID, _ connection: any Connection
  ) throws {
    let text = try connection.first(
      "SELECT coalesce(qualification, '') FROM project_directory WHERE project_id = ?", [project.sql]
    ) { $0.text(0) }
    guard var known = try get(user, project, connection), let plan = try plan(stored: text ?? ""),
      known.state == .lost || known.state == .learning, let right = known.right, let asked = known.asked,
      right * 100 >= plan.passPercent * asked
    else { return }
    known.state = .passed
    try put(known, user, project, connection)
  }

  // MARK: Course and examination

  /// Where somebody is on the way to live work.
  package struct Step: Hashable, Sendable {
    package var standing: Qualification.Standing
    /// What is to be done before live work; nil for who has qualified or must wait.
    package var entry: ExamEntry?
  }

  /// Ends the examination that is over, and says what comes next. Its answers lie in the vault, so nothing is
  /// lost where the server ended between the last of them and this.
  package func step(
    of user: UserID, in project: ProjectID, of vault: ClientVault, under plan: QualificationPlan
  ) async throws -> Step {
    let now = engine.environment.now()
    let known = try await get(user, project)
    var standing = known?.standing(under: plan, at: now) ?? .learning(attempt: 1)
    guard case .learning(let attempt) = standing else { return Step(standing: standing) }
    let entry = ExamEntry(attempt: attempt, lessons: plan.lessons, questions: plan.questions)
    let worker = vault.key.pseudonym(of: user.text)
    let progress = try await vault.database.read {
      try Examination(project: project, worker: worker, entry: entry).progress($0)
    }
    if progress.isOver {
      standing = try await conclude(user, project, known, attempt, progress, plan)
        .standing(under: plan, at: now)
      guard case .learning = standing else { return Step(standing: standing) }
      return try await step(of: user, in: project, of: vault, under: plan)
    }
    if known?.state != .learning || known?.attempt != attempt {
      try await begin(user, project, known, attempt)
    }
    return Step(standing: standing, entry: entry)
  }

  /// What the examination of a try came to, whoever found it over: who asks for tasks may be before who
  /// answers the last of them.
  ///
  /// - Returns: nil while it goes on, for one before the last, and for what was taken away since.
  package func outcome(
    of attempt: Int, by user: UserID, in project: ProjectID, under plan: QualificationPlan
  ) async throws -> Qualification? {
    guard let known = try await get(user, project), let right = known.right, let asked = known.asked
    else { return nil }
    switch known.state {
    case .passed where known.attempt == attempt, .failed where known.attempt == attempt: return known
    case .learning where known.attempt == attempt + 1:
      // Another try has begun since.
      return Qualification(attempt: attempt, at: known.at)
        .examined(right: right, of: asked, under: plan, at: known.at)
    default: return nil
    }
  }

  /// - Parameter known: what this was decided on; where it is another by now, somebody else has begun.
  private func begin(
    _ user: UserID, _ project: ProjectID, _ known: Qualification?, _ attempt: Int
  ) async throws {
    let now = engine.environment.now()
    try await engine.control.write(.flushed) { connection in
      let stored = try Self.get(user, project, connection)
      guard stored == known else { return }
      var next = stored ?? Qualification(at: now)
      (next.state, next.attempt, next.at) = (.learning, attempt, now)
      try Self.put(next, user, project, connection)
    }
  }

  /// - Parameter known: what this was decided on; where it is another by now, somebody else has ended it.
  private func conclude(
    _ user: UserID, _ project: ProjectID, _ known: Qualification?, _ attempt: Int,
    _ progress: Examination.Progress, _ plan: QualificationPlan
  ) async throws -> Qualification {
    let record = engine.record(by: .system)
    return try await engine.control.write(.flushed) { connection in
      if let stored = try Self.get(user, project, connection), stored != known { return stored }
      let ended = Qualification(attempt: attempt, at: record.at).examined(
        right: progress.right, of: progress.asked, under: plan, at: record.at)
      try Self.put(ended, user, project, connection)
      try record.append(
        connection, "qualification.\(ended.state.rawValue)", project.text,
        ["worker": .string(user.text), "right": .count(progress.right), "asked": .count(progress.asked)])
      return ended
    }
  }
}
