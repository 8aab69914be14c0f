import Foundation
import GRDB
import GRDBSQLite
import Store

/// The inside of a transaction on a GRDB connection.
///
/// GRDB prepares and keeps the statements; arguments and columns go straight through SQLite's C
/// interface, which costs a third of GRDB's general rows.
struct SQLiteConnection: Store.Connection {
  let db: GRDB.Database

  func prepare(_ sql: String) throws -> any Store.Statement { try statement(sql) }

  func run(_ sql: String, _ arguments: [SQLValue]) throws -> Int {
    try statement(sql).run(arguments)
  }

  func forEach(
    _ sql: String, _ arguments: [SQLValue], _ body: (any Store.Row) throws -> Bool
  ) throws {
    try statement(sql).forEach(arguments, body)
  }

  private func statement(_ sql: String) throws -> SQLiteStatement {
    SQLiteStatement(
      statement: try db.cachedStatement(sql: sql).sqliteStatement,
      database: db.sqliteConnection)
  }
}

/// A prepared statement of one connection.
private struct SQLiteStatement: Store.Statement {
  let statement: OpaquePointer
  let database: OpaquePointer?

  func run(_ arguments: [SQLValue]) throws -> Int {
    try withBound(arguments) {
      while true {
        switch sqlite3_step(statement) {
        case SQLITE_ROW: continue
        case SQLITE_DONE: return Int(sqlite3_changes(database))
        default: throw error()
        }
      }
    }
  }

  func forEach(_ arguments: [SQLValue], _ body: (any Store.Row) throws -> Bool) throws {
    try withBound(arguments) {
      let row = SQLiteRow(statement: statement)
      while true {
        switch sqlite3_step(statement) {
        case SQLITE_ROW: guard try body(row) else { return }
        case SQLITE_DONE: return
        default: throw error()
        }
      }
    }
  }

  /// Texts and blobs are laid into one piece of memory that lives as long as the run, so that
  /// SQLite need not copy each of them.
  private func withBound<T>(_ arguments: [SQLValue], _ body: () throws -> T) throws -> T {
    let size = arguments.reduce(0) { $0 + $1.byteCount }
    return try withUnsafeTemporaryAllocation(byteCount: max(1, size), alignment: 1) { memory in
      defer {
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
      }
      sqlite3_reset(statement)
      var offset = 0
      for (index, argument) in arguments.enumerated() {
        guard bind(argument, Int32(index + 1), memory, &offset) == SQLITE_OK else {
          throw error()
        }
      }
      return try body()
    }
  }

  private func bind(
    _ argument: SQLValue, _ place: Int32, _ memory: UnsafeMutableRawBufferPointer,
    _ offset: inout Int
  ) -> Int32 {
    func lay(_ bytes: UnsafeRawBufferPointer) -> UnsafeMutableRawPointer? {
      let start = memory.baseAddress.map { $0 + offset }
      if let base = bytes.baseAddress { start?.copyMemory(from: base, byteCount: bytes.count) }
      offset += bytes.count
      return start
    }
    switch argument {
    case .null: return sqlite3_bind_null(statement, place)
    case .int(let value): return sqlite3_bind_int64(statement, place, value)
    case .double(let value): return sqlite3_bind_double(statement, place, value)
    case .text(var value):
      return value.withUTF8 { utf8 in
        let start = lay(UnsafeRawBufferPointer(utf8))
        return sqlite3_bind_text(
          statement, place, start?.assumingMemoryBound(to: CChar.self), Int32(utf8.count), nil)
      }
    case .identifier(let seconds, let random):
      let start = memory.baseAddress.map { ($0 + offset).assumingMemoryBound(to: UInt8.self) }
      offset += 24
      Identifier<Never>.write(
        seconds: seconds, random: random, to: UnsafeMutableBufferPointer(start: start, count: 24))
      return start?.withMemoryRebound(to: CChar.self, capacity: 24) {
        sqlite3_bind_text(statement, place, $0, 24, nil)
      } ?? SQLITE_NOMEM
    case .blob(let value):
      return value.withUnsafeBytes { bytes in
        bytes.isEmpty
          ? sqlite3_bind_zeroblob(statement, place, 0)
          : sqlite3_bind_blob(statement, place, lay(bytes), Int32(bytes.count), nil)
      }
    }
  }

  private func error() -> DatabaseError {
    DatabaseError(
      resultCode: ResultCode(rawValue: sqlite3_extended_errcode(database)),
      message: String(cString: sqlite3_errmsg(database)))
  }
}

extension SQLValue {
  fileprivate var byteCount: Int {
    switch self {
    case .text(let value): value.utf8.count
    case .identifier: 24
    case .blob(let value): value.count
    default: 0
    }
  }
}

/// The row a statement stands on.
private struct SQLiteRow: Store.Row {
  let statement: OpaquePointer

  func isNull(_ column: Int) -> Bool {
    sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL
  }

  func int(_ column: Int) -> Int64 { sqlite3_column_int64(statement, Int32(column)) }
  func double(_ column: Int) -> Double { sqlite3_column_double(statement, Int32(column)) }

  func text(_ column: Int) -> String {
    withUTF8(column) { String(decoding: $0, as: UTF8.self) }
  }

  func withUTF8<T>(_ column: Int, _ body: (UnsafeBufferPointer<UInt8>) -> T) -> T {
    let bytes = sqlite3_column_text(statement, Int32(column))
    let count = Int(sqlite3_column_bytes(statement, Int32(column)))
    return body(UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : count))
  }

  func blob(_ column: Int) -> Data {
    guard let bytes = sqlite3_column_blob(statement, Int32(column)) else { return Data() }
    return Data(bytes: bytes, count: Int(sqlite3_column_bytes(statement, Int32(column))))
  }
}
