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
    try enterObject()
    var isFirst = true
    while let name = try nextName(isFirst: isFirst) {
      isFirst = false
      var reader = parser
      reader.position = name.lowerBound - 1
      try body(try reader.string(), &self)
    }
  }

  /// Goes through an object and passes over members of other names than these, which are compared as they are
  /// written, without escapes. `body` is given the place of each among the names and must read or skip its
  /// value.
  ///
  /// - Complexity: O(its bytes), where members come in the order of the names
  package mutating func members(
    among names: [StaticString],
    _ body: (Int, inout JSONCursor) throws(JSONError) -> Void
  ) throws(JSONError) {
    try enterObject()
    var (isFirst, likely) = (true, 0)
    while let name = try nextName(isFirst: isFirst) {
      isFirst = false
      if let place = place(of: name, among: names, from: likely) {
        likely = place &+ 1
        try body(place, &self)
      } else {
        try skip()
      }
    }
  }

  /// Passes over an object and gives the value of one of its members; nil where it has none of that name, and
  /// the first where it has several. The name is compared as it is written, without escapes.
  package mutating func member(_ wanted: StaticString) throws(JSONError) -> JSON? {
    try enterObject()
    var isFirst = true
    while let name = try nextName(isFirst: isFirst) {
      isFirst = false
      if isName(wanted, name) {
        let found = try value()
        try skip(outOf: 1)
        return found
      }
      try skip()
    }
    return nil
  }

  private mutating func enterObject() throws(JSONError) {
    parser.skipSpace()
    try parser.expect(UInt8(ascii: "{"))
  }

  /// Goes to the value of the next member of an object that was entered.
  ///
  /// - Returns: where its name lies, without quotes; nil at the end of the object, which is passed.
  private mutating func nextName(isFirst: Bool) throws(JSONError) -> Range<Int>? {
    parser.skipSpace()
    if isFirst {
      if parser.take(UInt8(ascii: "}")) { return nil }
    } else if parser.take(UInt8(ascii: ",")) {
      parser.skipSpace()
    } else {
      try parser.expect(UInt8(ascii: "}"))
      return nil
    }
    let start = parser.position
    guard start < bytes.count else { throw JSONError(.unexpectedEnd, at: start) }
    guard bytes[start] == UInt8(ascii: "\"") else {
      throw JSONError(.unexpectedByte(bytes[start]), at: start)
    }
    let end = try end(ofStringAt: start)
    parser.position = end
    parser.skipSpace()
    try parser.expect(UInt8(ascii: ":"))
    return start &+ 1..<end &- 1
  }

  /// - Parameter likely: the place that is looked at first.
  private func place(
    of name: Range<Int>, among names: [StaticString], from likely: Int
  ) -> Int? {
    var place = likely
    for _ in names.indices {
      if place >= names.count { place = 0 }
      if isName(names[place], name) { return place }
      place &+= 1
    }
    return nil
  }

  private func isName(_ wanted: StaticString, _ range: Range<Int>) -> Bool {
    let (count, start) = (range.count, range.lowerBound)
    guard count == wanted.utf8CodeUnitCount else { return false }
    for offset in 0..<count where bytes[start &+ offset] != wanted.utf8Start[offset] {
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
    case UInt8(ascii: "{"), UInt8(ascii: "["): try skip(outOf: 0)
    case UInt8(ascii: "\""): parser.position = try end(ofStringAt: parser.position)
    default: skipScalar()
    }
  }

  // The place is a variable of its own in these three: what is passed over is most of a large document.

  /// Passes over what is left of as many objects and lists as were entered, or over the next one.
  private mutating func skip(outOf depth: Int) throws(JSONError) {
    let bytes = bytes
    var (place, depth) = (parser.position, depth)
    while place < bytes.count {
      let byte = bytes[place]
      // Brackets lie behind all that numbers are made of.
      if byte < UInt8(ascii: "[") {
        place = byte == UInt8(ascii: "\"") ? try end(ofStringAt: place) : place &+ 1
        continue
      }
      place &+= 1
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth &+= 1
        guard depth <= parser.depthLimit else {
          throw JSONError(.tooDeep(limit: parser.depthLimit), at: place &- 1)
        }
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth &-= 1
        if depth == 0 {
          parser.position = place
          return
        }
      default: break
      }
    }
    throw JSONError(.unexpectedEnd, at: bytes.count)
  }

  /// Behind its second quote.
  private func end(ofStringAt start: Int) throws(JSONError) -> Int {
    let bytes = bytes
    var place = start &+ 1
    while place < bytes.count {
      let byte = bytes[place]
      place &+= 1
      if byte == UInt8(ascii: "\"") { return place }
      if byte == UInt8(ascii: "\\") { place &+= 1 }
    }
    throw JSONError(.unexpectedEnd, at: bytes.count)
  }

  private mutating func skipScalar() {
    let bytes = bytes
    var place = parser.position
    scalar: while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), 0x20, 0x09, 0x0A, 0x0D:
        break scalar
      default: place &+= 1
      }
    }
    parser.position = place
  }
}
