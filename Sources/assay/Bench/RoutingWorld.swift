import Notation
import Platform
import Store
import Workforce

/// Clients, projects and workers in a control database, without vaults: what choosing a project looks at.
enum RoutingWorld {
  /// Half of the projects ask for a language; everybody speaks two. Priorities are mixed.
  static func fill(
    _ engine: DataEngine, workers: Int, projects: Int, clients: Int, _ languages: [String]
  ) async throws -> [Principal] {
    try await engine.control.write(.flushed) { connection in
      for client in 0..<clients {
        try connection.run(
          "INSERT INTO clients (id, name, wrapped_key, created_at) VALUES (?, ?, x'00', 1)",
          [(id(client) as ClientID).sql, .text("client \(client)")])
      }
      for project in 0..<projects {
        let language = languages[project / 2 % languages.count]
        let rule = try EligibilityNotation.rule(from: ["languages": .object([.init(language, "basic")])])
        try connection.run(
          """
          INSERT INTO project_directory (project_id, client_id, public_name, workforce, state, created_at,
            eligibility, routing) VALUES (?, ?, ?, 'operator', 'active', 1, ?, ?)
          """,
          [
            (id(project) as ProjectID).sql, (id(project % clients) as ClientID).sql,
            .text("project \(project)"),
            project % 2 == 0 ? .null : .text(EligibilityNotation.json(rule).text),
            .text(RoutingNotation.json(ProjectRouting(priority: project % 3)).text),
          ])
      }
      for worker in 0..<workers {
        let user: UserID = id(worker)
        try connection.run(
          "INSERT INTO users (id, email, password_hash, state, created_at) VALUES (?, ?, '', 'active', 1)",
          [user.sql, .text("w\(worker)@example.org")])
        try connection.run(
          "INSERT INTO grants (user_id, client_id, role) VALUES (?, NULL, 'worker')", [user.sql])
        let spoken = [languages[worker % languages.count], languages[worker / 8 % languages.count]]
        try connection.run(
          "INSERT INTO worker_profiles VALUES (?, 'USD', 'KE', ?, '[]', x'00', 1)",
          [
            user.sql,
            .text(
              JSON.array(Set(spoken).sorted().map { ["tag": .string($0), "level": "native"] }).text),
          ])
      }
    }
    return (0..<workers).map { worker in
      Principal(
        identity: .user(id(worker), email: ""), grants: [.init(client: nil, role: .worker)])
    }
  }

  private static func id<Tag>(_ number: Int) -> Identifier<Tag> {
    Identifier(seconds: 1, random: UInt64(number))
  }
}
