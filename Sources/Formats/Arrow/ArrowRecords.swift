import Notation

/// Reads Arrow's IPC files and streams (arrow.apache.org/docs/format/Columnar.html, *Serialization*), Feather
/// 2 among them, batch by batch.
struct ArrowRecords: RecordReading {
  let classes: [String: [String]]
  private let storage: MappedBytes
  private var reader: TableBytes
  private var fields: [ArrowField] = []
  private var words: [Int64: [RecordValue]] = [:]
  private var columns: [ArrowArray] = []
  private var (row, rows) = (0, 0)
  private var isOver = false

  private static let magic = Array("ARROW1".utf8)

  /// Whether a file begins as one.
  static func isOne(_ file: MappedBytes) -> Bool {
    file.withBuffer { bytes in
      bytes.starts(with: magic) || (bytes.count > 8 && bytes.starts(with: [255, 255, 255, 255]))
    }
  }

  /// - Throws: `TableBytes.Fault` for what is neither.
  init(_ file: MappedBytes) throws {
    storage = file
    let bytes = file.withBuffer { $0 }
    reader = TableBytes(bytes, at: bytes.starts(with: Self.magic) ? 8 : 0)
    guard let (message, _) = try Self.message(&reader), try message.number(1, UInt8.self) == 1,
      let schema = try message.table(2)
    else { throw TableBytes.Fault("it does not begin with a schema") }
    var count = 0
    for table in try schema.tables(1) { fields.append(try ArrowField(table, &count)) }
    guard !fields.isEmpty else { throw TableBytes.Fault("it has no columns") }
    let notes = try schema.tables(2).first { try $0.string(0) == "huggingface" }
    classes = ClassLabelNotes.classes(try notes?.string(1))
  }

  /// The next message with its body; nil at the end.
  private static func message(
    _ reader: inout TableBytes
  ) throws(TableBytes.Fault) -> (FlatTable, UnsafeBufferPointer<UInt8>)? {
    guard reader.left >= 4 else { return nil }
    var size = try reader.number(UInt32.self)
    // Before version 0.15 there was no mark.
    if size == .max { size = try reader.number(UInt32.self) }
    guard size > 0 else { return nil }
    let message = try FlatTable(root: try reader.take(Int(size)))
    let length = Int(clamping: try message.number(3, Int64.self))
    let body = try reader.take(length)
    return (message, body)
  }

  mutating func next() throws -> [RecordField]? {
    while row == rows {
      guard !isOver, let (message, body) = try Self.message(&reader) else {
        isOver = true
        // A stream may end anywhere between two batches; a file says so.
        let isCut = storage.withBuffer {
          $0.starts(with: Self.magic) && !$0.suffix(6).elementsEqual(Self.magic)
        }
        if isCut { throw TableBytes.Fault("its end is missing: it was cut off") }
        return nil
      }
      switch try message.number(1, UInt8.self) {
      case 2: try readWords(message, body)
      case 3:
        guard let table = try message.table(2) else { throw TableBytes.Fault() }
        var batch = try ArrowBatch(table, body, words)
        columns = try fields.map { field in try ArrowArray(field, &batch) }
        (row, rows) = (0, batch.rows)
      default: continue
      }
    }
    row += 1
    let place = row - 1
    return try zip(fields, columns).map { field, column in
      RecordField(name: field.name, value: try column.value(at: place))
    }
  }

  private mutating func readWords(
    _ message: FlatTable, _ body: UnsafeBufferPointer<UInt8>
  ) throws {
    guard let head = try message.table(2), let data = try head.table(1) else {
      throw TableBytes.Fault()
    }
    let id = try head.number(0, Int64.self)
    guard let field = Self.field(of: id, in: fields) else { return }
    var batch = try ArrowBatch(data, body, words)
    let found = try ArrowArray(field, &batch, asWords: true).all()
    words[id] = try head.number(2, UInt8.self) == 1 ? (words[id] ?? []) + found : found
  }

  private static func field(of id: Int64, in fields: [ArrowField]) -> ArrowField? {
    for field in fields {
      if field.dictionary?.id == id { return field }
      if let found = Self.field(of: id, in: field.children) { return found }
    }
    return nil
  }
}
