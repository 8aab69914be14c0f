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

  func run(_ sql: String, _ arguments: [SQLValue]) throws -> Int {
    let statement = try prepared(sql, arguments)
    defer { sqlite3_reset(statement) }
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: continue
      case SQLITE_DONE: return Int(sqlite3_changes(db.sqliteConnection))
      default: throw error(sql)
      }
    }
  }

  func forEach(
    _ sql: String, _ arguments: [SQLValue], _ body: (any Store.Row) throws -> Bool
  ) throws {
    let statement = try prepared(sql, arguments)
    defer { sqlite3_reset(statement) }
    let row = SQLiteRow(statement: statement)
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: guard try body(row) else { return }
      case SQLITE_DONE: return
      default: throw error(sql)
      }
    }
  }

  private func error(_ sql: String) -> DatabaseError {
    DatabaseError(
      resultCode: ResultCode(rawValue: sqlite3_extended_errcode(db.sqliteConnection)),
      message: String(cString: sqlite3_errmsg(db.sqliteConnection)), sql: sql)
  }

  private func prepared(_ sql: String, _ arguments: [SQLValue]) throws -> OpaquePointer {
    let statement = try db.cachedStatement(sql: sql).sqliteStatement
    sqlite3_reset(statement)
    // SQLite copies what it is given before the call returns.
    let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    for (index, argument) in arguments.enumerated() {
      let place = Int32(index + 1)
      let code =
        switch argument {
        case .null: sqlite3_bind_null(statement, place)
        case .int(let value): sqlite3_bind_int64(statement, place, value)
        case .double(let value): sqlite3_bind_double(statement, place, value)
        case .text(var value):
          value.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
              sqlite3_bind_text(statement, place, $0.baseAddress, Int32($0.count), copies)
            }
          }
        case .blob(let value):
          value.withUnsafeBytes { bytes in
            bytes.isEmpty
              ? sqlite3_bind_zeroblob(statement, place, 0)
              : sqlite3_bind_blob(
                statement, place, bytes.baseAddress, Int32(bytes.count), copies)
          }
        }
      guard code == SQLITE_OK else { throw error(sql) }
    }
    return statement
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
    guard let bytes = sqlite3_column_text(statement, Int32(column)) else { return "" }
    let count = Int(sqlite3_column_bytes(statement, Int32(column)))
    return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }

  func blob(_ column: Int) -> Data {
    guard let bytes = sqlite3_column_blob(statement, Int32(column)) else { return Data() }
    return Data(bytes: bytes, count: Int(sqlite3_column_bytes(statement, Int32(column))))
  }
}
