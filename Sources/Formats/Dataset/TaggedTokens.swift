import Labels

/// A text as its tokens with a tag each, in IOB2 (Ramshaw and Marcus 1995) or one of its kin: `B-NAME`
/// begins a span, `I-NAME` goes on with it, `O` is none; BIOES' and BILOU's letters are understood too.
struct TaggedTokens {
  private(set) var text = ""
  private(set) var tokens: [Range<Int>] = []
  private(set) var labels: [DatasetLabel] = []
  private var open: (name: String, range: Range<Int>)?
  private var place = 0

  private static let (begin, goOn) = (["B", "S", "U"], ["I", "E", "L"])

  /// Whether a tag begins a span or goes on with one.
  static func isOfSpan(_ tag: String) -> Bool {
    let parts = tag.split(separator: "-", maxSplits: 1)
    return parts.count == 2 && (begin + goOn).contains(String(parts[0]))
  }

  static func isOutside(_ tag: String) -> Bool { tag == "O" || tag == "-" || tag == "_" }

  static func isTag(_ tag: String) -> Bool { isOutside(tag) || isOfSpan(tag) }

  /// The next token, a space after the one before; one without a letter is none.
  ///
  /// - Returns: whether its tag is one; else it counts as `O`.
  mutating func add(_ token: String, _ tag: String, _ schema: inout DatasetSchema) -> Bool {
    guard !token.isEmpty else { return true }
    if !tokens.isEmpty { text += " " }
    text += token
    let range = place..<place + token.unicodeScalars.count
    place = range.upperBound + 1
    tokens.append(range)
    let parts = tag.split(separator: "-", maxSplits: 1).map(String.init)
    if Self.isOutside(tag) {
      close(&schema)
    } else if Self.isOfSpan(tag) {
      if Self.goOn.contains(parts[0]), let before = open, before.name == parts[1] {
        open = (before.name, before.range.lowerBound..<range.upperBound)
      } else {
        close(&schema)
        open = (parts[1], range)
      }
    } else {
      close(&schema)
      return false
    }
    return true
  }

  /// Ends the span that is open; to be called after the last token.
  mutating func close(_ schema: inout DatasetSchema) {
    guard let span = open else { return }
    labels.append(DatasetLabel(schema.index(of: span.name), .spans([span.range])))
    open = nil
  }
}
