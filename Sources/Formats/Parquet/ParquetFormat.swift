import Notation

extension DatasetFormat {
  package static let parquet = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "parquet", name: "Parquet", layout: "`SUBSET.parquet`: an item a row",
      source: "parquet.apache.org/docs/file-format", holds: Set(DatasetLabelKind.allCases),
      notes: """
        Columns: name, split, width and height (0 where there are none), text, label (the class of the \
        whole item, empty where there is none or are several), labels and metadata as JSON, as the JSON \
        Lines format writes them. Written, not read.
        """),
    matches: { _ in false },
    read: { folder, _ in
      throw FormatFault(
        folder.file ?? folder.path, "", "Parquet is written, not read",
        remedy: "Convert it to JSON Lines first.")
    }, write: { sink, _, _ in ParquetWriter(sink) })
}

private final class ParquetWriter: DatasetWriting {
  private final class File {
    let stream: any DatasetStream
    var table: ParquetTable

    init(_ stream: any DatasetStream) throws {
      self.stream = stream
      table = try ParquetTable(
        [
          .init("name", .string), .init("split", .string), .init("width", .int32),
          .init("height", .int32),
          .init("text", .string), .init("label", .string), .init("labels", .string),
          .init("metadata", .string),
        ], put: stream.append)
    }
  }

  private let sink: any DatasetSink
  private var files: [String: File] = [:]

  init(_ sink: any DatasetSink) { self.sink = sink }

  private func file(_ subset: String) throws -> File {
    if let known = files[subset] { return known }
    let file = try File(sink.open("\(subset.isEmpty ? "data" : subset).parquet"))
    files[subset] = file
    return file
  }

  func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    let file = try file(item.subset)
    let wholes = item.labels.filter { $0.value == .whole }
    file.table.set(0, item.name)
    file.table.set(1, item.subset)
    file.table.set(2, item.size?.width ?? 0)
    file.table.set(3, item.size?.height ?? 0)
    file.table.set(4, item.text ?? "")
    file.table.set(5, wholes.count == 1 ? schema.name(wholes[0].classIndex) : "")
    file.table.set(6, DatasetLineNotation.labels(item, schema))
    file.table.set(7, JSON.object(item.metadata).text)
    try file.table.endRow()
  }

  func finish(_ schema: DatasetSchema) throws {
    if files.isEmpty { _ = try file("") }
    for (_, file) in files.sorted(by: { $0.key < $1.key }) {
      try file.table.finish()
      try file.stream.close()
    }
  }
}
