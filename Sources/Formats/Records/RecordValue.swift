import Foundation
import Notation

/// What a field of a record holds, in whatever table it lies.
indirect enum RecordValue: Hashable, Sendable {
  case json(JSON)
  case bytes([UInt8])
  case list([RecordValue])
  case record([RecordField])
  /// Where a number should be and none is: NaN, or beyond all numbers.
  case noNumber

  static let null = RecordValue.json(.null)

  /// As JSON; bytes, and what is no number, are left out.
  var json: JSON {
    switch self {
    case .json(let json): json
    case .bytes, .noNumber: .null
    case .list(let values): .array(values.map(\.json))
    case .record(let fields): .object(fields.map { .init($0.name, $0.value.json) })
    }
  }

  /// What JSON leaves out of it, for people.
  var leftOut: String? {
    switch self {
    case .json: nil
    case .bytes: "bytes"
    case .noNumber: "what is no number (NaN, infinite)"
    case .list(let values): values.lazy.compactMap(\.leftOut).first
    case .record(let fields): fields.lazy.compactMap(\.value.leftOut).first
    }
  }

  subscript(_ name: String) -> RecordValue? {
    switch self {
    case .record(let fields): fields.first { $0.name == name }?.value
    case .json(let json): json[name].map { .json($0) }
    default: nil
    }
  }

  /// A number of a moment's unit since 1970 as ISO 8601 in UTC, with as many digits as the unit has.
  ///
  /// - Parameter second: units of one: a power of ten.
  static func moment(_ value: Int64, per second: Int64) -> RecordValue {
    let (seconds, part) = value.dividedFloored(by: second)
    guard seconds.magnitude < 100_000_000_000 else { return .json(.int(value)) }
    var text = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
    if part > 0 {
      // The digits after a one that stands for the second.
      text.replace(/Z$/, with: ".\(String(second + part).dropFirst())Z")
    }
    return .json(.string(text))
  }

  /// Of 64 bits without a sign; what no `Int64` holds stays whole as a text, as identifiers must.
  static func unsigned(_ bits: Int64) -> RecordValue {
    .json(bits < 0 ? .string(String(UInt64(bitPattern: bits))) : .int(bits))
  }

  /// IEEE 754 binary16.
  static func half(_ bits: UInt16) -> RecordValue {
    let (exponent, fraction) = (Int(bits >> 10 & 31), Double(bits & 1023))
    guard exponent != 31 else { return .noNumber }
    let sign = bits >> 15 == 1 ? -1.0 : 1.0
    return float(
      sign
        * (exponent == 0
          ? fraction / 16_777_216
          : (1 + fraction / 1024) * Double(sign: .plus, exponent: exponent - 15, significand: 1)))
  }

  /// Days since 1970 as `2024-05-01`.
  static func day(_ days: Int64) -> RecordValue {
    guard (-1_000_000...1_000_000).contains(days) else { return .json(.int(days)) }
    let style = Date.ISO8601FormatStyle().year().month().day()
    return .json(.string(Date(timeIntervalSince1970: Double(days) * 86400).formatted(style)))
  }

  static func float(_ value: Double) -> RecordValue {
    value.isFinite ? .json(.double(value)) : .noNumber
  }

  static func text(_ bytes: UnsafeBufferPointer<UInt8>) -> RecordValue {
    .json(.string(String(decoding: bytes, as: UTF8.self)))
  }

  /// What a number of 53 bits does not hold digit by digit, as text; nil of one that it holds.
  private static func exactDecimal(_ bytes: [UInt8], scale: Int) -> String? {
    var value: Int128 = bytes.first.map { $0 > 127 } == true ? -1 : 0
    for byte in bytes { value = value << 8 | Int128(byte) }
    guard (0...38).contains(scale) else { return nil }
    // Zeros at its end say nothing.
    var scale = scale
    while scale > 0, value != 0, value % 10 == 0 { (value, scale) = (value / 10, scale - 1) }
    guard value.magnitude > 1 << 53 else { return nil }
    var digits = "\(value.magnitude)"
    if scale > 0 {
      digits = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
      digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -scale))
    }
    return (value < 0 ? "-" : "") + digits
  }

  /// A whole number of so many bytes, the highest first, with so many places after its point.
  static func decimal(_ bytes: some Sequence<UInt8>, scale: Int) -> RecordValue {
    let bytes = Array(bytes)
    if bytes.count <= 16, let text = exactDecimal(bytes, scale: scale) { return .json(.string(text)) }
    var (value, isFirst) = (0.0, true)
    for byte in bytes {
      value = value * 256 + (isFirst ? Double(Int8(bitPattern: byte)) : Double(byte))
      isFirst = false
    }
    for _ in 0..<max(0, min(scale, 400)) { value /= 10 }
    return float(value)
  }
}

extension Int64 {
  /// With a rest that is never negative.
  fileprivate func dividedFloored(by divisor: Int64) -> (Int64, rest: Int64) {
    let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
    return rest < 0 ? (quotient - 1, rest + divisor) : (quotient, rest)
  }
}

struct RecordField: Hashable, Sendable {
  var name: String
  var value: RecordValue
}

/// Reads a table, row by row.
protocol RecordReading {
  /// Names of classes by the path of the column whose numbers stand for them, as Hugging Face notes them.
  var classes: [String: [String]] { get }
  /// The next row; nil at the end.
  mutating func next() throws -> [RecordField]?
}

/// Hugging Face's notes on a table: the names that numbers stand for.
enum ClassLabelNotes {
  /// - Parameter text: what a table says under `huggingface`.
  static func classes(_ text: String?) -> [String: [String]] {
    var found: [String: [String]] = [:]
    func walk(_ json: JSON, _ path: String, _ depth: Int) {
      guard depth < 20 else { return }
      if json["_type"]?.string == "ClassLabel" {
        found[path] = (json["names"]?.array ?? []).compactMap(\.string)
      } else if let list = json.array {
        for one in list { walk(one, path, depth + 1) }
      } else {
        for member in json.members ?? [] {
          let isOwn = ["feature", "_type"].contains(member.name)
          walk(
            member.value,
            isOwn || path.isEmpty ? (isOwn ? path : member.name) : "\(path).\(member.name)",
            depth + 1)
        }
      }
    }
    if let features = text.flatMap({ try? JSON(parsing: $0) })?["info"]?["features"] {
      walk(features, "", 0)
    }
    return found
  }
}
