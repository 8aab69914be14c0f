import Labels
import Notation

extension Doccano {
  static func item(
    _ json: JSON, _ number: Int, _ file: String, _ schema: inout DatasetSchema,
    _ diagnostics: Diagnostics
  ) throws -> DatasetItem {
    let text = try (json["text"] == nil ? json.text("data") : json.text("text"))
    let stem = DatasetItem.stem(of: file.split(separator: "/").last.map(String.init) ?? file)
    var item = DatasetItem(
      name: "\(stem)-\(json["id"]?.text ?? "\(number)")", subset: TextLines.subset(file), text: text
    )
    // What else the sender said of a text comes back beside it.
    item.metadata =
      (json["meta"]?.members ?? []) + (json.members ?? []).filter {
        !known.contains($0.name) || Doccano.remarks.contains($0.name) && $0.value != .null && $0.value != []
      }
    var places: [Int64: Int] = [:]
    let labels = (json["label"] ?? json["labels"])?.array ?? [(json["label"] ?? .null)]
    for (place, label) in labels.enumerated() where label != .null {
      do throws(NotationFault) {
        if let name = label.string {
          item.labels.append(DatasetLabel(schema.index(of: name), .whole))
        } else {
          let parts = label.array ?? []
          guard parts.count >= 3, let name = parts[2].string else {
            throw NotationFault(
              path: "label[\(place)]", problem: "must be a name, or a start, an end and a name")
          }
          let range = try TextLines.range(parts[0], parts[1], in: text, "label[\(place)]")
          item.labels.append(DatasetLabel(schema.index(of: name), .spans([range])))
        }
      } catch {
        try diagnostics.report(
          file, "object \(number), \(error.path)", error.problem,
          remedy: "Put it right; it is left out.")
      }
    }
    for (place, entity) in try json.list("entities").enumerated() {
      do {
        // As objects, or as lists of a start, an end and a name.
        let parts = entity.array ?? []
        let range = try TextLines.range(
          entity["start_offset"] ?? parts.first, entity["end_offset"] ?? parts.dropFirst().first,
          in: text, "entities[\(place)]")
        if let id = entity["id"]?.integer { places[id] = item.labels.count }
        let name = try parts.count > 2 ? parts[2].string ?? parts[2].text : entity.text("label")
        item.labels.append(DatasetLabel(schema.index(of: name), .spans([range])))
      } catch {
        try diagnostics.report(
          file, "object \(number), \(error.path)", error.problem,
          remedy: "Put it right; it is left out.")
      }
    }
    for one in try json.list("cats") {
      guard let name = one.string else { continue }
      item.labels.append(DatasetLabel(schema.index(of: name), .whole))
    }
    for relation in try json.list("relations") {
      guard let from = relation["from_id"]?.integer.flatMap({ places[$0] }),
        let to = relation["to_id"]?.integer.flatMap({ places[$0] }),
        let name = relation["type"]?.string
      else {
        diagnostics.lose("relations left out between entities that are not there")
        continue
      }
      item.labels.append(DatasetLabel(schema.index(of: name), .relation(from: from, to: to)))
    }
    return item
  }
}
