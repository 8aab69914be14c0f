import Labels

final class CoNLLWriter: DatasetWriting {
  private let sink: any DatasetSink
  private let diagnostics: Diagnostics
  private var files: [String: any DatasetStream] = [:]

  init(_ sink: any DatasetSink, _ diagnostics: Diagnostics) {
    (self.sink, self.diagnostics) = (sink, diagnostics)
  }

  private func file(_ subset: String) throws -> any DatasetStream {
    if let known = files[subset] { return known }
    let stream = try sink.open("\(DatasetFormat.conll.facts.fileName(of: subset)).conll")
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
      let plain = diagnostics.plain(name, in: .conll) { $0.isWhitespace }
      for place in inside { tags[place] = (place == first ? "B-" : "I-") + plain }
    }
    let scalars = Array(text.unicodeScalars)
    var out: [UInt8] = []
    for (range, tag) in zip(tokens, tags) {
      var token = String.UnicodeScalarView()
      token.append(contentsOf: scalars[range.clamped(to: 0..<scalars.count)])
      if token.allSatisfy(\.properties.isWhitespace) {
        diagnostics.lose("tokens left out that are white space")
        continue
      }
      if token.contains(where: { "\t\r\n".unicodeScalars.contains($0) }) {
        diagnostics.lose("tabs and line ends in tokens written as spaces")
        token = String.UnicodeScalarView(
          token.map { "\t\r\n".unicodeScalars.contains($0) ? " " : $0 })
      }
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
