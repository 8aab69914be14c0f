/// A table of a FlatBuffer (flatbuffers.dev, *Internals*), in which Arrow writes its headers: a field is
/// found by its number, or is not there.
struct FlatTable {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let place: Int
  private let vtable: Int
  private let size: Int

  /// The root of a buffer.
  init(root bytes: UnsafeBufferPointer<UInt8>) throws(TableBytes.Fault) {
    try self.init(bytes, at: Self.indirect(bytes, 0))
  }

  private init(_ bytes: UnsafeBufferPointer<UInt8>, at place: Int) throws(TableBytes.Fault) {
    var reader = TableBytes(bytes, at: place)
    let back = Int(try reader.number(Int32.self))
    (self.bytes, self.place, vtable) = (bytes, place, place - back)
    reader.place = vtable
    size = Int(try reader.number(UInt16.self))
  }

  private static func indirect(
    _ bytes: UnsafeBufferPointer<UInt8>, _ place: Int
  ) throws(TableBytes.Fault) -> Int {
    var reader = TableBytes(bytes, at: place)
    return place + Int(try reader.number(UInt32.self))
  }

  private func field(_ number: Int) throws(TableBytes.Fault) -> Int? {
    guard 4 + 2 * number + 2 <= size else { return nil }
    var reader = TableBytes(bytes, at: vtable + 4 + 2 * number)
    let offset = Int(try reader.number(UInt16.self))
    return offset == 0 ? nil : place + offset
  }

  func number<T: FixedWidthInteger>(
    _ field: Int, _ type: T.Type, or other: T = 0
  ) throws(TableBytes.Fault) -> T {
    guard let place = try self.field(field) else { return other }
    var reader = TableBytes(bytes, at: place)
    return try reader.number(type)
  }

  func table(_ field: Int) throws(TableBytes.Fault) -> FlatTable? {
    guard let place = try self.field(field) else { return nil }
    return try FlatTable(bytes, at: Self.indirect(bytes, place))
  }

  func string(_ field: Int) throws(TableBytes.Fault) -> String? {
    guard let place = try self.field(field) else { return nil }
    var reader = TableBytes(bytes, at: try Self.indirect(bytes, place))
    let count = Int(try reader.number(UInt32.self))
    return String(decoding: try reader.take(count), as: UTF8.self)
  }

  /// A list whose elements have `step` bytes each, and where it begins.
  private func list(_ field: Int, step: Int) throws(TableBytes.Fault) -> (count: Int, start: Int)? {
    guard let place = try self.field(field) else { return nil }
    var reader = TableBytes(bytes, at: try Self.indirect(bytes, place))
    let count = Int(try reader.number(UInt32.self))
    guard count <= reader.left / step else { throw .init() }
    return (count, reader.place)
  }

  func tables(_ field: Int) throws(TableBytes.Fault) -> [FlatTable] {
    guard let (count, start) = try list(field, step: 4) else { return [] }
    var tables: [FlatTable] = []
    for place in 0..<count {
      tables.append(try FlatTable(bytes, at: Self.indirect(bytes, start + 4 * place)))
    }
    return tables
  }

  func numbers(_ field: Int) throws(TableBytes.Fault) -> [Int] {
    guard let (count, start) = try list(field, step: 8) else { return [] }
    var reader = TableBytes(bytes, at: start)
    var numbers: [Int] = []
    for _ in 0..<count { numbers.append(Int(try reader.number(Int64.self))) }
    return numbers
  }

  /// Structs of two numbers.
  func pairs(_ field: Int) throws(TableBytes.Fault) -> [(Int, Int)] {
    guard let (count, start) = try list(field, step: 16) else { return [] }
    var reader = TableBytes(bytes, at: start)
    var pairs: [(Int, Int)] = []
    for _ in 0..<count {
      pairs.append((Int(try reader.number(Int64.self)), Int(try reader.number(Int64.self))))
    }
    return pairs
  }
}
