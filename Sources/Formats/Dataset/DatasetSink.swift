import Foundation
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where the files of a set go that is written: a folder, or an archive.
package protocol DatasetSink: AnyObject {
  /// Begins a file that is written piece by piece. Paths have `/`, no `..` and no root; they are checked,
  /// whatever made them.
  func open(_ path: String) throws -> any DatasetStream
  /// A whole small file.
  func write(_ bytes: [UInt8], to path: String) throws
  /// The file of an item, as the item names it (`DatasetItem.media`).
  func copy(_ source: String, to path: String) throws
  /// The bytes of such a file.
  func media(_ source: String) throws -> [UInt8]
}

/// A file that is being written.
package protocol DatasetStream: AnyObject {
  func append(_ bytes: [UInt8]) throws
  func close() throws
}

extension DatasetSink {
  package func copy(_ source: String, to path: String) throws { try write(media(source), to: path) }

  /// Of a path on disk.
  package func media(_ source: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: source)))
  }

  package func write(_ text: String, to path: String) throws {
    try write(Array(text.utf8), to: path)
  }
}

/// Names of files that come out of data, made safe to write.
package enum DatasetPath {
  /// - Throws: `FormatFault` for a path that leads out of the set.
  package static func checked(_ path: String) throws(FormatFault) -> String {
    let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let isSafe =
      !path.utf8.contains { $0 == 0 || $0 == UInt8(ascii: "\\") }
      && parts.allSatisfy {
        !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8)
      }
    guard isSafe else {
      throw FormatFault(
        path, "", "the name leads out of the set or is none", remedy: "Rename the item.")
    }
    return path
  }

  /// A name of an item as one that is safe: `\` is `/`, roots, drives and `..` are left out, and control
  /// characters, which lists of names cannot hold, are `_`.
  package static func cleaned(_ name: String) -> String {
    if isClean(name) { return name }
    let parts = name.replacing("\\", with: "/").split(separator: "/").filter { part in
      part != "." && part != ".." && !(part.utf8.count == 2 && part.hasSuffix(":"))
    }
    let name = parts.joined(separator: "/")
    guard name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      return name.isEmpty ? "item" : name
    }
    return String(
      String.UnicodeScalarView(
        name.unicodeScalars.map { $0.properties.generalCategory == .control ? "_" : $0 }))
  }

  /// Whether there is nothing to clean, as far as a look at the bytes can tell; most names are so.
  private static func isClean(_ name: String) -> Bool {
    let (slash, dot) = (UInt8(ascii: "/"), UInt8(ascii: "."))
    var last = slash
    for byte in name.utf8 {
      guard byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\\"), byte != UInt8(ascii: ":"),
        last != slash || (byte != slash && byte != dot)
      else { return false }
      last = byte
    }
    return last != slash
  }
}

