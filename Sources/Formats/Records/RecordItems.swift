import Geometry
import Labels
import Notation

/// Reads the rows of tables as items. A table that was written here is read as it was; of any other, columns
/// are understood by the names that people give them, and what is left over is metadata.
struct RecordItems: DatasetReading {
  private(set) var schema = DatasetSchema()
  private let folder: DatasetFolder
  private let diagnostics: Diagnostics
  private let files: [String]
  private let open: (String) throws -> any RecordReading
  private var file = -1
  /// Of the file that is read, without its folders.
  private var fileName = ""
  private var row = 0
  private var reader: (any RecordReading)?

  /// What formats of tables say alike.
  static let notes = """
    A table that was written here has the columns name, split, width and height, text, label (the class of \
    the whole item), labels and metadata as JSON, as the JSON Lines format writes them, and tokens: nothing \
    is lost. Of any other, `name`, `file_name`, `path` or `id` names the item, `image` or `url` is its \
    picture, `text`, `content`, `sentence`, `prompt`, `instruction`, `question`, `review`, `message`, \
    `body`, `tweet`, `utterance`, `document`, `article` or `passage` its text, or what is said in `messages` \
    or `conversations`; `label`, `class` or `category` its class, a list in `labels` or \
    `classes` several, `split` its subset, `tokens` with `ner_tags`, `tags` or `labels` its text with spans \
    in IOB2; other columns are metadata. A `score`, `confidence` or `probability` of 0…1 beside a class is \
    also how sure a model is of it.
    """

  static let names = ["name", "file_name", "filename", "image_path", "path", "id"]
  static let texts = [
    "text", "content", "sentence", "prompt", "instruction", "question", "review", "message", "body", "tweet",
    "utterance", "document", "article", "passage",
  ]
  /// Lists of who said what: of OpenAI, and ShareGPT.
  static let dialogues = ["messages", "conversations"]
  static let classes = ["label", "class", "category"]
  static let listsOfClasses = ["labels", "classes"]
  static let pictures = ["image", "img", "picture", "image_url", "url"]
  static let subsets = ["split", "subset"]
  /// How sure a model is of a class.
  static let scores = ["score", "confidence", "probability"]
  static let tags = ["ner_tags", "ner", "tags", "labels"]

  /// - Parameter open: reads one file.
  init(
    _ files: [String], _ folder: DatasetFolder, _ diagnostics: Diagnostics,
    open: @escaping (String) throws -> any RecordReading
  ) {
    (self.files, self.folder, self.diagnostics, self.open) = (files, folder, diagnostics, open)
    if let classes = (try? folder.text("classes.json")).flatMap({ try? JSON(parsing: $0) }) {
      schema = DatasetLineNotation.schema(classes)
    }
  }

  mutating func next() throws -> DatasetItem? {
    while true {
      do {
        if let fields = try reader?.next() {
          row += 1
          if let item = try item(fields) { return item }
          continue
        }
        file += 1
        guard file < files.count else { return nil }
        (reader, row) = (nil, 0)
        fileName = files[file].split(separator: "/").last.map(String.init) ?? ""
        reader = try open(files[file])
        knowClasses()
      } catch let fault as TableBytes.Fault {
        reader = nil
        try endWhereNothingIsRead(fault.problem)
        try diagnostics.report(
          files[file], row == 0 ? "" : "after row \(row)", fault.problem,
          remedy: "Write the file anew; the rest of it is left out.")
      } catch let fault as RecordFault {
        reader = nil
        try endWhereNothingIsRead(fault.problem, at: fault.place)
        try diagnostics.report(
          files[file], fault.place, fault.problem,
          remedy: "Put it right; the rest of the file is left out.")
      }
    }
  }

  /// A set of one table of which no row can be read is none.
  private func endWhereNothingIsRead(_ problem: String, at place: String = "") throws {
    guard files.count == 1, row == 0 else { return }
    throw FormatFault(files[0], place, problem, remedy: "Write the file anew.")
  }

