import Labels
import Notation

/// Reads a record of a file.
struct ArgillaRecord {
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
      let given = responses.last { $0.name == question }?.value.array ?? []
      let response = given.first { $0["value"] != nil && Self.isSubmitted($0) }
      if given.contains(where: { !Self.isSubmitted($0) }) {
        diagnostics.lose("responses left out that are drafts or were discarded")
      }
      let submitted = given.count { $0["value"] != nil && Self.isSubmitted($0) }
      if submitted > 1 {
        diagnostics.lose("responses left out after the first", count: submitted - 1)
      }
      let suggestion = suggestions.last { $0.name == question }?.value
      if response != nil, suggestion != nil {
        diagnostics.lose("suggestions left out beside responses")
      }
      guard let value = (response ?? suggestion)?["value"], value != .null else { continue }
      let score = response == nil ? suggestion?["score"] : nil
      try add(value, of: question, score, to: &item, &schema)
    }
    return item
  }

  private static func isSubmitted(_ response: JSON) -> Bool {
    response["status"]?.string.map { $0 == "submitted" } ?? true
  }

  private func add(
    _ value: JSON, of question: String, _ scores: JSON?, to item: inout DatasetItem,
    _ schema: inout DatasetSchema
  ) throws {
    // One for all that is suggested, or one of each.
    func score(_ place: Int) -> Double? {
      guard let list = scores?.array else { return scores?.number }
      return list.indices.contains(place) ? list[place].number : nil
    }
    func whole(_ name: String, _ place: Int = 0) {
      item.labels.append(DatasetLabel(schema.index(of: name), .whole, score: score(place)))
    }
    if let text = value.string {
      if texts.contains(question) {
        item.labels.append(DatasetLabel(-1, .caption(text)))
      } else {
        whole(text)
      }
    } else if let list = value.array, !list.isEmpty, list.allSatisfy({ $0.string != nil }) {
      for (place, name) in list.compactMap(\.string).enumerated() { whole(name, place) }
    } else if let list = value.array, list.contains(where: { $0["start"] != nil }) {
      for (place, span) in list.enumerated() {
        do {
          let path = "\(question)[\(place)]"
          let range = try TextLines.range(span["start"], span["end"], in: item.text ?? "", path)
          item.labels.append(
            DatasetLabel(schema.index(of: try span.text("label")), .spans([range]), score: score(place)))
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