/// A folder that is there whole at the end, or not at all: it is written beside its place and moved to it.
package final class FolderSink: DatasetSink {
  private let path: String
  /// Where the folder is until it is whole.
  package let working: String
  private var folders: Set<String> = []
  private var lastFolder: Substring = ""
  private var isFinished = false
  // What a disk takes to make small files is waited for beside the work, portion by portion.
  private let files = DispatchQueue(label: "assay.files")
  private let room = DispatchSemaphore(value: FolderSink.waitingLimit)
  private let fault = FirstFault()
  private var portion = Portion()

  /// Portions that wait to be written.
  static let waitingLimit = 8

  private struct Portion {
    static let fileLimit = 32
    static let byteLimit = 1 << 20

    var files: [(path: String, place: String, bytes: [UInt8])] = []
    var byteCount = 0
  }

  /// - Throws: `FormatFault` where something is there already.
  package init(_ path: String) throws {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.path = path
    guard !FileManager.default.fileExists(atPath: path) else {
      throw FormatFault(
        path, "", "something is there already", remedy: "Name a place where nothing is.")
    }
    working = path + ".writing-\(UInt32.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: working, withIntermediateDirectories: true)
  }

  deinit {
    files.sync {}
    if !isFinished { try? FileManager.default.removeItem(atPath: working) }
  }

  /// Takes what was begun away while others may still write to it: once their folders are gone they cannot.
  package static func remove(_ working: String) {
    for _ in 0..<100 where FileManager.default.fileExists(atPath: working) {
      try? FileManager.default.removeItem(atPath: working)
    }
  }

  private func place(_ path: String) throws -> String {
    let path = try DatasetPath.checked(path)
    if let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), path[..<slash] != lastFolder {
      lastFolder = path[..<slash]
      let folder = String(lastFolder)
      if folders.insert(folder).inserted {
        try FileManager.default.createDirectory(
          atPath: working + "/" + folder, withIntermediateDirectories: true)
      }
    }
    return working + "/" + path
  }

  package func write(_ bytes: [UInt8], to path: String) throws {
    let place = try place(path)
    if let fault = fault.value.withLock({ $0 }) { throw fault }
    portion.files.append((path, place, bytes))
    portion.byteCount += bytes.count
    if portion.files.count >= Portion.fileLimit || portion.byteCount >= Portion.byteLimit {
      writePortion()
    }
  }

  private func writePortion() {
    let full = portion
    portion = Portion()
    room.wait()
    files.async { [room, fault] in
      defer { room.signal() }
      for file in full.files where !Self.write(file.bytes, to: file.place) {
        fault.value.withLock {
          $0 = .unwritten(file.path)
        }
      }
    }
  }

  private static func write(_ bytes: [UInt8], to place: String) -> Bool {
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
    var file = openat(AT_FDCWD, place, flags, 0o666)
    if file < 0, errno == EEXIST {
      // What is there may be a link to somebody's image.
      unlink(place)
      file = openat(AT_FDCWD, place, flags, 0o666)
    }
    guard file >= 0 else { return false }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        pwrite(file, $0.baseAddress! + written, bytes.count - written, off_t(written))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      written += count
    }
    return close(file) == 0 && written == bytes.count
  }

  package func copy(_ source: String, to path: String) throws {
    let place = try place(path)
    // The same bytes, without writing them again where the disk can do that.
    if link(source, place) == 0 { return }
    try FileManager.default.copyItem(atPath: source, toPath: place)
  }

  package func open(_ path: String) throws -> any DatasetStream {
    let place = try place(path)
    guard let file = fopen(place, "wb") else {
      throw FormatFault.unwritten(path)
    }
    return FileStream(file, path)
  }

  /// Moves the folder to its place.
  ///
  /// - Parameter file: the only file to keep, which takes the place itself; nil for the whole folder.
  package func finish(keeping file: String? = nil) throws {
    writePortion()
    files.sync {}
    if let fault = fault.value.withLock({ $0 }) { throw fault }
    if let file {
      try FileManager.default.moveItem(atPath: working + "/" + file, toPath: path)
      try FileManager.default.removeItem(atPath: working)
    } else {
      try FileManager.default.moveItem(atPath: working, toPath: path)
    }
    isFinished = true
  }
}

/// Of files that are written beside the work.
private final class FirstFault: Sendable {
  let value = Mutex<FormatFault?>(nil)
}

private final class FileStream: DatasetStream {
  private var file: UnsafeMutablePointer<FILE>?
  private let path: String

  init(_ file: UnsafeMutablePointer<FILE>, _ path: String) { (self.file, self.path) = (file, path) }

  deinit { if let file { fclose(file) } }

  func append(_ bytes: [UInt8]) throws {
    guard let file, !bytes.isEmpty else { return }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else {
      throw FormatFault.unwritten(path)
    }
  }

  func close() throws {
    guard let file else { return }
    self.file = nil
    guard fclose(file) == 0 else { throw FormatFault.unwritten(path) }
  }
}

