import Labels
import Notation

/// Reads shards in order. What follows each other under one key is one sample.
struct WebDatasetReader: DatasetReading {
  private(set) var schema = DatasetSchema()
  /// Classes whose numbers are known.
  private var known = 0
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
      known = schema.classes.count
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
      case .file:
        do {
          return (try header.safeName(), range)
        } catch .unsafeName(let name) {
          try diagnostics.report(
            files[file], "byte \(start - TarHeader.size)",
            "the name \(name.prefix(80)) leads out of a folder",
            remedy: "Name it otherwise; the file is left out.")
        }
      case .other: break
      }
    }
    // Tools that are interrupted write none; all that there is is read.
    if offset > 0 {
      try diagnostics.report(
        files[file], "byte \(offset)", "the end of the archive is missing, so it may have been cut off",
        remedy: "Write the shard anew; what there is of it is read.")
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
    let text = part(["txt"]).map { $0.bytes.withUnsafeBufferPointer(DatasetFolder.exactText) }
    var item = DatasetItem(name: image.map { "\(key).\($0.kind)" } ?? key)
    // Whether its labels are said as they are written here.
    var isOwn = false
    if let json = part(["json"]) {
      do {
        let parsed = try JSON(parsing: json.bytes)
        if parsed.members == nil {
          try diagnostics.report(
            files[file], "\(key).json", "it is no object",
            remedy: "Put it right; its labels are left out.")
        }
        if Self.hasLabels(parsed) {
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
      } catch let error as NotationFault {
        try diagnostics.report(
          files[file], "\(key).json, \(error.path)", error.problem,
          remedy: "Put it right; its labels are left out.")
      }
    }
    let number = part(["cls"]).map {
      String(decoding: $0.bytes, as: UTF8.self).trimmingASCIISpace
    }
    // -1 stands for none.
    if item.labels.isEmpty, !isOwn, let text = number, text != "-1" {
      item.labels = [DatasetLabel(schema.index(of: name(ofClass: text)), .whole)]
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

  /// What a class is called that `.cls` says, by its number or as it is.
  private func name(ofClass text: String) -> String {
    guard let number = Int(text) else { return text }
    return (0..<known).contains(number) ? schema.name(number) : WebDataset.name(ofNumber: number)
  }

  /// Whether its labels are a list, or the text of one, as they are written here; what else is called so is
  /// somebody's metadata.
  private static func hasLabels(_ row: JSON) -> Bool {
    let labels = row["labels"]
    return (labels?.string.flatMap { try? JSON(parsing: $0) } ?? labels)?.array?.allSatisfy {
      $0.members != nil
    } ?? false
  }

  /// A row as a line says it: what is text for the sake of its type is JSON again.
  ///
  /// - Parameter text: that lies beside, and that spans are places of.
  private static func line(_ row: JSON, text: String?) -> JSON {
    let beside = row["text"] == nil ? text.map { [JSON.Member("text", .string($0))] } : nil
    return .object(
      (beside ?? [])
        + (row.members ?? []).filter { member in
          // Of a text, in a column of whole numbers.
          !(["width", "height"].contains(member.name) && member.value == 0)
        }.map { member in
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
