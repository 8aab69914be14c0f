import Foundation
import Store
import Vault

/// Looks over a data folder and says what is wrong and what to do.
package struct Doctor: Sendable {
  package struct Finding: Hashable, Sendable {
    package enum Severity: String, Hashable, Sendable { case ok, warning, error }
    package var severity: Severity
    package var subject: String
    package var message: String
    package var remedy: String?

    package init(severity: Severity, subject: String, message: String, remedy: String? = nil) {
      self.severity = severity
      self.subject = subject
      self.message = message
      self.remedy = remedy
    }
  }

  /// Sealed values of each kind that are opened in each vault.
  package static let sampleSize = 200

  private let folder: DataFolder
  private let openDatabase: DataEngine.OpenDatabase

  package init(_ folder: DataFolder, openDatabase: @escaping DataEngine.OpenDatabase) {
    self.folder = folder
    self.openDatabase = openDatabase
  }

  package func examine() async -> [Finding] {
    guard folder.exists else {
      return [
        error(
          "folder", "\(folder.path) holds no control.sqlite",
          "Give the right --data, or start one with `assay serve --data \(folder.path)`.")
      ]
    }
    let engine: DataEngine
    do {
      engine = try await DataEngine.open(folder, openDatabase: openDatabase)
    } catch {
      return [Self.finding(opening: error)]
    }
    var findings = [ok("folder", "the master key fits and the control database opens")]
    findings += await examine(engine.control, "control database")
    do {
      for client in try await Clients(engine, actor: .console).list() {
        findings += await examine(client, engine)
      }
    } catch {
      findings.append(self.error("clients", "\(error)", nil))
    }
    findings += leftovers()
    await engine.close()
    return findings
  }

  private func examine(_ client: Clients.Client, _ engine: DataEngine) async -> [Finding] {
    let subject = "vault of \(client.name)"
    guard FileManager.default.fileExists(atPath: folder.vaultDatabasePath(client.id.text)) else {
      return [error(subject, "its database file is missing", "Restore it from a backup.")]
    }
    do {
      return try await engine.vaults.with(client.id) { vault in
        var findings = await examine(vault.database, subject)
        findings.append(await journal(vault, subject))
        findings += try await contents(vault, subject)
        findings += try await blobs(vault, subject)
        return findings
      }
    } catch {
      return [Self.finding(opening: error, subject: subject)]
    }
  }

  private func examine(_ database: any Database, _ subject: String) async -> [Finding] {
    do {
      let damage = try await database.findDamage()
      guard damage.isEmpty else {
        return damage.prefix(10).map { error(subject, $0, "Restore it from a backup.") }
      }
      return [ok(subject, "the file is whole")]
    } catch {
      return [Self.finding(opening: error, subject: subject)]
    }
  }

  private func journal(_ vault: ClientVault, _ subject: String) async -> Finding {
    do {
      let head = try await Journal(vault.database).verify()
      return ok(subject, "the journal's \(head.count) entries hold")
    } catch {
      return self.error(
        subject, "the journal was changed: \(error)",
        "Compare with a backup: somebody has edited the database.")
    }
  }

  /// Opens some of the sealed values.
  private func contents(_ vault: ClientVault, _ subject: String) async throws -> [Finding] {
    let broken = try await vault.database.read { connection -> [String] in
      var broken: [String] = []
      for table: StaticString in ["tasks", "answers"] {
        try connection.forEach(
          "SELECT id, sealed FROM \(table) ORDER BY seq DESC LIMIT ?", [.number(Self.sampleSize)]
        ) { row in
          if (try? vault.key.open(row.blob(1), table: table, row: row.text(0))) == nil {
            broken.append("\(table) \(row.text(0))")
          }
          return true
        }
      }
      return broken
    }
    guard let first = broken.first else { return [ok(subject, "sealed content opens")] }
    return [
      error(
        subject, "\(broken.count) sealed values do not open, the first is \(first)",
        "Restore the vault from a backup.")
    ]
  }

  /// Every file that a row names is there.
  private func blobs(_ vault: ClientVault, _ subject: String) async throws -> [Finding] {
    let missing = try await vault.database.read { connection -> [String] in
      var missing: [String] = []
      try connection.forEach(
        """
        SELECT id, address FROM assets
        UNION ALL SELECT id, blob FROM exports WHERE blob IS NOT NULL
        """, []
      ) { row in
        if try vault.blobs.size(row.text(1)) == nil { missing.append(row.text(0)) }
        return true
      }
      return missing
    }
    guard let first = missing.first else { return [ok(subject, "every file is there")] }
    return [
      error(
        subject, "\(missing.count) files are missing, the first of \(first)",
        "Restore the blobs folder from a backup.")
    ]
  }

  private func leftovers() -> [Finding] {
    let count = ((try? FileManager.default.contentsOfDirectory(atPath: folder.spoolPath)) ?? [])
      .count
    guard count > 0 else { return [] }
    return [
      Finding(
        severity: .warning, subject: "spool", message: "\(count) unfinished uploads lie in it",
        remedy: "They go with the next start of the server.")
    ]
  }

  private static func finding(opening error: any Error, subject: String = "folder") -> Finding {
    let (message, remedy) = words(error)
    return Finding(severity: .error, subject: subject, message: message, remedy: remedy)
  }

  /// What an error at opening means, and what to do; also for the commands that open a folder.
  package static func words(_ error: any Error) -> (message: String, remedy: String?) {
    switch error {
    case DataFolder.Fault.noMasterKey(let path):
      ("the master key \(path) is missing", "Put the key file back from where you keep it.")
    case DataFolder.Fault.badMasterKey(let path):
      ("\(path) is not a master key: 64 hexadecimal digits", "Put the right key file back.")
    case DataFolder.Fault.openMasterKey(let path, let mode):
      (
        "\(path) can be read by others (mode \(String(mode, radix: 8)))",
        "Run `chmod 600 \(path)`."
      )
    case DataFolder.Fault.wrongMasterKey(let path):
      (
        "the master key \(path) is not the one this data folder was made with",
        "Put the right key file back."
      )
    case DataFolder.Fault.serverRunning(let path):
      ("another server is running on \(path)", "Stop it first, or give another --data.")
    case DataFolder.Fault.cannotMake(let path, let reason):
      ("\(path) cannot be made: \(reason)", "Choose a folder that you may write to.")
    case DataFolder.Fault.notADataFolder(let path):
      ("\(path) is no data folder", "Give the right --data.")
    case StoreError.newerSchema(let found, let known):
      (
        "the data was written by a newer Assay (schema \(found), this one knows \(known))",
        "Use that version or a newer one."
      )
    case StoreError.corrupt(let what):
      ("the database file is damaged: \(what)", "Restore it from a backup.")
    case StoreError.full: ("the disk is full", "Free some space.")
    case let broken as SealBroken:
      ("\(broken.place) does not open with this master key", "Put the right key file back.")
    default: ("\(error)", nil)
    }
  }

  private func ok(_ subject: String, _ message: String) -> Finding {
    Finding(severity: .ok, subject: subject, message: message)
  }

  private func error(_ subject: String, _ message: String, _ remedy: String?) -> Finding {
    Finding(severity: .error, subject: subject, message: message, remedy: remedy)
  }
}
