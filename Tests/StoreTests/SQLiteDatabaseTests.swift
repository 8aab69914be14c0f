import Foundation
import Store
import StoreSQLite
import Testing

@Suite struct SQLiteDatabaseTests {
  private func temporaryPath() -> String {
    NSTemporaryDirectory() + "assay-\(UUID().uuidString).sqlite"
  }

  @Test func keepsTheContract() async throws {
    let database = try SQLiteDatabase(path: temporaryPath())
    try await DatabaseContract(database: database).runAll()
    await database.close()
  }

  @Test func whatWasWrittenIsThereAfterReopening() async throws {
    let path = temporaryPath()
    let first = try SQLiteDatabase(path: path)
    try await first.write(.flushed) { try $0.run("CREATE TABLE a (b)", []) }
    await first.close()
    let second = try SQLiteDatabase(path: path)
    #expect(
      try await second.read { try $0.first("SELECT count(*) FROM a") { $0.int(0) } } == 0)
    await second.close()
  }

  @Test func aFullDiskUndoesItsTransactionAndIsForgottenWhenSpaceReturns() async throws {
    let database = try SQLiteDatabase(path: temporaryPath())
    try await database.write(.flushed) { try $0.run("CREATE TABLE a (b BLOB)", []) }
    try await database.setPageLimit(try await database.pageCount() + 20)
    let big = Data(count: 200_000)
    await #expect(throws: StoreError.full) {
      try await database.write(.flushed) { connection in
        try connection.run("INSERT INTO a VALUES (?)", [.blob(Data([1]))])
        try connection.run("INSERT INTO a VALUES (?)", [.blob(big)])
      }
    }
    // Its neighbours of the same moment go through, one by one.
    await withTaskGroup(of: Bool.self) { group in
      for index in 0..<20 {
        group.addTask {
          do {
            try await database.write(.flushed) {
              try $0.run("INSERT INTO a VALUES (?)", [.blob(index == 7 ? big : Data([2]))])
            }
            return true
          } catch { return false }
        }
      }
      var done = 0
      for await isDone in group where isDone { done += 1 }
      #expect(done == 19)
    }
    try await database.setPageLimit(1_000_000)
    try await database.write(.flushed) {
      try $0.run("INSERT INTO a VALUES (?)", [.blob(big)])
    }
    #expect(try await database.read { try $0.first("SELECT count(*) FROM a") { $0.int(0) } } == 20)
    await database.close()
  }

  @Test func aFileThatIsNoDatabaseIsNamed() async throws {
    let path = temporaryPath()
    try Data(repeating: 65, count: 5000).write(to: URL(fileURLWithPath: path))
    #expect(throws: StoreError.self) { try SQLiteDatabase(path: path) }
  }
}

@Suite struct SchemaTests {
  @Test func migratesOnceAndRefusesWhatIsNewer() async throws {
    let path = NSTemporaryDirectory() + "assay-\(UUID().uuidString).sqlite"
    let database = try SQLiteDatabase(path: path)
    try await Schema.vault.migrate(database)
    try await Schema.vault.migrate(database)
    try await database.write(.flushed) { try $0.run("UPDATE schema_version SET version = 99", []) }
    await #expect(throws: StoreError.newerSchema(found: 99, known: Schema.vault.version)) {
      try await Schema.vault.migrate(database)
    }
    await database.close()
  }
}

@Suite struct VaultMigrationTests {
  private static let first = [
    "INSERT INTO projects VALUES (printf('%024d', 1), 'p', 'active', 1, '{}', 'team', 0)",
    """
    INSERT INTO batches (id, project_id, name, state, created_at)
    VALUES (printf('%024d', 2), printf('%024d', 1), 'b', 'inProgress', 0)
    """,
    """
    INSERT INTO tasks (id, project_id, batch_id, version, state, rank, queue_seq, wanted,
      open_slots, created_at, sealed)
    VALUES (printf('%024d', 3), printf('%024d', 1), printf('%024d', 2), 1, 'open', 0, 1, 1, 1, 0,
      x'00')
    """,
    """
    INSERT INTO answers (id, task, worker, stage, standing, active_ms, submitted_at, hash, sealed)
    VALUES (printf('%024d', 4), 1, 'w', 'label', 'counted', 0, 0, 'h', x'00')
    """,
    "INSERT INTO consensus VALUES (1, 1, 0, 'majority', 1.0, 1, x'00')",
  ]

  @Test func aVaultOfTheFirstStepIsBroughtForwardWithItsRows() async throws {
    let path = NSTemporaryDirectory() + "assay-\(UUID().uuidString).sqlite"
    let database = try SQLiteDatabase(path: path)
    try await Schema(steps: [Schema.vaultStep1]).migrate(database)
    for sql in Self.first { try await database.write(.flushed) { try $0.run(sql, []) } }
    try await Schema.vault.migrate(database)
    try await database.write(.flushed) { connection in
      try connection.run(
        """
        INSERT INTO consensus (task, version, created_at, method, confidence, answers, answer)
        VALUES (1, 2, 0, 'majority', 1.0, 1, 1)
        """, [])
      try connection.run(
        """
        INSERT INTO answers (id, task, worker, stage, standing, active_ms, submitted_at, sealed)
        VALUES (printf('%024d', 5), 1, 'w', 'label', 'extra', 0, 0, x'00')
        """, [])
    }
    let texts = try await database.read { connection in
      try connection.all(
        "SELECT sql FROM sqlite_schema WHERE name IN ('tasks', 'leases', 'answers')"
      ) { $0.text(0) }
    }
    #expect(texts.count == 3 && !texts.contains { $0.contains(" IN (") })
    #expect(try await database.findDamage().isEmpty)
    await database.close()
  }

  @Test(arguments: [
    "UPDATE tasks SET state = 'lost'", "UPDATE tasks SET gold = 'maybe'",
    "UPDATE answers SET standing = 'odd'", "UPDATE answers SET lease_id = 'l', hash = NULL",
    "UPDATE consensus SET sealed = NULL", "UPDATE consensus SET answer = 1",
  ])
  func theChecksHoldAfterTheMove(_ sql: String) async throws {
    let path = NSTemporaryDirectory() + "assay-\(UUID().uuidString).sqlite"
    let database = try SQLiteDatabase(path: path)
    try await Schema(steps: [Schema.vaultStep1]).migrate(database)
    for sql in Self.first { try await database.write(.flushed) { try $0.run(sql, []) } }
    try await Schema.vault.migrate(database)
    await #expect(throws: StoreError.self) {
      try await database.write(.flushed) { try $0.run(sql, []) }
    }
    await database.close()
  }
}

@Suite struct IdentifierTests {
  @Test func idsHaveTheirForm() {
    let id = TaskID(seconds: 0x6543_2100, random: 0x0123_4567_89AB_CDEF)
    #expect(id.text == "654321000123456789abcdef")
    #expect(TaskID("654321000123456789abcdef") == id)
    for bad in ["", "654321000123456789abcde", "654321000123456789ABCDEF", "../../etc/passwd/../xx"] {
      #expect(TaskID(bad) == nil)
    }
  }
}
