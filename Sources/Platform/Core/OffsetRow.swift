import Foundation
import Store

/// A row seen from a later column.
struct OffsetRow: Row {
  let row: any Row
  let offset: Int
  func isNull(_ column: Int) -> Bool { row.isNull(column + offset) }
  func int(_ column: Int) -> Int64 { row.int(column + offset) }
  func double(_ column: Int) -> Double { row.double(column + offset) }
  func text(_ column: Int) -> String { row.text(column + offset) }
  func withUTF8<T>(_ column: Int, _ body: (UnsafeBufferPointer<UInt8>) -> T) -> T {
    row.withUTF8(column + offset, body)
  }
  func blob(_ column: Int) -> Data { row.blob(column + offset) }
}
