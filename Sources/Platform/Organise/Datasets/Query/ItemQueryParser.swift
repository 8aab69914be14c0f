/// What is wrong in a query, and where.
package struct QueryFault: Error, Hashable, Sendable {
  /// The character, from 0.
  package var place: Int
  package var problem: String
}

extension ItemQuery {
  /// Characters of a query.
  package static let lengthLimit = 4_000
  /// Brackets in brackets.
  static let depthLimit = 50

  /// - Parameter checksNumbers: whether numbers must be compared with some.
  /// - Throws: `QueryFault` with the first thing that is not understood.
  /// - Complexity: O(characters)
  package init(parsing text: String, checksNumbers: Bool = true) throws(QueryFault) {
    guard text.count <= Self.lengthLimit else {
      throw QueryFault(
        place: Self.lengthLimit, problem: "a query has at most \(Self.lengthLimit) characters")
    }
    let (tokens, openQuote) = QueryToken.split(text)
    if let openQuote { throw QueryFault(place: openQuote, problem: "the quote is not closed") }
    var parser = ItemQueryParser(tokens: tokens, checksNumbers: checksNumbers)
    self = try parser.query()
  }
}

/// A query that is put together of terms.
private protocol ParsedQuery {
  static func and(_ parts: [Self]) -> Self
  static func or(_ parts: [Self]) -> Self
  static func not(_ part: Self) -> Self
  static func term(_ parser: inout ItemQueryParser) throws(QueryFault) -> Self
}

extension ItemQuery: ParsedQuery {
  fileprivate static func term(
    _ parser: inout ItemQueryParser
  ) throws(QueryFault) -> ItemQuery { try parser.itemTerm() }
}

extension LabelQuery: ParsedQuery {
  fileprivate static func term(
    _ parser: inout ItemQueryParser
  ) throws(QueryFault) -> LabelQuery { try parser.labelTerm() }
}

/// Reads a query from its words, by descent: `or` binds least, then `and`, which may be left out, then `not`.
private struct ItemQueryParser {
  let tokens: [QueryToken]
  private let checksNumbers: Bool
  private var place = 0
  private var depth = 0

  init(tokens: [QueryToken], checksNumbers: Bool) {
    (self.tokens, self.checksNumbers) = (tokens, checksNumbers)
  }

  private var token: QueryToken { tokens[place] }

  private func fault(_ problem: String, at token: QueryToken? = nil) -> QueryFault {
    QueryFault(place: (token ?? self.token).start, problem: problem)
  }

  private mutating func take() -> QueryToken {
    defer { if place < tokens.count - 1 { place += 1 } }
    return token
  }

  private mutating func takes(_ sign: String) -> Bool {
    guard token.isSign(sign) else { return false }
    _ = take()
    return true
  }

  private mutating func takes(keyword: String) -> Bool {
    guard token.isKeyword(keyword), !comparisonFollows else { return false }
    _ = take()
    return true
  }

  /// Whether the word is a field, even if it is called as a keyword is.
  private var comparisonFollows: Bool {
    guard place + 1 < tokens.count else { return false }
    return comparison(tokens[place + 1]) != nil && !tokens[place + 1].isKeyword("in")
  }

  private func comparison(_ token: QueryToken) -> ItemQuery.Comparison? {
    if token.isKeyword("in") { return .oneOf }
    return token.kind == .sign ? ItemQuery.Comparison(rawValue: token.text) : nil
  }

  mutating func query() throws(QueryFault) -> ItemQuery {
    guard token.kind != .end else { return .all }
    let found: ItemQuery = try either()
    guard token.kind == .end else {
      throw fault(
        token.isSign(")")
          ? "there is no bracket that this one closes" : "“\(token.text)” is not expected here")
    }
    return found
  }

  private mutating func either<Query: ParsedQuery>() throws(QueryFault) -> Query {
    var parts = [try both() as Query]
    while takes(keyword: "or") { parts.append(try both()) }
    return parts.count == 1 ? parts[0] : .or(parts)
  }

  private mutating func both<Query: ParsedQuery>() throws(QueryFault) -> Query {
    var parts = [try negated() as Query]
    while true {
      let isNamed = takes(keyword: "and")
      guard isNamed || startsTerm else { break }
      parts.append(try negated())
    }
    return parts.count == 1 ? parts[0] : .and(parts)
  }

  private var startsTerm: Bool {
    switch token.kind {
    case .end: false
    case .quoted: true
    case .word: !token.isKeyword("or") || comparisonFollows
    case .sign: token.text == "("
    }
  }

  private mutating func negated<Query: ParsedQuery>() throws(QueryFault) -> Query {
    depth += 1
    defer { depth -= 1 }
    guard depth <= ItemQuery.depthLimit else {
      throw fault("there are too many brackets in brackets")
    }
    if takes(keyword: "not") { return .not(try negated()) }
    if takes("(") {
      let inside: Query = try either()
      guard takes(")") else { throw fault("a bracket is not closed") }
      return inside
    }
    return try .term(&self)
  }

