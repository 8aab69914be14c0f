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

  /// All of its plain bytes; nil where there is no such blob.
  package func whole() throws -> Data? { try size().map { try bytes(0..<$0) } }

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

  /// Opens many chunks one after the other, through one place for what is sealed.
  package final class Opener: @unchecked Sendable {
    // Whoever has it asks for one part after the other.
    private let sealed: UnsafeMutableRawBufferPointer
    private let blob: SealedBlob
    private let size: Int

    /// - Parameter chunks: the most that are opened at once.
    /// - Throws: `.notFound`
    package init(_ blob: SealedBlob, chunks: Int) throws {
      guard let size = try blob.vault.blobs.size(blob.name) else {
        throw BlobError.notFound(blob.name)
      }
      (self.blob, self.size) = (blob, size)
      sealed = .allocate(byteCount: chunks * SealedStream.sealedChunkSize, alignment: 64)
    }

    deinit { sealed.deallocate() }

    /// Opens chunks that follow each other into room for them.
    ///
    /// - Returns: plain bytes written: `SealedStream.chunkSize` for each chunk but the last of the blob.
    package func open(
      _ chunks: Range<Int>, into output: UnsafeMutableRawBufferPointer
    ) throws -> Int {
      let (vault, name, step) = (blob.vault, blob.name, SealedStream.sealedChunkSize)
      let count = try vault.blobs.read(
        name, offset: chunks.lowerBound * step,
        into: UnsafeMutableRawBufferPointer(rebasing: sealed[..<(chunks.count * step)]))
      var (place, written, index) = (0, 0, chunks.lowerBound)
      while place < count {
        let end = min(place + step, count)
        try vault.key.open(
          UnsafeRawBufferPointer(rebasing: sealed[place..<end]),
          into: UnsafeMutableRawBufferPointer(rebasing: output[written...]), table: "stream",
          row: SealedStream.chunkName(name, index, isLast: index * step + (end - place) == size))
        written += end - place - SealedStream.overhead
        (place, index) = (end, index + 1)
      }
      return written
    }
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
