import Store
import Vault
import Workforce

/// Workers of the operator who look over others' answers on a project, as its client's reviewers do. Who
/// reviews is never given what they answered themselves.
package struct OperatorReviewers: Sendable {
  private let engine: DataEngine

  package init(_ engine: DataEngine) { self.engine = engine }

  /// One reviewer of a project, and how they do.
  package struct Line: Hashable, Sendable {
    package var user: UserID
    package var email: String
    package var since: Int64
    /// nil until they gave a verdict.
    package var record: ReviewerRecord?
  }

  /// Lets a worker review, and tells them why.
  ///
  /// - Throws: `.unknown(.project)`, `.unknown(.user)` for who is no worker; `.notPossible` for a project
  ///   whose examination they have not passed; `.invalid` for a reason that is missing or too long.
  package func appoint(
    _ user: UserID, to project: ProjectID, reason: String, by actor: Actor
  ) async throws {
    let listing = try await find(project)
    let reason = try Decisions.checked(reason)
    if listing.qualification != nil {
      let isQualified = try await engine.control.read { connection in
        try Qualifications.get(user, project, connection)?.state == .passed
      }
      guard isQualified else {
        throw Refusal.notPossible(.user, state: "not qualified for the project", asked: "reviewing")
      }
    }
    let record = engine.record(by: actor)
    try await engine.control.write(.flushed) { connection in
      let isWorker = try connection.first(
        "SELECT 1 FROM grants WHERE user_id = ? AND role = 'worker'", [user.sql]
      ) { _ in true }
      guard isWorker == true else { throw Refusal.unknown(.user, user.text) }
      let isNew = try connection.run(
        "INSERT INTO operator_reviewers VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [user.sql, project.sql, .int(record.at)])
      guard isNew == 1 else { return }
      try Messages.post(
        "You may review answers of “\(listing.name)” now: \(reason)", to: user, at: record.at,
        engine,
        connection)
      try record.append(
        connection, "reviewer.appointed", user.text, ["project": .string(project.text)])
    }
    WorkQueue(engine).forget(user.text)
  }

  /// Ends that, and tells them why. A review in hand may be finished.
  ///
  /// - Throws: `.unknown(.user)` for who does not review the project.
  package func dismiss(
    _ user: UserID, from project: ProjectID, reason: String, by actor: Actor
  ) async throws {
    let listing = try await find(project)
    let reason = try Decisions.checked(reason)
    let record = engine.record(by: actor)
    try await engine.control.write(.flushed) { connection in
      let count = try connection.run(
        "DELETE FROM operator_reviewers WHERE user_id = ? AND project_id = ?",
        [user.sql, project.sql])
      guard count == 1 else { throw Refusal.unknown(.user, user.text) }
      try Messages.post(
        "You no longer review answers of “\(listing.name)”: \(reason)", to: user, at: record.at,
        engine,
        connection)
      try record.append(
        connection, "reviewer.dismissed", user.text, ["project": .string(project.text)])
    }
    WorkQueue(engine).forget(user.text)
  }

  /// The reviewers of a project, whoever came first first.
  package func list(of project: ProjectID) async throws -> [Line] {
    let listing = try await find(project)
    let lines = try await engine.control.read { connection in
      try connection.all(
        """
        SELECT r.user_id, u.email, r.at FROM operator_reviewers r JOIN users u ON u.id = r.user_id
        WHERE r.project_id = ? ORDER BY r.at, r.user_id
        """, [project.sql]
      ) { Line(user: $0.id(0), email: $0.text(1), since: $0.int(2)) }
    }
    return try await engine.vaults.with(listing.client) { vault in
      let known = try await vault.database.read {
        try ReviewerRecord.all(in: project, limit: Self.recordLimit, $0)
      }
      let records = Dictionary(
        known.map { ($0.worker, $0) }, uniquingKeysWith: { first, _ in first })
      return lines.map { line in
        var line = line
        line.record = records[vault.key.pseudonym(of: line.user.text)]
        return line
      }
    }
  }

  private static let recordLimit = 10_000

  /// Whether somebody reviews a project for the operator.
  package func has(_ user: UserID, on project: ProjectID) async throws -> Bool {
    try await engine.control.read { try Self.projects(of: user, $0).contains(project) }
  }

  /// The projects that somebody reviews.
  static func projects(
    of user: UserID, _ connection: any Connection
  ) throws -> Set<ProjectID> {
    Set(
      try connection.all(
        "SELECT project_id FROM operator_reviewers WHERE user_id = ?", [user.sql]
      ) { $0.id(0) })
  }

  private func find(_ project: ProjectID) async throws -> Directory.Listing {
    guard let listing = try await Directory(engine).find(project), listing.workforce == .operator
    else {
      throw Refusal.unknown(.project, project.text)
    }
    return listing
  }
}
