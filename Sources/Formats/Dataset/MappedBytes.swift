import Foundation
import Notation

/// The bytes of a file, in the address space but not in memory until they are looked at, or of an array.
package final class MappedBytes: @unchecked Sendable {
  // Nothing writes to the storage, so any thread may read it.
  private let storage: NSData
  private let buffer: UnsafeBufferPointer<UInt8>

  private init(_ storage: NSData) {
    self.storage = storage
    buffer = UnsafeBufferPointer(
      start: storage.bytes.assumingMemoryBound(to: UInt8.self), count: storage.length)
  }

  /// - Throws: what opening the file throws.
  package convenience init(path: String) throws {
    self.init(try NSData(contentsOfFile: path, options: .alwaysMapped))
  }

  package convenience init(_ bytes: [UInt8]) {
    self.init(NSData(bytes: bytes, length: bytes.count))
  }

  package var count: Int { buffer.count }

  /// Runs `body` on the bytes, which are there as long as it runs.
  package func withBuffer<R, E: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    let result = try body(buffer)
    // A use of the bytes keeps their owner no longer than it is named.
    withExtendedLifetime(self) {}
    return result
  }

  /// Where text begins: after a byte order mark.
  package var start: Int { buffer.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0 }

  package subscript(_ place: Int) -> UInt8 { withBuffer { $0[place] } }

  package func bytes(_ range: Range<Int>) -> [UInt8] { withBuffer { Array($0[range]) } }

  /// The line of a byte, from 1.
  ///
  /// - Complexity: O(bytes before it)
  package func line(of place: Int) -> Int {
    withBuffer { $0.prefix(place).count { $0 == 0x0A } + 1 }
  }

  /// A walk through them as JSON; it keeps them.
  package func cursor(from place: Int? = nil) -> JSONCursor {
    JSONCursor(buffer, from: place ?? start, owner: self)
  }

  /// All of them as one value.
  package func json() throws(JSONError) -> JSON {
    try withBuffer { buffer throws(JSONError) in
      try JSON(parsing: UnsafeBufferPointer(rebasing: buffer[start...]))
    }
  }

  /// A walk through them as XML; it keeps them.
  package func xml() -> XMLScanner { XMLScanner(buffer, owner: self) }

  /// Their lines; they keep them.
  func lines() -> ByteLines { ByteLines(buffer, owner: self) }
}