  mutating func itemTerm() throws(QueryFault) -> ItemQuery {
    let first = take()
    switch first.kind {
    case .quoted: return try comparison(token) == nil ? .words(first.text) : compared(first)
    case .word:
      if token.isSign("("), ["count", "any", "none"].contains(first.text.lowercased()) {
        return try counted(first)
      }
      if takesNotIn() { return .not(try compared(first)) }
      if comparison(token) != nil { return try compared(first) }
      if ["and", "or", "in"].contains(first.text.lowercased()) {
        throw fault("“\(first.text)” is not expected here; as a word it stands in quotes", at: first)
      }
      return .word(first.text)
    case .sign, .end:
      throw fault(
        first.kind == .end
          ? "something is missing at the end" : "“\(first.text)” is not expected here",
        at: first)
    }
  }

  /// Passes over the “not” of “not in (…)”.
  private mutating func takesNotIn() -> Bool {
    guard token.isKeyword("not"), place + 2 < tokens.count, tokens[place + 1].isKeyword("in"),
      tokens[place + 2].isSign("(")
    else { return false }
    _ = take()
    return true
  }

  private mutating func compared(_ field: QueryToken) throws(QueryFault) -> ItemQuery {
    let known = ItemQuery.Field(field.text)
    let (how, values) = try comparisonAndValues(ofNumber: known.isNumber ? field : nil)
    return .compare(known, how, values)
  }

  /// - Parameter field: where it is a number, which is compared with numbers only.
  private mutating func comparisonAndValues(
    ofNumber field: QueryToken? = nil
  ) throws(QueryFault) -> (ItemQuery.Comparison, [ItemQuery.Value]) {
    let sign = take()
    guard let how = comparison(sign) else {
      throw fault("a comparison such as = or < is expected", at: sign)
    }
    guard how == .oneOf else { return (how, [try value(how == .contains ? nil : field)]) }
    guard takes("(") else { throw fault("a list in brackets is expected after “in”") }
    var values = [try value(field)]
    while takes(",") { values.append(try value(field)) }
    guard takes(")") else { throw fault("the list is not closed") }
    return (how, values)
  }

  private mutating func value(
    _ field: QueryToken?
  ) throws(QueryFault) -> ItemQuery.Value {
    let found = take()
    guard found.kind == .word || found.kind == .quoted else {
      throw fault("a value is expected here", at: found)
    }
    let value = ItemQuery.Value(found.text, isQuoted: found.kind == .quoted)
    if checksNumbers, let field, value.number?.isFinite != true, !value.isAny {
      throw fault(
        "“\(field.text)” is a number, and “\(found.text)” is none"
          + (found.kind == .quoted ? "; numbers stand without quotes" : ""), at: found)
    }
    return value
  }

  // MARK: Labels

  private mutating func counted(_ function: QueryToken) throws(QueryFault) -> ItemQuery {
    _ = take()
    var description = ItemQuery.LabelDescription(set: nil, query: .all)
    if place + 1 < tokens.count, tokens[place + 1].isSign(":"), token.kind != .sign {
      description.set = take().text
      _ = take()
    }
    if !token.isSign(")") { description.query = try either() }
    guard takes(")") else { throw fault("the bracket of “\(function.text)” is not closed") }
    switch function.text.lowercased() {
    case "any": return .count(description, .greaterOrEqual, 1)
    case "none": return .count(description, .equal, 0)
    default: break
    }
    guard comparison(token) != nil else { return .count(description, .greaterOrEqual, 1) }
    let at = token
    let (how, values) = try comparisonAndValues()
    guard how != .contains, how != .oneOf, let number = values[0].number else {
      throw fault("a count is compared with a number", at: at)
    }
    return .count(description, how, number)
  }

  mutating func labelTerm() throws(QueryFault) -> LabelQuery {
    let first = take()
    guard first.kind == .word || first.kind == .quoted else {
      throw fault("a class or a field of labels is expected here", at: first)
    }
    let field = LabelQuery.Field(first.text)
    let number = field.isNumber ? first : nil
    if takesNotIn() {
      let (how, values) = try comparisonAndValues(ofNumber: number)
      return .not(.compare(field, how, values))
    }
    // A name alone is a class.
    guard comparison(token) != nil else {
      return .compare(.label, .equal, [ItemQuery.Value(first.text, isQuoted: true)])
    }
    let (how, values) = try comparisonAndValues(ofNumber: number)
    return .compare(field, how, values)
  }
}

extension ItemQuery.Field {
  /// Names of fields that every item has.
  static let names = [
    "name", "text", "subset", "width", "height", "aspect", "number", "duplicate", "slice",
  ]
  static let functions = ["count", "any", "none"]

  /// By what name a field of metadata is asked for: with `meta.` where its own means something else.
  static func asked(metadata name: String) -> String {
    let isTaken = (names + functions).contains(name) || name.hasPrefix("meta.")
    return isTaken ? "meta.\(name)" : name
  }

  init(_ name: String) {
    switch name {
    case "name": self = .name
    case "text": self = .text
    case "subset": self = .subset
    case "width": self = .width
    case "height": self = .height
    case "aspect": self = .aspect
    case "number": self = .number
    case "duplicate": self = .duplicate
    case "slice": self = .slice
    default:
      guard let dot = name.firstIndex(of: "."), dot > name.startIndex else {
        self = .metadata(name)
        return
      }
      let (head, tail) = (String(name[..<dot]), String(name[name.index(after: dot)...]))
      self = head == "meta" ? .metadata(tail) : .ofSet(head, tail)
    }
  }
}
