import Foundation

/// Stores byte strings under names. Contents are sealed before they come here.
package protocol Blobs: Sendable {
  /// Begins a new blob. It is not there until it is committed.
  func create() throws -> any BlobWriter

  /// - Returns: nil where there is no blob of that name.
  func size(_ name: String) throws -> Int?

  /// Opens a blob, which can be read from then on even when it is removed.
  ///
  /// - Throws: `.notFound`
  func open(_ name: String) throws -> any BlobReader

  func remove(_ name: String) throws

  /// Throws away what was on its way when another process ended. Only for the process that serves: others may
  /// have begun something since.
  func dropUnfinished() throws

  /// Calls `body` with every name, in no order.
  func forEachName(_ body: (String) throws -> Void) throws
}

/// An open blob.
package protocol BlobReader: AnyObject {
  /// In bytes.
  var size: Int { get }

  /// Reads bytes from `offset` into a place for them.
  ///
  /// - Returns: how many there were: as many as there is room for, fewer at the end.
  func read(from offset: Int, into place: UnsafeMutableRawBufferPointer) throws -> Int
}

/// A blob on its way in.
package protocol BlobWriter: AnyObject {
  func append(_ bytes: Data) throws
  /// Gives the blob its name; one of that name that is there already stays.
  ///
  /// - Parameter durability: flushed, it outlives a power cut; relaxed is for what can be made again.
  func commit(as name: String, _ durability: Durability) throws
  /// Throws the bytes away. Harmless after a commit.
  func abandon()
}

package enum BlobError: Error, Hashable, Sendable {
  case notFound(String)
  case full
  case badName(String)
  case failed(String)
}
