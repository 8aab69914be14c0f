import Notation

/// The values of one leaf in one row group, page by page: of memory it takes a page and the dictionary.
struct ParquetColumn {
  /// Values of one page.
  static let pageLimit = 1 << 24

  private let node: ParquetNode
  private let codec: Inflation
  private var pages: TableBytes
  private var left: Int
  private var dictionary: [RecordValue] = []
  private var again: [UInt32] = []
  private var definitions: [UInt32] = []
  private var values: [RecordValue] = []
  private var place = 0
  private var value = 0

  /// - Parameter meta: of its chunk.
  init(
    _ node: ParquetNode, _ meta: ThriftValue, _ file: UnsafeBufferPointer<UInt8>
  ) throws(TableBytes.Fault) {
    self.node = node
    switch meta[4]?.int ?? 0 {
    case 0: codec = .none
    case 1: codec = .snappy
    case 2: codec = .gzip
    case 6: codec = .zstd
    case 7: codec = .lz4
    case let other:
      throw .init(
        "column \(node.name) is packed by codec \(other), not known here; use snappy, gzip or zstd"
      )
    }
    guard let data = meta[9]?.int, let size = meta[7]?.int, let count = meta[5]?.int, count >= 0
    else {
      throw .init("column \(node.name) does not say where it lies")
    }
    let start = min(meta[11]?.int.flatMap { $0 > 0 ? $0 : nil } ?? data, data)
    guard start >= 0, size >= 0, size <= file.count, start <= file.count - size else {
      throw .init()
    }
    pages = TableBytes(UnsafeBufferPointer(rebasing: file[start..<start + size]))
    left = count
  }

  /// Levels of the next value; nil at the end.
  mutating func peek() throws(TableBytes.Fault) -> (again: UInt32, definition: UInt32)? {
    while place == definitions.count {
      guard left > 0 else { return nil }
      try readPage()
    }
    return (again[place], definitions[place])
  }

  /// The next value; null where it is not there.
  mutating func next() throws(TableBytes.Fault) -> RecordValue {
    guard let levels = try peek() else { throw .init("a column has fewer values than rows") }
    place += 1
    guard levels.definition == node.definition else { return .null }
    guard value < values.count else { throw .init("a page has fewer values than it says") }
    value += 1
    return values[value - 1]
  }

  // MARK: Pages

  private mutating func readPage() throws(TableBytes.Fault) {
    let head = try ThriftValue(structure: &pages)
    guard let size = head[2]?.int, let packedSize = head[3]?.int else {
      throw .init("a page has no size")
    }
    let packed = try pages.take(packedSize)
    if let dictionary = head[7] {
      let bytes = try codec.bytes(packed, size: size)
      let count = dictionary[1]?.int ?? 0
      self.dictionary = try bytes.withReader { reader throws(TableBytes.Fault) in
        try plain(&reader, count: count)
      }
    } else if let data = head[5] {
      let bytes = try codec.bytes(packed, size: size)
      let count = try count(data)
      var levels = ([UInt32](), [UInt32](), [RecordValue]())
      try bytes.withReader { reader throws(TableBytes.Fault) in
        levels.0 = try lengthAndLevels(&reader, upTo: node.again, count)
        levels.1 = try lengthAndLevels(&reader, upTo: node.definition, count)
        levels.2 = try self.values(&reader, data[2]?.int ?? 0, levels.1)
      }
      take(levels, count)
    } else if let data = head[8] {
      let (first, second) = (data[6]?.int ?? 0, data[5]?.int ?? 0)
      guard first >= 0, second >= 0, first <= packed.count, second <= packed.count - first,
        size >= first + second
      else { throw .init() }
      let count = try count(data)
      var reader = TableBytes(UnsafeBufferPointer(rebasing: packed[..<first]))
      let again = try ParquetEncoding.levels(&reader, upTo: node.again, count)
      reader = TableBytes(UnsafeBufferPointer(rebasing: packed[first..<first + second]))
      let definitions = try ParquetEncoding.levels(&reader, upTo: node.definition, count)
      let rest = UnsafeBufferPointer(rebasing: packed[(first + second)...])
      let isPacked = data[7]?.bool ?? true
      let bytes = try (isPacked ? codec : .none).bytes(rest, size: size - first - second)
      let values = try bytes.withReader { reader throws(TableBytes.Fault) in
        try self.values(&reader, data[4]?.int ?? 0, definitions)
      }
      take((again, definitions, values), count)
    }
  }

