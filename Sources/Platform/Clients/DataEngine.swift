import Foundation
import Notation
import Store
import Synchronization
import Vault
import Workforce

/// The engine over one data folder: the control database, and the vaults that are open.
package final class DataEngine: Sendable {
  package let folder: DataFolder
  package let control: any Database
  package let master: MasterKey
  package let environment: Environment
  package let vaults: Vaults
  /// Versions of pay plans never change, so they are kept once read.
  let payPlans = Kept<PayVersion, PayPlan>(limit: 1024)

  /// Rules as they are stored, read; projects share few.
  private let eligibility = Kept<String, Eligibility>(limit: 1024)

  /// - Parameter text: empty for a rule of nothing.
  func eligibility(stored text: String) throws -> Eligibility {
    guard !text.isEmpty else { return Eligibility() }
    return try eligibility.value(text) { try EligibilityNotation.rule(from: JSON(parsing: text)) }
  }

  /// The operator's workers by the pseudonyms that vaults know them by; what is missing is looked for anew.
  let pseudonyms = Mutex<[ClientID: [String: UserID]]>([:])

  /// What was worked since it was last written, and who is at work now.
  let workDays = Mutex<[WorkDays.Key: WorkDays.Sum]>([:])
  let lastWork = Mutex<[UserID: Int64]>([:])
  let presences = Mutex<[UserID: Presence]>([:])
  let signUps = Mutex(SignUps.Recent())
  /// Whose turn it is.
  let turns = Mutex(WorkQueue.State())

  private let qualificationPlans = Kept<String, QualificationPlan>(limit: 1024)
  private let routings = Kept<String, ProjectRouting>(limit: 1024)

  /// - Parameter text: empty for none.
  func qualificationPlan(stored text: String) throws -> QualificationPlan? {
    guard !text.isEmpty else { return nil }
    return try qualificationPlans.value(text) { try QualificationNotation.plan(from: JSON(parsing: text)) }
  }

  /// - Parameter text: empty for the standard.
  func routing(stored text: String) throws -> ProjectRouting {
    guard !text.isEmpty else { return ProjectRouting() }
    return try routings.value(text) { try RoutingNotation.routing(from: JSON(parsing: text)) }
  }

  struct PayVersion: Hashable {
    var project: ProjectID
    var version: Int
  }

  /// Opens a database file, or makes it: the composition root knows with what.
  package typealias OpenDatabase = @Sendable (_ path: String) throws -> any Database

  /// Opens the folder, making what a new one needs.
  ///
  /// - Throws: `DataFolder.Fault`, `StoreError.newerSchema`.
  package static func open(
    _ folder: DataFolder, environment: Environment = .system,
    openDatabase: @escaping OpenDatabase
  ) async throws -> DataEngine {
    try folder.make()
    let master = try folder.masterKey()
    let control = try openDatabase(folder.controlPath)
    do {
      try await Schema.control.migrate(control)
      try await check(master, control, folder)
    } catch {
      await control.close()
      throw error
    }
    return DataEngine(folder, control, master, environment, openDatabase)
  }

  private init(
    _ folder: DataFolder, _ control: any Database, _ master: MasterKey,
    _ environment: Environment, _ openDatabase: @escaping OpenDatabase
  ) {
    self.folder = folder
    self.control = control
    self.master = master
    self.environment = environment
    vaults = Vaults(
      folder: folder, control: control, master: master, environment: environment,
      openDatabase: openDatabase)
  }

  /// The folder remembers its key's fingerprint from the first start.
  private static func check(
    _ master: MasterKey, _ control: any Database, _ folder: DataFolder
  ) async throws {
    let fingerprint = master.fingerprint
    let known = try await control.write(.flushed) { connection -> String in
      try connection.run(
        "INSERT INTO settings VALUES ('masterKey', ?) ON CONFLICT DO NOTHING",
        [.text(fingerprint)])
      return try connection.first("SELECT value FROM settings WHERE name = 'masterKey'") {
        $0.text(0)
      } ?? ""
    }
    guard known == fingerprint else {
      throw DataFolder.Fault.wrongMasterKey(path: folder.masterKeyPath)
    }
  }

  package func record(by actor: Actor) -> JournalRecord {
    JournalRecord(at: environment.now(), actor: actor)
  }

  package func close() async {
    await vaults.closeAll()
    await control.close()
  }
}

