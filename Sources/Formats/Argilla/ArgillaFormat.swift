import Labels
import Notation

extension DatasetFormat {
  package static let argilla = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "argilla", name: "Argilla records",
      layout: "`records.json` (`SUBSET.json`): a list of records",
      source: "docs.argilla.io, `records.to_json`, `records.from_json`",
      holds: [.span, .whole, .caption],
      carries: [.text, .metadata, .score],
      notes: """
        Of each question the first response is read, or else the suggestion, whose score is kept. Classes \
        are answers of the question `label` (`labels` where a text has several), spans those of `spans`, \
        captions those of `text`; they are written as suggestions, which need no user. Ratings and rankings \
        are read as metadata. Gaps in spans are filled, attributes left out.
        """),
    matches: { (try? Argilla.files($0))?.isEmpty == false },
    read: { folder, diagnostics in
      let texts = Argilla.textQuestions(folder)
      return ChainedReader(
        try Argilla.files(folder, diagnostics).map { file in
          { schema in
            try JSONItems(file, folder, schema, diagnostics) { json, number, schema in
              let reading = ArgillaRecord(
                file: file, number: number, texts: texts, diagnostics: diagnostics)
              return [try reading.item(json, &schema)]
            }
          }
        })
    }, write: { sink, _, diagnostics in ArgillaWriter(sink, diagnostics) })
}

private enum Argilla {
  static func files(
    _ folder: DatasetFolder, _ diagnostics: Diagnostics? = nil
  ) throws -> [String] {
    try TextLines.files(folder, diagnostics) {
      $0["fields"]?.members != nil && ($0["suggestions"] != nil || $0["responses"] != nil)
    }
  }

  /// Questions whose answers are texts of their own, as the settings beside the records say.
  static func textQuestions(_ folder: DatasetFolder) -> Set<String> {
    let settings = folder.files(ending: ".argilla/settings.json").first.flatMap {
      try? folder.json($0)
    }
    let questions = (settings?["questions"]?.array ?? []).filter {
      $0["settings"]?["type"]?.string == "text" || $0["type"]?.string == "text"
    }
    return Set(questions.compactMap { $0["name"]?.string } + ["text"])
  }
}

private struct ArgillaRecord {
  let file: String
  let number: Int
  let texts: Set<String>
  let diagnostics: Diagnostics

  func item(_ json: JSON, _ schema: inout DatasetSchema) throws -> DatasetItem {
    let fields = json["fields"]?.members ?? []
    let text = fields.first { $0.name == "text" } ?? fields.first { $0.value.string != nil }
    guard let text = text?.value.string else {
      throw NotationFault(path: "fields", problem: "has no text")
    }
    var item = DatasetItem(
      name: json["id"]?.string ?? json["id"]?.integer.map { "\($0)" } ?? "\(number)",
      subset: TextLines.subset(file), text: text, metadata: json["metadata"]?.members ?? [])
    if DatasetItem.isAddress(text), DatasetFolder.isImage(String(text.split(separator: "?")[0])) {
      (item.text, item.media) = (nil, text)
    }
    for other in fields where other.value.string != nil && other.value.string != text {
      item.metadata.append(other)
    }
    let suggestions = json["suggestions"]?.members ?? []
    let responses = json["responses"]?.members ?? []
    for question in Set(suggestions.map(\.name)).union(responses.map(\.name)).sorted() {
      let response = responses.last { $0.name == question }?.value.array?.first {
        $0["value"] != nil
      }
      let suggestion = suggestions.last { $0.name == question }?.value
      guard let value = (response ?? suggestion)?["value"], value != .null else { continue }
      let score = response == nil ? suggestion?["score"]?.number : nil
      try add(value, of: question, score, to: &item, &schema)
    }
    return item
  }

