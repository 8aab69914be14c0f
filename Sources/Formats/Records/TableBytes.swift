/// Reads numbers from bytes, little-endian, never beyond their end.
struct TableBytes {
  /// Something was to be read beyond the end, or makes no sense.
  struct Fault: Error, Hashable {
    var problem: String
    init(_ problem: String = "it is cut off") { self.problem = problem }
  }

  let bytes: UnsafeBufferPointer<UInt8>
  var place: Int

  init(_ bytes: UnsafeBufferPointer<UInt8>, at place: Int = 0) {
    (self.bytes, self.place) = (bytes, place)
  }

  var left: Int { bytes.count - place }

  mutating func byte() throws(Fault) -> UInt8 {
    guard place >= 0, place < bytes.count else { throw Fault() }
    defer { place += 1 }
    return bytes[place]
  }

  mutating func number<T: FixedWidthInteger>(_ type: T.Type) throws(Fault) -> T {
    let size = MemoryLayout<T>.size
    guard place >= 0, size <= bytes.count - place else { throw Fault() }
    defer { place += size }
    return T(littleEndian: UnsafeRawPointer(bytes.baseAddress! + place).loadUnaligned(as: T.self))
  }

  mutating func take(_ count: Int) throws(Fault) -> UnsafeBufferPointer<UInt8> {
    guard place >= 0, count >= 0, count <= bytes.count - place else { throw Fault() }
    defer { place += count }
    return UnsafeBufferPointer(rebasing: bytes[place..<place + count])
  }

  /// Seven bits a byte, the lowest first.
  mutating func varint() throws(Fault) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      let byte = try byte()
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw Fault("a number has more than ten bytes")
  }

  mutating func zigzag() throws(Fault) -> Int64 {
    let value = try varint()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  /// A size or count that is no more than could be meant.
  mutating func size(upTo limit: Int) throws(Fault) -> Int {
    let value = try varint()
    guard value <= UInt64(limit) else { throw Fault("a length is larger than what there is") }
    return Int(value)
  }
}
