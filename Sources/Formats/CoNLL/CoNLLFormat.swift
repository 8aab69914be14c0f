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
        white space and around punctuation. Files as those of the shared task are called (`eng.testa`) are \
        read too, and some of text (`train.txt`) whose lines are all tokens with tags. Spans that \
        overlap, have gaps or begin inside of a token have no form and are left out.
        """),
    matches: { !CoNLL.files($0).isEmpty },
    read: { CoNLLReader($0, $1) }, write: { CoNLLWriter($0, $2) })
}

enum CoNLL {
  /// As the shared task calls them, with the subsets of their items.
  private static let parts = [".train": "train", ".testa": "val", ".testb": "test"]
  /// Files of text at most that are looked into: a set has one of each subset.
  private static let textLimit = 10

  static func files(_ folder: DatasetFolder) -> [String] {
    let own = [".conll", ".iob2", ".iob", ".bio"].flatMap { folder.files(ending: $0) }
    guard own.isEmpty else { return own.sorted() }
    let parts = parts.keys.flatMap { folder.files(ending: $0) }
    let texts = folder.files(ending: ".txt")
    let mayBe = parts + (texts.count <= textLimit ? texts : [])
    return mayBe.filter { (try? folder.open($0)).map { isTagged($0.lines()) } == true }.sorted()
  }

  /// Whether the first lines are tokens with tags, one of a span among them.
  private static func isTagged(_ lines: ByteLines) -> Bool {
    var hasSpan = false
    for line in lines.prefix(50) {
      let columns = String(decoding: line.prefix(4_000), as: UTF8.self).split { $0 == " " || $0 == "\t" }
      guard let first = columns.first, let last = columns.last, first != "-DOCSTART-" else { continue }
      guard columns.count > 1, TaggedTokens.isTag(String(last)) else { return false }
      hasSpan = hasSpan || TaggedTokens.isOfSpan(String(last))
    }
    return hasSpan
  }

  /// What a file's items are called, and the subset that its name says.
  static func place(of file: String) -> (stem: String, subset: String) {
    let name = file.split(separator: "/").last.map(String.init) ?? file
    if let part = parts.first(where: { name.lowercased().hasSuffix($0.key) }) { return (name, part.value) }
    let stem = DatasetItem.stem(of: name)
    let known = ["train", "dev", "val", "test"].first { stem.contains($0) }
    return (stem, known.map { $0 == "dev" ? "val" : $0 } ?? "")
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
