import Foundation
import Store
import Vault

/// Blobs of a vault as they are read and written: sealed in chunks, under a name of ours.
package struct SealedBlob: Sendable {
  let vault: ClientVault
  let name: String

  /// Writes a blob piece by piece; nothing is there until `commit`.
  final class Writer {
    private let blob: any BlobWriter
    private var sealer: SealedStreamWriter
    private let name: String
    private(set) var size = 0

    init(_ vault: ClientVault, name: String) throws {
      blob = try vault.blobs.create()
      sealer = SealedStreamWriter(key: vault.key, name: name)
      self.name = name
    }

    func append(_ bytes: some DataProtocol) throws {
      size += bytes.count
      let sealed = sealer.append(bytes)
      if !sealed.isEmpty { try blob.append(sealed) }
    }

    func commit(_ durability: Durability) throws {
      try blob.append(sealer.finish())
      try blob.commit(as: name, durability)
    }
  }

  /// Plain bytes; nil where there is no such blob.
  package func size() throws -> Int? {
    try vault.blobs.size(name).map(SealedStream.plainSize)
  }

  /// Plain bytes of a part of it.
  package func bytes(_ range: Range<Int>) throws -> Data {
    var bytes = Data()
    var place = range.lowerBound
    while place < range.upperBound {
      let index = place / SealedStream.chunkSize
      let start = index * SealedStream.chunkSize
      let chunk = try chunk(index)
      let end = min(range.upperBound - start, chunk.count)
      guard place - start < end else { break }
      bytes += chunk[chunk.startIndex + place - start..<chunk.startIndex + end]
      place = start + end
    }
    return bytes
  }

  /// Plain bytes of chunk `index`, of which each but the last holds `SealedStream.chunkSize`.
  package func chunk(_ index: Int) throws -> Data {
    guard let size = try vault.blobs.size(name) else { throw BlobError.notFound(name) }
    let start = index * SealedStream.sealedChunkSize
    let sealed = try vault.blobs.read(name, offset: start, count: SealedStream.sealedChunkSize)
    return try vault.key.open(
      sealed, table: "stream",
      row: SealedStream.chunkName(name, index, isLast: start + sealed.count == size))
  }
}
