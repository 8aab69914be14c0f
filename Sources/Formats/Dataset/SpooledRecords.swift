import Foundation

/// Records that are gathered in one order and read in another: in memory up to a limit, then in a file
/// without a name.
final class SpooledRecords {
  private var memory: [UInt8] = []
  private var file: FileHandle?
  /// Bytes of the file.
  private var size = 0

  /// - Returns: where it is found again.
  func append(_ record: [UInt8]) throws -> Range<Int> {
    let start = size + memory.count
    memory.append(contentsOf: record)
    if memory.count >= SpooledBytes.memoryLimit {
      let file = try self.file ?? SpooledBytes.namelessFile()
      self.file = file
      try file.seekToEnd()
      try file.write(contentsOf: memory)
      size += memory.count
      memory.removeAll(keepingCapacity: true)
    }
    return start..<start + record.count
  }

  /// A record that was appended.
  func record(_ range: Range<Int>) throws -> [UInt8] {
    guard range.lowerBound < size, let file else {
      return Array(memory[range.lowerBound - size..<range.upperBound - size])
    }
    var bytes = [UInt8](repeating: 0, count: range.count)
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeMutableBytes { buffer in
        pread(
          file.fileDescriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done,
          off_t(range.lowerBound + done))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw CocoaError(.fileReadUnknown) }
      done += count
    }
    return bytes
  }
}
