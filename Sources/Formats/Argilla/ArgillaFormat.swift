import Labels
import Notation

extension DatasetFormat {
  package static let argilla = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "argilla", name: "Argilla records",
      layout: "`records.json` (`SUBSET.json`): a list of records",
      source: "docs.argilla.io, `records.to_json`, `records.from_json`",
      holds: [.span, .whole, .caption],
      carries: [.text, .metadata, .score],
      subsetOfNone: "records",
      notes: """
        Of each question the first response is read, or else the suggestion, whose score is kept. Classes \
        are answers of the question `label` (`labels` where a text has several), spans those of `spans`, \
        captions those of `text`; they are written as suggestions, which need no user. Ratings and rankings \
        are read as metadata. Gaps in spans are filled, attributes left out.
        """),
    matches: { (try? Argilla.files($0))?.isEmpty == false },
    read: { folder, diagnostics in
      let texts = Argilla.textQuestions(folder)
      return ChainedReader(
        try Argilla.files(folder, diagnostics).map { file in
          { schema in
            try JSONItems(file, folder, schema, diagnostics) { json, number, schema in
              let reading = ArgillaRecord(
                file: file, number: number, texts: texts, diagnostics: diagnostics)
              return [try reading.item(json, &schema)]
            }
          }
        })
    }, write: { sink, _, diagnostics in ArgillaWriter(sink, diagnostics) })
}

enum Argilla {
  static func files(
    _ folder: DatasetFolder, _ diagnostics: Diagnostics? = nil
  ) throws -> [String] {
    try TextLines.files(folder, diagnostics) {
      $0["fields"]?.members != nil && ($0["suggestions"] != nil || $0["responses"] != nil)
    }
  }

  /// Questions whose answers are texts of their own, as the settings beside the records say.
  static func textQuestions(_ folder: DatasetFolder) -> Set<String> {
    let settings = folder.files(ending: ".argilla/settings.json").first.flatMap {
      try? folder.json($0)
    }
    let questions = (settings?["questions"]?.array ?? []).filter {
      $0["settings"]?["type"]?.string == "text" || $0["type"]?.string == "text"
    }
    return Set(questions.compactMap { $0["name"]?.string } + ["text"])
  }
}
