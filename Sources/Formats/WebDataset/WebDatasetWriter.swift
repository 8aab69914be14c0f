import Labels
import Notation

final class WebDatasetWriter: DatasetWriting {
  private final class Shards {
    var number = 0
    var samples = 0
    var bytes = 0
    var stream: (any DatasetStream)?
  }

  private let sink: any DatasetSink
  private let options: WritingOptions
  private let diagnostics: Diagnostics
  private let tar = TarWriter()
  private var shards: [String: Shards] = [:]
  private var keys: Set<String> = []
  /// Whether samples have a class as a whole; as the first does, so that all have the same files.
  private var isClassified: Bool?
  /// What images are called, as the first is.
  private var imageKind: String?
  /// Of the first sample: whether it has an image, and whether a text.
  private var first: (hasImage: Bool, hasText: Bool)?

  init(_ sink: any DatasetSink, _ options: WritingOptions, _ diagnostics: Diagnostics) {
    (self.sink, self.options, self.diagnostics) = (sink, options, diagnostics)
  }

  func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    let shards = shards[item.subset] ?? Shards()
    self.shards[item.subset] = shards
    if shards.samples == options.samplesOfShard || shards.bytes > WebDataset.bytesOfShard {
      try end(shards)
    }
    let stream = try shards.stream ?? sink.open(Self.name(item.subset, shards.number))
    shards.stream = stream
    shards.samples += 1
    let key = key(item)
    func put(_ kind: String, _ content: [UInt8]) throws {
      let bytes = try tar.file(name: "\(key).\(kind)", content: content, modified: options.modified)
      shards.bytes += bytes.count
      try stream.append(bytes)
    }
    let own = (hasImage: item.media != nil, hasText: item.text != nil)
    let first = first ?? own
    self.first = first
    if own != first {
      diagnostics.lose("samples of another kind than the first: load_dataset has room for one kind only")
    }
    if let media = item.media {
      let own = item.name.split(separator: ".").last.map { $0.lowercased() } ?? "jpg"
      let kind = imageKind ?? own
      imageKind = kind
      if kind != own { diagnostics.lose("images called .\(kind), as the first of the samples is") }
      try put(kind, sink.media(media))
    }
    if let text = item.text { try put("txt", Array(text.utf8)) }
    let wholes = item.labels.filter { $0.value == .whole }
    let whole = wholes.count == 1 ? wholes[0].classIndex : nil
    try put("json", Self.row(item, label: whole.map(schema.name) ?? "", schema))
    let isClassified = isClassified ?? (whole != nil)
    self.isClassified = isClassified
    if isClassified {
      // A class that is called by a number keeps it.
      let number = whole.map { WebDataset.number(in: schema.name($0)) ?? $0 }
      try put("cls", Array("\(number ?? -1)".utf8))
    }
  }

  /// As a row of a table: its members and their types are the same for every item.
  private static func row(_ item: DatasetItem, label: String, _ schema: DatasetSchema) -> [UInt8] {
    let tokens = item.tokens.map {
      JSON.array([.int(Int64($0.lowerBound)), .int(Int64($0.upperBound))])
    }
    let row: JSON = [
      "name": .string(item.name), "split": .string(item.subset),
      "width": .int(Int64(item.size?.width ?? 0)), "height": .int(Int64(item.size?.height ?? 0)),
      "label": .string(label), "labels": .string(DatasetLineNotation.labels(item, schema)),
      "metadata": .string(JSON.object(item.metadata).text),
      "tokens": .string(tokens.isEmpty ? "" : JSON.array(tokens).text),
    ]
    return row.utf8
  }

  private func key(_ item: DatasetItem) -> String {
    var key = item.stem.replacing(".", with: "_")
    while key.utf8.count > 90 || key.hasPrefix("/") { key.removeFirst() }
    if !keys.insert(item.subset + "/" + key).inserted {
      key = "\(keys.count)_\(key)"
      keys.insert(item.subset + "/" + key)
    }
    return key
  }

  private static func name(_ subset: String, _ number: Int) -> String {
    let digits = String(number)
    return (subset.isEmpty ? "" : subset + "-")
      + String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".tar"
  }

  private func end(_ shards: Shards) throws {
    try shards.stream?.append(tar.trailer)
    try shards.stream?.close()
    (shards.stream, shards.samples, shards.bytes) = (nil, 0, 0)
    shards.number += 1
  }

  func finish(_ schema: DatasetSchema) throws {
    for shards in shards.values { try end(shards) }
    try sink.write(DatasetLineNotation.json(schema).utf8 + [0x0A], to: "classes.json")
  }
}
