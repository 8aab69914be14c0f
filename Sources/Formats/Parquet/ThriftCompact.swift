/// Writes structs in Thrift's compact protocol, in which Parquet keeps its headers (thrift.apache.org,
/// *Compact protocol encoding*). Fields must be written in the order of their numbers.
struct ThriftCompact {
  private(set) var bytes: [UInt8] = []
  private var lastFields: [Int16] = [0]

  private enum Kind: UInt8 {
    case int32 = 5
    case int64 = 6
    case binary = 8
    case list = 9
    case structure = 12
  }

  private mutating func field(_ number: Int16, _ kind: Kind) {
    let last = lastFields[lastFields.count - 1]
    lastFields[lastFields.count - 1] = number
    // Numbers never jump by more than 15 here.
    bytes.append(UInt8(number - last) << 4 | kind.rawValue)
  }

  private mutating func varint(_ value: UInt64) {
    var value = value
    while value >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    bytes.append(UInt8(value))
  }

  private mutating func zigzag(_ value: Int64) {
    varint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
  }

  private mutating func text(_ value: String) {
    varint(UInt64(value.utf8.count))
    bytes += value.utf8
  }

  mutating func int32(_ number: Int16, _ value: Int) {
    field(number, .int32)
    zigzag(Int64(value))
  }

  mutating func int64(_ number: Int16, _ value: Int) {
    field(number, .int64)
    zigzag(Int64(value))
  }

  mutating func string(_ number: Int16, _ value: String) {
    field(number, .binary)
    text(value)
  }

  private mutating func listHead(_ count: Int, _ kind: Kind) {
    if count < 15 {
      bytes.append(UInt8(count) << 4 | kind.rawValue)
    } else {
      bytes.append(0xF0 | kind.rawValue)
      varint(UInt64(count))
    }
  }

  mutating func strings(_ number: Int16, _ values: [String]) {
    field(number, .list)
    listHead(values.count, .binary)
    for value in values { text(value) }
  }

  mutating func int32s(_ number: Int16, _ values: [Int]) {
    field(number, .list)
    listHead(values.count, .int32)
    for value in values { zigzag(Int64(value)) }
  }

  mutating func structure(_ number: Int16, _ body: (inout ThriftCompact) -> Void) {
    field(number, .structure)
    whole(body)
  }

  mutating func structures<T>(
    _ number: Int16, _ items: [T], _ body: (T, inout ThriftCompact) -> Void
  ) {
    field(number, .list)
    listHead(items.count, .structure)
    for item in items { whole { body(item, &$0) } }
  }

  /// A struct by itself.
  mutating func whole(_ body: (inout ThriftCompact) -> Void) {
    lastFields.append(0)
    body(&self)
    lastFields.removeLast()
    bytes.append(0)
  }
}
