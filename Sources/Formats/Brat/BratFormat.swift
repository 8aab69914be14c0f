import Labels
import Notation

extension DatasetFormat {
  package static let brat = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "brat", name: "brat standoff", layout: "`NAME.txt` and `NAME.ann`, `annotation.conf`",
      source: "brat.nlplab.org/standoff.html", holds: [.span, .relation],
      carries: [.text, .textName, .attributes],
      hasSubsets: false,
      notes: """
        Places are Unicode characters of the text as it lies in the file, CRLF being two. Attributes and \
        notes of spans are kept, events and normalisations are left out. White space in class names \
        becomes underscores.
        """, isFilePerItem: true),
    matches: { !Brat.files($0).isEmpty },
    read: { folder, diagnostics in
      for file in folder.files(ending: ".ann") where !folder.has(Brat.text(of: file)) {
        try diagnostics.report(
          file, "", "there is no \(Brat.text(of: file)), which its places are of",
          remedy: "Put the text beside it; it is left out.")
      }
      return ItemFiles(Brat.files(folder), folder, DatasetSchema(), diagnostics, item: Brat.item)
    }, write: { sink, _, diagnostics in BratWriter(sink: sink, diagnostics: diagnostics) })
}

private enum Brat {
  static func files(_ folder: DatasetFolder) -> [String] {
    folder.files(ending: ".ann").filter { folder.has(text(of: $0)) }
  }

  static func text(of file: String) -> String { DatasetItem.stem(of: file) + ".txt" }

  static func item(
    _ file: String, _ folder: DatasetFolder, _ schema: inout DatasetSchema,
    _ diagnostics: Diagnostics
  ) throws -> DatasetItem? {
    let stem = DatasetItem.stem(of: file)
    let text = try folder.open(text(of: file)).withBuffer { String(decoding: $0, as: UTF8.self) }
    let scalars = Array(text.unicodeScalars)
    var item = DatasetItem(name: stem, text: text)
    var places: [String: Int] = [:]
    var later: [(number: Int, fields: [Substring])] = []
    let bytes = try folder.open(file)
    var lines = bytes.lines()
    while let line = lines.next() {
      let fields = String(decoding: line, as: UTF8.self).split(
        separator: "\t", omittingEmptySubsequences: false)
      guard let id = fields.first, !id.isEmpty else { continue }
      guard id.hasPrefix("T") else {
        later.append((lines.number, fields))
        continue
      }
      do {
        item.labels.append(try span(fields, scalars, &schema))
        if places[String(id)] == nil {
          places[String(id)] = item.labels.count - 1
        } else {
          try diagnostics.report(
            file, "line \(lines.number)", "another span has the id \(id) too",
            remedy: "Give it one of its own; what is said of it is said of the first.")
        }
      } catch let error as NotationFault {
        try diagnostics.report(
          file, "line \(lines.number)", error.problem, remedy: "Put the line right; it is left out."
        )
      }
    }
    for (number, fields) in later {
      do {
        try add(fields, to: &item, places, &schema, diagnostics)
      } catch {
        try diagnostics.report(
          file, "line \(number)", error.problem, remedy: "Put the line right; it is left out.")
      }
    }
    return item
  }

  private static func span(
    _ fields: [Substring], _ scalars: [Unicode.Scalar], _ schema: inout DatasetSchema
  ) throws(NotationFault) -> DatasetLabel {
    guard fields.count >= 2, let space = fields[1].firstIndex(of: " ") else {
      throw NotationFault(path: "", problem: "a span must have a type and places, parted by tabs")
    }
    var ranges: [Range<Int>] = []
    for part in fields[1][space...].split(separator: ";") {
      let ends = part.split(separator: " ").compactMap { Int($0) }
      guard ends.count == 2, ends[0] >= 0, ends[0] < ends[1], ends[1] <= scalars.count else {
        throw NotationFault(
          path: "", problem: "\(part) is no place in the text of \(scalars.count) characters")
      }
      ranges.append(ends[0]..<ends[1])
    }
    if fields.count >= 3 {
      let own = ranges.map { range in
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[range])
        return String(view)
      }.joined(separator: " ")
      let plain = { (text: String) in
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      }
      guard plain(own) == plain(String(fields[2])) else {
        throw NotationFault(
          path: "", problem: "the text there is “\(own.prefix(40))”, not “\(fields[2].prefix(40))”")
      }
    }
    return DatasetLabel(schema.index(of: String(fields[1][..<space])), .spans(ranges))
  }

  private static func add(
    _ fields: [Substring], to item: inout DatasetItem, _ places: [String: Int],
    _ schema: inout DatasetSchema,
    _ diagnostics: Diagnostics
  ) throws(NotationFault) {
    guard fields.count >= 2, let kind = fields[0].first else {
      throw NotationFault(path: "", problem: "there must be two parts at least, parted by a tab")
    }
    let words = fields[1].split(separator: " ")
    switch kind {
    case "R":
      let ends = words.dropFirst().compactMap { word in
        word.split(separator: ":").last.flatMap { places[String($0)] }
      }
      guard let name = words.first, ends.count == 2 else {
        throw NotationFault(path: "", problem: "a relation must join two spans that are there")
      }
      item.labels.append(
        DatasetLabel(schema.index(of: String(name)), .relation(from: ends[0], to: ends[1])))
    case "*":
      let ends = words.dropFirst().compactMap { places[String($0)] }
      guard let name = words.first, ends.count == words.count - 1 else {
        throw NotationFault(path: "", problem: "an equivalence must name spans that are there")
      }
      for (from, to) in zip(ends, ends.dropFirst()) {
        item.labels.append(
          DatasetLabel(schema.index(of: String(name)), .relation(from: from, to: to)))
      }
    case "A", "M":
      guard words.count >= 2, let place = places[String(words[1])] else {
        return diagnostics.lose("attributes left out of what is no span")
      }
      let value: JSON = words.count > 2 ? .string(String(words[2])) : true
      item.labels[place].attributes.append(.init(String(words[0]), value))
    case "#":
      guard words.count >= 2, let place = places[String(words[1])], fields.count >= 3 else {
        return diagnostics.lose("notes left out on what is no span")
      }
      item.labels[place].attributes.append(.init("note", .string(String(fields[2]))))
    default: diagnostics.lose("events and normalisations left out")
    }
  }
}

