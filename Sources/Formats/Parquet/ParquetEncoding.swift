/// How Parquet writes numbers (parquet.apache.org, *Encodings*).
enum ParquetEncoding {
  /// Runs and packed bits, mixed.
  static func hybrid(
    _ reader: inout TableBytes, bits: Int, count: Int
  ) throws(TableBytes.Fault) -> [UInt32] {
    guard bits <= 32 else { throw .init("numbers have more than 32 bits") }
    var values: [UInt32] = []
    values.reserveCapacity(count)
    if bits == 0 { return [UInt32](repeating: 0, count: count) }
    let size = (bits + 7) / 8
    while values.count < count {
      let head = try reader.varint()
      if head & 1 == 0 {
        var value: UInt32 = 0
        for byte in 0..<size { value |= UInt32(try reader.byte()) << UInt32(8 * byte) }
        let length = min(Int(clamping: head >> 1), count - values.count)
        values.append(contentsOf: repeatElement(value, count: length))
        guard length > 0 else { throw .init("a run has no length") }
      } else {
        // The last groups may be cut short where no more values follow.
        let groups = min(Int(clamping: head >> 1), (count - values.count + 7) / 8)
        guard groups > 0 else { throw .init("a run has no length") }
        let packed = try reader.take(min(groups * bits, reader.left))
        unpack(packed, bits: bits, count: min(groups * 8, count - values.count), &values)
        guard packed.count == groups * bits || values.count >= count else { throw .init() }
      }
    }
    return values
  }

  private static func unpack(
    _ packed: UnsafeBufferPointer<UInt8>, bits: Int, count: Int, _ values: inout [UInt32]
  ) {
    var (window, held, place) = (UInt64(0), 0, 0)
    let mask = bits == 32 ? UInt64(UInt32.max) : (1 << UInt64(bits)) - 1
    for _ in 0..<count {
      while held < bits {
        guard place < packed.count else { return }
        window |= UInt64(packed[place]) << UInt64(held)
        (place, held) = (place + 1, held + 8)
      }
      values.append(UInt32(window & mask))
      window >>= UInt64(bits)
      held -= bits
    }
  }

  /// DELTA_BINARY_PACKED.
  static func deltas(_ reader: inout TableBytes, limit: Int) throws(TableBytes.Fault) -> [Int64] {
    let block = try reader.size(upTo: 1 << 20)
    let minis = try reader.size(upTo: 1 << 12)
    let count = try reader.size(upTo: limit)
    var value = try reader.zigzag()
    guard minis > 0, block % minis == 0, block / minis % 8 == 0 else {
      throw .init("differences are cut into no whole blocks")
    }
    let each = block / minis
    var values: [Int64] = count > 0 ? [value] : []
    values.reserveCapacity(count)
    while values.count < count {
      let least = try reader.zigzag()
      let widths = try reader.take(minis)
      for width in widths where values.count < count {
        guard width <= 64 else { throw .init("differences have more than 64 bits") }
        let packed = try reader.take(each * Int(width) / 8)
        var bit = 0
        for _ in 0..<each where values.count < count {
          var delta: UInt64 = 0
          for place in 0..<Int(width) {
            let at = bit + place
            delta |= UInt64(packed[at / 8] >> UInt8(at % 8) & 1) << UInt64(place)
          }
          bit += Int(width)
          value = value &+ least &+ Int64(bitPattern: delta)
          values.append(value)
        }
      }
    }
    return values
  }
}
