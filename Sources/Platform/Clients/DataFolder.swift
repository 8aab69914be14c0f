import Foundation
import Vault

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where everything lies: `master.key`, `control.sqlite`, and `vaults/<client>/` for each client.
package struct DataFolder: Hashable, Sendable {
  package let path: String

  package init(path: String) {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  package var masterKeyPath: String { path + "/master.key" }
  package var controlPath: String { path + "/control.sqlite" }
  package var lockPath: String { path + "/server.lock" }
  package var vaultsPath: String { path + "/vaults" }
  package var spoolPath: String { path + "/spool" }
  package func vaultPath(_ client: String) -> String { "\(vaultsPath)/\(client)" }
  package func vaultDatabasePath(_ client: String) -> String {
    vaultPath(client) + "/vault.sqlite"
  }
  package func blobsPath(_ client: String) -> String { vaultPath(client) + "/blobs" }

  package enum Fault: Error, Hashable, Sendable {
    case cannotMake(path: String, reason: String)
    case noMasterKey(path: String)
    case badMasterKey(path: String)
    /// Others than the owner may read the key.
    case openMasterKey(path: String, mode: Int)
    /// The key is not the one this folder was made with.
    case wrongMasterKey(path: String)
    case serverRunning(path: String)
    case notADataFolder(path: String)
  }

  package var exists: Bool { FileManager.default.fileExists(atPath: controlPath) }

  /// Makes the folders that are missing, for the owner alone.
  package func make() throws(Fault) {
    for folder in [path, vaultsPath, spoolPath] {
      do {
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true,
          attributes: [.posixPermissions: 0o700])
      } catch {
        throw .cannotMake(path: folder, reason: error.localizedDescription)
      }
    }
  }

  /// Reads the master key; makes one, mode 0600, where the folder is new.
  package func masterKey() throws(Fault) -> MasterKey {
    if !FileManager.default.fileExists(atPath: masterKeyPath) {
      guard !exists else { throw .noMasterKey(path: masterKeyPath) }
      return try makeMasterKey()
    }
    let attributes = try? FileManager.default.attributesOfItem(atPath: masterKeyPath)
    let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue ?? 0
    guard mode & 0o077 == 0 else { throw .openMasterKey(path: masterKeyPath, mode: mode) }
    guard let text = try? String(contentsOfFile: masterKeyPath, encoding: .utf8),
      let key = MasterKey(hexadecimal: text.trimmingCharacters(in: .whitespacesAndNewlines))
    else { throw .badMasterKey(path: masterKeyPath) }
    return key
  }

  private func makeMasterKey() throws(Fault) -> MasterKey {
    let key = MasterKey()
    let file = open(masterKeyPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      throw .cannotMake(path: masterKeyPath, reason: String(cString: strerror(errno)))
    }
    defer { close(file) }
    let text = Array((key.hexadecimal + "\n").utf8)
    guard write(file, text, text.count) == text.count, fsync(file) == 0 else {
      unlink(masterKeyPath)
      throw .cannotMake(path: masterKeyPath, reason: String(cString: strerror(errno)))
    }
    return key
  }

  /// Holds the folder for one server, until the process ends.
  package func lockForServer() throws(Fault) -> Int32 {
    let file = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      throw .cannotMake(path: lockPath, reason: String(cString: strerror(errno)))
    }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      close(file)
      throw .serverRunning(path: path)
    }
    return file
  }
}
