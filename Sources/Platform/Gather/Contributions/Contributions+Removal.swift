import Store
import Vault

/// What no answer has is thrown away: rows and bytes that nobody else stored.
extension Contributions {
  /// Places of bytes that nothing names any more.
  struct Leftovers: Sendable {
    var parts: [String] = []
    var files: [String] = []

    /// Throws the bytes away, after the rows went.
    func drop(_ vault: ClientVault) async throws {
      for part in parts { try? vault.blobs.remove(part) }
      try await Assets.dropBytes(at: files, vault)
    }
  }

  /// Takes the annotator's files of a task away that no answer has.
  static func removeLeft(
    of task: TaskRow, by worker: String, _ record: JournalRecord, _ vault: ClientVault,
    _ connection: any Connection
  ) throws -> Leftovers {
    let left = try connection.all(
      "SELECT id FROM contributions WHERE task = ? AND worker = ? AND is_answered = 0",
      [.int(task.seq), .text(worker)]
    ) { $0.id(0) as ContributionID }
    return try remove(left, record, vault, connection)
  }

  private static func remove(
    _ ids: [ContributionID], _ record: JournalRecord, _ vault: ClientVault,
    _ connection: any Connection
  ) throws -> Leftovers {
    var left = Leftovers()
    for id in ids {
      let found = try connection.first(
        "SELECT is_own, asset_id FROM contributions WHERE id = ? AND is_answered = 0", [id.sql]
      ) { (isOwn: $0.int(0) == 1, asset: $0.optionalText(1).flatMap { AssetID($0) }) }
      guard let found else { continue }
      left.parts += try connection.all(
        "SELECT address FROM received_parts WHERE owner = ?", [id.sql]
      ) { $0.text(0) }
      try connection.run("DELETE FROM received_parts WHERE owner = ?", [id.sql])
      try connection.run("DELETE FROM contributions WHERE id = ?", [id.sql])
      try record.append(connection, "contribution.removed", id.text)
      if found.isOwn, let asset = found.asset,
        let address = try Assets.removeUnused(asset, record, vault, connection)
      {
        left.files.append(address)
      }
    }
    return left
  }

  static func drop(_ ids: [ContributionID], _ vault: ClientVault, by actor: Actor) async throws {
    let record = vault.record(by: actor)
    let left = try await vault.database.write(.flushed) { connection in
      try remove(ids, record, vault, connection)
    }
    try await left.drop(vault)
  }

  /// Throws away what no answer took for long.
  package static func sweep(_ vault: ClientVault) async throws {
    let before = vault.environment.now() - keptMilliseconds
    let old = try await vault.database.read { connection in
      try connection.all(
        "SELECT id FROM contributions WHERE is_answered = 0 AND created_at < ? LIMIT \(countLimit)",
        [.int(before)]
      ) { $0.id(0) as ContributionID }
    }
    if !old.isEmpty { try await drop(old, vault, by: .system) }
  }
}
