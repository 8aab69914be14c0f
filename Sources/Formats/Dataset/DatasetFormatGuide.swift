/// The page of the guide on formats, made of what each says of itself.
package enum DatasetFormatGuide {
  package static var markdown: String {
    var text = """
      # Formats of labelled sets

      `assay formats --markdown` writes this page. `assay convert --from coco --to yolo IN OUT` takes a set
      from one to another; without `--from` the format is found out.

      | | \(DatasetLabelKind.allCases.map(\.plural).joined(separator: " | ")) |
      |---|\(String(repeating: "---|", count: DatasetLabelKind.allCases.count))

      """
    for format in DatasetFormat.all {
      let marks = DatasetLabelKind.allCases.map { format.facts.holds.contains($0) ? "•" : " " }
      text += "| `\(format.id)` | \(marks.joined(separator: " | ")) |\n"
    }
    text += """

      What is said of items and labels, and what each keeps of it; the rest is counted as lost.

      | | \(DatasetFact.allCases.map(\.plural).joined(separator: " | ")) |
      |---|\(String(repeating: "---|", count: DatasetFact.allCases.count))

      """
    for format in DatasetFormat.all where format.write != nil {
      let marks = DatasetFact.allCases.map { format.facts.carries.contains($0) ? "•" : " " }
      text += "| `\(format.id)` | \(marks.joined(separator: " | ")) |\n"
    }
    for format in DatasetFormat.all {
      let facts = format.facts
      let ids = ([facts.id] + facts.aliases).map { "`\($0)`" }
      text += "\n## \(facts.name) (\(ids.joined(separator: ", ")))\n\n"
      text += "\(facts.layout). Source: \(facts.source).\n\n\(facts.notes)\n"
    }
    return text
  }
}
