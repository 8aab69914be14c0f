/// MessagePack (github.com/msgpack/msgpack/blob/master/spec.md), as far as spaCy writes it.
indirect enum MessagePack: Hashable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)
  case bytes([UInt8])
  case list([MessagePack])
  case map([Pair])

  struct Pair: Hashable {
    var key: MessagePack
    var value: MessagePack
  }

  /// Lists in lists.
  private static let depthLimit = 32

  subscript(_ name: String) -> MessagePack? {
    guard case .map(let pairs) = self else { return nil }
    return pairs.first { $0.key == .string(name) }?.value
  }

  var list: [MessagePack] { if case .list(let values) = self { values } else { [] } }
  var int: Int64? { if case .int(let value) = self { value } else { nil } }
  var string: String? { if case .string(let value) = self { value } else { nil } }
  var bytes: [UInt8] { if case .bytes(let value) = self { value } else { [] } }
  var number: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    // As spaCy takes truths for shares.
    case .bool(let value): value ? 1 : 0
    default: nil
    }
  }

  // MARK: Reading

  init(_ reader: inout TableBytes, depth: Int = 0) throws(TableBytes.Fault) {
    guard depth < Self.depthLimit else { throw .init("it nests too deep") }
    let head = try reader.byte()
    switch head {
    case 0x00...0x7F: self = .int(Int64(head))
    case 0x80...0x8F: self = try Self.map(Int(head & 15), &reader, depth)
    case 0x90...0x9F: self = try Self.list(Int(head & 15), &reader, depth)
    case 0xA0...0xBF: self = .string(Self.text(try reader.take(Int(head & 31))))
    case 0xC0: self = .null
    case 0xC2, 0xC3: self = .bool(head == 0xC3)
    case 0xC4: self = .bytes(Array(try reader.take(Int(try reader.byte()))))
    case 0xC5:
      self = .bytes(Array(try reader.take(Int(try reader.number(UInt16.self).byteSwapped))))
    case 0xC6:
      self = .bytes(Array(try reader.take(Int(try reader.number(UInt32.self).byteSwapped))))
    case 0xCA:
      self = .double(Double(Float(bitPattern: try reader.number(UInt32.self).byteSwapped)))
    case 0xCB: self = .double(Double(bitPattern: try reader.number(UInt64.self).byteSwapped))
    case 0xCC: self = .int(Int64(try reader.byte()))
    case 0xCD: self = .int(Int64(try reader.number(UInt16.self).byteSwapped))
    case 0xCE: self = .int(Int64(try reader.number(UInt32.self).byteSwapped))
    case 0xCF: self = .int(Int64(truncatingIfNeeded: try reader.number(UInt64.self).byteSwapped))
    case 0xD0: self = .int(Int64(Int8(bitPattern: try reader.byte())))
    case 0xD1: self = .int(Int64(try reader.number(Int16.self).byteSwapped))
    case 0xD2: self = .int(Int64(try reader.number(Int32.self).byteSwapped))
    case 0xD3: self = .int(try reader.number(Int64.self).byteSwapped)
    case 0xD9: self = .string(Self.text(try reader.take(Int(try reader.byte()))))
    case 0xDA:
      self = .string(Self.text(try reader.take(Int(try reader.number(UInt16.self).byteSwapped))))
    case 0xDB:
      self = .string(Self.text(try reader.take(Int(try reader.number(UInt32.self).byteSwapped))))
    case 0xDC: self = try Self.list(Int(try reader.number(UInt16.self).byteSwapped), &reader, depth)
    case 0xDD: self = try Self.list(Int(try reader.number(UInt32.self).byteSwapped), &reader, depth)
    case 0xDE: self = try Self.map(Int(try reader.number(UInt16.self).byteSwapped), &reader, depth)
    case 0xDF: self = try Self.map(Int(try reader.number(UInt32.self).byteSwapped), &reader, depth)
    case 0xE0...0xFF: self = .int(Int64(Int8(bitPattern: head)))
    default: throw .init("it is no MessagePack")
    }
  }

  private static func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self)
  }

  private static func list(
    _ count: Int, _ reader: inout TableBytes, _ depth: Int
  ) throws(TableBytes.Fault) -> MessagePack {
    guard count <= reader.left else { throw .init() }
    var values: [MessagePack] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try MessagePack(&reader, depth: depth + 1)) }
    return .list(values)
  }

  private static func map(
    _ count: Int, _ reader: inout TableBytes, _ depth: Int
  ) throws(TableBytes.Fault) -> MessagePack {
    guard count <= reader.left else { throw .init() }
    var pairs: [Pair] = []
    for _ in 0..<count {
      let key = try MessagePack(&reader, depth: depth + 1)
      pairs.append(Pair(key: key, value: try MessagePack(&reader, depth: depth + 1)))
    }
    return .map(pairs)
  }

  // MARK: Writing

  func write(to out: inout [UInt8]) {
    func big<T: FixedWidthInteger>(_ head: UInt8, _ value: T) {
      out.append(head)
      withUnsafeBytes(of: value.bigEndian) { out.append(contentsOf: $0) }
    }
    switch self {
    case .null: out.append(0xC0)
    case .bool(let value): out.append(value ? 0xC3 : 0xC2)
    case .int(let value) where (0..<128).contains(value): out.append(UInt8(value))
    case .int(let value): big(0xD3, value)
    case .double(let value): big(0xCB, value.bitPattern)
    case .string(let text):
      if text.utf8.count < 32 {
        out.append(0xA0 | UInt8(text.utf8.count))
      } else {
        big(0xDB, UInt32(text.utf8.count))
      }
      out += text.utf8
    case .bytes(let bytes):
      big(0xC6, UInt32(bytes.count))
      out += bytes
    case .list(let values):
      big(0xDD, UInt32(values.count))
      for value in values { value.write(to: &out) }
    case .map(let pairs):
      big(0xDF, UInt32(pairs.count))
      for pair in pairs {
        pair.key.write(to: &out)
        pair.value.write(to: &out)
      }
    }
  }

  var encoded: [UInt8] {
    var out: [UInt8] = []
    write(to: &out)
    return out
  }

  static func object(_ members: [(String, MessagePack)]) -> MessagePack {
    .map(members.map { Pair(key: .string($0.0), value: $0.1) })
  }
}
