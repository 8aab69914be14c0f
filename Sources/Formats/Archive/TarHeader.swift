/// A header of a tar archive (IEEE 1003.1-2017, *ustar* and *pax*; GNU's long names and large sizes).
struct TarHeader: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case file
    /// What is said of the next file beside its header.
    case facts(Extension)
    /// Folders, links and whatever else is no file.
    case other
  }

  enum Extension: Hashable, Sendable { case pax, longName }

  static let size = 512
  /// Bytes of what is said of a file beside its header.
  static let factsLimit = 1 << 20
  /// How often something may be said of one file.
  static let factsCount = 16

  var kind: Kind
  var name: String
  /// Of its content, in bytes.
  var size: Int

  /// Bytes from the end of the content to the next header.
  var padding: Int { (Self.size - size % Self.size) % Self.size }

  /// - Parameter block: `size` bytes.
  /// - Returns: nil for the empty block that ends an archive.
  /// - Throws: `.badChecksum`, `.badHeader`
  init?(_ block: [UInt8]) throws(TarReader.Fault) {
    if block.allSatisfy({ $0 == 0 }) { return nil }
    var sum = 0
    for (index, byte) in block.enumerated() {
      sum += (148..<156).contains(index) ? 0x20 : Int(byte)
    }
    guard Self.number(block[148..<156]) == sum else { throw .badChecksum }
    guard let size = Self.number(block[124..<136]) else { throw .badHeader }
    let prefix = block[257..<262].elementsEqual("ustar".utf8) ? Self.text(block[345..<500]) : ""
    let base = Self.text(block[0..<100])
    (name, self.size) = (prefix.isEmpty ? base : prefix + "/" + base, size)
    switch block[156] {
    case UInt8(ascii: "0"), 0, UInt8(ascii: "7"): kind = .file
    case UInt8(ascii: "x"): kind = .facts(.pax)
    case UInt8(ascii: "L"): kind = .facts(.longName)
    default: kind = .other
    }
    if case .facts = kind, size > Self.factsLimit { throw .badHeader }
  }

  /// Takes what was said of it before.
  mutating func apply(_ facts: [UInt8], _ form: Extension) throws(TarReader.Fault) {
    guard form == .pax else {
      name = Self.text(facts[...])
      return
    }
    // Records of a length in decimal digits, a space, `name=value` and an end of line.
    var rest = facts[...]
    while let space = rest.firstIndex(of: 0x20) {
      guard let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
        length > space - rest.startIndex + 1, length <= rest.count
      else { throw .badHeader }
      let record = rest[(space + 1)..<(rest.startIndex + length - 1)]
      rest = rest.dropFirst(length)
      guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else { throw .badHeader }
      let value = String(decoding: record[(equals + 1)...], as: UTF8.self)
      if record[..<equals].elementsEqual("path".utf8) { name = value }
      if record[..<equals].elementsEqual("size".utf8) {
        guard let number = Int(value), number >= 0 else { throw .badHeader }
        size = number
      }
    }
  }

  /// The name below the folder it is unpacked to.
  func safeName() throws(TarReader.Fault) -> String {
    var name = name[...]
    while name.hasPrefix("./") { name = name.dropFirst(2) }
    guard !name.isEmpty, !name.hasPrefix("/"), !name.split(separator: "/").contains(".."),
      !name.utf8.contains(0)
    else { throw .unsafeName(self.name) }
    return String(name)
  }

  private static func text(_ field: ArraySlice<UInt8>) -> String {
    String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// Octal digits; or, where the first bit is set, bytes with the greatest first.
  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    if let first = field.first, first & 0x80 != 0 {
      var value = Int(first & 0x7F)
      for byte in field.dropFirst() {
        guard value <= Int.max >> 8 else { return nil }
        value = value << 8 | Int(byte)
      }
      return value
    }
    let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
    return digits.isEmpty
      ? 0
      : Int(String(decoding: digits, as: UTF8.self), radix: 8).flatMap {
        $0 >= 0 ? $0 : nil
      }
  }
}
