/// Writes tables of a FlatBuffer, each before what it refers to. Every field takes eight bytes, which is more
/// than is needed and always aligned.
struct FlatWriter {
  indirect enum Field {
    case byte(UInt8)
    case short(Int16)
    case int(Int32)
    case long(Int64)
    case string(String)
    case table([Int: Field])
    case tables([[Int: Field]])
    /// Structs of whole numbers.
    case structs([[Int64]])
  }

  private(set) var bytes: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0]

  /// - Returns: a buffer with this root.
  static func buffer(_ root: [Int: Field]) -> [UInt8] {
    var writer = FlatWriter()
    writer.point(0, to: writer.table(root))
    writer.align()
    return writer.bytes
  }

  private mutating func align(_ rest: Int = 0) {
    while bytes.count % 8 != rest { bytes.append(0) }
  }

  private mutating func append<T: FixedWidthInteger>(_ value: T) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  private mutating func put<T: FixedWidthInteger>(_ value: T, at place: Int) {
    withUnsafeBytes(of: value.littleEndian) {
      for (offset, byte) in $0.enumerated() { bytes[place + offset] = byte }
    }
  }

  private mutating func point(_ place: Int, to target: Int) {
    put(UInt32(target - place), at: place)
  }

  private mutating func table(_ fields: [Int: Field]) -> Int {
    let count = (fields.keys.max() ?? -1) + 1
    let numbers = fields.keys.sorted()
    align()
    let vtable = bytes.count
    append(UInt16(4 + 2 * count))
    append(UInt16(8 + 8 * numbers.count))
    for number in 0..<count {
      append(UInt16(numbers.firstIndex(of: number).map { 8 + 8 * $0 } ?? 0))
    }
    align()
    let place = bytes.count
    append(Int32(place - vtable))
    append(Int32(0))
    for _ in numbers { append(Int64(0)) }
    for (slot, number) in numbers.enumerated() {
      let at = place + 8 + 8 * slot
      switch fields[number]! {
      case .byte(let value): put(value, at: at)
      case .short(let value): put(value, at: at)
      case .int(let value): put(value, at: at)
      case .long(let value): put(value, at: at)
      case .string(let text):
        align()
        point(at, to: bytes.count)
        append(UInt32(text.utf8.count))
        bytes += Array(text.utf8) + [0]
      case .table(let fields): point(at, to: table(fields))
      case .tables(let list):
        align()
        let start = bytes.count
        point(at, to: start)
        append(UInt32(list.count))
        for _ in list { append(UInt32(0)) }
        for (index, fields) in list.enumerated() {
          point(start + 4 + 4 * index, to: table(fields))
        }
      case .structs(let list):
        // Their numbers are aligned, not their count.
        align(4)
        point(at, to: bytes.count)
        append(UInt32(list.count))
        for value in list.joined() { append(value) }
      }
    }
    return place
  }
}
