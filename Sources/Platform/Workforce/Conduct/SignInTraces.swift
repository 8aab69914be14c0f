import Crypto
import Foundation
import Store
import Vault

/// From where workers sign in: by hashes under the master key, so that the marks say nothing by themselves.
package struct SignInTraces: Sendable {
  private let engine: DataEngine

  package init(_ engine: DataEngine) { self.engine = engine }

  package enum Kind: String, Hashable, Sendable, CaseIterable { case device, address }

  /// Traces older than this are forgotten.
  package static let keptMilliseconds: Int64 = 180 * 24 * 3_600_000

  /// Notes a worker's sign-in; empty marks say nothing.
  package func note(_ user: UserID, _ marks: [Kind: String]) async throws {
    let now = engine.environment.now()
    let hashes = marks.filter { !$0.value.isEmpty }.map { kind, mark in
      (kind, engine.master.mark(of: "\(kind.rawValue)/\(mark)"))
    }
    guard !hashes.isEmpty else { return }
    try await engine.control.write(.relaxed) { connection in
      try connection.run(
        "DELETE FROM sign_in_traces WHERE user_id = ? AND last_at < ?",
        [user.sql, .int(now - Self.keptMilliseconds)])
      for (kind, hash) in hashes {
        try connection.run(
          """
          INSERT INTO sign_in_traces VALUES (?, ?, ?, ?)
          ON CONFLICT (kind, mark, user_id) DO UPDATE SET last_at = excluded.last_at
          """, [.text(kind.rawValue), .text(hash), user.sql, .int(now)])
      }
    }
  }

  /// How many other accounts came from the same browser, and from the same address.
  ///
  /// - Complexity: O(users × their traces × accounts of a mark)
  static func shared(
    among users: [UserID], _ connection: any Connection
  ) throws -> [UserID: (device: Int, address: Int)] {
    var shared: [UserID: (device: Int, address: Int)] = [:]
    for user in users {
      try connection.forEach(
        """
        SELECT s.kind, count(DISTINCT o.user_id) FROM sign_in_traces s
        JOIN sign_in_traces o ON o.kind = s.kind AND o.mark = s.mark AND o.user_id <> s.user_id
        WHERE s.user_id = ? GROUP BY s.kind
        """, [user.sql]
      ) { row in
        let count = Int(row.int(1))
        if row.text(0) == Kind.device.rawValue {
          shared[user, default: (0, 0)].device = count
        } else {
          shared[user, default: (0, 0)].address = count
        }
        return true
      }
    }
    return shared
  }
}
