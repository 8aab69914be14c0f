import Notation

/// The values of one column in one batch (*Physical memory layout*), looked at one by one.
final class ArrowArray {
  private let field: ArrowField
  private let count: Int
  private let validity: ArrowBuffer?
  private let offsets: ArrowBuffer?
  private let content: ArrowBuffer?
  /// What views are views of.
  private let views: [ArrowBuffer]
  private let children: [ArrowArray]
  /// What the numbers stand for.
  private let words: [RecordValue]?

  /// Takes the nodes and buffers of a column, in their order, out of a batch.
  init(
    _ field: ArrowField, _ batch: inout ArrowBatch, asWords: Bool = false
  ) throws(TableBytes.Fault) {
    self.field = field
    count = try batch.node()
    words = asWords ? nil : field.dictionary.map { batch.words[$0.id] ?? [] }
    if words != nil {
      validity = try batch.buffer()
      content = try batch.buffer()
      (offsets, views, children) = (nil, [], [])
      return
    }
    var views: [ArrowBuffer] = []
    switch field.kind {
    case .null: (validity, offsets, content) = (nil, nil, nil)
    case .variable:
      validity = try batch.buffer()
      offsets = try batch.buffer()
      content = try batch.buffer()
    case .list, .map:
      validity = try batch.buffer()
      offsets = try batch.buffer()
      content = nil
    case .record, .fixedList:
      validity = try batch.buffer()
      (offsets, content) = (nil, nil)
    case .bool, .decimal, .day, .moment, .int, .float, .fixed:
      validity = try batch.buffer()
      content = try batch.buffer()
      offsets = nil
    case .view:
      validity = try batch.buffer()
      content = try batch.buffer()
      offsets = nil
      views = try batch.viewed()
    }
    self.views = views
    var children: [ArrowArray] = []
    for child in field.children { children.append(try ArrowArray(child, &batch)) }
    self.children = children
  }

  func value(at row: Int) throws(TableBytes.Fault) -> RecordValue {
    guard row >= 0, row < count else { throw .init("a batch has fewer values than it says") }
    if let validity, !validity.isEmpty, try !validity.bit(row) { return .null }
    if let words, let coding = field.dictionary {
      let number = try content?.integer(row, coding.bytes, coding.isSigned) ?? 0
      guard number >= 0, number < words.count else {
        throw .init("a value is not in its dictionary")
      }
      return words[Int(number)]
    }
    guard let content else { return try nested(row) }
    switch field.kind {
    case .bool: return .json(.bool(try content.bit(row)))
    case .int(let bytes, let isSigned):
      let number = try content.integer(row, bytes, isSigned)
      return bytes == 8 && !isSigned ? .unsigned(number) : .json(.int(number))
    case .float(let bytes):
      let bits = try content.integer(row, bytes, false)
      return switch bytes {
      case 8: .float(Double(bitPattern: UInt64(bitPattern: bits)))
      case 4: .float(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
      default: .half(UInt16(truncatingIfNeeded: bits))
      }
    case .day: return .day(try content.integer(row, 4, true))
    case .moment(let perSecond): return .moment(try content.integer(row, 8, true), per: perSecond)
    case .decimal(let scale, let bytes):
      return .decimal(try content.slice(row * bytes, bytes).reversed(), scale: scale)
    case .fixed(let bytes): return .bytes(Array(try content.slice(row * bytes, bytes)))
    case .variable(let isText, let isLarge):
      let (start, end) = try bounds(row, isLarge)
      let bytes = try content.slice(start, end - start)
      return isText ? .text(bytes) : .bytes(Array(bytes))
    case .view(let isText):
      let bytes = try viewed(row)
      return isText ? .text(bytes) : .bytes(Array(bytes))
    case .null, .list, .fixedList, .record, .map: return .null
    }
  }

  private func nested(_ row: Int) throws(TableBytes.Fault) -> RecordValue {
    switch field.kind {
    case .record:
      var fields: [RecordField] = []
      for child in children {
        fields.append(RecordField(name: child.field.name, value: try child.value(at: row)))
      }
      return .record(fields)
    case .list(let isLarge): return .list(try elements(bounds(row, isLarge)))
    case .fixedList(let count): return .list(try elements((row * count, (row + 1) * count)))
    case .map:
      var fields: [RecordField] = []
      for entry in try elements(bounds(row, false)) {
        guard case .record(let pair) = entry, pair.count == 2 else { continue }
        let key = pair[0].value.json
        fields.append(RecordField(name: key.string ?? key.text, value: pair[1].value))
      }
      return .record(fields)
    default: return .null
    }
  }

  private func elements(_ bounds: (Int, Int)) throws(TableBytes.Fault) -> [RecordValue] {
    guard let child = children.first, bounds.1 - bounds.0 <= child.count else { throw .init() }
    var list: [RecordValue] = []
    for place in bounds.0..<bounds.1 { list.append(try child.value(at: place)) }
    return list
  }

  private func bounds(_ row: Int, _ isLarge: Bool) throws(TableBytes.Fault) -> (Int, Int) {
    guard let offsets else { throw .init() }
    let size = isLarge ? 8 : 4
    let start = Int(try offsets.integer(row, size, true))
    let end = Int(try offsets.integer(row + 1, size, true))
    guard start >= 0, end >= start else { throw .init("a value ends before it begins") }
    return (start, end)
  }

  /// All values, as what numbers stand for.
  func all() throws(TableBytes.Fault) -> [RecordValue] {
    var list: [RecordValue] = []
    for row in 0..<count { list.append(try value(at: row)) }
    return list
  }

  /// A view of text or bytes: its length, and then itself up to 12 bytes, or its first four, and the buffer
  /// and place it lies at.
  private func viewed(_ row: Int) throws(TableBytes.Fault) -> UnsafeBufferPointer<UInt8> {
    guard let content else { throw .init() }
    let length = Int(try content.integer(4 * row, 4, true))
    guard length > 12 else { return try content.slice(16 * row + 4, length) }
    let buffer = try content.integer(4 * row + 2, 4, true)
    guard buffer >= 0, buffer < views.count else { throw .init("a value lies in no buffer") }
    return try views[Int(buffer)].slice(Int(content.integer(4 * row + 3, 4, true)), length)
  }
}

/// A run of bytes of a batch; it keeps what was unpacked.
struct ArrowBuffer {
  private let owner: MappedBytes?
  private let bytes: UnsafeBufferPointer<UInt8>

