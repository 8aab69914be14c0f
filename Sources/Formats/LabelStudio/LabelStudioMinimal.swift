import Notation

/// The short form of an export (JSON_MIN): an object for each annotation, whose members are named as the data
/// of its task and as the controls that made the answers.
enum LabelStudioMinimal {
  /// What it says of the annotation itself.
  private static let facts: Set<String> = [
    "id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement",
  ]

  static func isOne(_ json: JSON) -> Bool {
    json["data"]?.members == nil && json["annotation_id"] != nil && json["lead_time"] != nil
  }

  /// As the long form says it.
  static func task(_ json: JSON) -> JSON {
    var (data, results): ([JSON.Member], [JSON]) = ([], [])
    for member in json.members ?? [] where !facts.contains(member.name) {
      let regions = member.value.array ?? []
      let kinds = regions.compactMap(kind)
      if !regions.isEmpty, kinds.count == regions.count {
        for (place, region) in regions.enumerated() {
          results.append(result(region, kinds[place], member.name, place))
        }
      } else if member.value["choices"]?.array != nil {
        results.append(result(member.value, "choices", member.name, 0))
      } else {
        data.append(member)
      }
    }
    return [
      "id": json["id"] ?? .null, "data": .object(data),
      "annotations": [["result": .array(results)]],
    ]
  }

  /// `rectanglelabels` of a region with them: what its classes are called is what it is.
  private static func kind(of region: JSON) -> String? {
    region.members?.first { $0.name.hasSuffix("labels") && $0.value.array != nil }?.name
  }

  private static func result(
    _ value: JSON, _ kind: String, _ control: String, _ place: Int
  ) -> JSON {
    [
      "id": .string("\(control)_\(place)"), "type": .string(kind), "from_name": .string(control),
      "original_width": value["original_width"] ?? .null,
      "original_height": value["original_height"] ?? .null, "value": value,
    ]
  }
}
