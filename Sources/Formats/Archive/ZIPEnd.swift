import Foundation

/// The record at the end of a ZIP (APPNOTE §4.3.16), without which it was cut off: each file can be read all
/// the same, and nobody knows which are missing.
enum ZIPEnd {
  private static let magic: [UInt8] = [0x50, 0x4B, 5, 6]
  /// Bytes of the record, and of a remark after it at most.
  private static let lookLimit = 22 + 65_535

  /// nil of a whole ZIP, and of what is none.
  static func damage(of file: String) -> String? {
    guard let handle = FileHandle(forReadingAtPath: file) else { return nil }
    defer { try? handle.close() }
    guard let head = try? handle.read(upToCount: 4), [UInt8](head).starts(with: [0x50, 0x4B, 3, 4]),
      let size = try? handle.seekToEnd(),
      (try? handle.seek(toOffset: size - min(size, UInt64(lookLimit)))) != nil,
      let tail = try? handle.readToEnd()
    else { return nil }
    return tail.range(of: Data(magic)) == nil
      ? "the record at the end of a zip is missing: it was cut off" : nil
  }
}
