import Labels

extension DatasetFormat {
  package static let docBin = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "docbin", name: "spaCy DocBin",
      layout: "`SUBSET.spacy`, `SUBSET-1.spacy`, …: 5,000 texts each",
      source: "spacy.io/api/docbin", holds: [.span, .whole],
      carries: [.text],
      subsetOfNone: "data",
      notes: """
        Spans that do not overlap are entities, others are in the span group `sc`; classes are cats. A span \
        that begins or ends inside of a token cuts it. Gaps in spans are filled, attributes left out, and \
        metadata is left out. Lemmas, tags and trees are not read.
        """),
    matches: { !$0.files(ending: ".spacy").isEmpty },
    read: { folder, diagnostics in
      ChainedReader(
        folder.files(ending: ".spacy").map { file in
          { schema in try DocBinReader(file, folder, schema, diagnostics) }
        })
    }, write: { sink, _, diagnostics in DocBinWriter(sink, diagnostics) })
}

enum DocBin {
  static let docsOfFile = 5_000
  /// Bytes that a file may unpack to.
  static let limit = 1 << 30
  /// The span group that is written, which is spaCy's own by default.
  static let spanGroup = "sc"
  /// Attributes by their numbers in spaCy.
  static let orth: Int64 = 65
  /// Up to here they say what a word is by itself, as its letters do.
  static let lastOfWords: Int64 = 72
  static let (entityPlace, entityType, sentenceStart): (Int64, Int64, Int64) = (77, 78, 80)
}