  init(_ bytes: UnsafeBufferPointer<UInt8>) { (owner, self.bytes) = (nil, bytes) }

  init(_ unpacked: [UInt8]) {
    let owner = MappedBytes(unpacked)
    (self.owner, bytes) = (owner, owner.withBuffer { $0 })
  }

  var isEmpty: Bool { bytes.isEmpty }

  func bit(_ place: Int) throws(TableBytes.Fault) -> Bool {
    guard place / 8 < bytes.count else { throw .init() }
    return bytes[place / 8] >> UInt8(place % 8) & 1 == 1
  }

  func slice(_ start: Int, _ count: Int) throws(TableBytes.Fault) -> UnsafeBufferPointer<UInt8> {
    var reader = TableBytes(bytes, at: start)
    return try reader.take(count)
  }

  func integer(_ row: Int, _ size: Int, _ isSigned: Bool) throws(TableBytes.Fault) -> Int64 {
    var reader = TableBytes(bytes, at: row * size)
    switch (size, isSigned) {
    case (1, true): return Int64(try reader.number(Int8.self))
    case (1, false): return Int64(try reader.number(UInt8.self))
    case (2, true): return Int64(try reader.number(Int16.self))
    case (2, false): return Int64(try reader.number(UInt16.self))
    case (4, true): return Int64(try reader.number(Int32.self))
    case (4, false): return Int64(try reader.number(UInt32.self))
    default: return try reader.number(Int64.self)
    }
  }
}

/// A record batch that is being taken apart: the lengths of its columns, and its buffers.
struct ArrowBatch {
  /// Values of one column, which keeps places in bytes small.
  static let rowLimit = 1 << 26

  let rows: Int
  let words: [Int64: [RecordValue]]
  private var nodes: [(Int, Int)]
  private var buffers: [(Int, Int)]
  /// How many buffers each column of views has besides.
  private var viewCounts: [Int]
  private let body: UnsafeBufferPointer<UInt8>
  private let codec: Inflation

  init(
    _ table: FlatTable, _ body: UnsafeBufferPointer<UInt8>, _ words: [Int64: [RecordValue]]
  ) throws(TableBytes.Fault) {
    rows = Int(try table.number(0, Int64.self))
    nodes = try table.pairs(1).reversed()
    buffers = try table.pairs(2).reversed()
    viewCounts = try table.numbers(4).reversed()
    if let compression = try table.table(3) {
      codec = try compression.number(0, UInt8.self) == 1 ? .zstd : .lz4Frame
    } else {
      codec = .none
    }
    (self.body, self.words) = (body, words)
    guard rows >= 0, rows <= Self.rowLimit else { throw .init("a batch has no number of rows") }
  }

  mutating func node() throws(TableBytes.Fault) -> Int {
    guard let node = nodes.popLast(), node.0 >= 0, node.0 <= Self.rowLimit else {
      throw .init("a batch has too few columns, or one with more than \(Self.rowLimit) values")
    }
    return node.0
  }

  /// The buffers that the views of a column lie in.
  mutating func viewed() throws(TableBytes.Fault) -> [ArrowBuffer] {
    guard let count = viewCounts.popLast() else { throw .init("a batch has too few buffers") }
    var found: [ArrowBuffer] = []
    for _ in 0..<max(0, count) { found.append(try buffer()) }
    return found
  }

  mutating func buffer() throws(TableBytes.Fault) -> ArrowBuffer {
    guard let (offset, length) = buffers.popLast() else {
      throw .init("a batch has too few buffers")
    }
    var reader = TableBytes(body, at: offset)
    let bytes = try reader.take(length)
    guard codec != .none, length > 0 else { return ArrowBuffer(bytes) }
    var inside = TableBytes(bytes)
    let size = Int(try inside.number(Int64.self))
    let packed = UnsafeBufferPointer(rebasing: bytes[8...])
    // A buffer that did not become smaller is left as it is.
    return size < 0 ? ArrowBuffer(packed) : ArrowBuffer(try codec.bytes(packed, size: size))
  }
}
