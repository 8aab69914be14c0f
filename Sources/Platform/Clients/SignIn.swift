import Crypto
import Foundation
import Store
import Synchronization
import Vault

/// Who a request comes from, and what they may be: the one answer of the one authentication path.
package struct Principal: Hashable, Sendable {
  package enum Identity: Hashable, Sendable {
    case user(UserID, email: String)
    case key(KeyID, mode: Clients.Key.Mode)
  }

  package struct Grant: Hashable, Sendable {
    /// nil for the operator's roles.
    package var client: ClientID?
    package var role: Role

    package init(client: ClientID?, role: Role) { (self.client, self.role) = (client, role) }
  }

  package var identity: Identity
  package var grants: [Grant]
  /// Whether nothing is changed in its name, whatever its grants would allow.
  package var readsOnly: Bool

  package init(identity: Identity, grants: [Grant], readsOnly: Bool = false) {
    (self.identity, self.grants, self.readsOnly) = (identity, grants, readsOnly)
  }

  package func role(in client: ClientID) -> Role? { grants.first { $0.client == client }?.role }
  /// Whether somebody has one of these of the operator's roles.
  package func isStaff(in roles: Set<Role>) -> Bool {
    grants.contains { $0.client == nil && roles.contains($0.role) }
  }
  package var isWorker: Bool { grants.contains { $0.role == .worker } }

  package var actor: Actor {
    switch identity {
    case .user(let id, _): .user(id)
    case .key(let id, _): .key(id)
    }
  }

  /// What pseudonyms are made of.
  package var workerName: String {
    switch identity {
    case .user(let id, _): id.text
    case .key(let id, _): id.text
    }
  }
}

/// Passwords, sessions and keys become principals here and nowhere else.
package final class SignIn: Sendable {
  package static let sessionMilliseconds: Int64 = 14 * 24 * 3600 * 1000
  /// Failed tries for one address within `attemptWindowMilliseconds` before it must wait.
  package static let attemptLimit = 10
  package static let attemptWindowMilliseconds: Int64 = 15 * 60 * 1000
  /// Passwords checked at the same time: each takes tens of megabytes.
  package static let concurrentChecks = 2

  private let engine: DataEngine
  private let failures = Mutex<[String: [Int64]]>([:])
  private let checks = DispatchQueue(label: "assay.passwords", attributes: .concurrent)
  private let slots = DispatchSemaphore(value: SignIn.concurrentChecks)

  package init(_ engine: DataEngine) { self.engine = engine }

  static func hash(_ secret: String) -> String {
    Data(SHA256.hash(data: Data(secret.utf8))).hexadecimal
  }

  /// Checks a password and opens a session.
  ///
  /// - Returns: the session's secret, for a cookie or a Bearer header.
  /// - Throws: `.wrongPassword`, alike for unknown, suspended and wrong; `.tooManyAttempts`.
  package func signIn(email: String, password: String) async throws -> String {
    let email = email.trimmingCharacters(in: .whitespacesAndNewlines).lowercased()
    let now = engine.environment.now()
    try refuseTooMany(email, now)
    let found = try await engine.control.read { try Users.find(email, $0) }
    // An unknown address, and one that is only invited, takes as long as a wrong password.
    let stored = found.flatMap { $0.user.isInvited ? nil : $0.hash } ?? Self.decoy
    let matches = await check(password, stored)
    guard let user = found?.user, matches, !user.isSuspended else {
      failures.withLock { $0[email, default: []].append(now) }
      throw Refusal.wrongPassword
    }
    failures.withLock { $0[email] = nil }
    let secret = engine.environment.newSecret()
    let record = engine.record(by: .user(user.id))
    try await engine.control.write(.flushed) { connection in
      try connection.run("DELETE FROM sessions WHERE expires_at < ?", [.int(now)])
      try connection.run(
        "INSERT INTO sessions VALUES (?, ?, ?, ?)",
        [
          .text(Self.hash(secret)), user.id.sql, .int(now),
          .int(now + Self.sessionMilliseconds),
        ])
      try record.append(connection, "session.opened", user.id.text)
    }
    return secret
  }

  private static let decoy =
    "scrypt$32768$8$1$00000000000000000000000000000000$" + String(repeating: "0", count: 64)

  private func check(_ password: String, _ stored: String) async -> Bool {
    await withCheckedContinuation { continuation in
      checks.async { [slots] in
        slots.wait()
        defer { slots.signal() }
        continuation.resume(returning: Password.matches(password, stored))
      }
    }
  }

  private func refuseTooMany(_ email: String, _ now: Int64) throws(Refusal) {
    let recent = failures.withLock { failures in
      if failures.count > 10_000 { failures.removeAll() }
      let recent = (failures[email] ?? []).filter { $0 > now - Self.attemptWindowMilliseconds }
      failures[email] = recent.isEmpty ? nil : recent
      return recent
    }
    if recent.count >= Self.attemptLimit, let first = recent.first {
      let wait = first + Self.attemptWindowMilliseconds - now
      throw .tooManyAttempts(retryAfterSeconds: Int(wait / 1000) + 1)
    }
  }

  package func signOut(secret: String) async throws {
    let hash = Self.hash(secret)
    try await engine.control.write(.flushed) { connection in
      try connection.run("DELETE FROM sessions WHERE token_hash = ?", [.text(hash)])
    }
  }

  /// The principal behind a session's secret or an API key; nil for neither.
  ///
  /// - Complexity: two indexed look-ups.
  package func principal(secret: String) async throws -> Principal? {
    let hash = Self.hash(secret)
    let now = engine.environment.now()
    return try await engine.control.read { connection in
      if secret.hasPrefix("live_") || secret.hasPrefix("test_") {
        return try Self.key(hash, connection)
      }
      return try Self.session(hash, now, connection)
    }
  }

  private static func key(_ hash: String, _ connection: any Connection) throws -> Principal? {
    try connection.first(
      """
      SELECT id, client_id, mode, reads_only FROM api_keys WHERE token_hash = ? AND revoked_at IS NULL
      """, [.text(hash)]
    ) { row in
      let readsOnly = row.int(3) == 1
      return Principal(
        identity: .key(
          row.id(0), mode: Clients.Key.Mode(rawValue: row.text(2)) ?? .live),
        grants: [.init(client: row.id(1), role: readsOnly ? .manager : .admin)], readsOnly: readsOnly)
    }
  }

  private static func session(
    _ hash: String, _ now: Int64, _ connection: any Connection
  ) throws -> Principal? {
    let rows = try connection.all(
      """
      SELECT u.id, u.email, g.client_id, g.role
      FROM sessions s JOIN users u ON u.id = s.user_id JOIN grants g ON g.user_id = u.id
      WHERE s.token_hash = ? AND s.expires_at > ? AND u.state = 'active'
      """, [.text(hash), .int(now)]
    ) { row in
      (
        id: row.id(0) as UserID, email: row.text(1),
        grant: Principal.Grant(
          client: row.optionalID(2),
          role: Role(rawValue: row.text(3)) ?? .labeler)
      )
    }
    guard let first = rows.first else { return nil }
    return Principal(
      identity: .user(first.id, email: first.email), grants: rows.map(\.grant))
  }
}
