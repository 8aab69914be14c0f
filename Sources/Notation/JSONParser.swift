/// Why some bytes are not JSON, and at which byte.
package struct JSONError: Error, Hashable, Sendable {
  package enum Reason: Hashable, Sendable {
    case empty
    case unexpectedEnd
    case unexpectedByte(UInt8)
    case trailingBytes
    case badNumber
    case notFinite
    case badEscape
    case controlCharacter
    case badUTF8
    case tooDeep(limit: Int)
  }

  package let reason: Reason
  /// Zero-based offset of the offending byte.
  package let offset: Int

  package init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  /// One clause for people, without the place.
  package var explanation: String {
    switch reason {
    case .empty: "there is no JSON value"
    case .unexpectedEnd: "the value ends too early"
    case .unexpectedByte(let byte):
      byte >= 0x20 && byte < 0x7F
        ? "unexpected '\(Character(UnicodeScalar(byte)))'"
        : "unexpected byte 0x\(String(byte, radix: 16, uppercase: true))"
    case .trailingBytes: "there is more text after the value"
    case .badNumber: "not a JSON number"
    case .notFinite: "NaN and Infinity are not JSON numbers"
    case .badEscape: "bad \\ escape in a string"
    case .controlCharacter: "a string holds a raw control character; escape it"
    case .badUTF8: "a string is not valid UTF-8"
    case .tooDeep(let limit): "nested deeper than \(limit) levels"
    }
  }
}

extension JSON {
  /// How deep arrays and objects may nest by default.
  package static let defaultDepthLimit = 64

  /// Reads exactly one value, with nothing but white space around it.
  ///
  /// - Complexity: O(bytes), one pass.
  package init(
    parsing bytes: some ContiguousBytesLike, depthLimit: Int = JSON.defaultDepthLimit
  ) throws(JSONError) {
    let result: Result<JSON, JSONError> = bytes.withBytes { buffer in
      var parser = JSONParser(bytes: buffer, depthLimit: depthLimit)
      do throws(JSONError) { return .success(try parser.document()) } catch {
        return .failure(error)
      }
    }
    self = try result.get()
  }

  package init(parsing text: String) throws(JSONError) {
    try self.init(parsing: Array(text.utf8))
  }
}

/// Bytes that can be looked at in place: the parser needs no more, and `Notation` has no Foundation.
package protocol ContiguousBytesLike {
  func withBytes<R>(_ body: (UnsafeBufferPointer<UInt8>) -> R) -> R
}

extension Array: ContiguousBytesLike where Element == UInt8 {
  package func withBytes<R>(_ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    withUnsafeBufferPointer(body)
  }
}

extension UnsafeBufferPointer: ContiguousBytesLike where Element == UInt8 {
  package func withBytes<R>(_ body: (UnsafeBufferPointer<UInt8>) -> R) -> R { body(self) }
}

/// A recursive-descent reader with one byte of look-ahead.
struct JSONParser {
  let bytes: UnsafeBufferPointer<UInt8>
  let depthLimit: Int
  var position = 0
  /// Whether NaN, infinities and what is beyond all numbers, which others write, are read as null.
  var readsNotFiniteAsNull = false
  private var depth = 0
  /// Members of the object that was read last, within limits.
  private var lastCount = 4

  init(bytes: UnsafeBufferPointer<UInt8>, depthLimit: Int) {
    self.bytes = bytes
    self.depthLimit = depthLimit
  }

  mutating func document() throws(JSONError) -> JSON {
    skipSpace()
    guard position < bytes.count else { throw JSONError(.empty, at: position) }
    let value = try value()
    skipSpace()
    guard position == bytes.count else { throw JSONError(.trailingBytes, at: position) }
    return value
  }

  mutating func value() throws(JSONError) -> JSON {
    guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
    switch bytes[position] {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "N"): return try notFinite("NaN")
    case UInt8(ascii: "I"): return try notFinite("Infinity")
    default: throw JSONError(.unexpectedByte(bytes[position]), at: position)
    }
  }

  private mutating func object() throws(JSONError) -> JSON {
    try enter()
    var members: [JSON.Member] = []
    skipSpace()
    if take(UInt8(ascii: "}")) {
      depth -= 1
      return .object(members)
    }
    while true {
      skipSpace()
      guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
      guard bytes[position] == UInt8(ascii: "\"") else {
        throw JSONError(.unexpectedByte(bytes[position]), at: position)
      }
      let name = try string()
      skipSpace()
      try expect(UInt8(ascii: ":"))
      skipSpace()
      // Room for all at once, where growing would move the first members again and again: an object is
      // mostly as large as the one before.
      if members.isEmpty { members.reserveCapacity(lastCount) }
      members.append(JSON.Member(name, try value()))
      skipSpace()
      if take(UInt8(ascii: ",")) { continue }
      try expect(UInt8(ascii: "}"))
      depth -= 1
      lastCount = min(max(members.count, 4), 16)
      return .object(members)
    }
  }

  private mutating func array() throws(JSONError) -> JSON {
    try enter()
    var elements: [JSON] = []
    skipSpace()
    if take(UInt8(ascii: "]")) {
      depth -= 1
      return .array(elements)
    }
    while true {
      skipSpace()
      if elements.isEmpty { elements.reserveCapacity(4) }
      elements.append(try value())
      skipSpace()
      if take(UInt8(ascii: ",")) { continue }
      try expect(UInt8(ascii: "]"))
      depth -= 1
      return .array(elements)
    }
  }

  private mutating func enter() throws(JSONError) {
    guard depth < depthLimit else { throw JSONError(.tooDeep(limit: depthLimit), at: position) }
    depth += 1
    position += 1
  }

  mutating func literal(_ word: StaticString, _ value: JSON) throws(JSONError) -> JSON {
    for index in 0..<word.utf8CodeUnitCount {
      guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
      guard bytes[position] == word.utf8Start[index] else {
        throw JSONError(.unexpectedByte(bytes[position]), at: position)
      }
      position += 1
    }
    return value
  }

  mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  mutating func take(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  mutating func expect(_ byte: UInt8) throws(JSONError) {
    guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
    guard bytes[position] == byte else {
      throw JSONError(.unexpectedByte(bytes[position]), at: position)
    }
    position += 1
  }
}
