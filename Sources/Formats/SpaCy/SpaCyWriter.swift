import Labels
import Notation

extension SpaCy {
  static func line(_ item: DatasetItem, _ schema: DatasetSchema, _ diagnostics: Diagnostics) -> JSON
  {
    let text = item.text ?? ""
    let tokens = item.tokens.isEmpty ? CoNLL.tokens(of: text) : item.tokens
    let scalars = Array(text.unicodeScalars)
    func part(_ range: Range<Int>) -> JSON {
      var view = String.UnicodeScalarView()
      view.append(contentsOf: scalars[range.clamped(to: 0..<scalars.count)])
      return .string(String(view))
    }
    var heads: [Int: Int] = [:]
    var spans: [JSON] = []
    for (place, label) in item.labels.enumerated() {
      guard case .spans(let ranges) = label.value, let first = ranges.first, let last = ranges.last
      else { continue }
      if ranges.count > 1 { diagnostics.lose("gaps in spans filled") }
      let range = first.lowerBound..<last.upperBound
      var members: [JSON.Member] = [
        .init("start", .int(Int64(range.lowerBound))), .init("end", .int(Int64(range.upperBound))),
        .init("label", .string(schema.name(label.classIndex))),
      ]
      let inside = tokens.indices.filter { tokens[$0].overlaps(range) }
      if let begin = inside.first, let end = inside.last,
        tokens[begin].lowerBound == range.lowerBound,
        tokens[end].upperBound == range.upperBound
      {
        members += [.init("token_start", .int(Int64(begin))), .init("token_end", .int(Int64(end)))]
        heads[place] = end
      }
      if let score = label.score { members.append(.init("score", .shortest(score))) }
      spans.append(.object(members + label.attributes))
    }
    var members: [JSON.Member] = [
      .init("text", .string(text)), .init("spans", .array(spans)),
      .init(
        "tokens",
        .array(
          tokens.enumerated().map { place, token in
            [
              "text": part(token), "start": .int(Int64(token.lowerBound)),
              "end": .int(Int64(token.upperBound)),
              "id": .int(Int64(place)),
              "ws": .bool(token.upperBound < scalars.count && scalars[token.upperBound] == " "),
            ]
          })),
    ]
    let relations = item.labels.compactMap { label -> JSON? in
      guard case .relation(let from, let to) = label.value else { return nil }
      guard let head = heads[from], let child = heads[to] else {
        diagnostics.lose("relations left out between spans that are no tokens")
        return nil
      }
      return [
        "head": .int(Int64(head)), "child": .int(Int64(child)),
        "label": .string(schema.name(label.classIndex)),
      ]
    }
    if !relations.isEmpty { members.append(.init("relations", .array(relations))) }
    let wholes = item.labels.filter { $0.value == .whole }
    if !wholes.isEmpty {
      members.append(.init("cats", .object(wholes.map { .init(schema.name($0.classIndex), 1) })))
    }
    if !item.metadata.isEmpty { members.append(.init("meta", .object(item.metadata))) }
    return .object(members + [.init("answer", "accept")])
  }
}
