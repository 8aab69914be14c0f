import Labels
import Notation

final class ArgillaWriter: DatasetWriting {
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
    let stream = try sink.open("\(DatasetFormat.argilla.facts.fileName(of: subset)).json")
    try stream.append([UInt8(ascii: "[")])
    return stream
  }

  private func record(_ item: DatasetItem, _ schema: DatasetSchema) -> JSON {
    var suggestions: [JSON.Member] = []
    func suggest(_ question: String, _ value: JSON, _ labels: [DatasetLabel]) {
      // A list of values has a score of each, or none.
      let scores = labels.compactMap(\.score)
      let isWhole = scores.count == labels.count
      if !isWhole, !scores.isEmpty {
        diagnostics.lose("scores left out beside labels that have none", count: scores.count)
      }
      let score: JSON = value.array == nil ? .optional(scores.first) : .array(scores.map { .double($0) })
      suggestions.append(
        .init(
          question,
          ["value": value, "score": isWhole && !scores.isEmpty ? score : .null, "agent": "assay"]))
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
