/// Reads comma-separated values (RFC 4180): fields in quotes may hold commas, quotes (doubled) and line
/// ends; lines end with LF, CRLF or CR; a byte order mark at the start is passed over.
package struct CSVReader: Sequence, IteratorProtocol {
  /// A place in the text, for people: lines count from 1.
  package struct Fault: Error, Hashable, Sendable {
    package var line: Int
    package var problem: String
  }

  private let storage: MappedBytes
  private let bytes: UnsafeBufferPointer<UInt8>
  private var place: Int
  /// The line that `next` read last began at,
  package private(set) var line = 0
  /// and its first byte.
  private(set) var start = 0
  private var nextLine = 1
  /// Why it ended before the end of the text.
  package private(set) var fault: Fault?

  private static let (quote, cr, lf) = (UInt8(ascii: "\""), UInt8(ascii: "\r"), UInt8(ascii: "\n"))
  private let separator: UInt8

  package init(_ bytes: [UInt8]) { self.init(MappedBytes(bytes)) }

  /// - Parameter separator: between fields: a tab in place of a comma.
  package init(_ bytes: MappedBytes, separator: UInt8 = UInt8(ascii: ",")) {
    self.separator = separator
    storage = bytes
    // The storage is held as long as this is.
    self.bytes = bytes.withBuffer { $0 }
    place = bytes.start
  }

  /// Goes on at a line whose place (`line`, `start`) was kept.
  mutating func go(to start: Int, line: Int) { (place, nextLine, fault) = (start, line, nil) }

  /// The fields of the next line that is not empty; nil at the end, and at a fault.
  package mutating func next() -> [String]? {
    while place < bytes.count, bytes[place] == Self.lf || bytes[place] == Self.cr { endLine() }
    guard place < bytes.count, fault == nil else { return nil }
    (line, start) = (nextLine, place)
    var fields: [String] = []
    while true {
      guard let field = field() else { return nil }
      fields.append(field)
      guard place < bytes.count, bytes[place] == separator else { break }
      place += 1
    }
    endLine()
    return fields
  }

  private mutating func endLine() {
    guard place < bytes.count else { return }
    if bytes[place] == Self.cr, place + 1 < bytes.count, bytes[place + 1] == Self.lf { place += 1 }
    place += 1
    nextLine += 1
  }

  private mutating func field() -> String? {
    guard place < bytes.count, bytes[place] == Self.quote else {
      let start = place
      while place < bytes.count, bytes[place] != separator, bytes[place] != Self.lf,
        bytes[place] != Self.cr
      { place += 1 }
      return String(decoding: bytes[start..<place], as: UTF8.self)
    }
    place += 1
    var content: [UInt8] = []
    while place < bytes.count {
      let byte = bytes[place]
      if byte == Self.quote {
        guard place + 1 < bytes.count, bytes[place + 1] == Self.quote else { break }
        place += 1
      }
      if byte == Self.lf { nextLine += 1 }
      content.append(byte)
      place += 1
    }
    guard place < bytes.count else {
      fault = Fault(line: line, problem: "a quote is not closed")
      return nil
    }
    place += 1
    // Between tabs a quote is mostly a sign like any other: `"so" he said`.
    if separator == UInt8(ascii: "\t") {
      while place < bytes.count, ![separator, Self.cr, Self.lf].contains(bytes[place]) {
        content.append(bytes[place])
        place += 1
      }
    }
    guard place == bytes.count || [separator, Self.cr, Self.lf].contains(bytes[place]) else {
      fault = Fault(line: line, problem: "something follows a closing quote")
      return nil
    }
    return String(decoding: content, as: UTF8.self)
  }
}
