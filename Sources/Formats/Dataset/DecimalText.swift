/// Numbers as text formats write them.
enum DecimalText {
  /// With so many places after the point; what is no number is 0.
  static func fixed(_ value: Double, _ places: Int) -> String {
    var bytes: [UInt8] = []
    append(value, places, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let powers: [Double] = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10]

  static func append(_ value: Double, _ places: Int, to bytes: inout [UInt8]) {
    let scaled = (value.magnitude * powers[places]).rounded()
    guard scaled.isFinite, scaled < 9e18 else { return bytes.append(contentsOf: "0".utf8) }
    var digits = UInt64(scaled)
    // Nineteen digits at most, a sign and a point, from the last.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 24) { text in
      var place = text.count
      func put(_ byte: UInt8) {
        place -= 1
        text[place] = byte
      }
      let isBelowZero = value < 0 && digits > 0
      var count = 0
      while digits > 0 || count <= places {
        if count == places, places > 0 { put(UInt8(ascii: ".")) }
        let tenth = digits / 10
        put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digits - tenth * 10))
        digits = tenth
        count += 1
      }
      if isBelowZero { put(UInt8(ascii: "-")) }
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[place...]))
    }
  }

  /// As short as it can be with at most so many places.
  static func short(_ value: Double, _ places: Int) -> String {
    var bytes: [UInt8] = []
    appendShort(value, places, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  static func appendShort(_ value: Double, _ places: Int, to bytes: inout [UInt8]) {
    let start = bytes.count
    append(value, places, to: &bytes)
    guard bytes[start...].contains(UInt8(ascii: ".")) else { return }
    while bytes.last == UInt8(ascii: "0") { bytes.removeLast() }
    if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
  }
}

/// The lines of bytes in place, without their ends; LF, CRLF and CR end a line.
struct ByteLines: Sequence, IteratorProtocol {
  private let bytes: UnsafeBufferPointer<UInt8>
  /// Keeps the bytes where they are.
  private let owner: AnyObject
  private var place = 0
  /// Of the line that was read last, from 1.
  private(set) var number = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>, owner: AnyObject) {
    (self.bytes, self.owner) = (bytes, owner)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
  }

  mutating func next() -> UnsafeBufferPointer<UInt8>? {
    guard place < bytes.count else { return nil }
    let start = place
    while place < bytes.count, bytes[place] != 0x0A, bytes[place] != 0x0D { place += 1 }
    let line = UnsafeBufferPointer(rebasing: bytes[start..<place])
    if place < bytes.count {
      place += bytes[place] == 0x0D && place + 1 < bytes.count && bytes[place + 1] == 0x0A ? 2 : 1
    }
    number += 1
    return line
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Parted by spaces and tabs.
  var words: [Substring] {
    String(decoding: self, as: UTF8.self).split(whereSeparator: { $0 == " " || $0 == "\t" })
  }
}
