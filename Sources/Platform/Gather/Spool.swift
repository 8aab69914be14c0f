import Crypto
import Foundation
import Store
import Vault

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Keeps a body that is on its way in, sealed under a key that dies with it, so that a slow sender
/// holds no lock and its SHA-256 is known before the first line is stored.
///
/// Unchecked: it is written by one task, and after `finish` only read, by position.
package final class Spool: @unchecked Sendable {
  private let path: String
  private let file: Int32
  private let key = DataKey(vault: "spool")
  private var writer: SealedStreamWriter
  private var digest = SHA256()
  package private(set) var size = 0
  private var isFinished = false

  /// - Parameter folder: must exist.
  package init(folder: String) throws {
    path = "\(folder)/\(UUID().uuidString)"
    file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Self.refusal() }
    writer = SealedStreamWriter(key: key, name: path)
  }

  deinit {
    close(file)
    unlink(path)
  }

  package func append(_ bytes: some DataProtocol) throws {
    let data = Data(bytes)
    size += data.count
    digest.update(data: data)
    try write(writer.append(data))
  }

  /// Ends the body and returns its SHA-256 as hexadecimal.
  package func finish() throws -> String {
    if !isFinished {
      try write(writer.finish())
      isFinished = true
    }
    return Data(digest.finalize()).hexadecimal
  }

  /// Bytes of chunk `index` of a finished body; nil after the last.
  func chunk(_ index: Int) throws -> Data? {
    let size = SealedStream.sealedChunkSize
    var sealed = Data(count: size)
    let count = sealed.withUnsafeMutableBytes {
      pread(file, $0.baseAddress, size, off_t(index * size))
    }
    guard count > 0 else { return nil }
    var status = stat()
    fstat(file, &status)
    let isLast = index * size + count == Int(status.st_size)
    return try key.open(
      sealed.prefix(count), table: "stream",
      row: SealedStream.chunkName(path, index, isLast: isLast))
  }

  private func write(_ data: Data) throws {
    var written = 0
    while written < data.count {
      let count = data.withUnsafeBytes {
        #if canImport(Glibc)
          Glibc.write(file, $0.baseAddress.map { $0 + written }, data.count - written)
        #else
          Darwin.write(file, $0.baseAddress.map { $0 + written }, data.count - written)
        #endif
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw Self.refusal() }
      written += count
    }
  }

  private static func refusal() -> any Error {
    errno == ENOSPC ? Refusal.noSpace : StoreError.failed(String(cString: strerror(errno)))
  }

  /// Throws away what a crash left behind, there and in memory.
  package static func clear(folder: String) {
    WorkFolder.clear()
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
  }
}
