import Labels
import Notation

struct CoNLLReader: DatasetReading {
  private(set) var schema = DatasetSchema()
  private let folder: DatasetFolder
  private let diagnostics: Diagnostics
  private let files: [String]
  private var file = -1
  private var bytes: MappedBytes?
  private var lines: ByteLines?
  private var sentence = 0

  init(_ folder: DatasetFolder, _ diagnostics: Diagnostics) {
    (self.folder, self.diagnostics, files) = (folder, diagnostics, CoNLL.files(folder))
  }

  mutating func next() throws -> DatasetItem? {
    while true {
      if lines != nil, let item = try item() { return item }
      file += 1
      guard file < files.count else { return nil }
      let bytes = try folder.open(files[file])
      (self.bytes, lines, sentence) = (bytes, bytes.lines(), 0)
    }
  }

  private mutating func item() throws -> DatasetItem? {
    var tokens: [Token] = []
    while let line = lines?.next() {
      let text = String(decoding: line, as: UTF8.self)
      if text.allSatisfy(\.isWhitespace) || text.hasPrefix("-DOCSTART-") {
        if tokens.isEmpty { continue }
        return try made(tokens)
      }
      let isTabbed = text.contains("\t")
      let columns =
        isTabbed
        ? text.split(separator: "\t", omittingEmptySubsequences: false) : text.split(separator: " ")
      if tokens.isEmpty, isRemark(text, columns, isTabbed: isTabbed) { continue }
      let isNumbered =
        columns.count >= 3 && Int(columns[0]) == tokens.count + 1 && Int(columns[1]) == nil
      guard columns.count >= 2 else {
        try diagnostics.report(
          files[file], "line \(lines?.number ?? 0)", "there must be a token and a tag",
          remedy: "Part them by a tab; the line is left out.")
        continue
      }
      let (word, tag) = isNumbered ? (1, 2) : (0, columns.count - 1)
      let left = columns[(word + 1)..<tag] + columns[(tag + 1)...]
      if left.contains(where: { !["", "_", "-"].contains($0) }) {
        diagnostics.lose("columns beside a token and its tag left out, which are not read")
      }
      tokens.append(
        Token(text: String(columns[word]), tag: String(columns[tag]), line: lines?.number ?? 0))
    }
    lines = nil
    return tokens.isEmpty ? nil : try made(tokens)
  }

  /// A remark has no tag at its end, which a token has that begins with #; one of words may end as tags do.
  private func isRemark(_ line: String, _ columns: [Substring], isTabbed: Bool) -> Bool {
    guard line.hasPrefix("#") else { return false }
    let isTagged = columns.count >= 2 && columns.last.map { TaggedTokens.isTag(String($0)) } == true
    guard isTagged, !isTabbed, columns.count > 2, columns[0] == "#" else { return !isTagged }
    // As long as the line after it, which is no remark: the token # with parts of speech.
    var after = lines
    let next = after?.next().map { String(decoding: $0, as: UTF8.self).split(separator: " ") } ?? []
    return next.count != columns.count || next.first == "#"
  }

  private struct Token {
    var text: String
    var tag: String
    var line: Int
  }

  private mutating func made(_ tokens: [Token]) throws -> DatasetItem {
    sentence += 1
    let (stem, subset) = CoNLL.place(of: files[file])
    var tagged = TaggedTokens()
    for token in tokens where !tagged.add(token.text, token.tag, &schema) {
      try diagnostics.report(
        files[file], "line \(token.line)",
        "\(token.tag.prefix(40)) is no tag like B-NAME, I-NAME or O",
        remedy: "Write tags in IOB2; the token counts as O.")
    }
    tagged.close(&schema)
    return DatasetItem(
      name: "\(stem)-\(sentence)", subset: subset, text: tagged.text, tokens: tagged.tokens,
      labels: tagged.labels)
  }
}
