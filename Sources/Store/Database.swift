import Foundation

/// A transactional SQL database: portable text, typed arguments, one writer.
package protocol Database: Sendable {
  /// Runs `body` on a consistent snapshot.
  func read<T: Sendable>(
    _ body: @escaping @Sendable (any Connection) throws -> T
  ) async throws -> T

  /// Runs `body` in a transaction of its own: all of it happens, or nothing.
  ///
  /// Waiting transactions share one flush; one that throws leaves its neighbours alone. `body` may
  /// be run a second time where its first run was undone by a neighbour's trouble, so it must
  /// touch nothing but the connection.
  @discardableResult
  func write<T: Sendable>(
    _ durability: Durability, _ body: @escaping @Sendable (any Connection) throws -> T
  ) async throws -> T

  /// Copies a consistent snapshot to a new file while work goes on.
  func backUp(to path: String) async throws

  /// Looks for damage in the file; a line for each fault found.
  func findDamage() async throws -> [String]

  /// Ends all work and lets go of the files.
  func close() async
}

/// What a write's return promises.
package enum Durability: Hashable, Sendable {
  /// On disk: a power cut after the return loses nothing.
  case flushed
  /// Seen by all, on disk with the next flush.
  case relaxed
}

/// A statement that is run many times within one transaction.
package protocol Statement {
  @discardableResult
  func run(_ arguments: [SQLValue]) throws -> Int
}

/// The inside of a transaction. Statements are prepared once and kept.
package protocol Connection {
  /// Finds or prepares a statement, for a loop that runs it thousands of times.
  func prepare(_ sql: String) throws -> any Statement

  /// Runs a statement and returns how many rows it changed.
  @discardableResult
  func run(_ sql: String, _ arguments: [SQLValue]) throws -> Int

  /// Hands every row to `body`, one at a time, until it returns false.
  func forEach(
    _ sql: String, _ arguments: [SQLValue], _ body: (any Row) throws -> Bool) throws
}

/// One row while it is looked at. Columns are numbered from 0; a column of another type than asked
/// for is a programming error and traps.
package protocol Row {
  func isNull(_ column: Int) -> Bool
  func int(_ column: Int) -> Int64
  func double(_ column: Int) -> Double
  func text(_ column: Int) -> String
  /// The bytes of a text, while the row is looked at.
  func withUTF8<T>(_ column: Int, _ body: (UnsafeBufferPointer<UInt8>) -> T) -> T
  func blob(_ column: Int) -> Data
}

extension Row {
  package func optionalInt(_ column: Int) -> Int64? { isNull(column) ? nil : int(column) }
  package func optionalDouble(_ column: Int) -> Double? { isNull(column) ? nil : double(column) }
  package func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }
  package func id<Tag>(_ column: Int) -> Identifier<Tag> {
    withUTF8(column) { Identifier(stored: $0) }
  }
  package func optionalID<Tag>(_ column: Int) -> Identifier<Tag>? {
    isNull(column) ? nil : id(column)
  }
  package func optionalBlob(_ column: Int) -> Data? { isNull(column) ? nil : blob(column) }
}

extension Connection {
  /// The first row, mapped; nil where there is none.
  package func first<T>(
    _ sql: String, _ arguments: [SQLValue] = [], _ map: (any Row) throws -> T
  ) throws -> T? {
    var result: T?
    try forEach(sql, arguments) {
      result = try map($0)
      return false
    }
    return result
  }

  /// Every row, mapped: for lists that have a limit.
  package func all<T>(
    _ sql: String, _ arguments: [SQLValue] = [], _ map: (any Row) throws -> T
  ) throws -> [T] {
    var result: [T] = []
    try forEach(sql, arguments) {
      result.append(try map($0))
      return true
    }
    return result
  }
}

/// An argument of a statement.
package enum SQLValue: Hashable, Sendable, ExpressibleByIntegerLiteral,
  ExpressibleByStringLiteral, ExpressibleByNilLiteral
{
  case null
  case int(Int64)
  case double(Double)
  case text(String)
  /// The text of an `Identifier`.
  case identifier(seconds: UInt32, random: UInt64)
  case blob(Data)

  package init(integerLiteral value: Int64) { self = .int(value) }
  package init(stringLiteral value: String) { self = .text(value) }
  package init(nilLiteral: ()) { self = .null }

  package static func optional(_ value: String?) -> SQLValue { value.map { .text($0) } ?? .null }
  package static func optional(_ value: Int64?) -> SQLValue { value.map { .int($0) } ?? .null }
  package static func optional(_ value: Data?) -> SQLValue { value.map { .blob($0) } ?? .null }
  package static func number(_ value: Int) -> SQLValue { .int(Int64(value)) }
  package static func flag(_ value: Bool) -> SQLValue { .int(value ? 1 : 0) }
}

/// What can go wrong below the use cases.
package enum StoreError: Error, Hashable, Sendable {
  /// No space is left; nothing of the transaction was kept.
  case full
  /// A uniqueness or other constraint of the schema refused the row.
  case constraint(String)
  /// Another process kept the database locked for too long.
  case busy
  /// The file was written by a newer version than this one knows.
  case newerSchema(found: Int, known: Int)
  /// The file is damaged or no database.
  case corrupt(String)
  /// The store was closed.
  case closed
  case failed(String)
}
