import Foundation

/// A long value sealed in chunks, so that it can be written as it comes and read from any place.
///
/// Each chunk of `chunkSize` plain bytes is a seal of its own whose place names the stream, the
/// number of the chunk and whether it is the last: chunks cannot be swapped, dropped or cut off.
package enum SealedStream {
  package static let chunkSize = 64 * 1024
  package static let overhead = 28

  /// Bytes of a whole sealed chunk.
  package static var sealedChunkSize: Int { chunkSize + overhead }

  /// Plain bytes held by a sealed stream of that size.
  package static func plainSize(sealedSize: Int) -> Int {
    let chunks = (sealedSize + sealedChunkSize - 1) / sealedChunkSize
    return sealedSize - chunks * overhead
  }

  /// Chunks that so many plain bytes take.
  package static func chunkCount(plainSize: Int) -> Int { (plainSize + chunkSize - 1) / chunkSize }

  package static func chunkName(_ stream: String, _ index: Int, isLast: Bool) -> String {
    "\(stream)#\(index)\(isLast ? "!" : "")"
  }
}

/// Turns plain bytes into sealed chunks.
package struct SealedStreamWriter: Sendable {
  private let key: DataKey
  private let name: String
  private var pending = Data()
  private var index = 0

  package init(key: DataKey, name: String) {
    self.key = key
    self.name = name
  }

  /// Takes more plain bytes and returns the sealed chunks that are complete.
  package mutating func append(_ bytes: some DataProtocol) -> Data {
    pending.append(contentsOf: bytes)
    var sealed = Data()
    var taken = 0
    // One chunk always stays back: only the end knows which is the last.
    while pending.count - taken > SealedStream.chunkSize {
      let start = pending.startIndex + taken
      sealed.append(
        seal(pending[start..<start + SealedStream.chunkSize], isLast: false))
      taken += SealedStream.chunkSize
    }
    if taken > 0 { pending = Data(pending.dropFirst(taken)) }
    return sealed
  }

  /// The last chunk, which may be empty.
  package mutating func finish() -> Data {
    defer { pending = Data() }
    return seal(pending, isLast: true)
  }

  private mutating func seal(_ chunk: Data, isLast: Bool) -> Data {
    defer { index += 1 }
    return key.seal(
      chunk, table: "stream", row: SealedStream.chunkName(name, index, isLast: isLast))
  }
}
