import Foundation
import Store

/// What somebody may be.
package enum Role: String, Hashable, Sendable, CaseIterable {
  /// Of the operator: makes clients and workers, and sees no client's content.
  case `operator`
  /// Of the operator's workforce.
  case worker
  /// Of a client: all of it, members and keys too.
  case admin
  /// Of a client: projects, data, quality.
  case manager
  /// Of a client: looks over answers.
  case reviewer
  /// Of a client: annotates.
  case labeler

  package var isOfClient: Bool { self != .operator && self != .worker }
}

/// The people who sign in.
package struct Users: Sendable {
  private let engine: DataEngine
  private let actor: Actor
  private let password: Password

  package init(_ engine: DataEngine, actor: Actor, password: Password = Password()) {
    self.engine = engine
    self.actor = actor
    self.password = password
  }

  package struct User: Hashable, Sendable {
    package var id: UserID
    package var email: String
    package var isSuspended: Bool
    package var createdAt: Int64
  }

  package struct Member: Hashable, Sendable {
    package var user: User
    package var role: Role

    package init(user: User, role: Role) {
      self.user = user
      self.role = role
    }
  }

  /// Makes a user with a role; an address that is known already only gets the role.
  ///
  /// - Parameter client: nil for the roles of the operator.
  package func create(
    email: String, password text: String, role: Role, client: ClientID?
  ) async throws -> User {
    guard role.isOfClient == (client != nil) else {
      throw Refusal.invalid(
        path: "role",
        problem: client == nil
          ? "\(role.rawValue) is a role within a client"
          : "\(role.rawValue) is a role of the operator")
    }
    let email = try Self.normalised(email)
    let hash = try password.hash(text)
    let record = engine.record(by: actor)
    let id: UserID = engine.environment.newID()
    return try await engine.control.write(.flushed) { connection in
      guard try Self.find(email, connection) == nil else { throw Refusal.taken(.user, email) }
      try connection.run(
        "INSERT INTO users VALUES (?, ?, ?, 'active', ?)",
        [id.sql, .text(email), .text(hash), .int(record.at)])
      try connection.run(
        "INSERT INTO grants VALUES (?, ?, ?)",
        [id.sql, .optional(client?.text), .text(role.rawValue)])
      try record.append(
        connection, "user.created", id.text,
        ["role": .string(role.rawValue), "client": .string(client?.text ?? "")])
      return User(id: id, email: email, isSuspended: false, createdAt: record.at)
    }
  }

  /// Lets a user in or out; being put out ends every session.
  package func setSuspended(_ isSuspended: Bool, user: UserID) async throws {
    let record = engine.record(by: actor)
    try await engine.control.write(.flushed) { connection in
      let changed = try connection.run(
        "UPDATE users SET state = ? WHERE id = ?",
        [.text(isSuspended ? "suspended" : "active"), user.sql])
      guard changed == 1 else { throw Refusal.unknown(.user, user.text) }
      if isSuspended {
        try connection.run("DELETE FROM sessions WHERE user_id = ?", [user.sql])
      }
      try record.append(connection, isSuspended ? "user.suspended" : "user.restored", user.text)
    }
  }

  package func members(of client: ClientID?) async throws -> [Member] {
    try await engine.control.read { connection in
      try connection.all(
        """
        SELECT u.id, u.email, u.state, u.created_at, g.role
        FROM grants g JOIN users u ON u.id = g.user_id
        WHERE g.client_id IS ? ORDER BY u.email
        """, [.optional(client?.text)]
      ) {
        Member(
          user: User(
            id: $0.id(0), email: $0.text(1), isSuspended: $0.text(2) != "active",
            createdAt: $0.int(3)),
          role: Role(rawValue: $0.text(4)) ?? .labeler)
      }
    }
  }

  static func find(
    _ email: String, _ connection: any Connection
  ) throws -> (user: User, hash: String)? {
    try connection.first(
      "SELECT id, email, state, created_at, password_hash FROM users WHERE email = ?",
      [.text(email)]
    ) {
      (
        User(
          id: $0.id(0), email: $0.text(1), isSuspended: $0.text(2) != "active",
          createdAt: $0.int(3)), $0.text(4)
      )
    }
  }

  static func normalised(_ email: String) throws(Refusal) -> String {
    let email = email.trimmingCharacters(in: .whitespacesAndNewlines).lowercased()
    let parts = email.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, email.utf8.count <= 254,
      !email.unicodeScalars.contains(where: { $0.properties.isWhitespace || $0.value < 0x20 })
    else { throw .invalid(path: "email", problem: "must be an address like ada@example.org") }
    return email
  }
}
