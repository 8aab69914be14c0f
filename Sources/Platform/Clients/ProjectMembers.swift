import Store

/// Which of a client's people work on which of its projects.
package struct ProjectMembers: Sendable {
  private let engine: DataEngine
  private let client: ClientID
  private let actor: Actor

  package init(_ engine: DataEngine, of client: ClientID, actor: Actor) {
    self.engine = engine
    self.client = client
    self.actor = actor
  }

  /// The projects each member is assigned to; members with none are absent.
  package func all() async throws -> [UserID: [ProjectID]] {
    let rows = try await engine.control.read { connection in
      try connection.all(
        """
        SELECT m.user_id, m.project_id FROM project_members m
        JOIN project_directory d ON d.project_id = m.project_id
        WHERE d.client_id = ? ORDER BY m.project_id
        """, [client.sql]
      ) { (user: $0.id(0) as UserID, project: $0.id(1) as ProjectID) }
    }
    return Dictionary(grouping: rows, by: \.user).mapValues { $0.map(\.project) }
  }

  package func members(of project: ProjectID) async throws -> [UserID] {
    try await engine.control.read { connection in
      try connection.all(
        "SELECT user_id FROM project_members WHERE project_id = ? ORDER BY user_id", [project.sql]
      ) { $0.id(0) as UserID }
    }
  }

  package func assign(_ users: [UserID], to projects: [ProjectID]) async throws {
    try await change(users, projects, "project.assigned") { user, project, connection in
      try connection.run(
        "INSERT INTO project_members VALUES (?, ?) ON CONFLICT DO NOTHING",
        [project.sql, user.sql])
    }
  }

  package func withdraw(_ users: [UserID], from projects: [ProjectID]) async throws {
    try await change(users, projects, "project.withdrawn") { user, project, connection in
      try connection.run(
        "DELETE FROM project_members WHERE project_id = ? AND user_id = ?",
        [project.sql, user.sql])
    }
  }

  private func change(
    _ users: [UserID], _ projects: [ProjectID], _ action: String,
    _ body: @escaping @Sendable (UserID, ProjectID, any Connection) throws -> Int
  ) async throws {
    let record = engine.record(by: actor)
    try await engine.control.write(.flushed) { connection in
      for project in projects {
        let isOurs = try connection.first(
          "SELECT 1 FROM project_directory WHERE project_id = ? AND client_id = ?",
          [project.sql, client.sql]) { _ in true }
        guard isOurs == true else { throw Refusal.unknown(.project, project.text) }
        for user in users {
          guard try Users.role(of: user, in: client, connection) != nil else {
            throw Refusal.unknown(.user, user.text)
          }
          guard try body(user, project, connection) > 0 else { continue }
          try record.append(
            connection, action, project.text, ["user": .string(user.text)])
        }
      }
    }
  }

  /// - Complexity: two indexed look-ups.
  static func admits(
    _ user: UserID, to project: ProjectID, _ connection: any Connection
  ) throws -> Bool {
    let isAdmitted = try connection.first(
      """
      SELECT NOT EXISTS (SELECT 1 FROM project_members WHERE project_id = ?)
        OR EXISTS (SELECT 1 FROM project_members WHERE project_id = ? AND user_id = ?)
      """, [project.sql, project.sql, user.sql]
    ) { $0.int(0) == 1 }
    return isAdmitted ?? false
  }
}
