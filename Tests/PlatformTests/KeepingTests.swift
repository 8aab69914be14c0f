import Foundation
import Store
import StoreSQLite
import Testing
import Vault

@testable import Platform

@Suite struct KeepingTests {
  private let open: DataEngine.OpenDatabase = { try SQLiteDatabase(path: $0) }

  private func temporary() -> String { NSTemporaryDirectory() + "assay-\(UUID().uuidString)" }

  private func filled() async throws -> (Fixture, Project) {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    try await fixture.load(5, into: project)
    let leased = try #require(try await fixture.next(project, "ann"))
    try await fixture.submit(project, "ann", leased.lease.id)
    return (fixture, project)
  }

  @Test func aBackupIsServedByAnotherFolder() async throws {
    let (fixture, project) = try await filled()
    let (file, target) = (temporary(), DataFolder(path: temporary()))
    _ = try await Backup(fixture.engine).write(to: file, includesKey: true)
    await #expect(throws: Backup.Fault.exists(path: file)) {
      try await Backup(fixture.engine).write(to: file, includesKey: true)
    }
    let summary = try await Backup.restore(
      from: file, to: target, masterKey: nil, openDatabase: open)
    #expect(summary.vaults == 1)
    let engine = try await DataEngine.open(target, openDatabase: open)
    let counts = try await engine.vaults.with(fixture.client) {
      try await Batches($0, actor: .console).counts(of: project.id)
    }
    #expect(counts.tasks == 5 && counts.answers == 1)
    await engine.close()
    await #expect(throws: Backup.Fault.exists(path: target.path)) {
      try await Backup.restore(from: file, to: target, masterKey: nil, openDatabase: open)
    }
  }

  @Test func aDamagedBackupLeavesNothing() async throws {
    let (fixture, _) = try await filled()
    let (file, target) = (temporary(), DataFolder(path: temporary()))
    _ = try await Backup(fixture.engine).write(to: file, includesKey: true)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: file))
    await #expect(throws: (any Error).self) {
      try await Backup.restore(from: file, to: target, masterKey: nil, openDatabase: open)
    }
    try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: file))
    await #expect(throws: (any Error).self) {
      try await Backup.restore(from: file, to: target, masterKey: nil, openDatabase: open)
    }
    #expect(!FileManager.default.fileExists(atPath: target.path))
    #expect(!FileManager.default.fileExists(atPath: target.path + ".partial"))
  }

  @Test func aBackupWithoutItsKeyNeedsItBack() async throws {
    let (fixture, _) = try await filled()
    let file = temporary()
    _ = try await Backup(fixture.engine).write(to: file, includesKey: false)
    await #expect(throws: (any Error).self) {
      try await Backup.restore(
        from: file, to: DataFolder(path: temporary()), masterKey: nil, openDatabase: open)
    }
    let target = DataFolder(path: temporary())
    _ = try await Backup.restore(
      from: file, to: target, masterKey: fixture.folder.masterKeyPath, openDatabase: open)
    #expect(target.exists)
  }

  @Test func theMasterKeyIsForTheOwnerAloneAndNoOther() async throws {
    let (fixture, _) = try await filled()
    await fixture.engine.close()
    let path = fixture.folder.masterKeyPath
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
    #expect((mode as? NSNumber)?.intValue == 0o600)
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    await #expect(throws: DataFolder.Fault.openMasterKey(path: path, mode: 0o644)) {
      try await DataEngine.open(fixture.folder, openDatabase: open)
    }
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    try Data((MasterKey().hexadecimal + "\n").utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    await #expect(throws: DataFolder.Fault.wrongMasterKey(path: path)) {
      try await DataEngine.open(fixture.folder, openDatabase: open)
    }
    try FileManager.default.removeItem(atPath: path)
    await #expect(throws: DataFolder.Fault.noMasterKey(path: path)) {
      try await DataEngine.open(fixture.folder, openDatabase: open)
    }
    let findings = await Doctor(fixture.folder, openDatabase: open).examine()
    #expect(findings.contains { $0.severity == .error && $0.message.contains("master key") })
  }

  @Test func aFolderOfANewerVersionIsRefused() async throws {
    let (fixture, _) = try await filled()
    try await fixture.engine.control.write(.flushed) {
      try $0.run("UPDATE schema_version SET version = 42", [])
    }
    await fixture.engine.close()
    await #expect(
      throws: StoreError.newerSchema(found: 42, known: Schema.control.version)
    ) { try await DataEngine.open(fixture.folder, openDatabase: open) }
  }

  @Test func oneServerHoldsAFolder() async throws {
    let fixture = try await Fixture()
    let lock = try fixture.folder.lockForServer()
    defer { close(lock) }
    #expect(throws: DataFolder.Fault.serverRunning(path: fixture.folder.path)) {
      try fixture.folder.lockForServer()
    }
  }

  @Test func theDoctorFindsWhatWasDoneBehindItsBack() async throws {
    let (fixture, _) = try await filled()
    let doctor = Doctor(fixture.folder, openDatabase: open)
    #expect(await doctor.examine().allSatisfy { $0.severity == .ok })
    try await fixture.vault { vault in
      try await vault.database.write(.flushed) { connection in
        try connection.run("UPDATE journal SET actor = 'user:x' WHERE number = 2", [])
        try connection.run("UPDATE answers SET sealed = x'00'", [])
      }
    }
    let findings = await doctor.examine()
    #expect(findings.contains { $0.severity == .error && $0.message.contains("journal") })
    #expect(findings.contains { $0.severity == .error && $0.message.contains("do not open") })
    #expect(findings.allSatisfy { $0.severity != .error || $0.remedy != nil })
  }

  @Test func contentIsNowhereInClear() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project(
      ontology: ["classes": [["name": "MARKER-CLASS", "kind": "text", "required": true]]])
    try await fixture.load(#"{"text": "MARKER-TEXT", "metadata": {"k": "MARKER-META"}}"#, into: project)
    let leased = try #require(try await fixture.next(project, "ann"))
    _ = try await fixture.vault {
      try await Answers($0, worker: "ann", project: project.id).submit(
        [["class": "MARKER-CLASS", "text": "MARKER-ANSWER"]], for: leased.lease.id,
        activeMilliseconds: 0)
    }
    _ = try await fixture.export(project, .jsonl)
    await fixture.engine.close()
    let walk = FileManager.default.enumerator(atPath: fixture.folder.path)
    while let name = walk?.nextObject() as? String {
      guard let data = FileManager.default.contents(atPath: "\(fixture.folder.path)/\(name)")
      else { continue }
      #expect(data.range(of: Data("MARKER".utf8)) == nil, "\(name) holds content in clear")
    }
  }
}