  /// Classes are numbered as the notes of their columns say, whether they are seen or not.
  private mutating func knowClasses() {
    for (column, names) in (reader?.classes ?? [:]).sorted(by: { $0.key < $1.key })
    where (Self.classes + Self.listsOfClasses).contains(column.lowercased())
      || column.hasPrefix("objects.")
    {
      for name in names { _ = schema.index(of: name) }
    }
  }

  // MARK: Rows

  private mutating func item(_ fields: [RecordField]) throws -> DatasetItem? {
    let record = RecordValue.record(fields)
    let own = record["labels"].flatMap { Self.array(in: $0) }.flatMap { list in
      list.allSatisfy { $0.members != nil } ? list : nil
    }
    if own == nil, record["name"] != nil, record["metadata"] != nil,
      case .json(.string(let text))? = record["labels"], text.hasPrefix("[")
    {
      try diagnostics.report(
        files[file], "row \(row), labels", "they are no list in JSON",
        remedy: "Put them right; they are left out.")
    }
    var item: DatasetItem
    do {
      item =
        try own != nil && record["name"] != nil
        ? ownItem(record, own ?? []) : otherItem(fields, record)
    } catch let fault as NotationFault {
      try diagnostics.report(
        files[file], "row \(row), \(fault.path)", fault.problem,
        remedy: "Put it right; it is left out.")
      return nil
    }
    let saysSubset = own != nil && record["split"] != nil
    if item.subset.isEmpty, !saysSubset { item.subset = Self.subset(files[file]) }
    if item.media == nil, let found = folder.image(named: item.name) {
      item.media = folder.fullPath(found)
      item.size = item.size ?? folder.size(of: found)
    }
    // What Hugging Face calls so has a row for each image beside it.
    if fileName.hasPrefix("metadata."), folder.file == nil, item.media == nil, item.text == nil, own == nil {
      try diagnostics.report(
        files[file], "row \(row)", "its image “\(item.name)” is not there",
        remedy: "Put it beside; the row is left out.")
      return nil
    }
    return item
  }

  /// What Label Studio writes into a column is no name of a class.
  private static func isNotation(_ text: String) -> Bool { text.hasPrefix("[{") || text.hasPrefix("{\"") }

  /// A list as such, or in a text.
  private static func list(in value: RecordValue) -> [JSON]? { value.json.array ?? array(in: value) }

  private static func array(in value: RecordValue) -> [JSON]? {
    if case .json(.string(let text)) = value { return (try? JSON(parsing: text))?.array }
    return nil
  }

  private mutating func ownItem(_ record: RecordValue, _ labels: [JSON]) throws -> DatasetItem {
    func text(_ name: String) -> String? {
      record[name]?.json.string.flatMap { $0.isEmpty ? nil : $0 }
    }
    func number(_ name: String) -> Int64? {
      record[name]?.json.integer ?? record[name]?.json.string.flatMap { Int64($0) }
    }
    var json: [JSON.Member] = [
      .init("name", .string(text("name") ?? "\(row)")), .init("subset", .optional(text("split"))),
      .init("text", .optional(text("text"))), .init("labels", .array(labels)),
      .init("metadata", text("metadata").flatMap { try? JSON(parsing: $0) } ?? [:]),
    ]
    if let width = number("width"), let height = number("height"), width > 0, height > 0 {
      json += [.init("width", .int(width)), .init("height", .int(height))]
    }
    if let tokens = text("tokens").flatMap({ try? JSON(parsing: $0) }) {
      json.append(.init("tokens", tokens))
    }
    let (file, row, diagnostics) = (files[file], row, diagnostics)
    var item = try DatasetLineNotation.item(.object(json), &schema) { fault in
      try diagnostics.report(
        file, "row \(row), \(fault.path)", fault.problem, remedy: "Put it right; it is left out.")
    }
    if let address = record["image"]?.json.string, DatasetItem.isAddress(address) {
      item.media = address
    }
    if case .bytes(let content)? = record["image"]?["bytes"], !content.isEmpty {
      item.media = try folder.keep(content, named: item.name)
    }
    return item
  }

