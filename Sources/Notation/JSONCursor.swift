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
    var isInside = try enterObject()
    while isInside {
      let name = try parser.string()
      try passColon()
      try body(name, &self)
      isInside = try nextMember()
    }
  }

  /// Goes through an object. `body` is given the place of each name among some, nil for others, and must read
  /// or skip its value.
  ///
  /// - Complexity: O(its bytes + members · names); O(its bytes) where members come in the order of the names
  package mutating func members(
    among names: [StaticString],
    _ body: (Int?, inout JSONCursor) throws(JSONError) -> Void
  ) throws(JSONError) {
    var (isInside, likely) = (try enterObject(), 0)
    while isInside {
      let start = parser.position
      let (end, hasEscapes) = try end(ofStringAt: start)
      var place = place(of: start &+ 1..<end &- 1, among: names, from: likely)
      if place == nil, hasEscapes {
        let name = try parser.string()
        place = names.firstIndex { $0.description == name }
      }
      parser.position = end
      try passColon()
      if let place { likely = place &+ 1 }
      try body(place, &self)
      isInside = try nextMember()
    }
  }

  /// Passes over an object and gives the value of one of its members, the last of several; nil where it has
  /// none of that name.
  package mutating func member(_ wanted: StaticString) throws(JSONError) -> JSON? {
    var found: JSON?
    try members(among: [wanted]) { place, cursor throws(JSONError) in
      if place == nil { try cursor.skip() } else { found = try cursor.value() }
    }
    return found
  }

  /// Steps into an object.
  ///
  /// - Returns: whether a member comes, at whose name it is then.
  private mutating func enterObject() throws(JSONError) -> Bool {
    parser.skipSpace()
    try parser.expect(UInt8(ascii: "{"))
    parser.skipSpace()
    if parser.take(UInt8(ascii: "}")) { return false }
    try checkName()
    return true
  }

  /// Goes on behind a value; the end of the object is passed.
  private mutating func nextMember() throws(JSONError) -> Bool {
    parser.skipSpace()
    guard parser.take(UInt8(ascii: ",")) else {
      try parser.expect(UInt8(ascii: "}"))
      return false
    }
    parser.skipSpace()
    try checkName()
    return true
  }

  private func checkName() throws(JSONError) {
    let place = parser.position
    guard place < bytes.count else { throw JSONError(.unexpectedEnd, at: place) }
    guard bytes[place] == UInt8(ascii: "\"") else {
      throw JSONError(.unexpectedByte(bytes[place]), at: place)
    }
  }

  private mutating func passColon() throws(JSONError) {
    parser.skipSpace()
    try parser.expect(UInt8(ascii: ":"))
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
    case UInt8(ascii: "{"), UInt8(ascii: "["): try skipNested()
    case UInt8(ascii: "\""): parser.position = try end(ofStringAt: parser.position).end
    default: try skipScalar()
    }
  }

  // The place is a variable of its own in these three: what is passed over is most of a large document.

  private mutating func skipNested() throws(JSONError) {
    let bytes = bytes
    var (place, depth) = (parser.position, 0)
    while place < bytes.count {
      let byte = bytes[place]
      // Behind digits, signs and commas, which most of what is passed over is.
      if byte < UInt8(ascii: "[") {
        place = byte == UInt8(ascii: "\"") ? try end(ofStringAt: place).end : place &+ 1
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
  private func end(ofStringAt start: Int) throws(JSONError) -> (end: Int, hasEscapes: Bool) {
    let bytes = bytes
    var (place, hasEscapes) = (start &+ 1, false)
    while place < bytes.count {
      let byte = bytes[place]
      place &+= 1
      if byte == UInt8(ascii: "\"") { return (place, hasEscapes) }
      if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        place &+= 1
      }
    }
    throw JSONError(.unexpectedEnd, at: bytes.count)
  }

  private mutating func skipScalar() throws(JSONError) {
    let bytes = bytes
    var place = parser.position
    scalar: while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), 0x20, 0x09, 0x0A, 0x0D:
        break scalar
      default: place &+= 1
      }
    }
    guard place > parser.position else {
      throw JSONError(.unexpectedByte(bytes[place]), at: place)
    }
    parser.position = place
  }
}
