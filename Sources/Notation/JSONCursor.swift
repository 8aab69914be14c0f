/// Walks through JSON text in place, for documents that are too large for a tree: looks at the members it is
/// asked for, passes over the rest, and makes trees of small parts only.
///
/// What is passed over is not checked beyond its strings and brackets; what is read is. NaN and infinities,
/// which Python writes, are read as null: one of them costs what it belongs to, not the document.
package struct JSONCursor {
  private var parser: JSONParser
  /// Keeps the bytes where they are.
  private let owner: AnyObject?

  /// - Parameter owner: what the bytes belong to; they must stay where they are as long as it lives.
  package init(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int = 0,
    depthLimit: Int = JSON.defaultDepthLimit,
    owner: AnyObject? = nil
  ) {
    self.owner = owner
    parser = JSONParser(bytes: bytes, depthLimit: depthLimit)
    parser.position = start
    parser.readsNotFiniteAsNull = true
  }

  /// The offset of the next byte.
  package var position: Int { parser.position }

  private var bytes: UnsafeBufferPointer<UInt8> { parser.bytes }

  /// The first byte of the next value; nil at the end.
  package mutating func peek() -> UInt8? {
    parser.skipSpace()
    return parser.position < bytes.count ? bytes[parser.position] : nil
  }

  /// Reads the next value as a tree.
  package mutating func value() throws(JSONError) -> JSON {
    parser.skipSpace()
    return try parser.value()
  }

  /// Goes through an object. `body` is given each name and must read or skip its value.
  package mutating func members(
    _ body: (String, inout JSONCursor) throws(JSONError) -> Void
  ) throws(JSONError) {
    parser.skipSpace()
    try parser.expect(UInt8(ascii: "{"))
    parser.skipSpace()
    if parser.take(UInt8(ascii: "}")) { return }
    while true {
      parser.skipSpace()
      guard parser.position < bytes.count else {
        throw JSONError(.unexpectedEnd, at: parser.position)
      }
      guard bytes[parser.position] == UInt8(ascii: "\"") else {
        throw JSONError(.unexpectedByte(bytes[parser.position]), at: parser.position)
      }
      guard case .string(let name) = try parser.value() else { return }
      parser.skipSpace()
      try parser.expect(UInt8(ascii: ":"))
      try body(name, &self)
      parser.skipSpace()
      if parser.take(UInt8(ascii: ",")) { continue }
      return try parser.expect(UInt8(ascii: "}"))
    }
  }

  /// Passes over an object and gives the value of one of its members; nil where it has none of that name.
  /// A name is compared as it is written, without escapes.
  package mutating func member(_ wanted: StaticString) throws(JSONError) -> JSON? {
    var found: JSON?
    parser.skipSpace()
    try parser.expect(UInt8(ascii: "{"))
    parser.skipSpace()
    if parser.take(UInt8(ascii: "}")) { return nil }
    while true {
      parser.skipSpace()
      guard parser.position < bytes.count, bytes[parser.position] == UInt8(ascii: "\"") else {
        throw JSONError(.unexpectedEnd, at: parser.position)
      }
      let start = parser.position + 1
      try skipString()
      let isWanted = isName(wanted, start..<parser.position - 1)
      parser.skipSpace()
      try parser.expect(UInt8(ascii: ":"))
      if isWanted { found = try value() } else { try skip() }
      parser.skipSpace()
      if parser.take(UInt8(ascii: ",")) { continue }
      try parser.expect(UInt8(ascii: "}"))
      return found
    }
  }

  private func isName(_ wanted: StaticString, _ range: Range<Int>) -> Bool {
    guard range.count == wanted.utf8CodeUnitCount else { return false }
    for (offset, place) in range.enumerated() where bytes[place] != wanted.utf8Start[offset] {
      return false
    }
    return true
  }

  /// Goes through an array. `body` is called before each element and must read or skip it.
  package mutating func elements(
    _ body: (inout JSONCursor) throws(JSONError) -> Void
  ) throws(JSONError) {
    parser.skipSpace()
    try parser.expect(UInt8(ascii: "["))
    parser.skipSpace()
    if parser.take(UInt8(ascii: "]")) { return }
    while true {
      parser.skipSpace()
      try body(&self)
      parser.skipSpace()
      if parser.take(UInt8(ascii: ",")) { continue }
      return try parser.expect(UInt8(ascii: "]"))
    }
  }

  /// Steps into an array that is read piece by piece with `nextElement`.
  package mutating func enterArray() throws(JSONError) {
    parser.skipSpace()
    try parser.expect(UInt8(ascii: "["))
  }

  /// Goes to the next element of an array that was entered; false at its end, which is passed.
  ///
  /// - Parameter isFirst: whether no element was read yet.
  package mutating func nextElement(isFirst: Bool) throws(JSONError) -> Bool {
    parser.skipSpace()
    if parser.take(UInt8(ascii: "]")) { return false }
    if !isFirst { try parser.expect(UInt8(ascii: ",")) }
    parser.skipSpace()
    return true
  }

  /// Passes over the next value.
  ///
  /// - Complexity: O(its bytes)
  package mutating func skip() throws(JSONError) {
    parser.skipSpace()
    guard parser.position < bytes.count else {
      throw JSONError(.unexpectedEnd, at: parser.position)
    }
    switch bytes[parser.position] {
    case UInt8(ascii: "{"), UInt8(ascii: "["): try skipNested()
    case UInt8(ascii: "\""): try skipString()
    default: skipScalar()
    }
  }

  private mutating func skipNested() throws(JSONError) {
    var depth = 0
    let bytes = bytes
    while parser.position < bytes.count {
      switch bytes[parser.position] {
      case UInt8(ascii: "\""):
        try skipString()
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        guard depth <= parser.depthLimit else {
          throw JSONError(.tooDeep(limit: parser.depthLimit), at: parser.position)
        }
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
      parser.position += 1
      if depth == 0 { return }
    }
    throw JSONError(.unexpectedEnd, at: parser.position)
  }

  private mutating func skipString() throws(JSONError) {
    let bytes = bytes
    var place = parser.position + 1
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      if byte == UInt8(ascii: "\"") {
        parser.position = place
        return
      }
      if byte == UInt8(ascii: "\\") { place += 1 }
    }
    throw JSONError(.unexpectedEnd, at: bytes.count)
  }

  private mutating func skipScalar() {
    while parser.position < bytes.count {
      switch bytes[parser.position] {
      case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), 0x20, 0x09, 0x0A, 0x0D: return
      default: parser.position += 1
      }
    }
  }
}
