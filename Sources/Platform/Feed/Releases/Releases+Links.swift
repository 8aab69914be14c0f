import Foundation
import Store
import Vault

/// Links that open the files of a release to whoever has them: part of a path, so that tools that make
/// addresses of their own keep it. Each is known, and can be ended.
extension Releases {
  /// Hours that a link may work.
  package static let linkHoursLimit = 24 * 90
  /// Links of a release that are shown, the newest.
  package static let shownLinkLimit = 1_000

  package struct Link: Hashable, Sendable {
    package var id: ReleaseLinkID
    package var release: ReleaseID
    /// An actor.
    package var madeBy: String
    package var createdAt: Int64
    package var expiresAt: Int64
    /// When somebody ended it before that.
    package var endedAt: Int64?

    static let columns = "id, release_id, made_by, created_at, expires_at, ended_at"

    static func row(_ row: any Row) -> Link {
      Link(
        id: row.id(0), release: row.id(1), madeBy: row.text(2), createdAt: row.int(3),
        expiresAt: row.int(4), endedAt: row.optionalInt(5))
    }
  }

  /// What stands in the path of a link.
  package struct Token: Sendable {
    package var client: ClientID
    package var link: ReleaseLinkID
    fileprivate var expires: Int64
    fileprivate var signature: String

    /// nil for what cannot be one. Each link is written in one way.
    package init?(_ text: String) {
      let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 4, let client = ClientID(parts[0]), let link = ReleaseLinkID(parts[1]),
        let expires = Int64(parts[2]), "\(expires)" == parts[2]
      else { return nil }
      (self.client, self.link, self.expires, signature) = (client, link, expires, parts[3])
    }
  }

  /// - Parameter expires: when it ends, in milliseconds since 1970.
  /// - Throws: `.unknown(.release)`, `.notPossible(.release)` before it is made.
  package func makeLink(to id: ReleaseID, until expires: Int64) async throws -> (Link, token: String) {
    let release = try await get(id)
    guard release.state == .completed else {
      throw Refusal.notPossible(.release, state: release.state.rawValue, asked: "a link")
    }
    let record = vault.record(by: actor)
    let link = Link(
      id: vault.environment.newID(), release: id, madeBy: "\(actor)", createdAt: record.at,
      expiresAt: expires)
    try await vault.database.write(.flushed) { connection in
      try connection.run(
        "INSERT INTO release_links (\(Link.columns)) VALUES (?, ?, ?, ?, ?, NULL)",
        [link.id.sql, id.sql, .text(link.madeBy), .int(link.createdAt), .int(expires)])
      try record.append(connection, "release.linked", id.text, ["link": .string(link.id.text)])
    }
    let signature = vault.key.linkSignature(object: Self.object(link.id), reader: "feed", expires: expires)
    return (link, "\(vault.clientID)-\(link.id)-\(expires)-\(signature)")
  }

  private static func object(_ link: ReleaseLinkID) -> String { "release-link/\(link)" }

  /// The release that a link opens.
  ///
  /// - Throws: `.unknownLink`, `.linkEnded`
  package func release(openedBy token: Token) async throws -> ReleaseID {
    let isOwn = vault.key.isLinkSignature(
      token.signature, object: Self.object(token.link), reader: "feed", expires: token.expires)
    guard isOwn else { throw Refusal.unknownLink }
    let link = try await vault.database.read { connection in
      try connection.first(
        "SELECT \(Link.columns) FROM release_links WHERE id = ?", [token.link.sql], Link.row)
    }
    guard let link else { throw Refusal.unknownLink }
    if let ended = link.endedAt { throw Refusal.linkEnded(at: ended) }
    guard token.expires > vault.environment.now() else {
      throw Refusal.linkEnded(at: token.expires)
    }
    return link.release
  }

  /// The newest first.
  package func links(to id: ReleaseID) async throws -> [Link] {
    _ = try await get(id)
    return try await vault.database.read { connection in
      try connection.all(
        """
        SELECT \(Link.columns) FROM release_links WHERE release_id = ?
        ORDER BY created_at DESC, id DESC LIMIT ?
        """, [id.sql, .number(Self.shownLinkLimit)], Link.row)
    }
  }

  /// Ends a link, or all of a release.
  ///
  /// - Returns: how many ended.
  /// - Throws: `.unknown(.release)`, `.unknown(.link)`
  package func endLinks(to id: ReleaseID, only link: ReleaseLinkID? = nil) async throws -> Int {
    _ = try await get(id)
    let record = vault.record(by: actor)
    return try await vault.database.write(.flushed) { connection in
      let count = try Self.endLinks(
        "release_id = ?" + (link == nil ? "" : " AND id = ?"), [id.sql] + (link.map { [$0.sql] } ?? []),
        at: record.at, connection)
      if count > 0 {
        try record.append(connection, "release.links-ended", id.text, ["count": .count(count)])
      } else if let link {
        // One that ended before is ended; one that nobody made is a mistake.
        let known = try connection.first(
          "SELECT 1 FROM release_links WHERE id = ? AND release_id = ?", [link.sql, id.sql]
        ) { $0.int(0) }
        guard known != nil else { throw Refusal.unknown(.link, link.text) }
      }
      return count
    }
  }

  /// Ends what somebody made, as where their key is revoked.
  package func endLinks(madeBy maker: Actor) async throws -> Int {
    let record = vault.record(by: actor)
    return try await vault.database.write(.flushed) { connection in
      let count = try Self.endLinks(
        "made_by = ?", [.text("\(maker)")], at: record.at, connection)
      if count > 0 {
        try record.append(connection, "release.links-ended", "\(maker)", ["count": .count(count)])
      }
      return count
    }
  }

  static func endLinks(
    _ which: String, _ arguments: [SQLValue], at moment: Int64, _ connection: any Connection
  ) throws -> Int {
    try connection.run(
      "UPDATE release_links SET ended_at = ? WHERE ended_at IS NULL AND expires_at > ? AND \(which)",
      [.int(moment), .int(moment)] + arguments)
  }
}
