import Foundation
import Notation
import Store
import Vault
import Workflow

/// Drafts as the edits they were made by, one after the other, as the browser journals them: so undo reaches
/// back on another machine too, and an edit costs no more than it says. What an edit holds is the browser's
/// own; here it is numbered and sealed.
package enum DraftEdits {
  /// Edits of one draft; a browser that made more begins anew from where it is.
  package static let countLimit = 5_000
  /// Bytes of them.
  package static let byteLimit = 16 * 1024 * 1024

  /// All edits of a draft with their numbers.
  static func all(
    of id: LeaseID, _ vault: ClientVault, _ connection: any Connection
  ) throws -> [(number: Int, edit: JSON)] {
    try connection.all(
      "SELECT number, sealed FROM draft_edits WHERE lease_id = ? ORDER BY number", [id.sql]
    ) { row in
      let number = Int(row.int(0))
      let plain = try vault.key.open(row.blob(1), table: "draft_edits", row: "\(id)/\(number)")
      return (number, try JSON(parsing: [UInt8](plain)))
    }
  }

  static func forget(_ id: LeaseID, _ connection: any Connection) throws {
    try connection.run("DELETE FROM draft_edits WHERE lease_id = ?", [id.sql])
  }
}

extension Leases {
  /// Keeps edits that follow on those kept before; the same again change nothing. Also a heartbeat.
  ///
  /// - Parameters:
  ///   - first: number of the first of them.
  ///   - isReset: whether they take the place of all before, and of a whole draft.
  /// - Returns: the number that comes next.
  /// - Throws: `.unknown(.lease)`, `.leaseEnded`; `.notPossible` where others were kept under these numbers,
  ///   or some in between are missing; `.tooLarge`.
  package func append(
    _ edits: [JSON], first: Int, isReset: Bool, to id: LeaseID
  ) async throws -> Int {
    guard first >= 0, first <= Int(Int32.max) else {
      throw Refusal.invalid(path: "first", problem: "must be a number from 0")
    }
    let now = vault.environment.now()
    return try await vault.database.write(.flushed) { connection in
      _ = try renew(id, at: now, connection)
      if isReset {
        try DraftEdits.forget(id, connection)
        try connection.run("UPDATE leases SET sealed = NULL WHERE id = ?", [id.sql])
      }
      let known =
        try connection.first(
          "SELECT min(number), max(number) FROM draft_edits WHERE lease_id = ?", [id.sql]
        ) { row in row.optionalInt(0).map { (first: Int($0), last: Int(row.int(1))) } } ?? nil
      let next = known.map { $0.last + 1 } ?? first
      guard first <= next, first >= known?.first ?? first else {
        throw Refusal.notPossible(.lease, state: "at edit \(next)", asked: "edits from \(first)")
      }
      guard first + edits.count - (known?.first ?? first) <= DraftEdits.countLimit else {
        throw Refusal.tooLarge(what: "edits of a draft", limit: DraftEdits.countLimit)
      }
      var size =
        try connection.first(
          "SELECT coalesce(sum(length(sealed)), 0) FROM draft_edits WHERE lease_id = ?", [id.sql]
        ) { Int($0.int(0)) } ?? 0
      for (offset, edit) in edits.enumerated() {
        let number = first + offset
        let bytes = edit.utf8
        if number < next {
          guard try stored(number, of: id, connection) == bytes else {
            throw Refusal.notPossible(.lease, state: "edited elsewhere", asked: "edit \(number)")
          }
          continue
        }
        size += bytes.count
        guard size <= DraftEdits.byteLimit else {
          throw Refusal.tooLarge(what: "edits of a draft (bytes)", limit: DraftEdits.byteLimit)
        }
        try connection.run(
          "INSERT INTO draft_edits VALUES (?, ?, ?)",
          [
            id.sql, .number(number),
            .blob(vault.key.seal(bytes, table: "draft_edits", row: "\(id)/\(number)")),
          ])
      }
      return max(next, first + edits.count)
    }
  }

  private func stored(
    _ number: Int, of id: LeaseID, _ connection: any Connection
  ) throws -> [UInt8]? {
    try connection.first(
      "SELECT sealed FROM draft_edits WHERE lease_id = ? AND number = ?", [id.sql, .number(number)]
    ) { [UInt8](try vault.key.open($0.blob(0), table: "draft_edits", row: "\(id)/\(number)")) }
  }
}
