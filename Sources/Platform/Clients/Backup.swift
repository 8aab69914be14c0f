import Crypto
import Formats
import Foundation
import Notation
import Store
import Vault

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A whole data folder in one file: a tar archive with a snapshot of every database, every blob,
/// and last a manifest with the SHA-256 of each.
package struct Backup: Sendable {
  package enum Fault: Error, Hashable, Sendable {
    case exists(path: String)
    case cannotWrite(path: String, reason: String)
    case cannotRead(path: String, reason: String)
    case notABackup(path: String, reason: String)
    /// The content is not what the manifest says.
    case damaged(entry: String)
    case missing(entry: String)
    case journal(vault: String, JournalVerifier.Fault)
  }

  package struct Summary: Hashable, Sendable {
    package var vaults = 0
    package var files = 0
    package var bytes = 0
  }

  static let manifestName = "manifest.json"
  private static let pieceSize = 1024 * 1024

  private let engine: DataEngine

  package init(_ engine: DataEngine) { self.engine = engine }

  // MARK: Writing

  /// Writes the backup while the folder is in use, reads it back, and only then gives it its name.
  ///
  /// - Parameters:
  ///   - includesKey: without the master key, restoring needs it from elsewhere.
  ///   - progress: told the bytes written so far.
  package func write(
    to path: String, includesKey: Bool, progress: @escaping (Int) -> Void = { _ in }
  ) async throws -> Summary {
    guard !FileManager.default.fileExists(atPath: path) else { throw Fault.exists(path: path) }
    let archive = try ArchiveWriter(path: path + ".partial", progress: progress)
    do {
      let summary = try await fill(archive, includesKey: includesKey)
      try archive.finish()
      _ = try Self.check(path + ".partial")
      guard rename(path + ".partial", path) == 0 else {
        throw Fault.cannotWrite(path: path, reason: String(cString: strerror(errno)))
      }
      return summary
    } catch {
      unlink(path + ".partial")
      throw error
    }
  }

  private func fill(_ archive: ArchiveWriter, includesKey: Bool) async throws -> Summary {
    let folder = engine.folder
    var summary = Summary()
    if includesKey {
      try archive.add(file: folder.masterKeyPath, as: "master.key")
    }
    let clients = try await Clients(engine, actor: .console).list()
    for client in clients {
      try await engine.vaults.with(client.id) { vault in
        try await snapshot(vault.database, as: "vaults/\(client.id)/vault.sqlite", archive)
        let blobs = folder.blobsPath(client.id.text)
        try vault.blobs.forEachName { name in
          let relative = "\(name.prefix(2))/\(name)"
          try archive.add(
            file: "\(blobs)/\(relative)", as: "vaults/\(client.id)/blobs/\(relative)")
        }
      }
      summary.vaults += 1
    }
    // Last: what a vault has handed over by then is in it, and what it hands over later is in the vault's
    // copy.
    try await snapshot(engine.control, as: "control.sqlite", archive)
    summary.files = archive.count
    summary.bytes = archive.bytes
    return summary
  }

  private func snapshot(
    _ database: any Database, as name: String, _ archive: ArchiveWriter
  ) async throws {
    let copy = "\(engine.folder.spoolPath)/backup-\(UUID().uuidString)"
    defer { unlink(copy) }
    try await database.backUp(to: copy)
    try archive.add(file: copy, as: name)
  }

  // MARK: Reading

  /// Reads a backup to its end and compares every file with the manifest.
  package static func check(_ path: String) throws -> Summary {
    try read(path) { _ in nil }
  }

  /// Makes a data folder of a backup: all of it, checked, or nothing.
  ///
  /// - Parameter masterKey: a key file, for a backup without one.
  package static func restore(
    from path: String, to folder: DataFolder, masterKey: String?,
    openDatabase: @escaping DataEngine.OpenDatabase
  ) async throws -> Summary {
    let existing = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    guard existing.isEmpty else { throw Fault.exists(path: folder.path) }
    let partial = DataFolder(path: folder.path + ".partial")
    try? FileManager.default.removeItem(atPath: partial.path)
    do {
      try partial.make()
      let summary = try read(path) { name in
        let target = "\(partial.path)/\(name)"
        let parent = String(target[..<(target.lastIndex(of: "/") ?? target.endIndex)])
        try FileManager.default.createDirectory(
          atPath: parent, withIntermediateDirectories: true)
        return target
      }
      if let masterKey {
        try? FileManager.default.removeItem(atPath: partial.masterKeyPath)
        try FileManager.default.copyItem(atPath: masterKey, toPath: partial.masterKeyPath)
      }
      chmod(partial.masterKeyPath, 0o600)
      try await verify(partial, openDatabase)
      rmdir(folder.path)
      try FileManager.default.moveItem(atPath: partial.path, toPath: folder.path)
      return summary
    } catch {
      try? FileManager.default.removeItem(atPath: partial.path)
      throw error
    }
  }

  /// Opens everything once: keys unwrap, journals hold, the directory knows every project.
  private static func verify(
    _ folder: DataFolder, _ openDatabase: @escaping DataEngine.OpenDatabase
  ) async throws {
    let engine = try await DataEngine.open(folder, openDatabase: openDatabase)
    do {
      for client in try await Clients(engine, actor: .console).list() {
        try await engine.vaults.with(client.id) { vault in
          do {
            _ = try await Journal(vault.database).verify()
          } catch let fault as JournalVerifier.Fault {
            throw Fault.journal(vault: client.name, fault)
          }
          let projects = try await Projects(vault, actor: .system).list(after: nil, limit: 100_000)
          for project in projects {
            try await Directory(engine).put(project, of: client.id)
          }
        }
      }
      await engine.close()
    } catch {
      await engine.close()
      throw error
    }
  }

  /// Streams through the archive; `place` says where a file goes, nil only to check it.
  private static func read(
    _ path: String, place: @escaping (String) throws -> String?
  ) throws -> Summary {
    guard let input = FileHandle(forReadingAtPath: path) else {
      throw Fault.cannotRead(path: path, reason: String(cString: strerror(errno)))
    }
    defer { try? input.close() }
    var reader = TarReader()
    let extractor = Extractor(place: place)
    do {
      while let piece = try input.read(upToCount: pieceSize), !piece.isEmpty {
        try reader.read(piece, extractor.take)
      }
      try reader.end()
    } catch let fault as TarReader.Fault {
      throw Fault.notABackup(path: path, reason: "\(fault)")
    }
    return try extractor.finish(path)
  }
}

