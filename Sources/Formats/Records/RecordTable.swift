import Notation

/// Takes rows of text and small numbers, each column set once in a row.
protocol RecordTable {
  init(_ columns: [RecordColumn], put: @escaping ([UInt8]) throws -> Void) throws
  mutating func set(_ column: Int, _ value: String)
  mutating func set(_ column: Int, _ value: Int)
  mutating func endRow() throws
  mutating func finish() throws
}

struct RecordColumn: Hashable {
  var name: String
  var isText: Bool
}

extension Diagnostics {
  /// Tables do not tell it from none.
  func loseEmptyText(of item: DatasetItem) {
    if item.text?.isEmpty == true { lose("empty texts written as none") }
  }
}

/// Writes items as rows of a table, a file for each subset; nothing is lost in it.
struct RecordTableWriter<Table: RecordTable>: DatasetWriting {
  private final class File {
    let stream: any DatasetStream
    var table: Table

    init(_ stream: any DatasetStream) throws {
      self.stream = stream
      table = try Table(Self.columns, put: stream.append)
    }

    static var columns: [RecordColumn] {
      ["name", "split", "width", "height", "text", "label", "labels", "metadata", "tokens"].map {
        RecordColumn(name: $0, isText: $0 != "width" && $0 != "height")
      }
    }
  }

  private let sink: any DatasetSink
  private let kind: String
  private let options: WritingOptions
  private let diagnostics: Diagnostics
  private var files: [String: File] = [:]

  /// - Parameter kind: the extension of its files.
  init(
    _ sink: any DatasetSink, _ kind: String, _ options: WritingOptions, _ diagnostics: Diagnostics
  ) {
    (self.sink, self.kind, self.options) = (sink, kind, options)
    self.diagnostics = diagnostics
  }

  private mutating func file(_ subset: String) throws -> File {
    let name = options.isOneFile || subset.isEmpty ? "data" : subset
    if let known = files[name] { return known }
    let file = try File(sink.open("\(name).\(kind)"))
    files[name] = file
    return file
  }

  mutating func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    let file = try file(item.subset)
    if options.hasMedia, let media = item.media { try sink.copy(media, to: "images/\(item.name)") }
    let wholes = item.labels.filter { $0.value == .whole }
    file.table.set(0, item.name)
    file.table.set(1, item.subset)
    file.table.set(2, item.size?.width ?? 0)
    file.table.set(3, item.size?.height ?? 0)
    diagnostics.loseEmptyText(of: item)
    file.table.set(4, item.text ?? "")
    file.table.set(5, wholes.count == 1 ? schema.name(wholes[0].classIndex) : "")
    file.table.set(6, DatasetLineNotation.labels(item, schema))
    file.table.set(7, JSON.object(item.metadata).text)
    file.table.set(8, DatasetLineNotation.tokens(item))
    try file.table.endRow()
  }

  mutating func finish(_ schema: DatasetSchema) throws {
    if files.isEmpty { _ = try file("") }
    for (_, file) in files.sorted(by: { $0.key < $1.key }) {
      try file.table.finish()
      try file.stream.close()
    }
    guard !options.isOneFile else { return }
    try sink.write(DatasetLineNotation.json(schema).utf8 + [0x0A], to: "classes.json")
  }
}