  private mutating func otherItem(
    _ fields: [RecordField], _ record: RecordValue
  ) throws -> DatasetItem {
    var taken: Set<String> = []
    func first(_ names: [String], where fits: (RecordValue) -> Bool) -> RecordField? {
      let found = Self.column(names, of: fields, where: fits)
      if let found { taken.insert(found.name) }
      return found
    }
    let isText: (RecordValue) -> Bool = { $0.json.string?.isEmpty == false }
    let picture = first(Self.pictures) {
      $0["bytes"] != nil || $0["path"] != nil || Self.isBytes($0) || Self.isPicture($0.json.string)
    }
    let name = first(Self.names) { isText($0) || $0.json.integer != nil }
    let stem = DatasetItem.stem(of: fileName)
    // The folders with it: the parts of a set that Hugging Face saved have files of one name.
    var item = DatasetItem(name: "\(DatasetItem.stem(of: files[file]))/\(row)")
    if let name { item.name = name.value.json.string ?? name.value.json.text }
    // Hugging Face's `metadata.*` lies in the folder of its images.
    if stem == "metadata", let slash = files[file].lastIndex(of: "/") {
      item.name = files[file][...slash] + item.name
    }
    if let picture { try take(picture.value, named: name == nil, into: &item) }
    if item.media == nil, let text = first(Self.texts, where: isText) {
      item.text = text.value.json.string
    } else if item.media == nil {
      // Its turns stay beside it, as metadata.
      let turns = Self.dialogues.lazy.compactMap { record[$0]?.json }.first { $0.array != nil }
      item.text = turns.flatMap(text(ofTurns:))
    }
    if let subset = first(Self.subsets, where: isText) {
      item.subset = subset.value.json.string ?? ""
    }
    if item.size == nil, let width = record["width"]?.json.integer,
      let height = record["height"]?.json.integer, width > 0, height > 0
    {
      (item.size, taken) = (
        ImageSize(width: Int(clamping: width), height: Int(clamping: height)),
        taken.union(["width", "height"])
      )
    }
    let tokens = record["tokens"]?.json.array
    if let tokens, item.media == nil, item.text == nil {
      taken.formUnion(try add(tokens, fields, to: &item))
    }
    // Beside tokens, a list says something of each of them.
    addClasses(fields, &taken, tokens == nil ? Self.listsOfClasses : [], to: &item)
    if let objects = record["objects"] {
      // A record of lists, or a list of records.
      let list = objects.json.array ?? []
      let isList = !list.isEmpty && list.allSatisfy { $0["bbox"] != nil }
      if let boxes = isList ? list.map({ $0["bbox"] ?? .null }) : objects["bbox"]?.json.array {
        taken.insert("objects")
        try add(boxes, to: &item) { name in
          isList ? list.map { $0[name] ?? .null } : objects[name]?.json.array
        }
      }
    }
    item.metadata = fields.filter { !taken.contains($0.name) }.compactMap { field in
      if let what = field.value.leftOut { diagnostics.lose("\(what) in the column \(field.name)") }
      let json = field.value.json
      guard json.integer != nil, reader?.classes[field.name] != nil else {
        return json == .null ? nil : .init(field.name, json)
      }
      return className(json, field.name).map { .init(field.name, .string($0)) }
    }
    return item
  }

  /// What was said, with who said it; nil of what is no list of turns.
  private func text(ofTurns turns: JSON) -> String? {
    var lines: [String] = []
    for turn in turns.array ?? [] {
      guard let who = (turn["role"] ?? turn["from"])?.string else { return nil }
      let content = turn["content"] ?? turn["value"] ?? .null
      // Parts of pictures and calls of tools have no text.
      let said = content.string ?? content.array?.compactMap { $0["text"]?.string }.joined(separator: "\n")
      guard let said, !said.isEmpty else {
        diagnostics.lose("turns of dialogues without a text, which are in the metadata alone")
        continue
      }
      lines.append("\(who): \(said)")
    }
    return lines.isEmpty ? nil : lines.joined(separator: "\n\n")
  }