/// The one file of a set that has just one; what else is written is left out.
package final class OneFileSink: DatasetSink {
  private let name: String
  private let put: ([UInt8]) throws -> Void

  /// - Parameter put: takes the next bytes of the file.
  package init(_ name: String, put: @escaping ([UInt8]) throws -> Void) {
    (self.name, self.put) = (name, put)
  }

  package func open(_ path: String) throws -> any DatasetStream {
    let put = path == name ? put : { _ in }
    return PassingStream(put)
  }

  package func write(_ bytes: [UInt8], to path: String) throws {
    if path == name { try put(bytes) }
  }
  package func copy(_ source: String, to path: String) {}
}

private final class PassingStream: DatasetStream {
  private let put: ([UInt8]) throws -> Void
  init(_ put: @escaping ([UInt8]) throws -> Void) { self.put = put }
  func append(_ bytes: [UInt8]) throws { try put(bytes) }
  func close() {}
}

/// A tar archive that is written front to back; a file that grows is spooled until its size is known.
package final class TarSink: DatasetSink {
  private let tar = TarWriter()
  private let modified: Int64
  private let read: ((String) throws -> [UInt8])?
  private let put: ([UInt8]) throws -> Void

  /// - Parameters:
  ///   - modified: the time of each file, in seconds since 1970.
  ///   - media: reads the file of an item; nil for those on disk.
  ///   - put: takes the next bytes of the archive.
  package init(
    modified: Int64, media: ((String) throws -> [UInt8])? = nil,
    put: @escaping ([UInt8]) throws -> Void
  ) {
    (self.modified, read, self.put) = (modified, media, put)
  }

  package func write(_ bytes: [UInt8], to path: String) throws {
    try put(tar.file(name: DatasetPath.checked(path), content: bytes, modified: modified))
  }

  package func media(_ source: String) throws -> [UInt8] {
    try read?(source) ?? [UInt8](Data(contentsOf: URL(fileURLWithPath: source)))
  }

  package func open(_ path: String) throws -> any DatasetStream {
    let path = try DatasetPath.checked(path)
    return SpooledStream { spooled, size in
      try self.put(self.tar.header(name: path, size: size, modified: self.modified))
      try spooled.drain(self.put)
      try self.put(self.tar.padding(after: size))
    }
  }

  /// Ends the archive.
  package func finish() throws { try put(tar.trailer) }
}

private final class SpooledStream: DatasetStream {
  private let spooled = SpooledBytes()
  private var size = 0
  private let end: (SpooledBytes, Int) throws -> Void

  init(end: @escaping (SpooledBytes, Int) throws -> Void) { self.end = end }

  func append(_ bytes: [UInt8]) throws {
    size += bytes.count
    try spooled.append(bytes)
  }

  func close() throws { try end(spooled, size) }
}

/// Bytes that are gathered before they can be written: in memory up to a limit, then in a file without a
/// name.
package final class SpooledBytes {
  private var memory: [UInt8] = []
  private var file: FileHandle?
  package static let memoryLimit = 4 * 1024 * 1024
  private static let pieceSize = 256 * 1024

  package init() {}

  package func append(_ bytes: [UInt8]) throws {
    memory.append(contentsOf: bytes)
    guard memory.count >= Self.memoryLimit else { return }
    if file == nil { file = try Self.namelessFile() }
    try file?.write(contentsOf: memory)
    memory.removeAll(keepingCapacity: true)
  }

  /// A file that is gone with its handle.
  static func namelessFile() throws -> FileHandle {
    let path = NSTemporaryDirectory() + "assay-spool-\(UUID().uuidString)"
    // Where it cannot be made it cannot be opened either, which says why.
    _ = FileManager.default.createFile(
      atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    try FileManager.default.removeItem(atPath: path)
    return file
  }

  /// Gives all that was gathered, in pieces, as often as it is asked.
  package func drain(_ body: ([UInt8]) throws -> Void) throws {
    if let file {
      try file.seek(toOffset: 0)
      // One piece of memory for all of them.
      var piece = [UInt8](repeating: 0, count: Self.pieceSize)
      while true {
        let count = read(file.fileDescriptor, &piece, piece.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw CocoaError(.fileReadUnknown) }
        if count == 0 { break }
        try body(count == piece.count ? piece : Array(piece[..<count]))
      }
    }
    if !memory.isEmpty { try body(memory) }
  }
}
