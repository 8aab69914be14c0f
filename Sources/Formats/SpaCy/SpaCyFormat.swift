import Labels
import Notation

extension DatasetFormat {
  package static let spacy: DatasetFormat = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "spacy", aliases: ["prodigy"], name: "spaCy and Prodigy JSONL",
      layout: "`SUBSET.jsonl`: an object with text, spans, tokens, cats",
      source: "prodi.gy/docs/api-interfaces; spacy.io/api/data-formats",
      holds: [.span, .relation, .whole],
      carries: [.text, .metadata, .attributes],
      carriesOf: [.span: [.attributes, .score]],
      subsetOfNone: "data",
      notes: """
        Places are Unicode characters, ends excluded; `token_end` is the last token, inside. Answers \
        that were rejected or ignored are not read. Gaps in spans are filled. Attributes and scores are \
        kept beside each span; a class of 0.5 or more is one, with that as its score.
        """),
    matches: { (try? SpaCy.files($0))?.isEmpty == false },
    read: { folder, diagnostics in
      ChainedReader(
        try SpaCy.files(folder, diagnostics).map { file in
          { schema in
            try JSONItems(file, folder, schema, diagnostics) { json, number, schema in
              try SpaCy.item(json, number, file, &schema, diagnostics)
            }
          }
        })
    },
    write: { sink, _, diagnostics in
      TextLinesWriter(.spacy, sink, diagnostics) { SpaCy.line($0, $1, diagnostics) }
    })
}

enum SpaCy {
  static func files(
    _ folder: DatasetFolder, _ diagnostics: Diagnostics? = nil
  ) throws -> [String] {
    try TextLines.files(folder, diagnostics) {
      $0["text"]?.string != nil
        && ($0["spans"] != nil || $0["ents"]?.array != nil || $0["cats"]?.members != nil
          || $0["tokens"] != nil || isAnswered($0) || $0["accept"]?.array != nil)
    }
  }

  /// Whether somebody answered a question of Prodigy's, which may have no more than a label.
  private static func isAnswered(_ json: JSON) -> Bool {
    json["answer"]?.string != nil && (json["_task_hash"] != nil || json["_input_hash"] != nil)
  }
}
