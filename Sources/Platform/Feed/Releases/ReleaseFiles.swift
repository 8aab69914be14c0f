import Crypto
import Formats
import Foundation
import Store
import Vault

/// A file of a release.
package struct ReleaseFile: Hashable, Sendable {
  package var path: String
  package var size: Int
  /// Of its bytes, in hexadecimal.
  package var sha256: String
  /// Of lines: the root of the Merkle tree over them.
  package var linesRoot: String?
  var blob: String
}

/// Where the files of a release go: each is a sealed blob, hashed as it is written.
final class ReleaseSink: DatasetSink {
  private let vault: ClientVault
  private let release: ReleaseID
  private let folder: String
  private(set) var files: [ReleaseFile] = []

  /// - Parameter folder: below which all of them lie; empty for none.
  init(_ vault: ClientVault, _ release: ReleaseID, under folder: String) {
    (self.vault, self.release, self.folder) = (vault, release, folder)
  }

  /// What the names of all blobs of a release begin with, so that those of one that was cut off are found.
  static func prefix(_ release: ReleaseID) -> String { release.text }

  func open(_ path: String) throws -> any DatasetStream {
    let path = try DatasetPath.checked(folder.isEmpty ? path : folder + "/" + path)
    let blob = Self.prefix(release) + vault.environment.newSecret()
    return ReleaseStream(path, blob, try SealedBlob.Writer(vault, name: blob)) {
      self.files.append($0)
    }
  }

  func write(_ bytes: [UInt8], to path: String) throws {
    let stream = try open(path)
    try stream.append(bytes)
    try stream.close()
  }

  /// Of an asset of the vault, by its address.
  func media(_ source: String) throws -> [UInt8] {
    guard let bytes = try SealedBlob(vault: vault, name: source).whole() else {
      throw Refusal.unknown(.asset, source)
    }
    return [UInt8](bytes)
  }
}

/// The Merkle tree over the lines of a file; what stands after the last line's end is none.
package struct LinesTree {
  private var tree = MerkleTree()
  private var line: [UInt8] = []

  package init() {}

  package mutating func append(_ bytes: [UInt8]) {
    var start = 0
    for place in bytes.indices where bytes[place] == 0x0A {
      tree.append(leaf: MerkleTree.leaf(line + bytes[start..<place]))
      line.removeAll(keepingCapacity: true)
      start = place + 1
    }
    line += bytes[start...]
  }

  /// In hexadecimal.
  package var root: String { tree.root.hexadecimal }
}

private final class ReleaseStream: DatasetStream {
  private let path: String
  private let blob: String
  private let writer: SealedBlob.Writer
  private let done: (ReleaseFile) -> Void
  private var hash = SHA256()
  private var lines: LinesTree?

  init(
    _ path: String, _ blob: String, _ writer: SealedBlob.Writer,
    done: @escaping (ReleaseFile) -> Void
  ) {
    (self.path, self.blob, self.writer, self.done) = (path, blob, writer, done)
    lines = path.hasSuffix(".jsonl") ? LinesTree() : nil
  }

  func append(_ bytes: [UInt8]) throws {
    hash.update(data: bytes)
    try writer.append(bytes)
    lines?.append(bytes)
  }

  func close() throws {
    try writer.commit(.flushed)
    done(
      ReleaseFile(
        path: path, size: writer.size, sha256: Data(hash.finalize()).hexadecimal,
        linesRoot: lines?.root, blob: blob))
  }
}
