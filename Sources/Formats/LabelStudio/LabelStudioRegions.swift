import Labels
import Notation

/// What results of a task say of the regions whose ids they have: their classes, where a region is drawn and
/// named by two controls, and answers to what is asked of each region.
struct LabelStudioRegions {
  private var classes: [String: [String]] = [:]
  private var answers: [String: [JSON.Member]] = [:]

  /// Types of results that draw nothing.
  private static let questions: Set<String> = [
    "labels", "choices", "textarea", "taxonomy", "rating", "number", "datetime",
  ]

  /// - Complexity: O(results)
  init(_ results: [JSON]) {
    let asked = results.filter { !Self.isRegion($0) }
    guard !asked.isEmpty else { return }
    let ids = Set(results.filter(Self.isRegion).compactMap { $0["id"]?.string })
    for result in asked {
      guard let id = result["id"]?.string, ids.contains(id), let kind = result["type"]?.string
      else { continue }
      if kind == "labels" {
        classes[id, default: []] += result["value"]?["labels"]?.array?.compactMap(\.string) ?? []
      } else {
        let name = result["from_name"]?.string ?? kind
        answers[id, default: []].append(.init(name, Self.answer(result["value"] ?? .null, kind)))
      }
    }
  }

  private static func isRegion(_ result: JSON) -> Bool {
    guard let kind = result["type"]?.string, questions.contains(kind) else {
      return result["value"] != nil
    }
    return kind == "labels" && result["value"]?["start"] != nil
  }

  /// Whether a result is about the region of another.
  func areTold(by result: JSON) -> Bool {
    guard !(classes.isEmpty && answers.isEmpty), let id = result["id"]?.string,
      !Self.isRegion(result)
    else { return false }
    return classes[id] != nil || answers[id] != nil
  }

  func classes(of region: JSON) -> [String] {
    region["id"]?.string.flatMap { classes[$0] } ?? []
  }

  func answers(of region: JSON) -> [JSON.Member] {
    answers.isEmpty ? [] : region["id"]?.string.flatMap { answers[$0] } ?? []
  }

  /// - Parameter places: of labels, by the ids of their regions.
  /// - Returns: nil where it joins what is not there.
  static func relation(
    _ result: JSON, between places: [String: Int], _ schema: inout DatasetSchema
  ) -> DatasetLabel? {
    guard let from = result["from_id"]?.string.flatMap({ places[$0] }),
      let to = result["to_id"]?.string.flatMap({ places[$0] })
    else { return nil }
    let name = result["labels"]?.array?.first?.string ?? "relation"
    return DatasetLabel(schema.index(of: name), .relation(from: from, to: to))
  }

  /// What a question is answered with: several words as one text.
  static func answer(_ value: JSON, _ kind: String) -> JSON {
    switch kind {
    case "choices":
      .string((value["choices"]?.array ?? []).compactMap(\.string).joined(separator: ", "))
    case "textarea":
      .string(
        (value["text"]?.array ?? [value["text"] ?? .null]).compactMap(\.string)
          .joined(separator: "\n"))
    case "taxonomy":
      .string(
        (value["taxonomy"]?.array ?? []).map { path in
          (path.array ?? []).compactMap(\.string).joined(separator: "/")
        }.joined(separator: ", "))
    default: value[kind] ?? .null
    }
  }
}
