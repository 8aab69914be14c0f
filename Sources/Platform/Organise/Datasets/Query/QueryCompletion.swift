/// Something that can stand at the end of a query that is being written.
package struct QueryCompletion: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    case field, value, function, `class`, set, slice
    /// `=`, `<`, …
    case comparison
    /// `and`, `or`.
    case connective
  }

  package var kind: Kind
  /// What is put in place of the query's characters from `start` on.
  package var text: String
  package var start: Int

  static let limit = 30

  /// What fits the end of a text.
  ///
  /// - Complexity: O(names that are known)
  static func all(of text: String, in table: ItemTable) -> [QueryCompletion] {
    let (tokens, openQuote) = QueryToken.split(text)
    var words = tokens.dropLast()
    // What is being written: the last word, unless a space follows it.
    let isWriting =
      openQuote != nil
      || (words.last.map { $0.kind == .word && $0.end == text.count } ?? false)
    let begun = isWriting ? words.popLast() : nil
    let start = begun?.start ?? text.count
    let part = begun?.text.lowercased() ?? ""
    let found = candidates(after: Array(words), in: table).filter {
      $0.text.lowercased().hasPrefix(part)
        || (part.count > 1 && $0.text.lowercased().contains(part))
    }
    return found.sorted {
      let (a, b) = ($0.text.lowercased().hasPrefix(part), $1.text.lowercased().hasPrefix(part))
      return a != b ? a : false
    }
    .prefix(limit)
    .map {
      QueryCompletion(kind: $0.kind, text: $0.isQuotable ? quoted($0.text) : $0.text, start: start)
    }
  }

  private struct Candidate {
    var kind: Kind
    var text: String
    /// Whether it is a name that may need quotes.
    var isQuotable = false

    func isField(_ name: String) -> Bool { kind == .field && text == name }
  }

  /// With quotes where it would not be one word.
  private static func quoted(_ text: String) -> String {
    let (tokens, _) = QueryToken.split(text)
    let isKeyword = ["and", "or", "not", "in", "*"].contains(text.lowercased())
    if tokens.count == 2, tokens[0].kind == .word, !isKeyword { return text }
    return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }

  private static func candidates(after words: [QueryToken], in table: ItemTable) -> [Candidate] {
    let function = openFunction(words)
    if let field = comparedField(words) {
      return function == nil
        ? values(of: field, in: table) : labelValues(of: field, function, in: table)
    }
    let names = function == nil ? fields(in: table) : labelFields(function, in: table)
    guard let last = words.last, last.kind != .sign || last.isSign(")") else { return names }
    if last.kind == .word, !isCompared(words), names.contains(where: { $0.isField(last.text) }) {
      return comparisons
    }
    if ["and", "or", "not"].contains(where: last.isKeyword) { return names }
    return ["and", "or"].map { Candidate(kind: .connective, text: $0) } + names
  }

  private static let comparisons =
    ["=", "!=", "<", "<=", ">", ">=", ":"].map { Candidate(kind: .comparison, text: $0) }
    + ["in (", "not in ("].map { Candidate(kind: .function, text: $0) }

  /// Whether the last word is what a field is compared with.
  private static func isCompared(_ words: [QueryToken]) -> Bool {
    guard let before = words.dropLast().last else { return false }
    return before.kind == .sign && ItemQuery.Comparison(rawValue: before.text) != nil
  }

  /// The words of `count(…` from its bracket on, where it is not closed.
  private static func openFunction(_ words: [QueryToken]) -> ArraySlice<QueryToken>? {
    var open: [Int] = []
    for (place, word) in words.enumerated() {
      if word.isSign("(") { open.append(place) } else if word.isSign(")") { _ = open.popLast() }
    }
    let inside = open.first { place in
      place > 0 && ["count", "any", "none"].contains(words[place - 1].text.lowercased())
    }
    return inside.map { words[($0 + 1)...] }
  }

  /// The field that a comparison has just begun with.
  private static func comparedField(_ words: [QueryToken]) -> String? {
    guard let last = words.last else { return nil }
    if last.kind == .sign, ItemQuery.Comparison(rawValue: last.text) != nil, words.count > 1 {
      return words[words.count - 2].text
    }
    // Inside of a list.
    guard let bracket = words.lastIndex(where: { $0.isSign("(") }), bracket > 1,
      words[bracket - 1].isKeyword("in"), !words[bracket...].contains(where: { $0.isSign(")") }),
      last.isSign("(") || last.isSign(",")
    else { return nil }
    return words[bracket - 2].text
  }

  private static func fields(in table: ItemTable) -> [Candidate] {
    var found = table.metadata.keys.sorted().map {
      Candidate(kind: .field, text: ItemQuery.Field.asked(metadata: $0), isQuotable: true)
    }
    found += ItemQuery.Field.names.map { Candidate(kind: .field, text: $0) }
    found += ItemQuery.Field.functions.map { Candidate(kind: .function, text: $0 + "(") }
    for (name, columns) in table.sets.sorted(by: { $0.key < $1.key }) {
      let own = columns.facts.keys.sorted() + ["labels"]
      let errors = name == LabelSet.truth ? [] : ["found", "wrong", "missed"]
      found += (own + errors).map { Candidate(kind: .field, text: "\(name).\($0)") }
    }
    return found
  }

  private static func values(of field: String, in table: ItemTable) -> [Candidate] {
    func all(_ column: ValueColumn?) -> [Candidate] {
      (column?.choices.prefix(1_000) ?? []).sorted().map {
        Candidate(kind: .value, text: $0, isQuotable: true)
      }
    }
    switch ItemQuery.Field(field) {
    case .subset: return all(table.subsets)
    case .slice:
      return table.slices.keys.sorted().map { Candidate(kind: .slice, text: $0, isQuotable: true) }
    case .metadata(let name): return all(table.metadata[name])
    case .ofSet(let set, let name):
      return all(table.sets[set]?.facts[name] ?? table.metadata["\(set).\(name)"])
    default: return []
    }
  }

  private static func labelFields(
    _ function: ArraySlice<QueryToken>?, in table: ItemTable
  ) -> [Candidate] {
    var found = table.schema.classes.map(\.name).sorted().map {
      Candidate(kind: .class, text: $0, isQuotable: true)
    }
    found += LabelQuery.fieldNames.map { Candidate(kind: .field, text: $0) }
    found += (columns(function, in: table)?.attributes.keys.sorted() ?? []).map {
      Candidate(kind: .field, text: $0, isQuotable: true)
    }
    if function?.isEmpty ?? false {
      found += table.sets.keys.sorted().map { Candidate(kind: .set, text: $0 + ":") }
    }
    return found
  }

  private static func labelValues(
    of field: String, _ function: ArraySlice<QueryToken>?, in table: ItemTable
  ) -> [Candidate] {
    // `count(yolo:` names a set, not a field.
    if let function, function.count == 2, function.last?.isSign(":") == true {
      return labelFields(function, in: table)
    }
    switch LabelQuery.Field(field) {
    case .label:
      return table.schema.classes.map(\.name).sorted().map {
        Candidate(kind: .class, text: $0, isQuotable: true)
      }
    case .kind: return LabelColumns.kindNames.map { Candidate(kind: .value, text: $0) }
    case .crowd: return ["true", "false"].map { Candidate(kind: .value, text: $0) }
    case .attribute(let name):
      return (columns(function, in: table)?.attributes[name]?.choices.prefix(1_000) ?? []).sorted()
        .map {
          Candidate(kind: .value, text: $0, isQuotable: true)
        }
    default: return []
    }
  }

  private static func columns(
    _ function: ArraySlice<QueryToken>?, in table: ItemTable
  ) -> LabelColumns? {
    guard let function, function.count > 1, function[function.startIndex + 1].isSign(":") else {
      return table.sets[LabelSet.truth]
    }
    return table.sets[function[function.startIndex].text]
  }
}
