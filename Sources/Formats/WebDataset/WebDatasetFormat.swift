import Foundation
import Labels
import Notation

extension DatasetFormat {
  package static let webDataset = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "webdataset", name: "WebDataset",
      layout: "`[SUBSET-]000000.tar`, …: `KEY.jpg` (or `KEY.txt`) beside `KEY.json`",
      source: "github.com/webdataset/webdataset", holds: Set(DatasetLabelKind.allCases),
      carries: .everything,
      notes: """
        A sample is its image or text and a row as tables have it, in which labels and metadata are JSON as \
        text, so that all samples are of one type, as `load_dataset` wants them; labels and metadata as JSON \
        are read as well. Images are called as the first one is, whatever they are, which who decodes them \
        sees by their bytes; the row has the name. Where the first has one class as a whole, each has its \
        number in `KEY.cls`, -1 for none. Dots in names become underscores, since a key ends at the first. \
        A shard has at most 1,000 samples, or as many as `--shard-samples` says, and about 500 MB.
        """, hasImagesInside: true),
    matches: { !WebDataset.files($0).isEmpty },
    read: { try WebDatasetReader($0, $1) },
    write: { WebDatasetWriter($0, $1, $2) })
}

enum WebDataset {
  static let bytesOfShard = 500_000_000

  static func files(_ folder: DatasetFolder) -> [String] { folder.files(ending: ".tar") }
}

/// Reads shards in order. What follows each other under one key is one sample.
struct WebDatasetReader: DatasetReading {
  private(set) var schema = DatasetSchema()
  private let folder: DatasetFolder
  private let diagnostics: Diagnostics
  private let files: [String]
  private var file = -1
  private var bytes: MappedBytes?
  private var offset = 0
  private var sample: (key: String, parts: [(kind: String, range: Range<Int>)])?

  init(_ folder: DatasetFolder, _ diagnostics: Diagnostics) throws {
    (self.folder, self.diagnostics, files) = (folder, diagnostics, WebDataset.files(folder))
    if let classes = (try? folder.text("classes.json")).flatMap({ try? JSON(parsing: $0) }) {
      schema = DatasetLineNotation.schema(classes)
    }
  }

  mutating func next() throws -> DatasetItem? {
    while true {
      if let bytes {
        do {
          while let (name, range) = try member(bytes) {
            let (key, kind) = Self.key(of: name)
            if let sample, sample.key != key {
              self.sample = (key, [(kind, range)])
              return try item(sample.key, sample.parts, bytes)
            }
            if sample == nil { sample = (key, []) }
            sample?.parts.append((kind, range))
          }
        } catch let fault as TarReader.Fault {
          try diagnostics.report(
            files[file], "byte \(offset)", "it is not a tar archive from there on (\(fault))",
            remedy: "Write the shard anew; the rest of it is left out.")
        }
        let last = sample
        (self.bytes, sample) = (nil, nil)
        if let last { return try item(last.key, last.parts, bytes) }
      }
      file += 1
      guard file < files.count else { return nil }
      (bytes, offset) = (try folder.open(files[file]), 0)
    }
  }

  /// The name of the next file in a shard, and where its bytes are; nil at the end.
  private mutating func member(_ bytes: MappedBytes) throws -> (String, Range<Int>)? {
    var facts: [(TarHeader.Extension, [UInt8])] = []
    while offset != bytes.count {
      guard offset + TarHeader.size <= bytes.count else { throw TarReader.Fault.truncated }
      let start = offset + TarHeader.size
      guard var header = try TarHeader(bytes.bytes(offset..<start)) else { return nil }
      let kind = header.kind
      if case .facts = kind {
      } else {
        for (form, content) in facts { try header.apply(content, form) }
        facts = []
      }
      guard header.size <= bytes.count - start else { throw TarReader.Fault.truncated }
      let range = start..<start + header.size
      offset = range.upperBound + header.padding
      switch kind {
      case .facts(let form):
        guard facts.count < TarHeader.factsCount else { throw TarReader.Fault.badHeader }
        facts.append((form, bytes.bytes(range)))
      case .file: return (try header.safeName(), range)
      case .other: break
      }
    }
    return nil
  }

  /// A key ends at the first dot of the last part.
  private static func key(of name: String) -> (key: String, kind: String) {
    let base = name.split(separator: "/").last.map(String.init) ?? name
    guard let dot = base.firstIndex(of: ".") else { return (name, "") }
    let kind = String(base[base.index(after: dot)...]).lowercased()
    return (String(name.dropLast(base.count)) + String(base[..<dot]), kind)
  }

