import Notation

/// Reads a Parquet file row by row, nested columns too (Dremel's record assembly, Melnik et al., VLDB 2010).
struct ParquetRecords: RecordReading {
  let classes: [String: [String]]
  private let storage: MappedBytes
  private let bytes: UnsafeBufferPointer<UInt8>
  private let root: ParquetNode
  private let groups: [ThriftValue]
  private var group = 0
  private var rowsLeft = 0
  private var columns: [ParquetColumn] = []

  /// - Throws: `TableBytes.Fault` for what is no Parquet file.
  init(_ file: MappedBytes) throws {
    storage = file
    // The storage is held as long as this is.
    bytes = file.withBuffer { $0 }
    let magic = Array("PAR1".utf8)
    guard bytes.count >= 12, bytes.starts(with: magic), bytes.suffix(4).elementsEqual(magic) else {
      throw TableBytes.Fault(
        bytes.suffix(4).elementsEqual("PARE".utf8)
          ? "it is encrypted" : "it is no whole Parquet file: its end is missing")
    }
    var reader = TableBytes(bytes, at: bytes.count - 8)
    let length = Int(try reader.number(UInt32.self))
    guard length <= bytes.count - 12 else {
      throw TableBytes.Fault("its foot is longer than the file")
    }
    reader = TableBytes(
      UnsafeBufferPointer(rebasing: bytes[..<(bytes.count - 8)]), at: bytes.count - 8 - length)
    let foot = try ThriftValue(structure: &reader)
    root = try ParquetNode.tree(foot[2]?.list ?? [])
    guard !root.children.isEmpty else { throw TableBytes.Fault("it has no columns") }
    groups = foot[4]?.list ?? []
    let notes = foot[5]?.list.first { $0[1]?.string == "huggingface" }
    classes = ClassLabelNotes.classes(notes?[2]?.string)
  }

  mutating func next() throws -> [RecordField]? {
    while rowsLeft == 0 {
      guard group < groups.count else { return nil }
      let leaves = root.allLeaves
      let chunks = groups[group][1]?.list ?? []
      guard chunks.count == leaves.count else {
        throw TableBytes.Fault("a group of rows has not the columns of the file")
      }
      columns = try zip(leaves, chunks).map { leaf, chunk in
        guard let meta = chunk[3] else { throw TableBytes.Fault("a column lies in another file") }
        return try ParquetColumn(leaf, meta, bytes)
      }
      rowsLeft = max(0, groups[group][3]?.int ?? 0)
      group += 1
    }
    rowsLeft -= 1
    return try root.children.map { RecordField(name: $0.name, value: try value(of: $0)) }
  }

  private mutating func value(of node: ParquetNode) throws(TableBytes.Fault) -> RecordValue {
    switch node.repetition {
    case .required: return try content(of: node)
    case .optional: return try isThere(node) ? content(of: node) : .null
    case .repeated:
      var list: [RecordValue] = []
      guard try isThere(node) else { return .list([]) }
      repeat {
        list.append(try content(of: node))
      } while try columns[node.leaves.lowerBound].peek().map { $0.again == node.again } ?? false
      return .list(list)
    }
  }

  /// Whether the next value has anything at this node; where it has not, its places are passed over.
  private mutating func isThere(_ node: ParquetNode) throws(TableBytes.Fault) -> Bool {
    guard let next = try columns[node.leaves.lowerBound].peek() else {
      throw .init("a column has fewer values than rows")
    }
    if next.definition >= node.definition { return true }
    for leaf in node.leaves { _ = try columns[leaf].next() }
    return false
  }

  private mutating func content(of node: ParquetNode) throws(TableBytes.Fault) -> RecordValue {
    guard node.type == nil else { return try columns[node.leaves.lowerBound].next() }
    var fields: [RecordField] = []
    for child in node.children {
      fields.append(RecordField(name: child.name, value: try value(of: child)))
    }
    guard fields.count == 1, case .list(let entries) = fields[0].value else {
      return .record(fields)
    }
    switch node.meaning {
    case .list:
      let child = node.children[0]
      // The middle of the three levels that a list is written in; old ones have two.
      let isMiddle =
        child.children.count == 1 && child.name != "array" && !child.name.hasSuffix("_tuple")
      return .list(isMiddle ? entries.map { Self.only($0) } : entries)
    case .map:
      return .record(
        entries.compactMap { entry in
          guard case .record(let pair) = entry, let key = pair.first?.value.json else { return nil }
          return RecordField(
            name: key.string ?? key.text, value: pair.count > 1 ? pair[1].value : .null)
        })
    default: return .record(fields)
    }
  }

  private static func only(_ value: RecordValue) -> RecordValue {
    if case .record(let fields) = value, fields.count == 1 { return fields[0].value }
    return value
  }
}