  private func add(
    _ value: JSON, of question: String, _ score: Double?, to item: inout DatasetItem,
    _ schema: inout DatasetSchema
  ) throws {
    func whole(_ name: String) {
      item.labels.append(DatasetLabel(schema.index(of: name), .whole, score: score))
    }
    if let text = value.string {
      if texts.contains(question) {
        item.labels.append(DatasetLabel(-1, .caption(text)))
      } else {
        whole(text)
      }
    } else if let list = value.array, !list.isEmpty, list.allSatisfy({ $0.string != nil }) {
      list.compactMap(\.string).forEach(whole)
    } else if let list = value.array, list.contains(where: { $0["start"] != nil }) {
      for (place, span) in list.enumerated() {
        do {
          let path = "\(question)[\(place)]"
          let range = try TextLines.range(span["start"], span["end"], in: item.text ?? "", path)
          item.labels.append(
            DatasetLabel(schema.index(of: try span.text("label")), .spans([range]), score: score))
        } catch {
          try diagnostics.report(
            file, "element \(number), \(error.path)", error.problem,
            remedy: "Put it right; it is left out.")
        }
      }
    } else {
      item.metadata.append(.init(question, value))
    }
  }
}

private final class ArgillaWriter: DatasetWriting {
  private let sink: any DatasetSink
  private let diagnostics: Diagnostics
  private var files: [String: any DatasetStream] = [:]

  init(_ sink: any DatasetSink, _ diagnostics: Diagnostics) {
    (self.sink, self.diagnostics) = (sink, diagnostics)
  }

  func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    guard diagnostics.text(of: item) != nil else { return }
    let isFirst = files[item.subset] == nil
    let file = try files[item.subset] ?? begin(item.subset)
    files[item.subset] = file
    try file.append(Array((isFirst ? "\n" : ",\n").utf8) + record(item, schema).utf8)
  }

  private func begin(_ subset: String) throws -> any DatasetStream {
    let stream = try sink.open("\(subset.isEmpty ? "records" : subset).json")
    try stream.append([UInt8(ascii: "[")])
    return stream
  }

  private func record(_ item: DatasetItem, _ schema: DatasetSchema) -> JSON {
    var suggestions: [JSON.Member] = []
    func suggest(_ question: String, _ value: JSON, _ labels: [DatasetLabel]) {
      let scores = labels.compactMap(\.score)
      suggestions.append(
        .init(question, ["value": value, "score": .optional(scores.min()), "agent": "assay"]))
    }
    let wholes = item.labels.filter { $0.value == .whole }
    let names = wholes.map { JSON.string(schema.name($0.classIndex)) }
    if names.count == 1 { suggest("label", names[0], wholes) }
    if names.count > 1 { suggest("labels", .array(names), wholes) }
    var (spans, captions) = ([JSON](), [String]())
    for label in item.labels {
      if case .caption(let text) = label.value { captions.append(text) }
      guard case .spans(let ranges) = label.value, let first = ranges.first, let last = ranges.last
      else { continue }
      if ranges.count > 1 { diagnostics.lose("gaps in spans filled") }
      spans.append([
        "start": .int(Int64(first.lowerBound)), "end": .int(Int64(last.upperBound)),
        "label": .string(schema.name(label.classIndex)),
      ])
    }
    if !spans.isEmpty {
      suggest("spans", .array(spans), item.labels.filter { $0.value.kind == .span })
    }
    if let text = captions.first { suggest("text", .string(text), []) }
    if captions.count > 1 { diagnostics.lose("captions left out after the first") }
    return [
      "id": .string(item.name), "fields": ["text": .string(item.text ?? "")],
      "metadata": .object(item.metadata), "suggestions": .object(suggestions), "responses": [:],
      "vectors": [:],
    ]
  }

  func finish(_ schema: DatasetSchema) throws {
    if files.isEmpty { files[""] = try begin("") }
    for file in files.values {
      try file.append(Array("\n]\n".utf8))
      try file.close()
    }
  }
}
