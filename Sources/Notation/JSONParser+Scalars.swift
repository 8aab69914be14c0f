extension JSONParser {
  /// A number by the grammar of RFC 8259 §6; integers that fit stay integers.
  mutating func number() throws(JSONError) -> JSON {
    let start = position
    let negative = bytes[position] == UInt8(ascii: "-")
    if negative { position += 1 }
    var mantissa: UInt64 = 0
    var exponent = 0
    let integerStart = position
    scanDigits { mantissa = mantissa &* 10 &+ UInt64($0) }
    var digits = position - integerStart
    if position < bytes.count, bytes[position] == UInt8(ascii: "I") {
      return try notFinite("Infinity", from: start)
    }
    guard digits > 0, digits == 1 || bytes[integerStart] != UInt8(ascii: "0") else {
      throw JSONError(.badNumber, at: start)
    }
    var isInteger = true
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      let before = position
      scanDigits { mantissa = mantissa &* 10 &+ UInt64($0) }
      exponent = before - position
      guard position > before else { throw JSONError(.badNumber, at: start) }
      digits += position - before
    }
    // Nineteen digits stay below 2⁶⁴, so the mantissa is exact.
    var isExact = digits <= 19
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      isExact = false  // rare: leave it to the slower reading below
      position += 1
      if position < bytes.count, bytes[position] == 0x2B || bytes[position] == 0x2D {
        position += 1
      }
      let before = position
      scanDigits { _ in }
      guard position > before else { throw JSONError(.badNumber, at: start) }
    }
    if isInteger, isExact, mantissa <= UInt64(Int64.max) {
      return .int(negative ? -Int64(mantissa) : Int64(mantissa))
    }
    let value = try double(from: start, mantissa, exponent, exact: isExact, negative)
    if value.isFinite { return .double(value) }
    guard readsNotFiniteAsNull else { throw JSONError(.notFinite, at: start) }
    return .null
  }

  private mutating func scanDigits(_ body: (UInt8) -> Void) {
    while position < bytes.count {
      let digit = bytes[position] &- UInt8(ascii: "0")
      guard digit < 10 else { return }
      body(digit)
      position += 1
    }
  }

  /// What Python writes for numbers that JSON has no form for.
  mutating func notFinite(_ word: StaticString, from start: Int? = nil) throws(JSONError) -> JSON {
    guard readsNotFiniteAsNull else { throw JSONError(.notFinite, at: start ?? position) }
    return try literal(word, .null)
  }

  /// Clinger's exact fast path (doi 10.1145/93542.93557): a mantissa below 2⁵³ and a power of ten
  /// up to 10²² are both exact doubles, so one division rounds correctly.
  private func double(
    from start: Int, _ mantissa: UInt64, _ exponent: Int, exact: Bool, _ negative: Bool
  ) throws(JSONError) -> Double {
    if exact, mantissa < 1 << 53, exponent >= -22 {
      let value = Double(mantissa) / Self.powersOfTen[-exponent]
      return negative ? -value : value
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let value = Double(text) else { throw JSONError(.badNumber, at: start) }
    return value
  }

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  mutating func string() throws(JSONError) -> String {
    position += 1
    let start = position
    var seen: UInt8 = 0
    while position < bytes.count {
      let byte = bytes[position]
      seen |= byte
      if byte == UInt8(ascii: "\"") {
        let slice = UnsafeBufferPointer(rebasing: bytes[start..<position])
        // ASCII is valid as it is, and most strings are.
        if seen < 0x80 {
          position += 1
          return String(unsafeUninitializedCapacity: slice.count) {
            $0.initialize(fromContentsOf: slice)
          }
        }
        guard let text = String(validating: slice, as: UTF8.self) else {
          throw JSONError(.badUTF8, at: start)
        }
        position += 1
        return text
      }
      if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
      guard byte >= 0x20 else { throw JSONError(.controlCharacter, at: position) }
      position += 1
    }
    throw JSONError(.unexpectedEnd, at: position)
  }

  private mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var buffer = [UInt8](bytes[start..<position])
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let text = String(validating: buffer, as: UTF8.self) else {
          throw JSONError(.badUTF8, at: start)
        }
        return text
      case UInt8(ascii: "\\"):
        try escape(into: &buffer)
      default:
        guard byte >= 0x20 else { throw JSONError(.controlCharacter, at: position) }
        buffer.append(byte)
        position += 1
      }
    }
    throw JSONError(.unexpectedEnd, at: position)
  }

  private mutating func escape(into buffer: inout [UInt8]) throws(JSONError) {
    let at = position
    position += 1
    guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(byte)
    case UInt8(ascii: "b"): buffer.append(0x08)
    case UInt8(ascii: "f"): buffer.append(0x0C)
    case UInt8(ascii: "n"): buffer.append(0x0A)
    case UInt8(ascii: "r"): buffer.append(0x0D)
    case UInt8(ascii: "t"): buffer.append(0x09)
    case UInt8(ascii: "u"):
      var code = try hexUnit(at)
      if code & 0xFC00 == 0xD800 {
        guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
          bytes[position + 1] == UInt8(ascii: "u")
        else { throw JSONError(.badEscape, at: at) }
        position += 2
        let low = try hexUnit(at)
        guard low & 0xFC00 == 0xDC00 else { throw JSONError(.badEscape, at: at) }
        code = 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF
      }
      guard let scalar = UnicodeScalar(code) else { throw JSONError(.badEscape, at: at) }
      buffer.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
    default: throw JSONError(.badEscape, at: at)
    }
  }

  private mutating func hexUnit(_ at: Int) throws(JSONError) -> UInt32 {
    guard position + 4 <= bytes.count else { throw JSONError(.unexpectedEnd, at: bytes.count) }
    var code: UInt32 = 0
    for _ in 0..<4 {
      let byte = bytes[position]
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: throw JSONError(.badEscape, at: at)
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }
}
