/// Appends JSON text to a byte buffer, for streams that must not build a tree first.
///
/// The caller keeps the grammar: the writer puts commas, escapes strings, and refuses numbers that
/// JSON has no form for (NaN, infinities) by writing `null`.
package struct JSONWriter: Sendable {
  package private(set) var bytes: [UInt8] = []
  private var needsComma = false

  package init(reservingCapacity capacity: Int = 0) { bytes.reserveCapacity(capacity) }

  /// Drops what was written and keeps the storage.
  package mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    needsComma = false
  }

  /// Drops what was written but not where in the grammar it stopped: the next bytes go on from there.
  package mutating func forget() { bytes.removeAll(keepingCapacity: true) }

  package mutating func beginObject() { open(UInt8(ascii: "{")) }
  package mutating func endObject() { close(UInt8(ascii: "}")) }
  package mutating func beginArray() { open(UInt8(ascii: "[")) }
  package mutating func endArray() { close(UInt8(ascii: "]")) }

  /// Ends a line of JSON Lines.
  package mutating func newline() {
    bytes.append(0x0A)
    needsComma = false
  }

  package mutating func name(_ name: String) {
    separate()
    quote(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  package mutating func value(_ value: String) {
    separate()
    quote(value)
    needsComma = true
  }

  package mutating func value(_ value: Int64) {
    separate()
    decimal(value)
    needsComma = true
  }

  package mutating func value(_ value: Double) {
    guard value.isFinite else { return raw("null") }
    separate()
    needsComma = true
    // A double that is the nearest to a decimal of up to 15 digits has no shorter one (IEEE 754), so that
    // its text is those digits; most numbers of labels have a few places.
    let scaled = value * 10_000
    if scaled.magnitude < 1e15 {
      let digits = Int64(scaled + (scaled < 0 ? -0.5 : 0.5))
      if Double(digits) / 10_000 == value, digits != 0 { return decimal(digits, places: 4) }
    }
    bytes.append(contentsOf: value.description.utf8)
  }

  package mutating func value(_ value: Bool) { raw(value ? "true" : "false") }
  package mutating func null() { raw("null") }

  /// Puts a value that is JSON text already.
  package mutating func raw(_ text: some Sequence<UInt8>) {
    separate()
    bytes.append(contentsOf: text)
    needsComma = true
  }

  private mutating func raw(_ text: StaticString) {
    raw(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  package mutating func value(_ value: JSON) {
    switch value {
    case .null: null()
    case .bool(let bool): self.value(bool)
    case .int(let int): self.value(int)
    case .double(let double): self.value(double)
    case .string(let string): self.value(string)
    case .array(let elements):
      beginArray()
      for element in elements { self.value(element) }
      endArray()
    case .object(let members):
      beginObject()
      for member in members {
        name(member.name)
        self.value(member.value)
      }
      endObject()
    }
  }

  private mutating func open(_ byte: UInt8) {
    separate()
    bytes.append(byte)
    needsComma = false
  }

  private mutating func close(_ byte: UInt8) {
    bytes.append(byte)
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
  }

  /// - Parameter places: how many of the digits come after the point, of which one is written at least and
  ///   zeros at the end are not; 0 for a number without a point.
  private mutating func decimal(_ value: Int64, places: Int = 0) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 24) { digits in
      var (place, left) = (digits.count, places)
      while left > 1, rest % 10 == 0 { (rest, left) = (rest / 10, left - 1) }
      repeat {
        if left == 0, places > 0, place < digits.count {
          place -= 1
          digits[place] = UInt8(ascii: ".")
        }
        left -= 1
        place -= 1
        digits[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      } while rest > 0 || left >= 0 && places > 0
      bytes.append(contentsOf: digits[place...])
    }
  }

  private mutating func quote(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { utf8 in
      var clean = 0
      for index in 0..<utf8.count {
        let byte = utf8[index]
        guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
          continue
        }
        bytes.append(contentsOf: utf8[clean..<index])
        escape(byte)
        clean = index + 1
      }
      bytes.append(contentsOf: utf8[clean..<utf8.count])
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ byte: UInt8) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
    default:
      let hex = Array("0123456789abcdef".utf8)
      bytes.append(contentsOf: [UInt8(ascii: "u"), 0x30, 0x30])
      bytes.append(hex[Int(byte >> 4)])
      bytes.append(hex[Int(byte & 15)])
    }
  }
}

extension JSON {
  /// The value as compact UTF-8 text, members in their order.
  package var utf8: [UInt8] {
    var writer = JSONWriter()
    writer.value(self)
    return writer.bytes
  }

  package var text: String { String(decoding: utf8, as: UTF8.self) }
}
