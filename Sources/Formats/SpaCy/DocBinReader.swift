import Labels
import Notation

struct DocBinReader: DatasetReading {
  private(set) var schema: DatasetSchema
  private let file: String
  private let diagnostics: Diagnostics
  private var docs: Docs?
  private var number = 0

  private struct Docs {
    var words: [UInt64: String]
    var attributes: [Int64]
    var (orth, place, type): (Int?, Int?, Int?)
    var tokens: [UInt8]
    var spaces: [UInt8]
    var lengths: [Int]
    var cats: [MessagePack]
    var groups: [MessagePack]
    var first = 0

    var columns: Int { attributes.count }

    func value(_ token: Int, _ column: Int) -> UInt64 {
      let start = 8 * (token * columns + column)
      return (0..<8).reduce(UInt64(0)) { $0 | UInt64(tokens[start + $1]) << UInt64(8 * $1) }
    }

    /// Whether a token has a value of an attribute that is not read, and that its text does not give.
    func saysMore(_ token: Int, isFirst: Bool) -> Bool {
      attributes.enumerated().contains { column, attribute in
        switch attribute {
        case ...DocBin.lastOfWords, DocBin.entityPlace, DocBin.entityType: false
        case DocBin.sentenceStart: value(token, column) == 1 && !isFirst
        default: value(token, column) != 0
        }
      }
    }
  }

  init(
    _ file: String, _ folder: DatasetFolder, _ schema: DatasetSchema, _ diagnostics: Diagnostics
  ) throws {
    (self.file, self.schema, self.diagnostics) = (file, schema, diagnostics)
    do {
      docs = try folder.open(file).withBuffer { bytes throws(TableBytes.Fault) in
        let plain = try Inflation.whole(bytes, limit: DocBin.limit)
        return try plain.withReader { reader throws(TableBytes.Fault) in
          try Self.docs(MessagePack(&reader))
        }
      }
    } catch let fault as TableBytes.Fault {
      try diagnostics.report(
        file, "", "it is no DocBin: \(fault.problem)", remedy: "Write it anew by DocBin.to_disk.")
    }
  }

  private static func docs(_ message: MessagePack) throws(TableBytes.Fault) -> Docs {
    let attributes = message["attrs"]?.list.compactMap(\.int) ?? []
    let lengths = message["lengths"]?.bytes ?? []
    var counts: [Int] = []
    for start in stride(from: 0, to: lengths.count / 4 * 4, by: 4) {
      counts.append((0..<4).reduce(0) { $0 | Int(lengths[start + $1]) << (8 * $1) })
    }
    var words: [UInt64: String] = [0: ""]
    for word in message["strings"]?.list ?? [] {
      if let word = word.string { words[StringHash.of(word)] = word }
    }
    let made = Docs(
      words: words, attributes: attributes,
      orth: attributes.firstIndex(of: DocBin.orth),
      place: attributes.firstIndex(of: DocBin.entityPlace),
      type: attributes.firstIndex(of: DocBin.entityType), tokens: message["tokens"]?.bytes ?? [],
      spaces: message["spaces"]?.bytes ?? [], lengths: counts, cats: message["cats"]?.list ?? [],
      groups: message["span_groups"]?.list ?? [])
    let count = counts.reduce(0, +)
    // As many spaces as tokens, so that the product is no more than could be held.
    guard made.orth != nil, made.spaces.count == count, made.columns <= 1_000,
      made.tokens.count == 8 * made.columns * count
    else { throw .init("its tables have not as many tokens as it says") }
    return made
  }

  mutating func next() throws -> DatasetItem? {
    guard var docs, number < docs.lengths.count else { return nil }
    let tokens = docs.first..<docs.first + docs.lengths[number]
    docs.first = tokens.upperBound
    self.docs = docs
    number += 1
    let stem = DatasetItem.stem(of: file.split(separator: "/").last.map(String.init) ?? file)
    var item = DatasetItem(name: "\(stem)-\(number)", subset: TextLines.subset(file), text: "")
    var (text, place) = (String.UnicodeScalarView(), 0)
    var open: (name: String, start: Int)?
    func close(at end: Int) {
      if let open { item.labels.append(span(open.name, open.start..<end)) }
      open = nil
    }
    var last = 0
    if tokens.contains(where: { docs.saysMore($0, isFirst: $0 == tokens.lowerBound) }) {
      diagnostics.lose("what tokens are beside their entities left out, such as lemmas, tags, trees and ids")
    }
    for token in tokens {
      let word = docs.orth.flatMap { docs.words[docs.value(token, $0)] } ?? ""
      let start = place
      text.append(contentsOf: word.unicodeScalars)
      place += word.unicodeScalars.count
      if !word.allSatisfy(\.isWhitespace) { item.tokens.append(start..<place) }
      let kind = docs.place.map { docs.value(token, $0) } ?? 0
      if kind != 1 { close(at: last) }
      if kind == 3, let type = docs.type.flatMap({ docs.words[docs.value(token, $0)] }) {
        open = (type, start)
      }
      last = place
      if docs.spaces[token] != 0 {
        text.append(" ")
        place += 1
      }
    }
    close(at: last)
    item.text = String(text)
    addGroups(of: docs, to: &item, place)
    if number <= docs.cats.count, case .map(let cats) = docs.cats[number - 1] {
      for pair in cats {
        guard let name = pair.key.string else { continue }
        let index = schema.index(of: name)
        guard let share = pair.value.number, share >= 0.5 else { continue }
        item.labels.append(DatasetLabel(index, .whole, score: share < 1 ? share : nil))
      }
    }
    return item
  }

  private mutating func span(_ name: String, _ range: Range<Int>) -> DatasetLabel {
    DatasetLabel(schema.index(of: name.isEmpty ? "entity" : name), .spans([range]))
  }

  /// Spans of groups are structs of big-endian numbers: id, knowledge base, label, tokens, characters.
  private mutating func addGroups(of docs: Docs, to item: inout DatasetItem, _ length: Int) {
    guard number <= docs.groups.count else { return }
    guard case .map(let groups)? = unpacked(docs.groups[number - 1].bytes) else { return }
    for group in groups {
      let content = unpacked(group.key.bytes)
      if case .map(let attributes)? = content?["attrs"], !attributes.isEmpty {
        diagnostics.lose("attributes of span groups left out, such as scores, which are not read")
      }
      if group.value.list.contains(where: { $0.string != DocBin.spanGroup }) {
        diagnostics.lose("names of span groups left out")
      }
      for span in content?["spans"]?.list ?? [] {
        let bytes = span.bytes
        guard bytes.count >= 40 else { continue }
        func big(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
        let (start, end) = (Int(big(32..<36)), Int(big(36..<40)))
        guard start < end, end <= length, let name = docs.words[big(16..<24)] else { continue }
        if bytes.prefix(16).contains(where: { $0 != 0 }) {
          diagnostics.lose("ids of spans left out, in knowledge bases too")
        }
        item.labels.append(self.span(name, start..<end))
      }
    }
  }

  private func unpacked(_ bytes: [UInt8]) -> MessagePack? {
    try? bytes.withReader { reader throws(TableBytes.Fault) in try MessagePack(&reader) }
  }
}
