import Labels
import Notation

extension Doccano {
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
