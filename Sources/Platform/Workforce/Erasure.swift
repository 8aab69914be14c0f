import Foundation
import Store
import Vault
import Workforce

/// A worker's right to be forgotten: the person goes, the books and the statistics stay, under the number
/// they had, which stands for nobody any more.
package struct Erasure: Sendable {
  private let engine: DataEngine

  package init(_ engine: DataEngine) { self.engine = engine }

  /// - Throws: `.unknown(.user)` for who is no worker; `.notPossible` while money is owed or on its way, and
  ///   for who is a client's member or the operator too.
  package func erase(_ user: UserID, by actor: Actor) async throws {
    // What was earned and is not in the books yet would be nobody's.
    for client in try await Directory(engine).paying() {
      try await engine.vaults.with(client) { _ = try await Earnings(engine).collect(from: $0) }
    }
    let record = engine.record(by: actor)
    try await engine.control.write(.flushed) { connection in
      let grants = try connection.all(
        "SELECT role, client_id FROM grants WHERE user_id = ?", [user.sql]
      ) { ($0.text(0), $0.isNull(1)) }
      guard grants.contains(where: { $0.0 == "worker" }) else { throw Refusal.unknown(.user, user.text) }
      guard grants.count == 1 else {
        throw Refusal.notPossible(.user, state: "a client's member or operator too", asked: "being erased")
      }
      try Self.refuseWhileOwed(user, connection)
      try forget(user, connection)
      try record.append(connection, "worker.erased", user.text)
    }
    engine.presences.withLock { $0[user] = nil }
    WorkQueue(engine).forget(user.text)
  }

  private static func refuseWhileOwed(_ user: UserID, _ connection: any Connection) throws {
    let isOwed = try connection.first(
      """
      SELECT EXISTS (SELECT 1 FROM ledger_balances WHERE account IN (?, ?) AND micros <> 0)
        OR EXISTS (SELECT 1 FROM payments WHERE user_id = ? AND state = 'ordered')
      """,
      [
        .text("\(Account(.pending, user.text))"), .text("\(Account(.settled, user.text))"), user.sql,
      ]
    ) { $0.int(0) == 1 }
    if isOwed == true {
      throw Refusal.notPossible(
        .user, state: "owed pay, which must be paid or taken back first", asked: "being erased")
    }
  }

  /// Everything that says who somebody was, or what they wrote of themselves.
  private func forget(_ user: UserID, _ connection: any Connection) throws {
    try connection.run(
      "UPDATE users SET email = ?, password_hash = '', state = 'suspended' WHERE id = ?",
      [.text("\(user)@erased.invalid"), user.sql])
    for table in [
      "sessions", "invitations", "worker_profiles", "sign_in_traces", "messages", "opt_ins", "consents",
      "qualifications",
    ] {
      try connection.run("DELETE FROM \(table) WHERE user_id = ?", [user.sql])
    }
    try connection.run(
      """
      DELETE FROM appeals WHERE subject IN (
        SELECT id FROM decisions WHERE user_id = ?
        UNION ALL SELECT answer FROM earnings WHERE user_id = ?)
      """, [user.sql, user.sql])
    try Payouts.forgetPayee(user, engine, connection)
    try connection.run("DELETE FROM grants WHERE user_id = ?", [user.sql])
  }
}
