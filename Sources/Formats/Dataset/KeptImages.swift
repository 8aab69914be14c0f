import Foundation
import Synchronization

/// Images that lie inside of other files (tables, records, shards), written to a folder that goes with this.
final class KeptImages: Sendable {
  private let folder = NSTemporaryDirectory() + "assay-images-\(UUID().uuidString)"
  private let count = Mutex(0)

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// - Parameter name: of which only the extension counts.
  /// - Throws: `FormatFault` where it cannot be written.
  func keep(_ bytes: [UInt8], named name: String) throws(FormatFault) -> String {
    let number = count.withLock { count in
      if count == 0 {
        try? FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      }
      count += 1
      return count
    }
    let kind = DatasetFolder.isImage(name) ? String(name[name.lastIndex(of: ".")!...]) : ""
    let path = "\(folder)/\(number)\(kind)"
    guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else {
      throw FormatFault.unwritten(
        name, "", "an image inside of a file cannot be written to \(folder)",
        remedy: "Look for room on the disk, or set TMPDIR to a place that has it.")
    }
    return path
  }
}