  /// The class of the whole item, or several: in a list, or as a column each that says 1 where it is so
  /// (Roboflow's `_classes.csv`).
  ///
  /// - Parameter lists: columns that may have several.
  private mutating func addClasses(
    _ fields: [RecordField], _ taken: inout Set<String>, _ lists: [String],
    to item: inout DatasetItem
  ) {
    var names: [String?] = []
    // A column of several may be of one, where it is noted what its numbers stand for.
    let ofOne = Self.classes + lists.filter { reader?.classes[$0] != nil }
    if let label = Self.column(
      ofOne, of: fields,
      where: { $0.json.string.map { !$0.isEmpty && !Self.isNotation($0) } ?? ($0.json.integer != nil) })
    {
      names = [className(label.value.json, label.name)]
      taken.insert(label.name)
    } else if let labels = Self.column(
      lists, of: fields,
      where: { Self.list(in: $0)?.allSatisfy { $0.string != nil || $0.integer != nil } ?? false }),
      let list = Self.list(in: labels.value),
      reader?.classes[labels.name] != nil || list.allSatisfy({ $0.string != nil })
    {
      names = list.map { className($0, labels.name) }
      taken.insert(labels.name)
    } else if fileName == "_classes.csv" {
      let flags = fields.filter { !taken.contains($0.name) && [0, 1].contains($0.value.json.integer) }
      for flag in flags { _ = schema.index(of: flag.name) }
      names = flags.filter { $0.value.json.integer == 1 }.map(\.name)
      taken.formUnion(flags.map(\.name))
    }
    // It stays metadata too, as a set of labels may mean something else by it.
    let score = names.count == 1 ? Self.column(Self.scores, of: fields) { Self.share($0) != nil } : nil
    for name in names.compactMap(\.self) where !name.isEmpty {
      let label = DatasetLabel(
        schema.index(of: name), .whole, score: score.flatMap { Self.share($0.value) })
      if !item.labels.contains(label) { item.labels.append(label) }
    }
  }

  /// The first of the names that there is a column of that fits.
  private static func column(
    _ names: [String], of fields: [RecordField], where fits: (RecordValue) -> Bool
  ) -> RecordField? {
    for name in names {
      if let found = fields.first(where: { $0.name.lowercased() == name && fits($0.value) }) {
        return found
      }
    }
    return nil
  }

  private static func share(_ value: RecordValue) -> Double? {
    value.json.number.flatMap { (0...1).contains($0) ? $0 : nil }
  }

  private static func isBytes(_ value: RecordValue) -> Bool {
    if case .bytes = value { true } else { false }
  }

  private static func isPicture(_ text: String?) -> Bool {
    guard let text else { return false }
    return DatasetItem.isAddress(text) || DatasetFolder.isImage(text)
  }

  /// A picture as bytes, as `{bytes, path}` (Hugging Face), as an address or as a path.
  private func take(
    _ picture: RecordValue, named isNamed: Bool, into item: inout DatasetItem
  ) throws {
    let path = picture["path"]?.json.string ?? picture.json.string
    if isNamed, let path, !path.isEmpty, !DatasetItem.isAddress(path) { item.name = path }
    var content: [UInt8]?
    if case .bytes(let bytes) = picture { content = bytes }
    if case .bytes(let bytes)? = picture["bytes"] { content = bytes }
    if let content, !content.isEmpty {
      let probe = content.withUnsafeBufferPointer { try? ImageProbe($0) }
      item.size = probe.map { ImageSize(width: $0.width, height: $0.height) }
      if !DatasetFolder.isImage(item.name), let probe {
        item.name += "." + probe.kind.fileExtension
      }
      item.media = try folder.keep(content, named: item.name)
    } else if let path, !isNamed, let found = folder.image(named: path) {
      // Named by an id, beside the path of its file.
      item.media = folder.fullPath(found)
      item.size = folder.size(of: found)
    } else if let path, DatasetItem.isAddress(path) {
      item.media = path
      if isNamed {
        item.name =
          path.split(separator: "?")[0].split(separator: "/").last.map(String.init) ?? path
      }
    }
  }

