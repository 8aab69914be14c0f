import Labels
import Notation

extension DatasetFormat {
  package static let conll = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "conll", name: "CoNLL, IOB2",
      layout: "`SUBSET.conll`: a token and its tag a line, an empty line after a sentence",
      source: "Ramshaw and Marcus 1995; CoNLL-2003 shared task", holds: [.span],
      carries: [.text],
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
      if text.hasPrefix("#"), tokens.isEmpty, columns.count < 3 || text.hasPrefix("# ") { continue }
      let isNumbered =
        columns.count >= 3 && Int(columns[0]) == tokens.count + 1 && Int(columns[1]) == nil
      guard columns.count >= 2 else {
        try diagnostics.report(
          files[file], "line \(lines?.number ?? 0)", "there must be a token and a tag",
          remedy: "Part them by a tab; the line is left out.")
        continue
      }
      tokens.append(
        Token(
          text: String(columns[isNumbered ? 1 : 0]),
          tag: String(columns[isNumbered ? 2 : columns.count - 1]), line: lines?.number ?? 0))
    }
    lines = nil
    return tokens.isEmpty ? nil : try made(tokens)
  }

  private struct Token {
    var text: String
    var tag: String
    var line: Int
  }

  private mutating func made(_ tokens: [Token]) throws -> DatasetItem {
    sentence += 1
    let known = ["train", "dev", "val", "test"]
    let stem = DatasetItem.stem(of: files[file].split(separator: "/").last.map(String.init) ?? "")
    let subset = known.first { stem.contains($0) }.map { $0 == "dev" ? "val" : $0 } ?? ""
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

final class CoNLLWriter: DatasetWriting {
  private let sink: any DatasetSink
  private let diagnostics: Diagnostics
  private var files: [String: any DatasetStream] = [:]

  init(_ sink: any DatasetSink, _ diagnostics: Diagnostics) {
    (self.sink, self.diagnostics) = (sink, diagnostics)
  }

  private func file(_ subset: String) throws -> any DatasetStream {
    if let known = files[subset] { return known }
    let stream = try sink.open("\(subset.isEmpty ? "data" : subset).conll")
    files[subset] = stream
    return stream
  }

  func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    guard let text = diagnostics.text(of: item) else { return }
    let tokens = item.tokens.isEmpty ? CoNLL.tokens(of: text) : item.tokens
    var tags = [String](repeating: "O", count: tokens.count)
    let spans = item.labels.compactMap { label -> (Range<Int>, String)? in
      guard case .spans(let ranges) = label.value, let range = ranges.first else { return nil }
      guard ranges.count == 1 else {
        diagnostics.lose("spans left out that have gaps")
        return nil
      }
      return (range, schema.name(label.classIndex))
    }
    for (range, name) in spans.sorted(by: { $0.0.lowerBound < $1.0.lowerBound }) {
      let inside = tokens.indices.filter { tokens[$0].overlaps(range) }
      guard let first = inside.first, let last = inside.last,
        tokens[first].lowerBound == range.lowerBound,
        tokens[last].upperBound == range.upperBound
      else {
        diagnostics.lose("spans left out that begin or end inside of a token")
        continue
      }
      guard inside.allSatisfy({ tags[$0] == "O" }) else {
        diagnostics.lose("spans left out that overlap another")
        continue
      }
      // A tag has no white space in it.
      let plain = String(name.map { $0.isWhitespace ? "_" : $0 })
      for place in inside { tags[place] = (place == first ? "B-" : "I-") + plain }
    }
    let scalars = Array(text.unicodeScalars)
    var out: [UInt8] = []
    for (range, tag) in zip(tokens, tags) {
      var token = String.UnicodeScalarView()
      token.append(contentsOf: scalars[range])
      out += Array("\(String(token))\t\(tag)\n".utf8)
    }
    out.append(0x0A)
    try file(item.subset).append(out)
  }

  func finish(_ schema: DatasetSchema) throws {
    if files.isEmpty { _ = try file("") }
    for stream in files.values { try stream.close() }
  }
}
