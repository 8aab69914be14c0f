/// A POSIX archive (IEEE 1003.1-2017, *pax*), written front to back with nothing kept: ustar, with a record
/// beside it for a name that ustar has no room for.
package struct TarWriter: Sendable {
  package enum Fault: Error, Hashable, Sendable {
    case badName(String)
    case tooLarge(Int)
  }

  /// Bytes of a file at most: eleven octal digits.
  package static let fileSizeLimit = 0o77_777_777_777

  package init() {}

  /// The header of a regular file, to be followed by `size` bytes and `padding(after: size)`.
  ///
  /// - Parameter modified: seconds since 1970.
  package func header(
    name: String, size: Int, modified: Int64, mode: Int = 0o644
  ) throws(Fault) -> [UInt8] {
    guard !name.isEmpty, !name.hasPrefix("/"), !name.utf8.contains(0),
      !name.split(separator: "/").contains("..")
    else { throw .badName(name) }
    guard size <= Self.fileSizeLimit else { throw .tooLarge(size) }
    guard let (prefix, base) = split(name) else {
      let facts = Self.record("path", name)
      let short = String(decoding: name.utf8.suffix(80).drop { $0 & 0xC0 == 0x80 }, as: UTF8.self)
        .replacing("/", with: "_")
      return block("pax_header", "", facts.count, modified, mode, kind: "x") + facts
        + padding(after: facts.count) + block(short, "", size, modified, mode, kind: "0")
    }
    return block(base, prefix, size, modified, mode, kind: "0")
  }

  /// Its length, which counts its own digits, a name and a value.
  private static func record(_ name: String, _ value: String) -> [UInt8] {
    let bare = name.utf8.count + value.utf8.count + 3
    var length = bare + String(bare).utf8.count
    length = bare + String(length).utf8.count
    return Array("\(length) \(name)=\(value)\n".utf8)
  }

  private func block(
    _ base: String, _ prefix: String, _ size: Int, _ modified: Int64, _ mode: Int,
    kind: Unicode.Scalar
  ) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    put(base, at: 0, in: &block)
    put(octal(mode, 7), at: 100, in: &block)
    put(octal(0, 7), at: 108, in: &block)
    put(octal(0, 7), at: 116, in: &block)
    put(octal(size, 11), at: 124, in: &block)
    put(octal(Int(max(0, modified)), 11), at: 136, in: &block)
    put("        ", at: 148, in: &block)
    block[156] = UInt8(ascii: kind)
    put("ustar\u{0}00", at: 257, in: &block)
    put(prefix, at: 345, in: &block)
    let sum = block.reduce(0) { $0 + Int($1) }
    put(octal(sum, 6) + "\u{0} ", at: 148, in: &block)
    return block
  }

  /// Zeros that fill the last block of a file.
  package func padding(after size: Int) -> [UInt8] {
    [UInt8](repeating: 0, count: (512 - size % 512) % 512)
  }

  /// Two empty blocks end an archive.
  package var trailer: [UInt8] { [UInt8](repeating: 0, count: 1024) }

  /// A whole small file.
  package func file(
    name: String, content: [UInt8], modified: Int64
  ) throws(Fault) -> [UInt8] {
    try header(name: name, size: content.count, modified: modified) + content
      + padding(after: content.count)
  }

  /// Names over 100 bytes are cut at a slash: up to 155 bytes before it; nil where that cannot be.
  private func split(_ name: String) -> (prefix: String, base: String)? {
    if name.utf8.count <= 100 { return ("", name) }
    var slash = name.startIndex
    while let next = name[slash...].dropFirst(slash == name.startIndex ? 0 : 1)
      .firstIndex(of: "/")
    {
      let (prefix, base) = (name[..<next], name[next...].dropFirst())
      if prefix.utf8.count > 155 { break }
      if base.utf8.count <= 100 { return (String(prefix), String(base)) }
      slash = next
    }
    return nil
  }

  private func octal(_ value: Int, _ digits: Int) -> String {
    let text = String(value, radix: 8)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  private func put(_ text: String, at offset: Int, in block: inout [UInt8]) {
    for (index, byte) in text.utf8.enumerated() { block[offset + index] = byte }
  }
}
