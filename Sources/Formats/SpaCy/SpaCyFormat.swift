import Labels
import Notation

extension DatasetFormat {
  package static let spacy = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "spacy", aliases: ["prodigy"], name: "spaCy and Prodigy JSONL",
      layout: "`SUBSET.jsonl`: an object with text, spans, tokens, cats",
      source: "prodi.gy/docs/api-interfaces; spacy.io/api/data-formats",
      holds: [.span, .relation, .whole],
      carries: [.text, .metadata, .attributes],
      notes: """
        Places are Unicode characters, ends excluded; `token_end` is the last token, inside. Answers \
        that were rejected or ignored are not read. Gaps in spans are filled. Attributes are kept beside \
        each span.
        """),
    matches: { (try? SpaCy.files($0))?.isEmpty == false },
    read: { folder, diagnostics in
      ChainedReader(
        try SpaCy.files(folder, diagnostics).map { file in
          { schema in
            try JSONItems(file, folder, schema, diagnostics) { json, number, schema in
              try SpaCy.item(json, number, file, &schema, diagnostics)
            }
          }
        })
    },
    write: { sink, _, diagnostics in
      TextLinesWriter(sink, diagnostics) { SpaCy.line($0, $1, diagnostics) }
    })
}

private enum SpaCy {
  static func files(
    _ folder: DatasetFolder, _ diagnostics: Diagnostics? = nil
  ) throws -> [String] {
    try TextLines.files(folder, diagnostics) {
      $0["text"]?.string != nil
        && ($0["spans"] != nil || $0["cats"]?.members != nil || $0["tokens"] != nil
          || isAnswered($0) || $0["accept"]?.array != nil)
    }
  }

  /// Whether somebody answered a question of Prodigy's, which may have no more than a label.
  private static func isAnswered(_ json: JSON) -> Bool {
    json["answer"]?.string != nil && (json["_task_hash"] != nil || json["_input_hash"] != nil)
  }

  static func item(
    _ json: JSON, _ number: Int, _ file: String, _ schema: inout DatasetSchema,
    _ diagnostics: Diagnostics
  ) throws -> [DatasetItem] {
    if let answer = json["answer"]?.string, answer != "accept" {
      diagnostics.lose("texts left out whose answer was \(answer)")
      return []
    }
    let text = try json.text("text")
    let stem = DatasetItem.stem(of: file.split(separator: "/").last.map(String.init) ?? file)
    var item = DatasetItem(name: "\(stem)-\(number)", subset: TextLines.subset(file), text: text)
    item.metadata = json["meta"]?.members ?? []
    for (place, token) in (json["tokens"]?.array ?? []).enumerated() {
      item.tokens.append(
        try TextLines.range(token["start"], token["end"], in: text, "tokens[\(place)]"))
    }
    var heads: [Int64: Int] = [:]
    for (place, span) in (json["spans"]?.array ?? []).enumerated() {
      do {
        let range = try TextLines.range(span["start"], span["end"], in: text, "spans[\(place)]")
        let known: Set<String> = [
          "start", "end", "label", "text", "token_start", "token_end", "id", "source", "type",
          "input_hash",
        ]
        let attributes = (span.members ?? []).filter {
          !known.contains($0.name) && $0.value != .null
        }
        if let end = span["token_end"]?.integer { heads[end] = item.labels.count }
        item.labels.append(
          DatasetLabel(
            schema.index(of: try span.text("label")), .spans([range]), attributes: attributes))
      } catch {
        try diagnostics.report(
          file, "object \(number), \(error.path)", error.problem,
          remedy: "Put it right; it is left out.")
      }
    }
    for relation in json["relations"]?.array ?? [] {
      guard let from = relation["head"]?.integer.flatMap({ heads[$0] }),
        let to = relation["child"]?.integer.flatMap({ heads[$0] }),
        let name = relation["label"]?.string
      else {
        diagnostics.lose("relations left out between tokens that end no span")
        continue
      }
      item.labels.append(DatasetLabel(schema.index(of: name), .relation(from: from, to: to)))
    }
    for one in json["cats"]?.members ?? [] {
      let index = schema.index(of: one.name)
      if (one.value.number ?? 0) >= 0.5 { item.labels.append(DatasetLabel(index, .whole)) }
    }
    // Choices, by the ids of their options.
    for one in json["accept"]?.array ?? [] {
      guard let name = one.string ?? one.integer.map({ "\($0)" }) else { continue }
      item.labels.append(DatasetLabel(schema.index(of: name), .whole))
    }
    if let label = json["label"]?.string {
      item.labels.append(DatasetLabel(schema.index(of: label), .whole))
    }
    return [item]
  }

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
