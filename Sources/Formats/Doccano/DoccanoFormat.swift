import Labels
import Notation

extension DatasetFormat {
  package static let doccano = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "doccano", name: "doccano JSONL",
      layout: "`SUBSET.jsonl`: an object with text and label, or entities and relations",
      source: "doccano.github.io/doccano/tutorial", holds: [.span, .relation, .whole, .caption],
      carries: [.text],
      notes: """
        Places are Unicode characters, ends excluded. Where there are relations, spans are entities with \
        numbers. A text with spans and classes has both lists. Gaps in spans are filled, attributes left \
        out.
        """),
    matches: { (try? Doccano.files($0))?.isEmpty == false },
    read: { folder, diagnostics in
      ChainedReader(
        try Doccano.files(folder, diagnostics).map { file in
          { schema in
            try JSONItems(file, folder, schema, diagnostics) { json, number, schema in
              [try Doccano.item(json, number, file, &schema, diagnostics)]
            }
          }
        })
    },
    write: { sink, _, diagnostics in
      TextLinesWriter(sink, diagnostics) { Doccano.line($0, $1, diagnostics) }
    })
}

private enum Doccano {
  static func files(
    _ folder: DatasetFolder, _ diagnostics: Diagnostics? = nil
  ) throws -> [String] {
    try TextLines.files(folder, diagnostics) { json in
      (json["text"] ?? json["data"])?.string != nil
        // Numbers stand for classes of another table.
        && (["label", "labels", "entities"].contains {
          json[$0]?.array?.allSatisfy { $0.integer == nil } ?? false
        }
          // Any table may have columns called text and label.
          || (json["label"]?.string != nil
            && (json.members ?? []).allSatisfy { known.contains($0.name) }))
    }
  }

  private static let known: Set<String> = [
    "id", "text", "data", "label", "labels", "entities", "relations", "meta", "Comments",
    "comments",
    "annotation_approver", "annotations", "cats",
  ]

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
      (json["meta"]?.members ?? []) + (json.members ?? []).filter { !known.contains($0.name) }
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
    for (place, entity) in (json["entities"]?.array ?? []).enumerated() {
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
    for one in json["cats"]?.array ?? [] {
      guard let name = one.string else { continue }
      item.labels.append(DatasetLabel(schema.index(of: name), .whole))
    }
    for relation in json["relations"]?.array ?? [] {
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

  static func line(_ item: DatasetItem, _ schema: DatasetSchema, _ diagnostics: Diagnostics) -> JSON
  {
    let hasRelations = item.labels.contains { $0.value.kind == .relation }
    var (spans, entities, wholes, relations) = ([JSON](), [JSON](), [JSON](), [JSON]())
    for (place, label) in item.labels.enumerated() {
      let name = JSON.string(schema.name(label.classIndex))
      switch label.value {
      case .spans(let ranges):
        guard let first = ranges.first, let last = ranges.last else { continue }
        if ranges.count > 1 { diagnostics.lose("gaps in spans filled") }
        let (start, end) = (JSON.int(Int64(first.lowerBound)), JSON.int(Int64(last.upperBound)))
        if hasRelations {
          entities.append([
            "id": .int(Int64(place)), "start_offset": start, "end_offset": end, "label": name,
          ])
        } else {
          spans.append([start, end, name])
        }
      case .whole: wholes.append(name)
      case .caption(let text): wholes.append(.string(text))
      case .relation(let from, let to):
        relations.append([
          "id": .int(Int64(relations.count)), "from_id": .int(Int64(from)),
          "to_id": .int(Int64(to)), "type": name,
        ])
      default: continue
      }
    }
    var members: [JSON.Member] = [.init("text", .string(item.text ?? ""))]
    if hasRelations {
      members += [.init("entities", .array(entities)), .init("relations", .array(relations))]
      if !wholes.isEmpty { members.append(.init("label", .array(wholes))) }
    } else {
      members.append(.init("label", .array(spans + wholes)))
    }
    return .object(members)
  }
}
