import Formats
import Foundation
import Notation
import Store
import Vault

/// Makes exports in the background and keeps them for download, sealed.
package struct Exports: Sendable {
  let vault: ClientVault
  let actor: Actor

  package init(_ vault: ClientVault, actor: Actor) {
    self.vault = vault
    self.actor = actor
  }

  /// Exports of one project that are kept; older ones are removed.
  package static let keptPerProject = 20

  package enum State: String, Hashable, Sendable { case running, completed, failed }

  package struct Export: Hashable, Sendable {
    package var id: ExportID
    package var project: ProjectID
    package var format: ExportFormat
    package var state: State
    /// Bytes, once completed.
    package var size: Int?
    package var tasks: Int
    package var problem: String?
    /// What its format could not hold.
    package var losses: [Diagnostics.Loss]
    package var createdAt: Int64
    var blob: String?
  }

  /// Begins an export and returns at once.
  package func start(_ project: ProjectID, format: ExportFormat) async throws -> Export {
    let id: ExportID = vault.environment.newID()
    let record = vault.record(by: actor)
    _ = try await Projects(vault, actor: actor).get(project)
    _ = vault.work.begin(Self.name(id))
    try await vault.database.write(.flushed) { connection in
      try connection.run(
        """
        INSERT INTO exports (id, project_id, format, state, created_at)
        VALUES (?, ?, ?, 'running', ?)
        """, [id.sql, project.sql, .text(format.rawValue), .int(record.at)])
      try record.append(
        connection, "export.started", id.text, ["format": .string(format.rawValue)])
    }
    Task { await make(id, project, format) }
    return try await get(id)
  }

  private func make(_ id: ExportID, _ project: ProjectID, _ format: ExportFormat) async {
    let name = vault.environment.newSecret()
    let outcome: Result<(written: ExportBuilder.Written, size: Int), any Error>
    do {
      let made = try await vault.database.read { connection in
        let blob = try SealedBlob.Writer(vault, name: name)
        let written = try ExportBuilder(vault: vault, project: project, format: format)
          .build(blob, connection)
        // What a power cut takes can be made again; `content` notices.
        try blob.commit(.relaxed)
        return (written: written, size: blob.size)
      }
      outcome = .success(made)
    } catch {
      outcome = .failure(error)
    }
    _ = try? await vault.database.write(.flushed) { connection in
      switch outcome {
      case .success(let made):
        try connection.run(
          """
          UPDATE exports SET state = 'completed', blob = ?, size = ?, tasks = ?, losses = ? WHERE id = ?
          """,
          [
            .text(name), .number(made.size), .number(made.written.tasks),
            .text(JSON.array(made.written.losses.map(\.json)).text), id.sql,
          ])
      case .failure(let error):
        try connection.run(
          "UPDATE exports SET state = 'failed', problem = ? WHERE id = ?",
          [.text(Self.words(error)), id.sql])
      }
    }
    try? await removeOld(project)
    vault.work.end(Self.name(id))
  }

  private static func name(_ id: ExportID) -> String { "export \(id)" }

  private static func words(_ error: any Error) -> String {
    switch error {
    case BlobError.full, StoreError.full: "no space is left on the disk"
    case let broken as SealBroken: "\(broken.place) cannot be opened: run assay doctor"
    default: "\(error)"
    }
  }

  private func removeOld(_ project: ProjectID) async throws {
    let blobs = try await vault.database.write(.flushed) { connection -> [String] in
      let old = try connection.all(
        """
        SELECT id, blob FROM exports WHERE project_id = ? AND state <> 'running'
        ORDER BY id DESC LIMIT 1000 OFFSET ?
        """, [project.sql, .number(Self.keptPerProject)]
      ) { (id: $0.text(0), blob: $0.optionalText(1)) }
      for export in old {
        try connection.run("DELETE FROM exports WHERE id = ?", [.text(export.id)])
      }
      return old.compactMap(\.blob)
    }
    for blob in blobs { try vault.blobs.remove(blob) }
  }

  private static let columns =
    "id, project_id, format, state, size, tasks, problem, created_at, blob, losses"

  private static func row(_ row: any Row) -> Export {
    Export(
      id: row.id(0), project: row.id(1),
      format: ExportFormat(rawValue: row.text(2)) ?? .jsonl,
      state: State(rawValue: row.text(3)) ?? .failed,
      size: row.optionalInt(4).map { Int($0) }, tasks: Int(row.int(5)),
      problem: row.optionalText(6),
      losses: (row.optionalText(9).flatMap { try? JSON(parsing: $0) }?.array ?? []).map {
        Diagnostics.Loss($0)
      }, createdAt: row.int(7), blob: row.optionalText(8))
  }

  package func get(_ id: ExportID) async throws -> Export {
    // Looked at before the row is: what ends between the two is seen as ended.
    let isInHand = vault.work.contains(Self.name(id))
    let export = try await vault.database.read { connection in
      try connection.first(
        "SELECT \(Self.columns) FROM exports WHERE id = ?", [id.sql], Self.row)
    }
    guard let export else { throw Refusal.unknown(.export, id.text) }
    return isInHand ? export : Self.settled(export)
  }

  /// One that nobody is making any more was cut off.
  private static func settled(_ export: Export) -> Export {
    guard export.state == .running else { return export }
    var export = export
    export.state = .failed
    export.problem = "the server stopped while it was made; ask for it again"
    return export
  }

  /// The newest ones of a project.
  package func list(of project: ProjectID) async throws -> [Export] {
    let isIdle = vault.work.isEmpty
    let exports = try await vault.database.read { connection in
      try connection.all(
        "SELECT \(Self.columns) FROM exports WHERE project_id = ? ORDER BY id DESC LIMIT ?",
        [project.sql, .number(Self.keptPerProject + 10)], Self.row)
    }
    return isIdle ? exports.map(Self.settled) : exports
  }

  package func content(of export: Export) throws -> SealedBlob {
    guard let blob = export.blob else {
      if let problem = export.problem {
        throw Refusal.invalid(path: "export:", problem: problem)
      }
      throw Refusal.notPossible(.export, state: export.state.rawValue, asked: "a download")
    }
    let sealed = SealedBlob(vault: vault, name: blob)
    guard try sealed.size() == export.size else {
      throw Refusal.invalid(path: "export:", problem: "was lost with the power; ask for it again")
    }
    return sealed
  }
}