@Suite struct PeopleTests {
  @Test func signInTakesTheRightPasswordOnlyAndStopsGuessing() async throws {
    let fixture = try await Fixture()
    let users = Users(fixture.engine, actor: .console, password: Password(logN: 10))
    _ = try await users.create(
      email: " Ann@X.org ", password: "correct horse", role: .admin, client: fixture.client)
    let signIn = SignIn(fixture.engine)
    let secret = try await signIn.signIn(email: "ann@x.org", password: "correct horse")
    let principal = try #require(try await signIn.principal(secret: secret))
    #expect(principal.role(in: fixture.client) == .admin)
    try await signIn.signOut(secret: secret)
    #expect(try await signIn.principal(secret: secret) == nil)
    for _ in 0..<SignIn.attemptLimit {
      await #expect(throws: Refusal.wrongPassword) {
        try await signIn.signIn(email: "ann@x.org", password: "wrong")
      }
    }
    do {
      _ = try await signIn.signIn(email: "ann@x.org", password: "correct horse")
      Issue.record("an eleventh guess was allowed")
    } catch Refusal.tooManyAttempts {}
    fixture.advance(SignIn.attemptWindowMilliseconds)
    _ = try await signIn.signIn(email: "ann@x.org", password: "correct horse")
  }

  @Test func sessionsEndAndSuspensionEndsThem() async throws {
    let fixture = try await Fixture()
    let users = Users(fixture.engine, actor: .console, password: Password(logN: 10))
    let user = try await users.create(
      email: "w@x.org", password: "password12345", role: .worker, client: nil)
    let signIn = SignIn(fixture.engine)
    let first = try await signIn.signIn(email: "w@x.org", password: "password12345")
    fixture.advance(SignIn.sessionMilliseconds)
    #expect(try await signIn.principal(secret: first) == nil)
    let second = try await signIn.signIn(email: "w@x.org", password: "password12345")
    try await users.setSuspended(true, user: user.id)
    #expect(try await signIn.principal(secret: second) == nil)
    await #expect(throws: Refusal.wrongPassword) {
      try await signIn.signIn(email: "w@x.org", password: "password12345")
    }
  }

  @Test func keysAreShownOnceAndStopWhenRevoked() async throws {
    let fixture = try await Fixture()
    let clients = Clients(fixture.engine, actor: .console)
    let made = try await clients.createKey(for: fixture.client, mode: .live)
    let signIn = SignIn(fixture.engine)
    #expect(try await signIn.principal(secret: made.secret)?.role(in: fixture.client) == .admin)
    #expect(try await signIn.principal(secret: made.secret + "x") == nil)
    try await clients.revokeKey(made.key.id.text, of: fixture.client)
    #expect(try await signIn.principal(secret: made.secret) == nil)
  }

  @Test func passwordsHaveALeastLength() throws {
    let password = Password(logN: 10)
    #expect(throws: Refusal.self) { try password.hash("123456789") }
    let hash = try password.hash("1234567890")
    #expect(Password.matches("1234567890", hash))
    #expect(!Password.matches("1234567891", hash))
    #expect(!Password.matches("1234567890", "nonsense"))
  }
}

@Suite struct VaultsTests {
  @Test func aVaultOpensWhenNeededAndClosesWhenIdle() async throws {
    let fixture = try await Fixture()
    let project = try await fixture.project()
    try await fixture.load(1, into: project)
    #expect(await fixture.engine.vaults.openClients == [fixture.client])
    fixture.advance(Vaults.idleMilliseconds)
    await fixture.engine.vaults.closeIdle()
    #expect(await fixture.engine.vaults.openClients == [fixture.client])
    fixture.advance(1)
    await fixture.engine.vaults.closeIdle()
    #expect(await fixture.engine.vaults.openClients.isEmpty)
    #expect(try await fixture.counts(project).tasks == 1)
  }

  @Test func aVaultInUseStaysOpen() async throws {
    let fixture = try await Fixture()
    try await fixture.vault { vault in
      fixture.advance(10 * Vaults.idleMilliseconds)
      await fixture.engine.vaults.closeIdle()
      _ = try await vault.database.read { try $0.first("SELECT 1") { $0.int(0) } }
    }
  }

  @Test func manyWhoComeAtOnceShareOneVault() async throws {
    let fixture = try await Fixture()
    try await fixture.reopen()
    let vaults = try await withThrowingTaskGroup(of: ObjectIdentifier.self) { group in
      for _ in 0..<50 { group.addTask { try await fixture.vault { ObjectIdentifier($0) } } }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(vaults.count == 1)
  }
}