/// Writes files one after the other and remembers their hashes.
private final class ArchiveWriter {
  private let output: Int32
  private let path: String
  private let tar = TarWriter()
  private let progress: (Int) -> Void
  private var manifest: [JSON] = []
  private(set) var bytes = 0
  var count: Int { manifest.count }

  init(path: String, progress: @escaping (Int) -> Void) throws {
    self.path = path
    self.progress = progress
    unlink(path)
    output = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard output >= 0 else { throw error() }
  }

  deinit { close(output) }

  func add(file source: String, as name: String) throws {
    guard let input = FileHandle(forReadingAtPath: source) else {
      throw Backup.Fault.cannotRead(path: source, reason: String(cString: strerror(errno)))
    }
    defer { try? input.close() }
    let size = Int(try input.seekToEnd())
    try input.seek(toOffset: 0)
    var digest = SHA256()
    try write(tar.header(name: name, size: size, modified: 0, mode: 0o600))
    var left = size
    while left > 0, let piece = try input.read(upToCount: min(left, 1024 * 1024)),
      !piece.isEmpty
    {
      digest.update(data: piece)
      try write(piece)
      left -= piece.count
    }
    guard left == 0 else { throw Backup.Fault.cannotRead(path: source, reason: "it got shorter") }
    try write(tar.padding(after: size))
    manifest.append([
      "name": .string(name), "size": .int(Int64(size)),
      "sha256": .string(Data(digest.finalize()).hexadecimal),
    ])
  }

  func finish() throws {
    let text = (["format": 1, "files": .array(manifest)] as JSON).utf8
    try write(tar.file(name: Backup.manifestName, content: text, modified: 0))
    try write(tar.trailer)
    guard fsync(output) == 0 else { throw error() }
  }

  private func write(_ data: some DataProtocol) throws {
    let data = Data(data)
    var written = 0
    while written < data.count {
      let count = data.withUnsafeBytes { buffer in
        #if canImport(Glibc)
          Glibc.write(output, buffer.baseAddress.map { $0 + written }, data.count - written)
        #else
          Darwin.write(output, buffer.baseAddress.map { $0 + written }, data.count - written)
        #endif
      }
      guard count > 0 else { throw error() }
      written += count
    }
    bytes += data.count
    progress(bytes)
  }

  private func error() -> Backup.Fault {
    .cannotWrite(path: path, reason: String(cString: strerror(errno)))
  }
}

/// Takes an archive apart and checks it against its manifest.
private final class Extractor {
  private let place: (String) throws -> String?
  private var hashes: [String: (size: Int, hash: String)] = [:]
  private var name = ""
  private var size = 0
  private var digest = SHA256()
  private var output: FileHandle?
  private var manifest: [UInt8] = []
  private var bytes = 0

  init(place: @escaping (String) throws -> String?) { self.place = place }

  func take(_ event: TarReader.Event) throws {
    switch event {
    case .file(let name, let size):
      (self.name, self.size) = (name, size)
      digest = SHA256()
      if name != Backup.manifestName, let target = try place(name) {
        guard FileManager.default.createFile(
          atPath: target, contents: nil, attributes: [.posixPermissions: 0o600])
        else { throw Backup.Fault.cannotWrite(path: target, reason: "it cannot be made") }
        output = FileHandle(forWritingAtPath: target)
      }
    case .content(let piece):
      bytes += piece.count
      if name == Backup.manifestName {
        manifest.append(contentsOf: piece)
      } else {
        digest.update(data: Data(piece))
        try output?.write(contentsOf: Data(piece))
      }
    case .fileEnd:
      try output?.synchronize()
      try output?.close()
      output = nil
      if name != Backup.manifestName {
        hashes[name] = (size, Data(digest.finalize()).hexadecimal)
      }
    case .archiveEnd: break
    }
  }

  func finish(_ path: String) throws -> Backup.Summary {
    guard let files = (try? JSON(parsing: manifest))?["files"]?.array else {
      throw Backup.Fault.notABackup(path: path, reason: "it has no manifest")
    }
    var summary = Backup.Summary(vaults: 0, files: files.count, bytes: bytes)
    for file in files {
      let name = file["name"]?.string ?? ""
      guard let found = hashes.removeValue(forKey: name) else {
        throw Backup.Fault.missing(entry: name)
      }
      guard found.hash == file["sha256"]?.string else {
        throw Backup.Fault.damaged(entry: name)
      }
      if name.hasSuffix("/vault.sqlite") { summary.vaults += 1 }
    }
    if let stray = hashes.keys.first { throw Backup.Fault.damaged(entry: stray) }
    return summary
  }
}
