import Foundation
import Notation
import Synchronization

/// The bytes of a file, in the address space but not in memory until they are looked at, or of an array.
package final class MappedBytes: @unchecked Sendable {
  // Nothing writes to the bytes, so any thread may read them.
  private let buffer: UnsafeBufferPointer<UInt8>
  private let isMapped: Bool
  /// The place whose line was asked for last.
  private let counted = Mutex((place: 0, line: 1))

  /// Foundation reads whole what it is asked to map.
  ///
  /// - Throws: what opening the file throws.
  package init(path: String) throws {
    let file = try FileHandle(forReadingFrom: URL(filePath: path))
    defer { try? file.close() }
    var status = stat()
    guard fstat(file.fileDescriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw CocoaError(.fileReadUnknown)
    }
    let size = Int(status.st_size)
    guard size > 0 else {
      (buffer, isMapped) = (UnsafeBufferPointer(start: nil, count: 0), false)
      return
    }
    let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, file.fileDescriptor, 0)
    guard let start, start != MAP_FAILED else { throw CocoaError(.fileReadUnknown) }
    madvise(start, size, MADV_SEQUENTIAL)
    buffer = UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: size)
    isMapped = true
  }

  package init(_ bytes: [UInt8]) {
    let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
    _ = copy.initialize(from: bytes)
    (buffer, isMapped) = (UnsafeBufferPointer(copy), false)
  }

  deinit {
    if isMapped {
      munmap(UnsafeMutableRawPointer(mutating: buffer.baseAddress), buffer.count)
    } else {
      buffer.deallocate()
    }
  }

  package var count: Int { buffer.count }

  /// The same as UTF-8 where a byte order mark says that it is UTF-16, as spreadsheets write text.
  func asUTF8() -> MappedBytes? {
    guard buffer.starts(with: [0xFF, 0xFE]) || buffer.starts(with: [0xFE, 0xFF]) else { return nil }
    return String(bytes: buffer, encoding: .utf16).map { MappedBytes(Array($0.utf8)) }
  }

  /// With what is no UTF-8 read as what an XML head says, or as Latin-1; nil where all is.
  ///
  /// - Parameter isJSON: whether all of it may be one line, of which what is UTF-8 stays.
  /// - Returns: also how many lines have some.
  /// - Complexity: O(bytes); memory for them only where some are not.
  func withLatin1Lines(isJSON: Bool) -> (MappedBytes, lines: Int)? {
    guard !UTF8Check.isWhole(buffer) else { return nil }
    if let name = declaredEncoding, let text = Self.text(buffer, in: name) {
      return (MappedBytes(Array(text.utf8)), 0)
    }
    var (text, count, start) = ([UInt8](), 0, 0)
    while start < buffer.count {
      let end = lineStart(after: start) ?? buffer.count
      let line = buffer[start..<end]
      if UTF8Check.isWhole(UnsafeBufferPointer(rebasing: line)) {
        text += line
      } else {
        count += 1
        if isJSON { Self.appendRepaired(line, to: &text) } else { Self.append(line, to: &text) }
      }
      start = end
    }
    return (MappedBytes(text), count)
  }

  /// Latin-1 as UTF-8.
  private static func append(_ bytes: some Sequence<UInt8>, to text: inout [UInt8]) {
    for byte in bytes {
      if byte < 0x80 {
        text.append(byte)
      } else if let encoded = UTF8.encode(WesternText.scalar(byte)) {
        text.append(contentsOf: encoded)
      }
    }
  }

  private static func appendRepaired(
    _ line: Slice<UnsafeBufferPointer<UInt8>>, to text: inout [UInt8]
  ) {
    var parser = Unicode.UTF8.ForwardParser()
    var (bytes, place) = (line.makeIterator(), line.startIndex)
    while true {
      switch parser.parseScalar(from: &bytes) {
      case .valid(let scalar):
        text += scalar
        place += scalar.count
      case .error(let length):
        append(line[place..<place + length], to: &text)
        place += length
      case .emptyInput: return
      }
    }
  }

  /// Of `<?xml … encoding="…"?>`.
  private var declaredEncoding: String? {
    let head = String(decoding: buffer.prefix(200), as: UTF8.self)
    guard head.hasPrefix("<?xml"),
      let found = head.firstMatch(of: /encoding=["']([A-Za-z0-9_\-]+)["']/)
    else { return nil }
    return found.1.lowercased()
  }

  /// nil for an encoding that is not known here, and for bytes that are none of it.
  private static func text(_ bytes: UnsafeBufferPointer<UInt8>, in encoding: String) -> String? {
    let known: String.Encoding? =
      switch encoding {
      case "iso-8859-1", "latin1", "latin-1": .isoLatin1
      case "iso-8859-2": .isoLatin2
      case "windows-1250", "cp1250": .windowsCP1250
      case "windows-1251", "cp1251": .windowsCP1251
      case "windows-1252", "cp1252": .windowsCP1252
      case "shift_jis", "sjis": .shiftJIS
      case "euc-jp": .japaneseEUC
      default: nil
      }
    if let known { return String(bytes: bytes, encoding: known) }
    #if canImport(Glibc)
      return converted(bytes, from: encoding)
    #else
      return nil
    #endif
  }

  #if canImport(Glibc)
    /// By the system's tables: GBK, Big5, EUC-KR, KOI8-R and others.
    private static func converted(
      _ bytes: UnsafeBufferPointer<UInt8>, from encoding: String
    ) -> String? {
      guard let table = iconv_open("UTF-8", encoding), Int(bitPattern: table) != -1 else {
        return nil
      }
      defer { iconv_close(table) }
      // No byte becomes more than four.
      var out = [CChar](repeating: 0, count: bytes.count * 4)
      var source = UnsafeMutableRawPointer(mutating: bytes.baseAddress)?
        .assumingMemoryBound(to: CChar.self)
      var (left, room) = (bytes.count, out.count)
      let done = out.withUnsafeMutableBufferPointer { buffer in
        var target = buffer.baseAddress
        return iconv(table, &source, &left, &target, &room)
      }
      guard done >= 0, left == 0 else { return nil }
      return out.prefix(out.count - room).withUnsafeBytes { String(validating: $0, as: UTF8.self) }
    }
  #endif

  /// Runs `body` on the bytes, which are there as long as it runs.
  package func withBuffer<R, E: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    let result = try body(buffer)
    // A use of the bytes keeps their owner no longer than it is named.
    withExtendedLifetime(self) {}
    return result
  }

  /// Where text begins: after a byte order mark.
  package var start: Int { buffer.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0 }

  package subscript(_ place: Int) -> UInt8 { withBuffer { $0[place] } }

  package func bytes(_ range: Range<Int>) -> [UInt8] { withBuffer { Array($0[range]) } }

  /// The line of a byte, from 1.
  ///
  /// - Complexity: O(bytes between it and the one that was asked for last)
  package func line(of place: Int) -> Int {
    let place = min(max(place, 0), count)
    return counted.withLock { last in
      let between = min(last.place, place)..<max(last.place, place)
      let breaks = withBuffer { $0[between].count { $0 == 0x0A } }
      last = (place, place < last.place ? last.line - breaks : last.line + breaks)
      return last.line
    }
  }

  /// A walk through them as JSON; it keeps them.
  package func cursor(from place: Int? = nil) -> JSONCursor {
    JSONCursor(buffer, from: place ?? start, owner: self)
  }

  /// Where the line after a place begins; nil where that was the last.
  func lineStart(after place: Int) -> Int? {
    buffer[min(place, buffer.count)...].firstIndex(of: 0x0A).flatMap {
      $0 + 1 < buffer.count ? $0 + 1 : nil
    }
  }

  /// Where reading goes on after an object that cannot be read, and what is wrong with that: at the first
  /// line after its own that begins as an object does, since what is cut off must not take the next one
  /// along; or else at the line after the fault.
  func goingOn(after error: JSONError, in object: Int) -> (fault: JSONError, next: Int?) {
    // Whoever asks may stand before the break in front of it.
    var cursor = cursor(from: object)
    _ = cursor.peek()
    var line = lineStart(after: cursor.position)
    while let place = line, place <= error.offset {
      if buffer[place] == UInt8(ascii: "{") {
        return (JSONError(.unexpectedEnd, at: place - 1), place)
      }
      line = lineStart(after: place)
    }
    return (error, lineStart(after: error.offset))
  }

  /// What is no JSON in a file of objects that stand in lines of their own, or that is one value.
  func fault(_ error: JSONError, in file: String, isLine: Bool) -> FormatFault {
    var fault = COCOIndex.fault(error, file, self)
    if isLine { fault.remedy = "Put the line right; it is left out." }
    return fault
  }

  /// Tells of what stands after the value that was read.
  func reportMore(
    after cursor: inout JSONCursor, in file: String, _ diagnostics: Diagnostics
  ) throws(FormatFault) {
    guard cursor.peek() != nil else { return }
    try diagnostics.report(
      fault(JSONError(.trailingBytes, at: cursor.position), in: file, isLine: false))
  }

  /// All of them as one value.
  package func json() throws(JSONError) -> JSON {
    try withBuffer { buffer throws(JSONError) in
      try JSON(parsing: UnsafeBufferPointer(rebasing: buffer[start...]))
    }
  }

  /// A walk through them as XML; it keeps them.
  package func xml() -> XMLScanner { XMLScanner(buffer, owner: self) }

  /// Their lines; they keep them.
  func lines() -> ByteLines { ByteLines(buffer, owner: self) }
}
