import Foundation
import Store
import Testing

/// What every `Database` must do; each backend runs all of it.
struct DatabaseContract {
  let database: any Database

  private func setUp() async throws {
    try await database.write(.flushed) { connection in
      try connection.run(
        "CREATE TABLE t (id INTEGER PRIMARY KEY NOT NULL, name TEXT UNIQUE, bytes BLOB, x REAL)", [])
    }
  }

  func runAll() async throws {
    try await setUp()
    try await valuesComeBackAsTheyWent()
    try await aTransactionThatThrowsLeavesNothing()
    try await oneThatFailsDoesNotFailItsNeighbours()
    try await readersSeeWhatWasCommitted()
    try await constraintsAreFacts()
    try await manyWritersLoseNothing()
    try await aBackupIsASnapshot()
  }

  func valuesComeBackAsTheyWent() async throws {
    let bytes = Data([0, 255, 7])
    let row = try await database.write(.flushed) { connection in
      try connection.run(
        "INSERT INTO t VALUES (?, ?, ?, ?)", [1, "é\u{0}😀", .blob(bytes), .double(1.5)])
      try connection.run("INSERT INTO t VALUES (?, ?, ?, ?)", [2, nil, .blob(Data()), nil])
      return try connection.all("SELECT id, name, bytes, x FROM t ORDER BY id") {
        (
          $0.int(0), $0.optionalText(1), $0.blob(2), $0.optionalDouble(3)
        )
      }
    }
    #expect(row[0].0 == 1 && row[0].1 == "é\u{0}😀" && row[0].2 == bytes && row[0].3 == 1.5)
    #expect(row[1].1 == nil && row[1].2.isEmpty && row[1].3 == nil)
  }

  private struct Stop: Error {}

  func aTransactionThatThrowsLeavesNothing() async throws {
    await #expect(throws: Stop.self) {
      try await database.write(.flushed) { connection in
        try connection.run("INSERT INTO t (id) VALUES (100)", [])
        throw Stop()
      }
    }
    #expect(try await count("id = 100") == 0)
  }

  func oneThatFailsDoesNotFailItsNeighbours() async throws {
    await withTaskGroup(of: Void.self) { group in
      for id in 200..<260 {
        group.addTask {
          _ = try? await database.write(id.isMultiple(of: 2) ? .flushed : .relaxed) {
            connection in
            try connection.run("INSERT INTO t (id) VALUES (?)", [.number(id)])
            if id.isMultiple(of: 3) { throw Stop() }
          }
        }
      }
    }
    #expect(try await count("id BETWEEN 200 AND 259") == 40)
    #expect(try await count("id BETWEEN 200 AND 259 AND id % 3 = 0") == 0)
  }

  func readersSeeWhatWasCommitted() async throws {
    try await database.write(.relaxed) { try $0.run("INSERT INTO t (id) VALUES (300)", []) }
    #expect(try await count("id = 300") == 1)
  }

  func constraintsAreFacts() async throws {
    try await database.write(.flushed) {
      try $0.run("INSERT INTO t (id, name) VALUES (400, 'taken')", [])
    }
    do {
      try await database.write(.flushed) {
        try $0.run("INSERT INTO t (id, name) VALUES (401, 'taken')", [])
      }
      Issue.record("the same name twice")
    } catch StoreError.constraint {}
  }

  func manyWritersLoseNothing() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for id in 1_000..<2_000 {
        group.addTask { () async throws -> Void in
          _ = try await database.write(.flushed) {
            try $0.run("INSERT INTO t (id) VALUES (?)", [.number(id)])
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await count("id BETWEEN 1000 AND 1999") == 1_000)
  }

  func aBackupIsASnapshot() async throws {
    let path = NSTemporaryDirectory() + "assay-backup-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await database.backUp(to: path)
    #expect(FileManager.default.fileExists(atPath: path))
    #expect(try await database.findDamage() == [])
  }

  private func count(_ condition: String) async throws -> Int64 {
    try await database.read { connection in
      try connection.first("SELECT count(*) FROM t WHERE \(condition)") { $0.int(0) } ?? 0
    }
  }
}
