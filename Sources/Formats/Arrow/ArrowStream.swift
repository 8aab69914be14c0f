/// A table in Arrow's IPC stream format, batch by batch: columns of text and of 32-bit numbers, none of them
/// null.
struct ArrowStream: RecordTable {
  private struct Column {
    let name: String
    let isText: Bool
    var offsets: [Int32] = [0]
    var content: [UInt8] = []
    var numbers: [Int32] = []
  }

  private var columns: [Column]
  private var rows = 0
  private var place: Int64 = 0
  /// Where the batches lie from the start of the stream: place, bytes of the head and bytes of the body.
  private(set) var batches: [[Int64]] = []
  private let put: ([UInt8]) throws -> Void

  /// Of one batch.
  static let rowLimit = 10_000
  static let byteLimit = 32 * 1024 * 1024

  static let version: Int16 = 4

  init(_ columns: [RecordColumn], put: @escaping ([UInt8]) throws -> Void) throws {
    self.columns = columns.map { Column(name: $0.name, isText: $0.isText) }
    self.put = put
    try message(1, .table(schema), body: [])
  }

  private mutating func write(_ bytes: [UInt8]) throws {
    try put(bytes)
    place += Int64(bytes.count)
  }

  var schema: [Int: FlatWriter.Field] {
    let fields = columns.map { column -> [Int: FlatWriter.Field] in
      let type: [Int: FlatWriter.Field] = column.isText ? [:] : [0: .int(32), 1: .byte(1)]
      return [
        0: .string(column.name), 1: .byte(0), 2: .byte(column.isText ? 5 : 2), 3: .table(type),
        5: .tables([]),
      ]
    }
    return [0: .short(0), 1: .tables(fields)]
  }

  private mutating func message(
    _ kind: UInt8, _ header: FlatWriter.Field, body: [UInt8]
  ) throws {
    let head = FlatWriter.buffer([
      0: .short(Self.version), 1: .byte(kind), 2: header, 3: .long(Int64(body.count)),
    ])
    let start = place
    try write([255, 255, 255, 255] + UInt32(head.count).littleEndianBytes + head)
    if kind == 3 { batches.append([start, place - start, Int64(body.count)]) }
    try write(body)
  }

  mutating func set(_ column: Int, _ value: String) {
    columns[column].content += value.utf8
    columns[column].offsets.append(Int32(clamping: columns[column].content.count))
  }

  mutating func set(_ column: Int, _ value: Int) {
    columns[column].numbers.append(Int32(clamping: value))
  }

  mutating func endRow() throws {
    rows += 1
    let size = columns.reduce(0) { $0 + $1.content.count }
    if rows == Self.rowLimit || size >= Self.byteLimit { try endBatch() }
  }

  private mutating func endBatch() throws {
    guard rows > 0 else { return }
    var (body, buffers) = ([UInt8](), [[Int64]]())
    func add(_ bytes: [UInt8]) {
      buffers.append([Int64(body.count), Int64(bytes.count)])
      body += bytes
      while body.count % 8 != 0 { body.append(0) }
    }
    for column in columns {
      add([])
      if column.isText {
        add(column.offsets.withUnsafeBytes { Array($0) })
        add(column.content)
      } else {
        add(column.numbers.withUnsafeBytes { Array($0) })
      }
    }
    let nodes = columns.map { _ in [Int64(rows), 0] }
    try message(
      3, .table([0: .long(Int64(rows)), 1: .structs(nodes), 2: .structs(buffers)]), body: body)
    for index in columns.indices {
      columns[index] = Column(name: columns[index].name, isText: columns[index].isText)
    }
    rows = 0
  }

  mutating func finish() throws {
    try endBatch()
    try write([255, 255, 255, 255, 0, 0, 0, 0])
  }
}

/// A table in Arrow's IPC file format: a stream between marks, and where its batches lie.
struct ArrowFile: RecordTable {
  private var stream: ArrowStream
  private let put: ([UInt8]) throws -> Void

  private static let mark = Array("ARROW1".utf8)
  private static let head = mark + [0, 0]

  init(_ columns: [RecordColumn], put: @escaping ([UInt8]) throws -> Void) throws {
    try put(Self.head)
    stream = try ArrowStream(columns, put: put)
    self.put = put
  }

  mutating func set(_ column: Int, _ value: String) { stream.set(column, value) }
  mutating func set(_ column: Int, _ value: Int) { stream.set(column, value) }
  mutating func endRow() throws { try stream.endRow() }

  mutating func finish() throws {
    try stream.finish()
    let foot = FlatWriter.buffer([
      0: .short(ArrowStream.version), 1: .table(stream.schema), 2: .structs([]),
      3: .structs(stream.batches.map { [$0[0] + Int64(Self.head.count), $0[1], $0[2]] }),
    ])
    try put(foot + UInt32(foot.count).littleEndianBytes + Self.mark)
  }
}
