/// A value in Thrift's compact protocol (thrift.apache.org, *Compact protocol encoding*), as Parquet's
/// headers are written.
indirect enum ThriftValue {
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case bytes(UnsafeBufferPointer<UInt8>)
  case list([ThriftValue])
  case structure([Int16: ThriftValue])

  /// Structs in structs.
  private static let depthLimit = 24

  init(structure reader: inout TableBytes) throws(TableBytes.Fault) {
    self = try Self.structure(&reader, 0)
  }

  private static func structure(
    _ reader: inout TableBytes, _ depth: Int
  ) throws(TableBytes.Fault) -> ThriftValue {
    guard depth < depthLimit else { throw .init("its head nests too deep") }
    var fields: [Int16: ThriftValue] = [:]
    var last: Int16 = 0
    while true {
      let head = try reader.byte()
      if head == 0 { return .structure(fields) }
      let step = Int16(head >> 4)
      last = step == 0 ? Int16(truncatingIfNeeded: try reader.zigzag()) : last &+ step
      switch head & 15 {
      case 1: fields[last] = .bool(true)
      case 2: fields[last] = .bool(false)
      case let kind: fields[last] = try value(kind, &reader, depth)
      }
    }
  }

  private static func value(
    _ kind: UInt8, _ reader: inout TableBytes, _ depth: Int
  ) throws(TableBytes.Fault) -> ThriftValue {
    guard depth < depthLimit else { throw .init("its head nests too deep") }
    switch kind {
    case 1, 2: return .bool(try reader.byte() == 1)
    case 3: return .int(Int64(Int8(bitPattern: try reader.byte())))
    case 4, 5, 6: return .int(try reader.zigzag())
    case 7: return .double(Double(bitPattern: try reader.number(UInt64.self)))
    case 8: return .bytes(try reader.take(try reader.size(upTo: reader.left)))
    case 9, 10:
      let head = try reader.byte()
      let count = head >> 4 == 15 ? try reader.size(upTo: reader.left) : Int(head >> 4)
      var list: [ThriftValue] = []
      for _ in 0..<count { list.append(try value(head & 15, &reader, depth + 1)) }
      return .list(list)
    case 12: return try structure(&reader, depth + 1)
    default: throw .init("its head is not understood")
    }
  }

  subscript(_ field: Int16) -> ThriftValue? {
    if case .structure(let fields) = self { fields[field] } else { nil }
  }

  var int: Int? { if case .int(let value) = self { Int(value) } else { nil } }
  var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  var list: [ThriftValue] { if case .list(let values) = self { values } else { [] } }
  var string: String? {
    if case .bytes(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil }
  }
}