/// The vaults that are open. One is opened when it is first needed and closed when nobody has
/// used it for a while.
package actor Vaults {
  /// How long an unused vault stays open.
  package static let idleMilliseconds: Int64 = 5 * 60 * 1000

  private struct Entry {
    var vault: ClientVault
    var users = 0
    var lastUsed: Int64
  }

  private let folder: DataFolder
  private let control: any Database
  private let master: MasterKey
  private let environment: Environment
  private let openDatabase: DataEngine.OpenDatabase
  private var entries: [ClientID: Entry] = [:]
  private var opening: [ClientID: Task<ClientVault, any Error>] = [:]

  init(
    folder: DataFolder, control: any Database, master: MasterKey, environment: Environment,
    openDatabase: @escaping DataEngine.OpenDatabase
  ) {
    self.folder = folder
    self.control = control
    self.master = master
    self.environment = environment
    self.openDatabase = openDatabase
  }

  /// Runs `body` with the client's vault, which stays open for as long.
  package nonisolated func with<T: Sendable>(
    _ client: ClientID, _ body: (ClientVault) async throws -> T
  ) async throws -> T {
    let vault = try await borrow(client)
    do {
      let result = try await body(vault)
      await giveBack(client)
      return result
    } catch {
      await giveBack(client)
      throw error
    }
  }

  /// As `with`, for housekeeping: does not open what is closed, nor keep it from being idle.
  package nonisolated func withoutTouching(
    _ client: ClientID, _ body: (ClientVault) async throws -> Void
  ) async throws {
    guard let vault = await hold(client) else { return }
    do {
      try await body(vault)
      await letGo(client)
    } catch {
      await letGo(client)
      throw error
    }
  }

  private func hold(_ client: ClientID) -> ClientVault? {
    entries[client]?.users += 1
    return entries[client]?.vault
  }

  private func letGo(_ client: ClientID) { entries[client]?.users -= 1 }

  package var openClients: [ClientID] { Array(entries.keys) }

  private func borrow(_ client: ClientID) async throws -> ClientVault {
    if entries[client] == nil {
      let task = opening[client] ?? Task { try await self.open(client) }
      opening[client] = task
      defer { opening[client] = nil }
      let vault = try await task.value
      if entries[client] == nil {
        entries[client] = Entry(vault: vault, lastUsed: environment.now())
      }
    }
    guard let vault = entries[client]?.vault else { throw Refusal.unknown(.client, "\(client)") }
    entries[client]?.users += 1
    return vault
  }

  private func giveBack(_ client: ClientID) {
    entries[client]?.users -= 1
    entries[client]?.lastUsed = environment.now()
  }

  private func open(_ client: ClientID) async throws -> ClientVault {
    let found = try await control.read { connection in
      try connection.first("SELECT wrapped_key, test_of FROM clients WHERE id = ?", [client.sql]) {
        (wrapped: $0.blob(0), isTest: !$0.isNull(1))
      }
    }
    guard let found else { throw Refusal.unknown(.client, "\(client)") }
    let key = try master.unwrap(found.wrapped, vault: client.text)
    let blobs = try FileBlobs(root: folder.blobsPath(client.text))
    let database = try openDatabase(folder.vaultDatabasePath(client.text))
    try await Schema.vault.migrate(database)
    return ClientVault(
      clientID: client, isTest: found.isTest, database: database, blobs: blobs, key: key,
      environment: environment)
  }

  /// Closes what nobody has used for `idleMilliseconds`.
  package func closeIdle() async {
    let limit = environment.now() - Self.idleMilliseconds
    for (client, entry) in entries
    where entry.users == 0 && entry.lastUsed < limit && entry.vault.work.isEmpty {
      entries[client] = nil
      await entry.vault.database.close()
    }
  }

  package func closeAll() async {
    for entry in entries.values { await entry.vault.database.close() }
    entries = [:]
  }
}
