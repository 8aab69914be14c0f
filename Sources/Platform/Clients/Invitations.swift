import Foundation
import Store

/// How people come to a client's team, or to the operator's workforce: by an invitation to their address,
/// taken up once.
package struct Invitations: Sendable {
  private let engine: DataEngine
  private let actor: Actor
  private let password: Password

  package init(_ engine: DataEngine, actor: Actor, password: Password = Password()) {
    self.engine = engine
    self.actor = actor
    self.password = password
  }

  /// How long an invitation can be taken up.
  package static let lifeMilliseconds: Int64 = 7 * 24 * 3600 * 1000
  /// Addresses invited in one go.
  package static let addressLimit = 1_000

  package struct Invited: Sendable {
    package var member: Users.Member
    /// What the link to join holds, shown once; nil for somebody who has joined already.
    package var secret: String?
  }

  /// Gives each address a role within the client, or with the operator. Who has no password yet gets a new
  /// invitation, which ends an older one; who is a member already keeps their role.
  ///
  /// A link opens the whole account, and whoever made it may have it. So an address that somebody else has
  /// invited gets no role here before its owner has joined, and whoever has joined gets no link.
  /// - Parameter client: nil for the operator's workforce.
  package func invite(
    _ emails: [String], as role: Role, to client: ClientID?
  ) async throws -> [Invited] {
    try role.check(within: client)
    guard emails.count <= Self.addressLimit else {
      throw Refusal.tooLarge(what: "a list of addresses", limit: Self.addressLimit)
    }
    let invited = try emails.map { email throws(Refusal) in
      (
        email: try Users.normalised(email), id: engine.environment.newID() as UserID,
        secret: engine.environment.newSecret()
      )
    }
    let record = engine.record(by: actor)
    return try await engine.control.write(.flushed) { connection in
      try invited.map { one in
        let user = try user(one.email, orNew: one.id, at: record.at, connection)
        let isElsewhere = try hasRole(user.id, besides: client, connection)
        guard !(user.isInvited && isElsewhere) else {
          throw Refusal.invalid(
            path: "emails",
            problem: "\(one.email) has an invitation from elsewhere; invite them when they have joined")
        }
        let known = try Users.role(of: user.id, in: client, connection)
        if known == nil {
          try connection.run(
            "INSERT INTO grants VALUES (?, ?, ?)",
            [user.id.sql, .optional(client?.text), .text(role.rawValue)])
          try record.append(
            connection, "member.invited", user.id.text,
            ["client": .string(client?.text ?? ""), "role": .string(role.rawValue)])
        }
        let mayJoinHere = user.isInvited
        if mayJoinHere {
          try connection.run(
            "INSERT OR REPLACE INTO invitations VALUES (?, ?, ?, ?)",
            [
              .text(SignIn.hash(one.secret)), user.id.sql, .int(record.at),
              .int(record.at + Self.lifeMilliseconds),
            ])
        }
        return Invited(
          member: Users.Member(user: user, role: known ?? role),
          secret: mayJoinHere ? one.secret : nil)
      }
    }
  }

  private func hasRole(
    _ user: UserID, besides client: ClientID?, _ connection: any Connection
  ) throws -> Bool {
    try connection.first(
      "SELECT 1 FROM grants WHERE user_id = ? AND client_id IS NOT ?",
      [user.sql, .optional(client?.text)]
    ) { _ in true } ?? false
  }

  /// Whose invitation it is.
  package func address(of secret: String) async throws -> String {
    let now = engine.environment.now()
    return try await engine.control.read { try Self.open(secret, now: now, $0).email }
  }

  /// Takes an invitation up with a password of one's own.
  ///
  /// - Throws: `.unknown(.invitation)` for one that is unknown, used or over; `.invalid` for a
  ///   password that is too short.
  package func accept(_ secret: String, password text: String) async throws {
    // A password costs 50 ms to hash: nobody makes us do it for nothing.
    _ = try await address(of: secret)
    let hash = try password.hash(text)
    let record = engine.record(by: actor)
    try await engine.control.write(.flushed) { connection in
      let user = try Self.open(secret, now: record.at, connection)
      try connection.run(
        "UPDATE users SET password_hash = ? WHERE id = ?", [.text(hash), user.id.sql])
      try connection.run("DELETE FROM invitations WHERE user_id = ?", [user.id.sql])
      try record.append(connection, "member.joined", user.id.text)
    }
  }

  private func user(
    _ email: String, orNew id: UserID, at: Int64, _ connection: any Connection
  ) throws -> Users.User {
    if let known = try Users.find(email, connection) { return known.user }
    try connection.run(
      "INSERT INTO users VALUES (?, ?, '', 'active', ?)", [id.sql, .text(email), .int(at)])
    return Users.User(id: id, email: email, isSuspended: false, isInvited: true, createdAt: at)
  }

  private static func open(
    _ secret: String, now: Int64, _ connection: any Connection
  ) throws -> (id: UserID, email: String) {
    let found = try connection.first(
      """
      SELECT u.id, u.email FROM invitations i JOIN users u ON u.id = i.user_id
      WHERE i.token_hash = ? AND i.expires_at > ?
      """, [.text(SignIn.hash(secret)), .int(now)]
    ) { (id: $0.id(0) as UserID, email: $0.text(1)) }
    guard let found else { throw Refusal.unknown(.invitation, "") }
    return found
  }
}
