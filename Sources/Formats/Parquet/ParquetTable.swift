/// A table in Parquet (parquet.apache.org, *File format*), row group by row group: columns plainly encoded,
/// compressed by gzip.
struct ParquetTable: RecordTable {
  private struct Chunk {
    var count: Int
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

  private enum Codec {
    static let (none, gzip) = (0, 2)
  }

  private let fields: [ParquetField]
  /// What the values of a row are added to, the columns in depth-first order.
  var leaves: [ParquetLeaf]
  private var groups: [Group] = []
  private var rows = 0
  private var offset = 4
  private let put: ([UInt8]) throws -> Void

  /// - Parameter put: takes the next bytes of the file.
  init(_ fields: [ParquetField], put: @escaping ([UInt8]) throws -> Void) throws {
    self.fields = fields
    self.put = put
    leaves = fields.flatMap(\.leaves)
    try put(Array("PAR1".utf8))
  }

  init(_ columns: [RecordColumn], put: @escaping ([UInt8]) throws -> Void) throws {
    try self.init(columns.map { $0.isText ? .text($0.name) : .number($0.name, .int32) }, put: put)
  }

  /// Sets the value of a column in the row that is begun; each column must be set once in a row.
  mutating func set(_ column: Int, _ value: String) { leaves[column].add(value.utf8) }

  mutating func set(_ column: Int, _ value: Int) { leaves[column].add(Int32(clamping: value)) }

  mutating func endRow() throws {
    rows += 1
    if rows == Self.rowLimit || leaves.reduce(0, { $0 + $1.size }) >= Self.byteLimit {
      try endGroup()
    }
  }

  private mutating func endGroup() throws {
    guard rows > 0 else { return }
    var group = Group(rows: rows, chunks: [])
    for place in leaves.indices {
      let count = leaves[place].count
      let plain = leaves[place].page()
      let packed = leaves[place].isPacked ? Gzip.compressed(plain, level: 3) : plain
      var header = ThriftCompact()
      header.whole { page in
        page.int32(1, 0)
        page.int32(2, plain.count)
        page.int32(3, packed.count)
        page.structure(5) { data in
          data.int32(1, count)
          data.int32(2, 0)
          data.int32(3, 3)
          data.int32(4, 3)
        }
      }
      try put(header.bytes)
      try put(packed)
      let size = header.bytes.count
      group.chunks.append(
        Chunk(
          count: count, offset: offset, compressed: size + packed.count, plain: size + plain.count))
      offset += size + packed.count
    }
    groups.append(group)
    rows = 0
  }

  mutating func finish() throws { try finish(notes: [:]) }

  /// - Parameter notes: what is said of the table beside its columns, by name.
  mutating func finish(notes: [String: String]) throws {
    try endGroup()
    var footer = ThriftCompact()
    let (fields, leaves, groups) = (fields, leaves, groups)
    footer.whole { file in
      file.int32(1, 1)
      file.structures(2, [nil] + fields.flatMap(\.all).map { $0 as ParquetField? }) {
        Self.write($0, count: fields.count, to: &$1)
      }
      file.int64(3, groups.reduce(0) { $0 + $1.rows })
      file.structures(4, groups) { group, out in
        out.structures(1, Array(zip(leaves, group.chunks))) { pair, chunk in
          Self.write(pair.1, of: pair.0, to: &chunk)
        }
        out.int64(2, group.chunks.reduce(0) { $0 + $1.plain })
        out.int64(3, group.rows)
      }
      if !notes.isEmpty {
        file.structures(5, notes.sorted { $0.key < $1.key }) { note, out in
          out.string(1, note.key)
          out.string(2, note.value)
        }
      }
      file.string(6, "Assay")
    }
    try put(footer.bytes + UInt32(footer.bytes.count).littleEndianBytes + Array("PAR1".utf8))
  }

  /// An element of the schema; of nil its root.
  private static func write(_ field: ParquetField?, count: Int, to out: inout ThriftCompact) {
    guard let field else {
      out.string(4, "schema")
      out.int32(5, count)
      return
    }
    switch field.content {
    case .leaf(let kind, let isText, _):
      out.int32(1, kind.rawValue)
      out.int32(3, field.repetition.rawValue)
      out.string(4, field.name)
      if isText { out.int32(6, 0) }
    case .group(let fields, let isList):
      out.int32(3, field.repetition.rawValue)
      out.string(4, field.name)
      out.int32(5, fields.count)
      if isList { out.int32(6, 3) }
    }
  }

  private static func write(_ chunk: Chunk, of leaf: ParquetLeaf, to out: inout ThriftCompact) {
    out.int64(2, chunk.offset)
    out.structure(3) { meta in
      meta.int32(1, leaf.kind.rawValue)
      meta.int32s(2, [0, 3])
      meta.strings(3, leaf.path)
      meta.int32(4, leaf.isPacked ? Codec.gzip : Codec.none)
      meta.int64(5, chunk.count)
      meta.int64(6, chunk.plain)
      meta.int64(7, chunk.compressed)
      meta.int64(9, chunk.offset)
    }
  }
}