  private func count(_ page: ThriftValue) throws(TableBytes.Fault) -> Int {
    guard let count = page[1]?.int, count >= 0, count <= min(left, Self.pageLimit) else {
      throw .init("a page has more values than its column, or more than \(Self.pageLimit)")
    }
    return count
  }

  private mutating func take(_ page: ([UInt32], [UInt32], [RecordValue]), _ count: Int) {
    (again, definitions, values) = page
    (place, value) = (0, 0)
    left -= count
  }

  private func lengthAndLevels(
    _ reader: inout TableBytes, upTo top: Int, _ count: Int
  ) throws(TableBytes.Fault) -> [UInt32] {
    guard top > 0 else { return [UInt32](repeating: 0, count: count) }
    let length = Int(try reader.number(UInt32.self))
    var part = TableBytes(try reader.take(length))
    return try ParquetEncoding.levels(&part, upTo: top, count)
  }

  // MARK: Values

  private func values(
    _ reader: inout TableBytes, _ encoding: Int, _ definitions: [UInt32]
  ) throws(TableBytes.Fault) -> [RecordValue] {
    let top = UInt32(node.definition)
    let count = definitions.count { $0 == top }
    switch encoding {
    case 0: return try plain(&reader, count: count)
    case 2, 8:
      guard count > 0 else { return [] }
      let bits = Int(try reader.byte())
      var found: [RecordValue] = []
      for place in try ParquetEncoding.hybrid(&reader, bits: bits, count: count) {
        guard place < dictionary.count else { throw .init("a value is not in its dictionary") }
        found.append(dictionary[Int(place)])
      }
      return found
    case 3:
      let length = Int(try reader.number(UInt32.self))
      var part = TableBytes(try reader.take(length))
      return try ParquetEncoding.hybrid(&part, bits: 1, count: count).map { .json(.bool($0 != 0)) }
    case 5:
      return try ParquetEncoding.deltas(&reader, limit: count).map { number($0) }
    case 6:
      let lengths = try ParquetEncoding.deltas(&reader, limit: count)
      var found: [RecordValue] = []
      for length in lengths { found.append(bytes(try reader.take(Int(clamping: length)))) }
      return found
    case 7: return try shared(&reader, count)
    case 9: return try split(&reader, count)
    case let other:
      throw .init("column \(node.name) is written in encoding \(other), which is not known here")
    }
  }

  /// DELTA_BYTE_ARRAY: each begins as the one before it.
  private func shared(
    _ reader: inout TableBytes, _ count: Int
  ) throws(TableBytes.Fault) -> [RecordValue] {
    let prefixes = try ParquetEncoding.deltas(&reader, limit: count)
    let lengths = try ParquetEncoding.deltas(&reader, limit: count)
    guard prefixes.count == lengths.count else { throw .init("values have no ends") }
    var (last, found, size) = ([UInt8](), [RecordValue](), 0)
    for (prefix, length) in zip(prefixes, lengths) {
      guard prefix >= 0, prefix <= last.count else {
        throw .init("a value begins as none before it")
      }
      last = last[..<Int(prefix)] + Array(try reader.take(Int(clamping: length)))
      size += last.count
      guard size <= Inflation.limit else { throw .init("a page unpacks to too many bytes") }
      found.append(last.withUnsafeBufferPointer { bytes($0) })
    }
    return found
  }

