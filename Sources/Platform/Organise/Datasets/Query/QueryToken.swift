/// A word of a query, with where it stands.
struct QueryToken: Hashable {
  enum Kind: Hashable {
    case word
    case quoted
    /// `(`, `)`, `,` or a comparison.
    case sign
    case end
  }

  var kind: Kind
  var text: String
  /// Its first character, from 0.
  var start: Int
  /// After its last.
  var end: Int

  func isSign(_ sign: String) -> Bool { kind == .sign && text == sign }
  func isKeyword(_ keyword: String) -> Bool { kind == .word && text.lowercased() == keyword }

  /// Words of a query; a quote that is not closed ends with the query.
  ///
  /// - Returns: the tokens, ended by `.end`, and where a quote was left open.
  static func split(_ query: String) -> (tokens: [QueryToken], openQuote: Int?) {
    let characters = Array(query)
    var tokens: [QueryToken] = []
    var place = 0
    var openQuote: Int?
    while place < characters.count {
      let start = place
      let character = characters[place]
      if character.isWhitespace {
        place += 1
        continue
      }
      if character == "\"" || character == "'" {
        var text = ""
        place += 1
        while place < characters.count, characters[place] != character {
          if characters[place] == "\\", place + 1 < characters.count { place += 1 }
          text.append(characters[place])
          place += 1
        }
        if place == characters.count { openQuote = start }
        place = min(place + 1, characters.count)
        tokens.append(QueryToken(kind: .quoted, text: text, start: start, end: place))
        continue
      }
      if let sign = sign(characters, place) {
        place += sign.count
        tokens.append(QueryToken(kind: .sign, text: sign, start: start, end: place))
        continue
      }
      while place < characters.count, !ends(characters, place) { place += 1 }
      tokens.append(
        QueryToken(kind: .word, text: String(characters[start..<place]), start: start, end: place))
    }
    tokens.append(
      QueryToken(kind: .end, text: "", start: characters.count, end: characters.count))
    return (tokens, openQuote)
  }

  private static func sign(_ characters: [Character], _ place: Int) -> String? {
    let next = place + 1 < characters.count ? characters[place + 1] : " "
    switch characters[place] {
    case "!": return next == "=" ? "!=" : nil
    case "<", ">": return next == "=" ? "\(characters[place])=" : String(characters[place])
    case "=", "(", ")", ",": return String(characters[place])
    // Inside a word, as of a time, it is one of its characters.
    case ":": return ":"
    default: return nil
    }
  }

  private static func ends(_ characters: [Character], _ place: Int) -> Bool {
    let character = characters[place]
    if character.isWhitespace || character == "\"" { return true }
    if character == ":" {
      // 12:30 is one word.
      let before = place > 0 && characters[place - 1].isNumber
      let after = place + 1 < characters.count && characters[place + 1].isNumber
      return !(before && after)
    }
    return sign(characters, place) != nil
  }
}
