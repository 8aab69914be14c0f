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
