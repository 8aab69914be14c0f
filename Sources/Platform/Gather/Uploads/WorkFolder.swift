import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A folder where a set is unpacked while it is read, for the owner alone, and gone afterwards. In memory
/// where there is room, so that nothing of a client lies on the disk unsealed; else among the spooled bodies
/// of the data folder, which are thrown away at a start too.
final class WorkFolder {
  let path: String

  static let memory = "/dev/shm"
  /// Bytes of room for each byte of a set: itself, unpacked, and its images once more.
  static let factor = 4
  /// Bytes of room beside that.
  static let margin = 64 * 1024 * 1024
  private static let prefix = "assay-work-"

  /// In memory, where there seems to be room for a set of so many bytes; else nil.
  static func inMemory(for size: Int) throws -> WorkFolder? {
    guard room(in: memory) >= size * factor + margin else { return nil }
    return try WorkFolder(in: memory)
  }

  static func onDisk(_ folder: DataFolder) throws -> WorkFolder {
    try WorkFolder(in: folder.spoolPath)
  }

  private init(in parent: String) throws {
    path = "\(parent)/\(Self.prefix)\(getpid())-\(UUID().uuidString)"
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    } catch {
      throw Refusal.noSpace
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  private static func room(in folder: String) -> Int {
    var facts = statvfs()
    guard statvfs(folder, &facts) == 0, access(folder, W_OK) == 0 else { return 0 }
    return Int(facts.f_bavail) * Int(facts.f_frsize)
  }

  /// Throws away what servers left in memory that are gone.
  static func clear() {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: memory)) ?? []
    where name.hasPrefix(prefix) {
      let owner = name.dropFirst(prefix.count).prefix { $0 != "-" }
      guard let process = Int32(owner) else { continue }
      // A server in a container has the number of the one before it.
      if process == getpid() || (kill(process, 0) != 0 && errno == ESRCH) {
        try? FileManager.default.removeItem(atPath: memory + "/" + name)
      }
    }
  }
}
