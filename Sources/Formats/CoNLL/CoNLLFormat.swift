import Labels
import Notation

extension DatasetFormat {
  package static let conll = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "conll", name: "CoNLL, IOB2",
      layout: "`SUBSET.conll`: a token and its tag a line, an empty line after a sentence",
      source: "Ramshaw and Marcus 1995; CoNLL-2003 shared task", holds: [.span],
      carries: [.text],
      subsetOfNone: "data",
      notes: """
        The token is the first column and the tag the last one; where lines are numbered, the second and \
        the third. A text is its tokens with spaces between. Texts that no format has cut are cut at \
        white space and around punctuation. Spans that overlap, have gaps or begin inside of a token \
        have no form and are left out.
        """),
    matches: { !CoNLL.files($0).isEmpty },
    read: { CoNLLReader($0, $1) }, write: { CoNLLWriter($0, $2) })
}

enum CoNLL {
  static func files(_ folder: DatasetFolder) -> [String] {
    [".conll", ".iob2", ".iob", ".bio"].flatMap { folder.files(ending: $0) }.sorted()
  }

  /// Where a text is cut that nobody cut: at white space, and before and after every sign that is no letter,
  /// digit or mark.
  static func tokens(of text: String) -> [Range<Int>] {
    var tokens: [Range<Int>] = []
    var start: Int?
    for (place, scalar) in text.unicodeScalars.enumerated() {
      let isWord =
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        || scalar.properties.generalCategory == .nonspacingMark || scalar == "_"
      if isWord {
        start = start ?? place
        continue
      }
      if let begin = start { tokens.append(begin..<place) }
      start = nil
      if !scalar.properties.isWhitespace { tokens.append(place..<place + 1) }
    }
    if let begin = start { tokens.append(begin..<text.unicodeScalars.count) }
    return tokens
  }
}
