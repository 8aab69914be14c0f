import Foundation
import GRDB
import Store
import Synchronization

/// A `Database` on one SQLite file, through GRDB.
///
/// WAL; readers see snapshots and never wait for the writer. Waiting write transactions are run
/// in groups, a savepoint each, under one commit and so one flush (`CommitGroup`).
package final class SQLiteDatabase: Store.Database {
  private let pool: DatabasePool
  private let commits: CommitGroup

  /// Opens the file, or makes it.
  ///
  /// - Parameters:
  ///   - readers: connections for reading at most.
  ///   - pageLimit: pages the file may grow to, so that a test can fill the disk; nil for no limit.
  package init(path: String, readers: Int = 4, pageLimit: Int? = nil) throws {
    var configuration = Configuration()
    configuration.maximumReaderCount = readers
    configuration.busyMode = .timeout(10)
    configuration.persistentReadOnlyConnections = true
    configuration.prepareDatabase { db in
      // Of a new file; four tasks or so lie in a page, and an index of ten million is three deep.
      try db.execute(sql: "PRAGMA page_size = 8192")
      try db.execute(sql: "PRAGMA synchronous = FULL")
      try db.execute(sql: "PRAGMA foreign_keys = ON")
      try db.execute(sql: "PRAGMA temp_store = MEMORY")
      // In kibibytes: the writer keeps the inner pages of large indexes, readers need few.
      let cache = db.configuration.readonly ? 4_096 : 32_768
      try db.execute(sql: "PRAGMA cache_size = -\(cache)")
      try db.execute(sql: "PRAGMA wal_autocheckpoint = 16000")
      try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
    }
    do {
      pool = try DatabasePool(path: path, configuration: configuration)
      if let pageLimit {
        try pool.writeWithoutTransaction { db in
          try db.execute(sql: "PRAGMA max_page_count = \(pageLimit)")
        }
      }
    } catch {
      throw StoreError(error)
    }
    commits = CommitGroup(pool: pool)
  }

  package func read<T: Sendable>(
    _ body: @escaping @Sendable (any Store.Connection) throws -> T
  ) async throws -> T {
    do {
      return try await pool.read { try body(SQLiteConnection(db: $0)) }
    } catch {
      throw StoreError.translating(error)
    }
  }

  package func write<T: Sendable>(
    _ durability: Durability,
    _ body: @escaping @Sendable (any Store.Connection) throws -> T
  ) async throws -> T {
    try await commits.run(durability, body)
  }

  package func backUp(to path: String) async throws {
    do {
      // A reader's snapshot: writers of this and other processes go on.
      try await pool.writeWithoutTransaction { db in
        try db.execute(sql: "VACUUM INTO ?", arguments: [path])
      }
    } catch {
      throw StoreError(error)
    }
  }

  package func findDamage() async throws -> [String] {
    do {
      return try await pool.read { db in
        let lines = try String.fetchAll(db, sql: "PRAGMA integrity_check")
        let keys = try GRDB.Row.fetchAll(db, sql: "PRAGMA foreign_key_check").map {
          "a row of \($0[0] as String) refers to one that is missing"
        }
        return lines.filter { $0 != "ok" } + keys
      }
    } catch {
      throw StoreError(error)
    }
  }

  package func close() async {
    try? pool.close()
  }

  /// Changes the limit of `init`, so that a test can give space back.
  package func setPageLimit(_ pages: Int) async throws {
    try await pool.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA max_page_count = \(pages)")
    }
  }

  /// Pages the file has now.
  package func pageCount() async throws -> Int {
    try await pool.read { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 }
  }
}

extension StoreError {
  /// The fact behind an error of GRDB.
  init(_ error: any Error) {
    guard let error = error as? DatabaseError else {
      self = (error as? StoreError) ?? .failed("\(error)")
      return
    }
    self =
      switch error.resultCode {
      case .SQLITE_FULL: .full
      case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
      case .SQLITE_CONSTRAINT: .constraint(error.message ?? "")
      case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupt(error.message ?? "")
      case .SQLITE_MISUSE: .closed
      case .SQLITE_IOERR where errno == ENOSPC: .full
      default: .failed(error.description)
      }
  }

  /// A database's error becomes a fact; anything else passes as it is.
  static func translating(_ error: any Error) -> any Error {
    error is DatabaseError ? StoreError(error) : error
  }
}
