import Labels
import Notation

extension SpaCy {
  static func item(
    _ json: JSON, _ number: Int, _ file: String, _ schema: inout DatasetSchema,
    _ diagnostics: Diagnostics
  ) throws -> [DatasetItem] {
    if let answer = json["answer"]?.string, answer != "accept" {
      diagnostics.lose("texts left out whose answer was \(answer)")
      return []
    }
    let text = try json.text("text")
    let stem = DatasetItem.stem(of: file.split(separator: "/").last.map(String.init) ?? file)
    var item = DatasetItem(name: "\(stem)-\(number)", subset: TextLines.subset(file), text: text)
    item.metadata = json["meta"]?.members ?? []
    for (place, token) in try json.list("tokens").enumerated() {
      item.tokens.append(
        try TextLines.range(token["start"], token["end"], in: text, "tokens[\(place)]"))
    }
    var heads: [Int64: Int] = [:]
    for (place, span) in try Self.spans(json).enumerated() {
      do {
        let range = try TextLines.range(span["start"], span["end"], in: text, "spans[\(place)]")
        let known: Set<String> = [
          "start", "end", "label", "text", "token_start", "token_end", "id", "source", "type",
          "input_hash", "score",
        ]
        let attributes = (span.members ?? []).filter {
          !known.contains($0.name) && $0.value != .null
        }
        if let end = span["token_end"]?.integer { heads[end] = item.labels.count }
        item.labels.append(
          DatasetLabel(
            schema.index(of: try span.text("label")), .spans([range]), attributes: attributes,
            score: span["score"]?.number))
      } catch {
        try diagnostics.report(
          file, "object \(number), \(error.path)", error.problem,
          remedy: "Put it right; it is left out.")
      }
    }
    for relation in try json.list("relations") {
      guard let from = relation["head"]?.integer.flatMap({ heads[$0] }),
        let to = relation["child"]?.integer.flatMap({ heads[$0] }),
        let name = relation["label"]?.string
      else {
        diagnostics.lose("relations left out between tokens that end no span")
        continue
      }
      item.labels.append(DatasetLabel(schema.index(of: name), .relation(from: from, to: to)))
    }
    for one in json["cats"]?.members ?? [] {
      let index = schema.index(of: one.name)
      let share = one.value.number ?? (one.value.bool == true ? 1 : 0)
      guard share >= 0.5 else { continue }
      item.labels.append(DatasetLabel(index, .whole, score: share < 1 ? share : nil))
    }
    // Choices, by the ids of their options.
    for one in try json.list("accept") {
      guard let name = one.string ?? one.integer.map({ "\($0)" }) else { continue }
      item.labels.append(DatasetLabel(schema.index(of: name), .whole))
    }
    if let label = json["label"]?.string {
      item.labels.append(DatasetLabel(schema.index(of: label), .whole))
    }
    diagnostics.loseMembers(of: json, besides: known, "texts")
    return [item]
  }

  /// Spans of a line; of `Doc.to_json` entities and the spans of all groups.
  private static func spans(_ json: JSON) throws(NotationFault) -> [JSON] {
    let groups = (json["spans"]?.members ?? []).map(\.value.array)
    let areGroups = !groups.isEmpty && groups.allSatisfy { $0 != nil }
    return try json.list("ents") + (areGroups ? groups.flatMap { $0 ?? [] } : json.list("spans"))
  }

  /// Members of texts that are read, or say only how they were shown.
  private static let known: Set<String> = [
    "text", "meta", "tokens", "spans", "ents", "relations", "cats", "accept", "label", "answer", "options",
    "html", "_input_hash", "_task_hash", "_view_id", "_is_binary", "_timestamp", "config",
  ]
}
