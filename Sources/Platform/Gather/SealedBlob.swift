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
    let opener = try Opener(self)
    while place < range.upperBound {
      let index = place / SealedStream.chunkSize
      let start = index * SealedStream.chunkSize
      let chunk = try opener.chunk(index)
      let end = min(range.upperBound - start, chunk.count)
      guard place - start < end else { break }
      bytes += chunk[chunk.startIndex + place - start..<chunk.startIndex + end]
      place = start + end
    }
    return bytes
  }

  /// Plain bytes of chunk `index`, of which each but the last holds `SealedStream.chunkSize`.
  package func chunk(_ index: Int) throws -> Data { try Opener(self).chunk(index) }

  /// Opens chunks, one after the other, of a blob that it keeps open.
  ///
  /// Unchecked: whoever has it asks for one part after the other.
  package final class Opener: @unchecked Sendable {
    private let blob: SealedBlob
    private let reader: any BlobReader
    /// One place for what is sealed, so that it stays where the processor finds it fast.
    private let sealed: UnsafeMutableRawBufferPointer

    /// - Throws: `.notFound`
    package init(_ blob: SealedBlob) throws {
      self.blob = blob
      reader = try blob.vault.blobs.open(blob.name)
      sealed = .allocate(byteCount: min(reader.size, SealedStream.sealedChunkSize), alignment: 64)
    }

    deinit { sealed.deallocate() }

    /// Opens chunks that follow each other into room for them.
    ///
    /// - Returns: plain bytes written: `SealedStream.chunkSize` for each chunk but the last of the blob.
    package func open(
      _ chunks: Range<Int>, into output: UnsafeMutableRawBufferPointer
    ) throws -> Int {
      var written = 0
      for index in chunks {
        let start = index * SealedStream.sealedChunkSize
        let count = try reader.read(from: start, into: sealed)
        try blob.vault.key.open(
          UnsafeRawBufferPointer(rebasing: sealed[..<count]),
          into: UnsafeMutableRawBufferPointer(rebasing: output[written...]), table: "stream",
          row: SealedStream.chunkName(blob.name, index, isLast: start + count == reader.size))
        written += count - SealedStream.overhead
      }
      return written
    }

    /// Plain bytes of one chunk.
    package func chunk(_ index: Int) throws -> Data {
      let left = reader.size - index * SealedStream.sealedChunkSize - SealedStream.overhead
      var plain = Data(count: min(max(left, 0), SealedStream.chunkSize))
      _ = try plain.withUnsafeMutableBytes { try open(index..<index + 1, into: $0) }
      return plain
    }
  }
}
