import Foundation
import Notation
import Store

/// What somebody may be.
package enum Role: String, Hashable, Sendable, CaseIterable {
  /// Of the operator: makes clients and workers, and sees no client's content.
  case `operator`
  /// Of the operator: who may work, courses, conduct, the board, messages; no money and no clients.
  case workforceManager = "workforce_manager"
  /// Of the operator: who reviews for it, how they do, and appeals against what a reviewer sent back.
  case reviewerLead = "reviewer_lead"
  /// Of the operator: rates, books, payouts, prices, invoices; nobody's conduct.
  case payroll
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

  package var isOfClient: Bool {
    switch self {
    case .operator, .workforceManager, .reviewerLead, .payroll, .worker: false
    case .admin, .manager, .reviewer, .labeler: true
    }
  }

  /// Of a client: who changes projects and data, and opens releases to others.
  package static let managing: Set<Role> = [.admin, .manager]

  /// - Parameter client: nil for the operator.
  /// - Throws: `.invalid` where there is no such role.
  func check(within client: ClientID?) throws(Refusal) {
    guard isOfClient == (client != nil) else {
      throw .invalid(
        path: "role",
        problem: client == nil
          ? "\(rawValue) is a role within a client" : "\(rawValue) is a role of the operator")
    }
  }
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
    /// Has not chosen a password yet.
    package var isInvited = false
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
    try role.check(within: client)
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

  /// Whether a client would lose one of its people with this user.
  package func isMemberSomewhere(_ user: UserID) async throws -> Bool {
    try await engine.control.read { connection in
      try connection.first(
        "SELECT 1 FROM grants WHERE user_id = ? AND client_id IS NOT NULL LIMIT 1", [user.sql]
      ) { _ in true } ?? false
    }
  }

  package func members(of client: ClientID?) async throws -> [Member] {
    try await engine.control.read { connection in
      try connection.all(
        """
        SELECT \(Self.columns), g.role FROM grants g JOIN users u ON u.id = g.user_id
        WHERE g.client_id IS ? ORDER BY u.email
        """, [.optional(client?.text)]
      ) { Member(user: Self.user($0), role: Role(rawValue: $0.text(5)) ?? .labeler) }
    }
  }

  /// Members of a client by their addresses, in the order given.
  ///
  /// - Throws: `.unknown(.user)` with the first address that is nobody's.
  package func members(_ emails: [String], of client: ClientID) async throws -> [Member] {
    let known = Dictionary(
      try await members(of: client).map { ($0.user.email, $0) }, uniquingKeysWith: { a, _ in a })
    return try emails.map { email in
      guard let member = known[try Self.normalised(email)] else {
        throw Refusal.unknown(.user, email)
      }
      return member
    }
  }

  /// Gives members of a client another role; one admin must be left.
  package func setRole(_ role: Role, of users: [UserID], in client: ClientID) async throws {
    guard role.isOfClient else {
      throw Refusal.invalid(path: "role", problem: "\(role.rawValue) is a role of the operator")
    }
    try await change(users, in: client, "member.changed", [.init("role", .string(role.rawValue))]) {
      user, connection in
      try connection.run(
        "UPDATE grants SET role = ? WHERE user_id = ? AND client_id = ?",
        [.text(role.rawValue), user.sql, client.sql])
    }
  }

  /// Takes somebody out of a client's team; one admin must be left.
  package func remove(_ user: UserID, from client: ClientID) async throws {
    try await change([user], in: client, "member.removed", []) { user, connection in
      try connection.run(
        """
        DELETE FROM project_members WHERE user_id = ? AND project_id IN
          (SELECT project_id FROM project_directory WHERE client_id = ?)
        """, [user.sql, client.sql])
      try connection.run(
        "DELETE FROM grants WHERE user_id = ? AND client_id = ?", [user.sql, client.sql])
    }
  }

  private func change(
    _ users: [UserID], in client: ClientID, _ action: String, _ detail: [JSON.Member],
    _ body: @escaping @Sendable (UserID, any Connection) throws -> Void
  ) async throws {
    let record = engine.record(by: actor)
    try await engine.control.write(.flushed) { connection in
      let admins = try Self.adminCount(of: client, connection)
      for user in users {
        guard try Self.role(of: user, in: client, connection) != nil else {
          throw Refusal.unknown(.user, user.text)
        }
        try body(user, connection)
        try record.append(
          connection, action, user.text,
          .object([.init("client", .string(client.text))] + detail))
      }
      if admins > 0, try Self.adminCount(of: client, connection) == 0 {
        throw Refusal.invalid(path: "role", problem: "must stay admin for one member at least")
      }
    }
  }

  private static func adminCount(
    of client: ClientID, _ connection: any Connection
  ) throws -> Int64 {
    try connection.first(
      "SELECT count(*) FROM grants WHERE client_id = ? AND role = 'admin'", [client.sql]
    ) { $0.int(0) } ?? 0
  }

  static func role(
    of user: UserID, in client: ClientID?, _ connection: any Connection
  ) throws -> Role? {
    try connection.first(
      "SELECT role FROM grants WHERE user_id = ? AND client_id IS ?",
      [user.sql, .optional(client?.text)]
    ) { Role(rawValue: $0.text(0)) } ?? nil
  }

  private static let columns =
    "u.id, u.email, u.state, u.created_at, u.password_hash = ''"

  private static func user(_ row: any Row) -> User {
    User(
      id: row.id(0), email: row.text(1), isSuspended: row.text(2) != "active",
      isInvited: row.int(4) == 1, createdAt: row.int(3))
  }

  static func find(
    _ email: String, _ connection: any Connection
  ) throws -> (user: User, hash: String)? {
    try connection.first(
      "SELECT \(columns), u.password_hash FROM users u WHERE u.email = ?", [.text(email)]
    ) { (user($0), $0.text(5)) }
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
