import Geometry
import Labels
import Notation

/// Writes a table for each split, with images in it, whose notes say which columns are pictures and classes.
struct HuggingFaceWriter: DatasetWriting {
  private final class Part {
    let path: String
    let stream: SummedStream
    var table: ParquetTable

    init(_ path: String, _ sink: any DatasetSink) throws {
      self.path = path
      stream = SummedStream(try sink.open(path))
      table = try ParquetTable(Column.fields, put: stream.append)
    }
  }

  /// The places of the leaves of `fields`. What belongs to a class is optional all the way down, since
  /// `datasets` takes its own notes of a column only where its type is as it would write it.
  private enum Column: Int {
    case name, split, width, height, text
    case imageBytes, imagePath
    case label, bbox, category
    case labels, metadata, tokens

    static let fields: [ParquetField] = [
      .text("name"), .text("split"), .number("width", .int32), .number("height", .int32),
      .text("text"),
      .record("image", [.bytes("bytes", .optional), .text("path", .optional)], .optional),
      .number("label", .int64, .optional),
      .record(
        "objects",
        [
          .list(
            "bbox",
            of: .list("element", of: .number("element", .double, .optional), .optional), .optional),
          .list("category", of: .number("element", .int64, .optional), .optional),
        ], .optional),
      .text("labels"), .text("metadata"), .text("tokens"),
    ]
  }

  private let sink: any DatasetSink
  private let diagnostics: Diagnostics
  /// Where images are asked for, whoever asks tells of those that are not there.
  private let hasMedia: Bool
  private var parts: [String: Part] = [:]

  init(_ sink: any DatasetSink, _ options: WritingOptions, _ diagnostics: Diagnostics) {
    (self.sink, hasMedia, self.diagnostics) = (sink, options.hasMedia, diagnostics)
  }

  private mutating func part(_ subset: String) throws -> Part {
    let split = HubCard.split(subset)
    if let known = parts[split] { return known }
    let part = try Part("data/\(split)-00000-of-00001.parquet", sink)
    parts[split] = part
    return part
  }

  mutating func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    let part = try part(item.subset)
    func set(_ column: Column, _ value: String) { part.table.set(column.rawValue, value) }
    set(.name, item.name)
    set(.split, item.subset)
    part.table.set(Column.width.rawValue, item.size?.width ?? 0)
    part.table.set(Column.height.rawValue, item.size?.height ?? 0)
    diagnostics.loseEmptyText(of: item)
    set(.text, item.text ?? "")
    try addImage(of: item, to: part)
    addClasses(of: item, to: part)
    set(.labels, DatasetLineNotation.labels(item, schema))
    set(.metadata, JSON.object(item.metadata).text)
    set(.tokens, DatasetLineNotation.tokens(item))
    try part.table.endRow()
  }

  private func addImage(of item: DatasetItem, to part: Part) throws {
    guard let media = item.media else {
      if item.text == nil, !hasMedia { diagnostics.lose("images that are not there") }
      part.table.leaves[Column.imageBytes.rawValue].addNothing()
      part.table.leaves[Column.imagePath.rawValue].addNothing()
      return
    }
    part.table.leaves[Column.imageBytes.rawValue].add(try sink.media(media))
    part.table.set(Column.imagePath.rawValue, item.name)
  }

  /// The class of the whole item, if there is one, and the boxes around everything that is drawn.
  private func addClasses(of item: DatasetItem, to part: Part) {
    let wholes = item.labels.filter { $0.value == .whole }
    if wholes.count == 1 {
      part.table.leaves[Column.label.rawValue].add(Int64(wholes[0].classIndex))
    } else {
      part.table.leaves[Column.label.rawValue].addNothing()
    }
    let (bbox, category) = (Column.bbox.rawValue, Column.category.rawValue)
    var again: UInt8 = 0
    for label in item.labels where label.classIndex >= 0 {
      guard let box = label.bounds else { continue }
      part.table.leaves[bbox].add(box.x, again: again)
      for side in [box.y, box.width, box.height] { part.table.leaves[bbox].add(side, again: 2) }
      part.table.leaves[category].add(Int64(label.classIndex), again: again)
      again = 1
    }
    if again == 0 {
      // The record and its lists are there.
      part.table.leaves[bbox].addNothing(2)
      part.table.leaves[category].addNothing(2)
    }
  }

  mutating func finish(_ schema: DatasetSchema) throws {
    if parts.isEmpty { _ = try part("") }
    let parts = parts.sorted { $0.key < $1.key }
    let notes = ["huggingface": HuggingFaceFeatures.notes(schema)]
    for (_, part) in parts {
      try part.table.finish(notes: notes)
      try part.stream.close()
    }
    try sink.write(DatasetLineNotation.json(schema).utf8 + [0x0A], to: "classes.json")
    let card = HubCard.text(
      parts.map { HubCard.Split($0.key, path: $0.value.path) },
      contents: parts.map { String($0.value.stream.sum, radix: 16) }.joined(separator: " "),
      "# A labelled dataset\n\nWritten by Assay. `classes.json` lists the classes.\n")
    try sink.write(card, to: HubCard.name)
  }
}

/// Tells what was written from what else could have been.
private final class SummedStream: DatasetStream {
  private let stream: any DatasetStream
  private(set) var sum: UInt64 = 0

  init(_ stream: any DatasetStream) { self.stream = stream }

  func append(_ bytes: [UInt8]) throws {
    let own = bytes.withUnsafeBufferPointer { CRC32.of($0) }
    sum = (sum ^ UInt64(own)) &* 0x100_0000_01B3
    try stream.append(bytes)
  }

  func close() throws { try stream.close() }
}

/// What `datasets` notes of the columns of a table (`Features.to_dict`).
private enum HuggingFaceFeatures {
  static func notes(_ schema: DatasetSchema) -> String {
    func value(_ type: String) -> JSON { ["dtype": .string(type), "_type": "Value"] }
    func list(_ feature: JSON) -> JSON { ["feature": feature, "_type": "Sequence"] }
    let names = JSON.array(schema.classes.map { .string($0.name) })
    let label: JSON =
      schema.classes.isEmpty ? value("int64") : ["names": names, "_type": "ClassLabel"]
    let features: JSON = [
      "name": value("string"), "split": value("string"), "width": value("int32"),
      "height": value("int32"), "text": value("string"), "image": ["_type": "Image"],
      "label": label, "objects": ["bbox": list(list(value("float64"))), "category": list(label)],
      "labels": value("string"), "metadata": value("string"), "tokens": value("string"),
    ]
    return (["info": ["features": features]] as JSON).text
  }
}
