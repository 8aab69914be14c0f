import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Blobs as files of one folder: written beside, flushed, then renamed into place.
package struct FileBlobs: Blobs {
  private let root: String

  /// - Parameter root: made with its `incoming` folder where it is missing.
  package init(root: String) throws {
    self.root = root
    try FileManager.default.createDirectory(
      atPath: root + "/incoming", withIntermediateDirectories: true)
    _ = Self.started
  }

  /// When this process first had blobs, less what the clock of a file system may lag behind.
  private static let started = Date(timeIntervalSinceNow: -0.05)

  package func dropUnfinished() throws {
    let incoming = root + "/incoming/"
    for name in try FileManager.default.contentsOfDirectory(atPath: incoming) {
      let facts = try? FileManager.default.attributesOfItem(atPath: incoming + name)
      if let written = facts?[.modificationDate] as? Date, written < Self.started {
        unlink(incoming + name)
      }
    }
  }

  package func create() throws -> any BlobWriter {
    try FileBlobWriter(root: root, finalPath: path(of:))
  }

  package func size(_ name: String) throws -> Int? {
    var status = stat()
    guard stat(try path(of: name), &status) == 0 else { return nil }
    return Int(status.st_size)
  }

  package func open(_ name: String) throws -> any BlobReader {
    try FileBlobReader(name, at: path(of: name))
  }

  package func remove(_ name: String) throws { unlink(try path(of: name)) }

  package func forEachName(_ body: (String) throws -> Void) throws {
    guard let walk = FileManager.default.enumerator(atPath: root) else { return }
    for case let path as String in walk where !path.hasPrefix("incoming") {
      let parts = path.split(separator: "/")
      if parts.count == 2, parts[1].hasPrefix(parts[0]) { try body(String(parts[1])) }
    }
  }

  /// Names are ours, hexadecimal; anything else could be a path of somebody's making.
  private func path(of name: String) throws -> String {
    guard name.utf8.count >= 8, name.utf8.count <= 128,
      name.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { throw BlobError.badName(name) }
    return "\(root)/\(name.prefix(2))/\(name)"
  }
}

private final class FileBlobReader: BlobReader {
  let size: Int
  private let file: Int32

  init(_ name: String, at path: String) throws {
    file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      throw errno == ENOENT ? BlobError.notFound(name) : FileBlobWriter.error()
    }
    var status = stat()
    guard fstat(file, &status) == 0 else {
      close(file)
      throw FileBlobWriter.error()
    }
    size = Int(status.st_size)
  }

  deinit { close(file) }

  func read(from offset: Int, into place: UnsafeMutableRawBufferPointer) throws -> Int {
    var filled = 0
    while filled < place.count {
      let got = pread(
        file, place.baseAddress.map { $0 + filled }, place.count - filled, off_t(offset + filled))
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { throw FileBlobWriter.error() }
      if got == 0 { break }
      filled += got
    }
    return filled
  }
}

private final class FileBlobWriter: BlobWriter {
  private let file: Int32
  private let temporary: String
  private let finalPath: (String) throws -> String
  private var isOpen = true

  init(root: String, finalPath: @escaping (String) throws -> String) throws {
    temporary = "\(root)/incoming/\(UUID().uuidString)"
    self.finalPath = finalPath
    file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Self.error() }
  }

  deinit { abandon() }

  func append(_ bytes: Data) throws {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        write(file, $0.baseAddress.map { $0 + written }, bytes.count - written)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw Self.error() }
      written += count
    }
  }

  func commit(as name: String, _ durability: Durability) throws {
    let path = try finalPath(name)
    let folder = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
    if durability == .flushed, fsync(file) != 0 { throw Self.error() }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    guard rename(temporary, path) == 0 else { throw Self.error() }
    if durability == .flushed { Self.flush(folder: folder) }
    closeFile()
  }

  /// So that the new name outlives a power cut too.
  private static func flush(folder: String) {
    let directory = open(folder, O_RDONLY)
    guard directory >= 0 else { return }
    fsync(directory)
    close(directory)
  }

  func abandon() {
    guard isOpen else { return }
    unlink(temporary)
    closeFile()
  }

  private func closeFile() {
    isOpen = false
    close(file)
  }

  static func error() -> BlobError {
    errno == ENOSPC || errno == EDQUOT ? .full : .failed(String(cString: strerror(errno)))
  }
}
