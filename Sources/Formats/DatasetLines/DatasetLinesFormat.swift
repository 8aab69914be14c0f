import Notation

extension DatasetFormat {
  /// Assay's own: nothing is lost in it.
  package static let jsonLines = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "jsonl", name: "JSON Lines", layout: "`items.jsonl`: an item a line; `classes.json`",
      source: "docs/formats.md", holds: Set(DatasetLabelKind.allCases),
      notes: """
        Holds everything. A label has its class, one member named for its kind, and attributes, score, \
        group, crowd, track where there are any. Coordinates are pixels, places in text Unicode \
        characters, ends excluded.
        """),
    matches: { !DatasetLines.files($0).isEmpty },
    read: { folder, diagnostics in
      let classes = (try? folder.text("classes.json")).flatMap { try? JSON(parsing: $0) }
      return ChainedReader(
        DatasetLines.files(folder).enumerated().map { place, file in
          { schema in
            let known = place == 0 ? classes.map(DatasetLineNotation.schema) ?? schema : schema
            return try JSONItems(file, folder, known, diagnostics) { json, number, schema in
              var item = try DatasetLineNotation.item(json, &schema) { fault in
                try diagnostics.report(
                  file, "object \(number), \(fault.path)", fault.problem,
                  remedy: "Put it right; it is left out.")
              }
              item.media = folder.image(named: item.name).map(folder.fullPath)
              return [item]
            }
          }
        })
    }, write: { sink, options, _ in DatasetLinesWriter(sink, options) })
}

private enum DatasetLines {
  static func files(_ folder: DatasetFolder) -> [String] {
    TextLines.files(folder) { $0["name"]?.string != nil && $0["labels"]?.array != nil }
  }
}

private final class DatasetLinesWriter: DatasetWriting {
  private let sink: any DatasetSink
  private let options: WritingOptions
  private var stream: (any DatasetStream)?
  private var out = JSONWriter()

  init(_ sink: any DatasetSink, _ options: WritingOptions) {
    (self.sink, self.options) = (sink, options)
  }

  private func begun() throws -> any DatasetStream {
    if let stream { return stream }
    let stream = try sink.open("items.jsonl")
    self.stream = stream
    return stream
  }

  func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    let stream = try begun()
    if options.hasMedia, let media = item.media { try sink.copy(media, to: "images/\(item.name)") }
    DatasetLineNotation.write(item, schema, to: &out)
    out.newline()
    guard out.bytes.count > 1 << 16 else { return }
    try stream.append(out.bytes)
    out.removeAll()
  }

  func finish(_ schema: DatasetSchema) throws {
    let stream = try begun()
    try stream.append(out.bytes)
    try stream.close()
    try sink.write(DatasetLineNotation.json(schema).utf8 + [0x0A], to: "classes.json")
  }
}