  private func className(_ value: JSON, _ column: String) -> String? {
    if let text = value.string { return text }
    guard let number = value.integer, number >= 0 else { return nil }
    guard let names = reader?.classes[column] else { return "\(number)" }
    return number < names.count ? names[Int(number)] : "\(number)"
  }

  /// Boxes as Hugging Face's object detection writes them: COCO's x, y, width, height, and a class each.
  ///
  /// - Parameter member: what each box has of a name.
  private mutating func add(
    _ boxes: [JSON], to item: inout DatasetItem, _ member: (String) -> [JSON]?
  ) throws {
    let columns = ["category", "categories", "label", "labels", "category_id"]
    let column = columns.first { member($0)?.contains { !$0.isNull } == true } ?? ""
    let classes = member(column) ?? []
    for (place, box) in boxes.enumerated() {
      let sides = box.array?.compactMap(\.number) ?? []
      guard sides.count == 4, sides.allSatisfy(\.isFinite), sides[2] > 0, sides[3] > 0 else {
        try diagnostics.report(
          files[file], "row \(row), objects.bbox[\(place)]", "must be x, y, width and height",
          remedy: "Put it right; it is left out.")
        continue
      }
      let name = place < classes.count ? className(classes[place], "objects.\(column)") : nil
      item.labels.append(
        DatasetLabel(
          schema.index(of: name ?? "object"),
          .shape(.box(Box(x: sides[0], y: sides[1], width: sides[2], height: sides[3])))))
    }
  }

  /// A text in tokens, with a tag each: words, or numbers whose names are noted.
  ///
  /// - Returns: the columns that are understood.
  private mutating func add(
    _ tokens: [JSON], _ fields: [RecordField], to item: inout DatasetItem
  ) throws -> Set<String> {
    let words = tokens.compactMap(\.string)
    guard words.count == tokens.count, words.contains(where: { !$0.isEmpty }) else { return [] }
    let (column, tags) = tags(of: words.count, fields)
    var tagged = TaggedTokens()
    for (place, word) in words.enumerated() {
      let tag = tags.isEmpty ? "O" : tags[place]
      guard !tagged.add(word, tag, &schema) else { continue }
      try diagnostics.report(
        files[file], "row \(row), \(column)[\(place)]",
        "\(tag.prefix(40)) is no tag like B-NAME, I-NAME or O",
        remedy: "Write tags in IOB2; the token counts as O.")
    }
    tagged.close(&schema)
    (item.text, item.tokens) = (tagged.text, tagged.tokens)
    item.labels += tagged.labels
    return tags.isEmpty ? ["tokens"] : ["tokens", column]
  }

  /// The column with a tag for each token, and its tags; none where they are of another kind, as parts of
  /// speech, or numbers that nothing names.
  private func tags(
    of count: Int, _ fields: [RecordField]
  ) -> (column: String, tags: [String]) {
    for name in Self.tags {
      guard let field = fields.first(where: { $0.name.lowercased() == name }),
        let values = field.value.json.array, values.count == count
      else { continue }
      let hasNames = reader?.classes[field.name] != nil
      guard hasNames || values.allSatisfy({ $0.string != nil }) else {
        diagnostics.lose("tags of tokens kept as numbers: no names are noted for them")
        continue
      }
      let tags = values.map { $0.string ?? className($0, field.name) ?? $0.text }
      if tags.contains(where: TaggedTokens.isOfSpan) || tags.allSatisfy(TaggedTokens.isOutside) {
        return (field.name, tags)
      }
    }
    return ("", [])
  }

  /// `train` of `data/train-00000-of-00002.parquet` and `train/metadata.csv`.
  static func subset(_ file: String) -> String {
    file.split(separator: "/").reversed().lazy
      .compactMap { DatasetItem.subset(of: String($0.prefix { $0.isLetter })) }.first ?? ""
  }
}

/// Why a table cannot be read any further.
struct RecordFault: Error, Hashable {
  var place: String
  var problem: String
}
