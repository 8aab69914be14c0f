import Foundation
import Store
import Vault

/// The organisations whose data is labelled, and the keys their programs use.
package struct Clients: Sendable {
  private let engine: DataEngine
  private let actor: Actor

  package init(_ engine: DataEngine, actor: Actor) {
    self.engine = engine
    self.actor = actor
  }

  package struct Client: Hashable, Sendable {
    package var id: ClientID
    package var name: String
    package var createdAt: Int64
    /// Whose test world this is; nil for a client itself.
    package var testOf: ClientID?
  }

  package struct Key: Hashable, Sendable {
    package var id: KeyID
    package var mode: Mode
    /// The last four characters, to tell keys apart.
    package var hint: String
    package var createdAt: Int64
    package var isRevoked: Bool
    /// Whether it reads what a manager reads, and changes nothing.
    package var readsOnly = false

    package enum Mode: String, Hashable, Sendable { case live, test }
  }

  /// Makes a client with a vault and a data key of its own.
  package func create(name: String) async throws -> Client {
    let name = name.trimmingCharacters(in: .whitespacesAndNewlines)
    guard (1...100).contains(name.unicodeScalars.count) else {
      throw Refusal.invalid(path: "name", problem: "must have 1 to 100 characters")
    }
    return try await create(name: name, testOf: nil)
  }

  /// The world that a client's test keys open: a vault of its own, where tasks complete at once.
  /// It is made with the first test key.
  private func testWorld(of client: ClientID) async throws -> ClientID {
    let known = try await engine.control.read { connection in
      try connection.first("SELECT id FROM clients WHERE test_of = ?", [client.sql]) {
        $0.id(0) as ClientID
      }
    }
    if let known { return known }
    return try await create(name: "Test world of \(client)", testOf: client).id
  }

  private func create(name: String, testOf: ClientID?) async throws -> Client {
    let id: ClientID = engine.environment.newID()
    let wrapped = try engine.master.wrap(DataKey(vault: id.text))
    let record = engine.record(by: actor)
    try await engine.control.write(.flushed) { connection in
      guard try Self.find(name, connection) == nil else { throw Refusal.taken(.client, name) }
      try connection.run(
        "INSERT INTO clients VALUES (?, ?, ?, ?, ?)",
        [id.sql, .text(name), .blob(wrapped), .int(record.at), .optional(testOf?.text)])
      try record.append(connection, "client.created", id.text)
    }
    try await engine.vaults.with(id) { vault in
      try await vault.database.write(.flushed) { connection in
        try record.append(connection, "vault.created", id.text)
      }
    }
    return Client(id: id, name: name, createdAt: record.at, testOf: testOf)
  }

  package func list() async throws -> [Client] {
    try await engine.control.read { connection in
      try connection.all("SELECT \(Self.columns) FROM clients ORDER BY name", [], Self.client)
    }
  }

  /// By id or by name.
  package func find(_ text: String) async throws -> Client {
    let found = try await engine.control.read { try Self.find(text, $0) }
    guard let found else { throw Refusal.unknown(.client, text) }
    return found
  }

  private static func find(_ text: String, _ connection: any Connection) throws -> Client? {
    try connection.first(
      "SELECT \(columns) FROM clients WHERE id = ? OR name = ?", [.text(text), .text(text)],
      client)
  }

  private static let columns = "id, name, created_at, test_of"

  private static func client(_ row: any Row) -> Client {
    Client(id: row.id(0), name: row.text(1), createdAt: row.int(2), testOf: row.optionalID(3))
  }

  // MARK: Keys

  /// Makes an API key; the secret is returned here and never again.
  package func createKey(
    for client: ClientID, mode: Key.Mode, readsOnly: Bool = false
  ) async throws -> (key: Key, secret: String) {
    let world = mode == .test ? try await testWorld(of: client) : client
    let id: KeyID = engine.environment.newID()
    let secret = "\(mode.rawValue)_\(engine.environment.newSecret())"
    let record = engine.record(by: actor)
    let key = Key(
      id: id, mode: mode, hint: String(secret.suffix(4)), createdAt: record.at, isRevoked: false,
      readsOnly: readsOnly)
    try await engine.control.write(.flushed) { connection in
      try connection.run(
        """
        INSERT INTO api_keys (id, token_hash, client_id, mode, hint, created_at, reads_only)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        [
          id.sql, .text(SignIn.hash(secret)), world.sql, .text(mode.rawValue), .text(key.hint),
          .int(record.at), .int(readsOnly ? 1 : 0),
        ])
      try record.append(
        connection, "key.created", id.text,
        ["client": .string(client.text), "reads_only": .bool(readsOnly)])
    }
    return (key, secret)
  }

  /// A client's keys, those of its test world among them; the client's id twice.
  private static let isOwn =
    "(client_id = ? OR client_id IN (SELECT id FROM clients WHERE test_of = ?))"

  package func keys(of client: ClientID) async throws -> [Key] {
    try await engine.control.read { connection in
      try connection.all(
        """
        SELECT id, mode, hint, created_at, revoked_at, reads_only FROM api_keys WHERE \(Self.isOwn)
        ORDER BY id
        """, [client.sql, client.sql]
      ) {
        Key(
          id: $0.id(0), mode: Key.Mode(rawValue: $0.text(1)) ?? .live,
          hint: $0.text(2), createdAt: $0.int(3), isRevoked: !$0.isNull(4), readsOnly: $0.int(5) == 1)
      }
    }
  }

  package func revokeKey(_ id: String, of client: ClientID) async throws {
    let record = engine.record(by: actor)
    try await engine.control.write(.flushed) { connection in
      let changed = try connection.run(
        """
        UPDATE api_keys SET revoked_at = ? WHERE id = ? AND \(Self.isOwn) AND revoked_at IS NULL
        """, [.int(record.at), .text(id), client.sql, client.sql])
      guard changed == 1 else { throw Refusal.unknown(.key, id) }
      try record.append(connection, "key.revoked", id)
    }
  }
}
