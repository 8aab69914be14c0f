/// Reads XML 1.0 piece by piece, in place: what labelled sets are written in. Document types and entities of
/// its own are refused, so that a few lines cannot grow into gigabytes nor name other files; comments and
/// processing instructions are passed over.
package struct XMLScanner {
  package enum Piece: Hashable, Sendable {
    case open(String, attributes: [Attribute])
    case close(String)
    case text(String)
    case end
  }

  package struct Attribute: Hashable, Sendable {
    package var name: String
    package var value: String
  }

  package struct Fault: Error, Hashable, Sendable {
    package var line: Int
    package var problem: String
  }

  /// Elements in an element in an element….
  package static let depthLimit = 100

  private let bytes: UnsafeBufferPointer<UInt8>
  /// Keeps the bytes where they are.
  private let owner: AnyObject
  private var place = 0
  private var open: [String] = []
  /// The name of an element without content, whose end is still to be told.
  private var closing: String?

  init(_ bytes: UnsafeBufferPointer<UInt8>, owner: AnyObject) {
    (self.bytes, self.owner) = (bytes, owner)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
  }

  /// The line of the next piece, from 1.
  ///
  /// - Complexity: O(bytes before it)
  package var line: Int { bytes[..<min(place, bytes.count)].count { $0 == 0x0A } + 1 }

  private func fault(_ problem: String) -> Fault { Fault(line: line, problem: problem) }

  package mutating func next() throws(Fault) -> Piece {
    if let name = closing {
      closing = nil
      open.removeLast()
      return .close(name)
    }
    while place < bytes.count {
      guard bytes[place] == UInt8(ascii: "<") else {
        let text = try text()
        if open.isEmpty {
          guard text.allSatisfy(\.isWhitespace) else {
            throw fault("there is text outside of the root element")
          }
          continue
        }
        return .text(text)
      }
      if starts(with: "<!--") {
        try pass(until: "-->")
      } else if starts(with: "<?") {
        try pass(until: "?>")
      } else if starts(with: "<![CDATA[") {
        let start = place + 9
        try pass(until: "]]>")
        return .text(String(decoding: bytes[start..<place - 3], as: UTF8.self))
      } else if starts(with: "<!") {
        throw fault("a document type or an entity of its own is refused")
      } else if starts(with: "</") {
        return try close()
      } else {
        return try element()
      }
    }
    guard open.isEmpty else { throw fault("it ends inside <\(open[open.count - 1])>") }
    return .end
  }

  private func starts(with text: StaticString) -> Bool {
    guard place + text.utf8CodeUnitCount <= bytes.count else { return false }
    for offset in 0..<text.utf8CodeUnitCount where bytes[place + offset] != text.utf8Start[offset] {
      return false
    }
    return true
  }

  private mutating func pass(until end: StaticString) throws(Fault) {
    while place < bytes.count {
      if starts(with: end) {
        place += end.utf8CodeUnitCount
        return
      }
      place += 1
    }
    throw fault("it ends inside markup")
  }

  private mutating func text() throws(Fault) -> String {
    let start = place
    var hasEntity = false
    while place < bytes.count, bytes[place] != UInt8(ascii: "<") {
      if bytes[place] == UInt8(ascii: "&") { hasEntity = true }
      place += 1
    }
    return try decoded(start..<place, hasEntity)
  }

  private mutating func close() throws(Fault) -> Piece {
    place += 2
    let name = try name()
    skipSpace()
    guard place < bytes.count, bytes[place] == UInt8(ascii: ">") else {
      throw fault("</\(name)> is not ended")
    }
    guard open.last == name else {
      throw fault("</\(name)> closes \(open.last.map { "<\($0)>" } ?? "nothing")")
    }
    place += 1
    open.removeLast()
    return .close(name)
  }

  private mutating func element() throws(Fault) -> Piece {
    place += 1
    let name = try name()
    guard open.count < Self.depthLimit else {
      throw fault("it nests more than \(Self.depthLimit) elements")
    }
    var attributes: [Attribute] = []
    while true {
      skipSpace()
      guard place < bytes.count else { throw fault("it ends inside <\(name)>") }
      switch bytes[place] {
      case UInt8(ascii: ">"):
        place += 1
        open.append(name)
        return .open(name, attributes: attributes)
      case UInt8(ascii: "/"):
        place += 1
        guard place < bytes.count, bytes[place] == UInt8(ascii: ">") else {
          throw fault("<\(name)> is not ended")
        }
        place += 1
        open.append(name)
        closing = name
        return .open(name, attributes: attributes)
      default: attributes.append(try attribute(of: name))
      }
    }
  }

  private mutating func attribute(of element: String) throws(Fault) -> Attribute {
    let name = try name()
    skipSpace()
    guard place < bytes.count, bytes[place] == UInt8(ascii: "=") else {
      throw fault("\(name) of <\(element)> has no value")
    }
    place += 1
    skipSpace()
    guard place < bytes.count,
      bytes[place] == UInt8(ascii: "\"") || bytes[place] == UInt8(ascii: "'")
    else {
      throw fault("the value of \(name) stands in no quotes")
    }
    let quote = bytes[place]
    place += 1
    let start = place
    var hasEntity = false
    while place < bytes.count, bytes[place] != quote {
      if bytes[place] == UInt8(ascii: "&") { hasEntity = true }
      if bytes[place] == UInt8(ascii: "<") { throw fault("the value of \(name) holds a <") }
      place += 1
    }
    guard place < bytes.count else { throw fault("the value of \(name) is not ended") }
    let value = try decoded(start..<place, hasEntity)
    place += 1
    return Attribute(name: name, value: value)
  }

  private mutating func name() throws(Fault) -> String {
    let start = place
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
        UInt8(ascii: "."),
        UInt8(ascii: ":"), 0x80...0xFF:
        place += 1
        continue
      default: break
      }
      break
    }
    guard place > start else { throw fault("a name is missing") }
    return String(decoding: bytes[start..<place], as: UTF8.self)
  }

  private mutating func skipSpace() {
    while place < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) { place += 1 }
  }

  private func decoded(_ range: Range<Int>, _ hasEntity: Bool) throws(Fault) -> String {
    guard hasEntity else { return String(decoding: bytes[range], as: UTF8.self) }
    var result: [UInt8] = []
    var index = range.lowerBound
    while index < range.upperBound {
      guard bytes[index] == UInt8(ascii: "&") else {
        result.append(bytes[index])
        index += 1
        continue
      }
      let limit = min(index + 12, range.upperBound)
      guard let end = bytes[index..<limit].firstIndex(of: UInt8(ascii: ";")) else {
        throw fault("an & stands alone; write &amp;")
      }
      let name = String(decoding: bytes[index + 1..<end], as: UTF8.self)
      guard let scalar = Self.scalar(name) else { throw fault("&\(name); is not known") }
      result.append(contentsOf: String(Character(scalar)).utf8)
      index = end + 1
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func scalar(_ name: String) -> Unicode.Scalar? {
    switch name {
    case "amp": "&"
    case "lt": "<"
    case "gt": ">"
    case "quot": "\""
    case "apos": "'"
    default:
      if name.hasPrefix("#x") {
        UInt32(name.dropFirst(2), radix: 16).flatMap(Unicode.Scalar.init)
      } else if name.hasPrefix("#") {
        UInt32(name.dropFirst()).flatMap(Unicode.Scalar.init)
      } else {
        nil
      }
    }
  }
}

extension [XMLScanner.Attribute] {
  subscript(_ name: String) -> String? { last { $0.name == name }?.value }
}

/// An element with everything in it, of a document that is small or a part that is.
package struct XMLElement: Hashable, Sendable {
  package var name: String
  package var attributes: [XMLScanner.Attribute]
  package var children: [XMLElement] = []
  /// Its own text, without that of its children.
  package var text = ""

  package subscript(_ attribute: String) -> String? { attributes[attribute] }

  package func child(_ name: String) -> XMLElement? { children.first { $0.name == name } }

  /// The text of a child, without white space around it.
  package func text(of child: String) -> String? {
    self.child(child).map { $0.text.trimmingASCIISpace }
  }

  package init(_ name: String, _ attributes: [XMLScanner.Attribute]) {
    (self.name, self.attributes) = (name, attributes)
  }

  /// Reads an element whose opening was just read.
  package init(
    _ name: String, _ attributes: [XMLScanner.Attribute], from scanner: inout XMLScanner
  ) throws(XMLScanner.Fault) {
    (self.name, self.attributes) = (name, attributes)
    while true {
      switch try scanner.next() {
      case .open(let child, let attributes):
        children.append(try XMLElement(child, attributes, from: &scanner))
      case .text(let more): text += more
      case .close, .end: return
      }
    }
  }

  /// Reads a whole document.
  package init(parsing bytes: MappedBytes) throws(XMLScanner.Fault) {
    var scanner = bytes.xml()
    guard case .open(let name, let attributes) = try scanner.next() else {
      throw XMLScanner.Fault(line: 1, problem: "there is no element")
    }
    try self.init(name, attributes, from: &scanner)
    guard case .end = try scanner.next() else {
      throw XMLScanner.Fault(line: scanner.line, problem: "there is more after the root element")
    }
  }
}

extension StringProtocol {
  package var trimmingASCIISpace: String {
    let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
    let bytes = Array(utf8)
    guard let first = bytes.firstIndex(where: { !isSpace($0) }),
      let last = bytes.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return String(decoding: bytes[first...last], as: UTF8.self)
  }
}