  /// BYTE_STREAM_SPLIT: all first bytes, then all second ones.
  private func split(
    _ reader: inout TableBytes, _ count: Int
  ) throws(TableBytes.Fault) -> [RecordValue] {
    let size = [1: 4, 2: 8, 4: 4, 5: 8, 7: node.length][node.type ?? 0] ?? 0
    guard size > 0, count <= reader.left / size else { throw .init() }
    let all = try reader.take(size * count)
    var whole = [UInt8](repeating: 0, count: size * count)
    for value in 0..<count {
      for byte in 0..<size { whole[value * size + byte] = all[byte * count + value] }
    }
    return try whole.withReader { reader throws(TableBytes.Fault) in
      try plain(&reader, count: count)
    }
  }

  private func plain(
    _ reader: inout TableBytes, count: Int
  ) throws(TableBytes.Fault) -> [RecordValue] {
    var found: [RecordValue] = []
    guard count >= 0, count <= reader.left * 8 else { throw .init() }
    found.reserveCapacity(count)
    if node.type == 0 {
      let bits = try reader.take((count + 7) / 8)
      return (0..<count).map { .json(.bool(bits[$0 / 8] >> UInt8($0 % 8) & 1 == 1)) }
    }
    for _ in 0..<count {
      switch node.type {
      case 1: found.append(number(Int64(try reader.number(Int32.self))))
      case 2: found.append(number(try reader.number(Int64.self)))
      case 3:
        // Nanoseconds of a day, and the day by Julius Scaliger's count.
        let nanoseconds = try reader.number(Int64.self)
        let days = Int64(try reader.number(UInt32.self)) - 2_440_588
        let (whole, isCut) = days.multipliedReportingOverflow(by: 86_400_000_000_000)
        let (sum, isOver) = whole.addingReportingOverflow(nanoseconds)
        // Nanoseconds reach from 1677 to 2262.
        found.append(
          isCut || isOver
            ? .moment(days * 86_400_000 + nanoseconds / 1_000_000, per: 1_000)
            : .moment(sum, per: 1_000_000_000))
      case 4: found.append(.float(Double(Float(bitPattern: try reader.number(UInt32.self)))))
      case 5: found.append(.float(Double(bitPattern: try reader.number(UInt64.self))))
      case 6:
        let length = Int(try reader.number(UInt32.self))
        found.append(bytes(try reader.take(length)))
      case 7: found.append(bytes(try reader.take(node.length)))
      default: throw .init("column \(node.name) is of a type that is not known")
      }
    }
    return found
  }

  private func number(_ value: Int64) -> RecordValue {
    switch node.meaning {
    case .day: return .day(value)
    case .moment(let perSecond): return .moment(value, per: perSecond)
    case .decimal(let scale):
      return .decimal(
        (0..<8).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }, scale: scale)
    case .unsigned where node.type == 1:
      return .json(.int(Int64(UInt32(truncatingIfNeeded: value))))
    case .unsigned: return .unsigned(value)
    default: return .json(.int(value))
    }
  }

  private func bytes(_ content: UnsafeBufferPointer<UInt8>) -> RecordValue {
    switch node.meaning {
    case .text: return .text(content)
    case .decimal(let scale): return .decimal(content, scale: scale)
    case .half where content.count == 2:
      return .half(UInt16(content[1]) << 8 | UInt16(content[0]))
    case .uuid where content.count == 16:
      let digits = content.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
      let parts = [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { digits[$0].joined() }
      return .json(.string(parts.joined(separator: "-")))
    default: return .bytes(Array(content))
    }
  }
}

extension ParquetEncoding {
  /// Levels of `count` values; zeros where there is one only.
  static func levels(
    _ reader: inout TableBytes, upTo top: Int, _ count: Int
  ) throws(TableBytes.Fault) -> [UInt32] {
    guard top > 0 else { return [UInt32](repeating: 0, count: count) }
    return try hybrid(&reader, bits: Int.bitWidth - top.leadingZeroBitCount, count: count)
  }
}

extension [UInt8] {
  func withReader<R>(
    _ body: (inout TableBytes) throws(TableBytes.Fault) -> R
  ) throws(TableBytes.Fault) -> R {
    try withUnsafeBufferPointer { buffer throws(TableBytes.Fault) in
      var reader = TableBytes(buffer)
      return try body(&reader)
    }
  }
}