  /// The picture of a sample: `KEY.jpg` rather than `KEY.left.jpg`, which beside a text belongs to that and
  /// is none of its own. What else there is that is not read is told.
  private func picture(
    _ parts: [(kind: String, range: Range<Int>)]
  ) -> (kind: String, range: Range<Int>)? {
    let isText = parts.contains { $0.kind == "txt" }
    let images = parts.filter { Self.isImage($0.kind) && !(isText && $0.kind.contains(".")) }
    if images.count > 1 {
      diagnostics.lose("images of a sample after its first", count: images.count - 1)
    }
    let read = Set(images.map(\.kind)).union(["", "txt", "json", "cls"])
    for part in parts where !read.contains(part.kind) {
      diagnostics.lose("files of samples left out: .\(part.kind)")
    }
    return images.first { !$0.kind.contains(".") } ?? images.first
  }

  /// Whether what follows the key ends as names of images do.
  private static func isImage(_ kind: String) -> Bool { DatasetFolder.isImage("." + kind) }

  private mutating func item(
    _ key: String, _ parts: [(kind: String, range: Range<Int>)], _ bytes: MappedBytes
  ) throws -> DatasetItem {
    func part(_ kinds: Set<String>) -> (kind: String, bytes: [UInt8])? {
      parts.first { kinds.contains($0.kind) }.map { ($0.kind, bytes.bytes($0.range)) }
    }
    let image = picture(parts).map { (kind: $0.kind, bytes: bytes.bytes($0.range)) }
    let text = part(["txt"]).map { String(decoding: $0.bytes, as: UTF8.self) }
    var item = DatasetItem(name: image.map { "\(key).\($0.kind)" } ?? key)
    // Whether its labels are said as they are written here.
    var isOwn = false
    if let json = part(["json"]) {
      do {
        let parsed = try JSON(parsing: json.bytes)
        if parsed["labels"] != nil {
          isOwn = true
          let file = files[file]
          let diagnostics = diagnostics
          item = try DatasetLineNotation.item(
            Self.line(parsed, text: text).adding("name", parsed["name"] ?? .string(item.name)),
            &schema
          ) {
            try diagnostics.report(
              file, "\(key).json, \($0.path)", $0.problem, remedy: "Put it right; it is left out.")
          }
        } else {
          let column = RecordItems.classes.first { parsed[$0]?.string?.isEmpty == false }
          if let column, let name = parsed[column]?.string {
            item.labels = [DatasetLabel(schema.index(of: name), .whole)]
          }
          item.metadata = (parsed.members ?? []).filter { $0.name != column }
        }
      } catch let error as JSONError {
        try diagnostics.report(
          files[file], "\(key).json", "it is not JSON: \(error.explanation)",
          remedy: "Put it right; its labels are left out.")
      }
    }
    if item.labels.isEmpty, !isOwn, let number = part(["cls"]) {
      let text = String(decoding: number.bytes, as: UTF8.self).trimmingASCIISpace
      item.labels = [
        DatasetLabel(
          schema.index(
            of: Int(text).map {
              schema.classes.indices.contains($0) ? schema.name($0) : "class \($0)"
            } ?? text), .whole)
      ]
    }
    if item.size == nil, let image,
      let probe = try? image.bytes.withUnsafeBufferPointer({ try ImageProbe($0) })
    {
      item.size = ImageSize(width: probe.width, height: probe.height)
    }
    if let image, item.media == nil {
      item.media = try folder.keep(image.bytes, named: "\(key).\(image.kind)")
    }
    item.text = item.text ?? text
    if item.subset.isEmpty { item.subset = Self.subset(files[file]) }
    return item
  }

  /// A row as a line says it: what is text for the sake of its type is JSON again.
  ///
  /// - Parameter text: that lies beside, and that spans are places of.
  private static func line(_ row: JSON, text: String?) -> JSON {
    let beside = row["text"] == nil ? text.map { [JSON.Member("text", .string($0))] } : nil
    return .object(
      (beside ?? [])
        + (row.members ?? []).map { member in
          switch (member.name, member.value) {
          case ("labels", .string(let text)), ("metadata", .string(let text)),
            ("tokens", .string(let text)):
            .init(member.name, (try? JSON(parsing: text)) ?? .null)
          case ("split", _): .init("subset", member.value)
          default: member
          }
        })
  }

  private static func subset(_ file: String) -> String {
    let name = file.split(separator: "/").last.map(String.init) ?? file
    return ["train", "val", "test"].first { name.hasPrefix($0 + "-") } ?? ""
  }
}

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
    if isClassified { try put("cls", Array("\(whole ?? -1)".utf8)) }
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