private struct BratWriter: DatasetWriting {
  let sink: any DatasetSink
  let diagnostics: Diagnostics
  var relations: Set<String> = []
  var attributes: Set<String> = []
  var names: Set<String> = []

  mutating func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    guard let text = diagnostics.text(of: item) else { return }
    let stem = (item.subset.isEmpty ? "" : item.subset + "/") + item.name
    guard names.insert(stem).inserted else {
      return try diagnostics.leaveOut(
        item, "another text has this name too", remedy: "Rename one")
    }
    try sink.write(text, to: stem + ".txt")
    let scalars = Array(text.unicodeScalars)
    var (lines, counts) = ("", (relations: 0, attributes: 0, notes: 0))
    var ids: [Int: Int] = [:]
    for (place, label) in item.labels.enumerated() {
      guard case .spans(let ranges) = label.value else { continue }
      ids[place] = ids.count + 1
      let id = "T\(ids.count)"
      let quoted = ranges.map { range in
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[range.clamped(to: 0..<scalars.count)])
        return String(view).replacing("\r\n", with: "  ").replacing("\n", with: " ").replacing(
          "\r", with: " ")
      }.joined(separator: " ")
      let places = ranges.map { "\($0.lowerBound) \($0.upperBound)" }.joined(separator: ";")
      lines += "\(id)\t\(Self.plain(schema.name(label.classIndex))) \(places)\t\(quoted)\n"
      for attribute in label.attributes {
        if attribute.name == "note", let note = attribute.value.string {
          counts.notes += 1
          lines += "#\(counts.notes)\tAnnotatorNotes \(id)\t\(note.replacing("\n", with: " "))\n"
        } else if attribute.value != .bool(false) {
          counts.attributes += 1
          attributes.insert(Self.plain(attribute.name))
          let value =
            attribute.value == .bool(true)
            ? "" : " " + Self.plain(attribute.value.string ?? attribute.value.text)
          lines += "A\(counts.attributes)\t\(Self.plain(attribute.name)) \(id)\(value)\n"
        }
      }
    }
    for label in item.labels {
      guard case .relation(let from, let to) = label.value, let from = ids[from], let to = ids[to]
      else { continue }
      counts.relations += 1
      let name = Self.plain(schema.name(label.classIndex))
      relations.insert(name)
      lines += "R\(counts.relations)\t\(name) Arg1:T\(from) Arg2:T\(to)\n"
    }
    try sink.write(lines, to: stem + ".ann")
  }

  private static func plain(_ name: String) -> String {
    String(name.map { $0.isWhitespace || $0 == ":" ? "_" : $0 })
  }

  func finish(_ schema: DatasetSchema) throws {
    let entities = schema.classes.map { Self.plain($0.name) }.filter { !relations.contains($0) }
    let text = """
      [entities]
      \(entities.joined(separator: "\n"))
      [relations]
      \(relations.sorted().map { "\($0)\tArg1:<ENTITY>, Arg2:<ENTITY>" }.joined(separator: "\n"))
      [events]
      [attributes]
      \(attributes.sorted().map { "\($0)\tArg:<ENTITY>" }.joined(separator: "\n"))

      """
    try sink.write(text, to: "annotation.conf")
  }
}
