import Labels
import Notation

extension DatasetFormat {
  package static let doccano: DatasetFormat = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "doccano", name: "doccano JSONL",
      layout: "`SUBSET.jsonl`: an object with text and label, or entities and relations",
      source: "doccano.github.io/doccano/tutorial", holds: [.span, .relation, .whole, .caption],
      carries: [.text],
      subsetOfNone: "data",
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
      TextLinesWriter(.doccano, sink, diagnostics) { Doccano.line($0, $1, diagnostics) }
    })
}

enum Doccano {
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

  static let known: Set<String> = remarks.union([
    "id", "text", "data", "label", "labels", "entities", "relations", "meta", "annotations", "cats",
  ])

  /// What annotators wrote of a text, and who approved of its labels.
  static let remarks: Set<String> = ["Comments", "comments", "annotation_approver"]
}
