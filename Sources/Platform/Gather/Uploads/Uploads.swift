import Formats
import Foundation
import Notation
import Store
import Vault

/// Takes labelled sets in, part by part. What was acknowledged stays, so a sender that was cut off asks how
/// far it came and goes on from there.
package struct Uploads: Sendable {
  let vault: ClientVault
  let actor: Actor

  package init(_ vault: ClientVault, actor: Actor) {
    self.vault = vault
    self.actor = actor
  }

  /// Bytes of one set: 64 GiB.
  package static let sizeLimit = 64 * 1024 * 1024 * 1024
  /// Sets of one vault that are on their way at once.
  package static let countLimit = 100
  /// How long a set that is not whole is kept after it was begun: a week.
  package static let keptMilliseconds: Int64 = 7 * 24 * 3600 * 1000

  /// - Throws: `.unknown(.dataset)`, `.tooLarge`, `.invalid`
  package func begin(
    _ options: Upload.Options, size: Int, into dataset: DatasetID
  ) async throws -> Upload {
    guard size > 0 else { throw Refusal.invalid(path: "size", problem: "must be at least 1 byte") }
    guard size <= Self.sizeLimit else {
      throw Refusal.tooLarge(what: "a set (bytes)", limit: Self.sizeLimit)
    }
    if let format = options.format, DatasetFormat.named(format) == nil {
      throw Refusal.invalid(
        path: "format",
        problem: "must be one of "
          + DatasetFormat.all.map(\.id).joined(separator: ", "))
    }
    if let mark = options.fingerprint, mark.utf8.count > 200 {
      throw Refusal.invalid(path: "fingerprint", problem: "must have at most 200 bytes")
    }
    try await sweep()
    var options = options
    options.set = try ItemImport.checked(set: options.set)
    options.name = Assets.cleaned(options.name)
    let record = vault.record(by: actor)
    let made = Upload(
      id: vault.environment.newID(), dataset: dataset, options: options, state: .receiving,
      size: size, received: 0, outcome: .init(), createdAt: record.at)
    try await vault.database.write(.flushed) { connection in
      _ = try Dataset.get(dataset, connection)
      try ItemImport.refuseResults(made.options.set, of: dataset, connection)
      let count = try connection.first(
        "SELECT count(*) FROM uploads WHERE state IN ('receiving', 'reading')"
      ) { Int($0.int(0)) }
      guard (count ?? 0) < Self.countLimit else {
        throw Refusal.tooLarge(what: "sets on their way in at once", limit: Self.countLimit)
      }
      try connection.run(
        """
        INSERT INTO uploads (id, dataset_id, state, size, created_at, sealed)
        VALUES (?, ?, 'receiving', ?, ?, ?)
        """,
        [
          made.id.sql, dataset.sql, .number(size), .int(record.at),
          .blob(vault.key.seal(made.options.stored.utf8, table: "uploads", row: made.id)),
        ])
      try record.append(
        connection, "upload.begun", made.id.text, ["dataset": .string(dataset.text)])
    }
    return made
  }

  /// Takes the next bytes. The last of them make it ready to be read.
  ///
  /// - Parameter start: how many bytes came before these.
  /// - Throws: `.notPossible(.upload)` where `start` is not how far it came; `.tooLarge`, `.noSpace`
  package func append(
    _ bytes: Data, at start: Int, to id: UploadID, of dataset: DatasetID
  ) async throws -> Upload {
    let upload = try await get(id, of: dataset)
    try Self.check(upload, takes: bytes.count, at: start)
    return try await parts(of: id).take(bytes, at: start) { connection in
      var upload = try Self.get(id, of: dataset, vault, connection)
      try Self.check(upload, takes: bytes.count, at: start)
      upload.received += bytes.count
      if upload.received == upload.size { upload.state = .reading }
      try Self.save(upload, vault, connection)
      return upload
    }
  }

  private static func check(
    _ upload: Upload, takes count: Int, at start: Int
  ) throws(Refusal) {
    guard upload.state == .receiving, start == upload.received else {
      throw .notPossible(
        .upload, state: "\(upload.state.rawValue) at byte \(upload.received)",
        asked: "bytes from \(start)")
    }
    guard count <= upload.size - start else {
      throw .invalid(
        path: "body", problem: "goes beyond the \(upload.size) bytes that were announced")
    }
  }

  package func list(of dataset: DatasetID) async throws -> [Upload] {
    try await vault.database.read { connection in
      _ = try Dataset.get(dataset, connection)
      return try Self.rows("dataset_id", dataset.text, vault, connection)
    }
  }

  package func get(_ id: UploadID, of dataset: DatasetID? = nil) async throws -> Upload {
    try await vault.database.read { try Self.get(id, of: dataset, vault, $0) }
  }

  /// Those that are whole and not read to their end.
  package func unread() async throws -> [UploadID] {
    try await vault.database.read { connection in
      try connection.all("SELECT id FROM uploads WHERE state = 'reading'") { $0.id(0) }
    }
  }

  /// Ends an upload and throws its bytes away.
  ///
  /// - Throws: `.notPossible(.upload)` while it is read.
  package func remove(_ id: UploadID, of dataset: DatasetID) async throws {
    let upload = try await get(id, of: dataset)
    guard upload.state != .reading else {
      throw Refusal.notPossible(.upload, state: upload.state.rawValue, asked: "taking it away")
    }
    let record = vault.record(by: actor)
    try await parts(of: id).drop()
    try await vault.database.write(.flushed) { connection in
      try connection.run("DELETE FROM uploads WHERE id = ?", [id.sql])
      try record.append(connection, "upload.removed", id.text)
    }
  }

  /// Throws away what nobody went on with.
  private func sweep() async throws {
    let before = vault.environment.now() - Self.keptMilliseconds
    let old = try await vault.database.read { connection in
      try connection.all(
        "SELECT id, dataset_id FROM uploads WHERE state = 'receiving' AND created_at < ?",
        [.int(before)]
      ) { (id: $0.id(0) as UploadID, dataset: $0.id(1) as DatasetID) }
    }
    for (id, dataset) in old { try await remove(id, of: dataset) }
  }

  /// Throws away the bytes of sets that were read, where a crash came between.
  package func dropRead() async throws {
    let ended = try await vault.database.read { connection in
      try connection.all(
        """
        SELECT DISTINCT u.id FROM uploads u JOIN received_parts p ON p.owner = u.id
        WHERE u.state IN ('completed', 'failed')
        """
      ) { $0.id(0) as UploadID }
    }
    for id in ended { try await parts(of: id).drop() }
  }

  func parts(of id: UploadID) -> ReceivedParts { ReceivedParts(vault: vault, owner: id.text) }

  // MARK: Rows

  private static func get(
    _ id: UploadID, of dataset: DatasetID?, _ vault: ClientVault, _ connection: any Connection
  ) throws -> Upload {
    guard let found = try rows("id", id.text, vault, connection).first,
      dataset == nil || found.dataset == dataset
    else { throw Refusal.unknown(.upload, id.text) }
    return found
  }

  private static func rows(
    _ column: StaticString, _ value: String, _ vault: ClientVault, _ connection: any Connection
  ) throws -> [Upload] {
    try connection.all(
      """
      SELECT id, dataset_id, state, size, received, created_at, ended_at, sealed, outcome
      FROM uploads WHERE \(column) = ? ORDER BY id
      """, [.text(value)]
    ) { row in
      let id: UploadID = row.id(0)
      func open(_ sealed: Data, _ place: String) throws -> JSON {
        try JSON(parsing: [UInt8](vault.key.open(sealed, table: "uploads", row: place)))
      }
      return Upload(
        id: id, dataset: row.id(1),
        options: Upload.Options(stored: try open(row.blob(7), id.text)),
        state: Upload.State(rawValue: row.text(2)) ?? .failed, size: Int(row.int(3)),
        received: Int(row.int(4)),
        outcome: try row.optionalBlob(8).map {
          Upload.Outcome(stored: try open($0, "\(id)/outcome"))
        } ?? .init(), createdAt: row.int(5), endedAt: row.optionalInt(6))
    }
  }

  static func save(
    _ upload: Upload, _ vault: ClientVault, _ connection: any Connection
  ) throws {
    let outcome = vault.key.seal(
      upload.outcome.json.utf8, table: "uploads", row: "\(upload.id)/outcome")
    try connection.run(
      "UPDATE uploads SET state = ?, received = ?, ended_at = ?, outcome = ? WHERE id = ?",
      [
        .text(upload.state.rawValue), .number(upload.received), .optional(upload.endedAt),
        .blob(outcome), upload.id.sql,
      ])
  }
}
