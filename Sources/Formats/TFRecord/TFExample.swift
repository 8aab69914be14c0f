/// `tf.train.Example`: features by name, as protocol buffers (field 1 of each message, and the values).
struct TFExample {
  enum Feature {
    case bytes([[UInt8]])
    case floats([Float])
    case ints([Int64])
  }

  var features: [(name: String, value: Feature)] = []

  mutating func add(_ name: String, _ texts: [String]) {
    features.append((name, .bytes(texts.map { Array($0.utf8) })))
  }

  mutating func add(_ name: String, _ numbers: [Int]) {
    features.append((name, .ints(numbers.map { Int64($0) })))
  }

  var encoded: [UInt8] {
    var map: [UInt8] = []
    for (name, value) in features {
      Self.put(
        1, Self.field(1, Array(name.utf8)) + Self.field(2, Self.encoded(value)), to: &map)
    }
    return Self.field(1, map)
  }

  private static func encoded(_ feature: Feature) -> [UInt8] {
    var list: [UInt8] = []
    switch feature {
    case .bytes(let values):
      for value in values { put(1, value, to: &list) }
      return field(1, list)
    case .floats(let values):
      let packed = values.flatMap { TFRecord.little(UInt64($0.bitPattern), 4) }
      return field(2, field(1, packed))
    case .ints(let values):
      let packed = values.flatMap { varint(UInt64(bitPattern: $0)) }
      return field(3, field(1, packed))
    }
  }

  private static func field(_ number: UInt64, _ content: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(UInt64(content.count)) + content
  }

  private static func put(_ number: UInt64, _ content: [UInt8], to out: inout [UInt8]) {
    out += field(number, content)
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var (value, out): (UInt64, [UInt8]) = (value, [])
    while value > 127 {
      out.append(UInt8(truncatingIfNeeded: value & 127) | 128)
      value >>= 7
    }
    return out + [UInt8(value)]
  }

  // MARK: Reading

  struct Fault: Error {}

  init() {}

  init(decoding bytes: [UInt8]) throws(Fault) {
    try Self.fields(bytes[...]) { number, content throws(Fault) in
      guard number == 1 else { return }
      try Self.fields(content) { number, entry throws(Fault) in
        guard number == 1 else { return }
        var (name, feature) = ("", ArraySlice<UInt8>())
        try Self.fields(entry) { number, part throws(Fault) in
          if number == 1 { name = String(decoding: part, as: UTF8.self) } else { feature = part }
        }
        if let value = try Self.feature(feature) { features.append((name, value)) }
      }
    }
  }

  /// Fields that have a length; others are passed over.
  private static func fields(
    _ bytes: ArraySlice<UInt8>,
    _ body: (UInt64, ArraySlice<UInt8>) throws(Fault) -> Void
  ) throws(Fault) {
    var rest = bytes
    while !rest.isEmpty {
      let tag = try varint(&rest)
      switch tag & 7 {
      case 0: _ = try varint(&rest)
      case 1: rest = try dropped(8, rest)
      case 5: rest = try dropped(4, rest)
      case 2:
        let length = Int(clamping: try varint(&rest))
        guard length <= rest.count else { throw Fault() }
        try body(tag >> 3, rest.prefix(length))
        rest = rest.dropFirst(length)
      default: throw Fault()
      }
    }
  }

  private static func dropped(_ count: Int, _ bytes: ArraySlice<UInt8>) throws(Fault) -> ArraySlice<
    UInt8
  > {
    guard bytes.count >= count else { throw Fault() }
    return bytes.dropFirst(count)
  }

  private static func varint(_ bytes: inout ArraySlice<UInt8>) throws(Fault) -> UInt64 {
    var (value, shift): (UInt64, UInt64) = (0, 0)
    while let byte = bytes.popFirst(), shift < 64 {
      value |= UInt64(byte & 127) << shift
      guard byte > 127 else { return value }
      shift += 7
    }
    throw Fault()
  }

  private static func feature(_ bytes: ArraySlice<UInt8>) throws(Fault) -> Feature? {
    var found: Feature?
    try fields(bytes) { kind, list throws(Fault) in
      var (texts, floats, ints): ([[UInt8]], [Float], [Int64]) = ([], [], [])
      // Numbers are packed, or each stands with a tag of its own.
      var rest = list
      while !rest.isEmpty {
        let tag = try varint(&rest)
        if tag & 7 == 0 {
          ints.append(Int64(bitPattern: try varint(&rest)))
          continue
        }
        if tag & 7 == 5 {
          let next = try dropped(4, rest)
          floats.append(Float(bitPattern: UInt32(TFRecord.number(rest.prefix(4)))))
          rest = next
          continue
        }
        let length = Int(clamping: try varint(&rest))
        guard tag & 7 == 2, length <= rest.count else { throw Fault() }
        var content = rest.prefix(length)
        rest = rest.dropFirst(length)
        switch kind {
        case 1: texts.append(Array(content))
        case 2:
          while content.count >= 4 {
            floats.append(Float(bitPattern: UInt32(TFRecord.number(content.prefix(4)))))
            content = content.dropFirst(4)
          }
        default: while !content.isEmpty { ints.append(Int64(bitPattern: try varint(&content))) }
        }
      }
      found = kind == 1 ? .bytes(texts) : kind == 2 ? .floats(floats) : .ints(ints)
    }
    return found
  }

  subscript(_ name: String) -> Feature? { features.last { $0.name == name }?.value }

  func bytes(_ name: String) -> [[UInt8]] {
    guard case .bytes(let values)? = self[name] else { return [] }
    return values
  }

  func texts(_ name: String) -> [String] {
    bytes(name).map { String(decoding: $0, as: UTF8.self) }
  }

  func ints(_ name: String) -> [Int64] {
    guard case .ints(let values)? = self[name] else { return [] }
    return values
  }

  func floats(_ name: String) -> [Float] {
    guard case .floats(let values)? = self[name] else { return [] }
    return values
  }
}
