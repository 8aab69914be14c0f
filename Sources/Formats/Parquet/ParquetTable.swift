/// A table in Parquet (parquet.apache.org, *File format*), row group by row group: columns that are required,
/// plainly encoded, compressed by gzip.
struct ParquetTable: RecordTable {
  private enum Kind: Int {
    case int32 = 1
    /// As UTF-8.
    case string = 6
  }

  private struct Column {
    let name: String
    let kind: Kind
    var values: [UInt8] = []
  }

  private struct Chunk {
    var offset: Int
    var compressed: Int
    var plain: Int
  }

  private struct Group {
    var rows: Int
    var chunks: [Chunk]
  }

  /// Of one group.
  static let rowLimit = 20_000
  static let byteLimit = 32 * 1024 * 1024

  private var columns: [Column]
  private var groups: [Group] = []
  private var rows = 0
  private var offset = 4
  private let put: ([UInt8]) throws -> Void

  /// - Parameter put: takes the next bytes of the file.
  init(_ columns: [RecordColumn], put: @escaping ([UInt8]) throws -> Void) throws {
    self.columns = columns.map { Column(name: $0.name, kind: $0.isText ? .string : .int32) }
    self.put = put
    try put(Array("PAR1".utf8))
  }

  /// Sets the value of a column in the row that is begun; each column must be set once in a row.
  mutating func set(_ column: Int, _ value: String) {
    append(UInt32(value.utf8.count), to: column)
    columns[column].values += value.utf8
  }

  mutating func set(_ column: Int, _ value: Int) {
    append(UInt32(bitPattern: Int32(clamping: value)), to: column)
  }

  private mutating func append(_ value: UInt32, to column: Int) {
    for byte in 0..<4 {
      columns[column].values.append(UInt8(truncatingIfNeeded: value >> (8 * byte)))
    }
  }

  mutating func endRow() throws {
    rows += 1
    let size = columns.reduce(0) { $0 + $1.values.count }
    if rows == Self.rowLimit || size >= Self.byteLimit { try endGroup() }
  }

  private mutating func endGroup() throws {
    guard rows > 0 else { return }
    var group = Group(rows: rows, chunks: [])
    for place in columns.indices {
      let plain = columns[place].values
      let packed = Gzip.compressed(plain, level: 3)
      var header = ThriftCompact()
      let rows = rows
      header.whole { page in
        page.int32(1, 0)
        page.int32(2, plain.count)
        page.int32(3, packed.count)
        page.structure(5) { data in
          data.int32(1, rows)
          data.int32(2, 0)
          data.int32(3, 3)
          data.int32(4, 3)
        }
      }
      try put(header.bytes)
      try put(packed)
      let size = header.bytes.count
      group.chunks.append(
        Chunk(offset: offset, compressed: size + packed.count, plain: size + plain.count))
      offset += size + packed.count
      columns[place].values.removeAll(keepingCapacity: true)
    }
    groups.append(group)
    rows = 0
  }

  mutating func finish() throws {
    try endGroup()
    var footer = ThriftCompact()
    let (columns, groups) = (columns, groups)
    footer.whole { file in
      file.int32(1, 1)
      file.structures(2, [nil] + columns.map { $0 as Column? }) { column, element in
        guard let column else {
          element.string(4, "schema")
          element.int32(5, columns.count)
          return
        }
        element.int32(1, column.kind.rawValue)
        element.int32(3, 0)
        element.string(4, column.name)
        if column.kind == .string { element.int32(6, 0) }
      }
      file.int64(3, groups.reduce(0) { $0 + $1.rows })
      file.structures(4, groups) { group, out in
        out.structures(1, Array(zip(columns, group.chunks))) { pair, chunk in
          let (column, place) = pair
          chunk.int64(2, place.offset)
          chunk.structure(3) { meta in
            meta.int32(1, column.kind.rawValue)
            meta.int32s(2, [0, 3])
            meta.strings(3, [column.name])
            meta.int32(4, 2)
            meta.int64(5, group.rows)
            meta.int64(6, place.plain)
            meta.int64(7, place.compressed)
            meta.int64(9, place.offset)
          }
        }
        out.int64(2, group.chunks.reduce(0) { $0 + $1.plain })
        out.int64(3, group.rows)
      }
      file.string(6, "Assay")
    }
    let size = UInt32(footer.bytes.count)
    try put(
      footer.bytes + (0..<4).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) }
        + Array("PAR1".utf8))
  }
}
