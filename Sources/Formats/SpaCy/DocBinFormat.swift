import Labels
import Notation

extension DatasetFormat {
  package static let docBin = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "docbin", name: "spaCy DocBin",
      layout: "`SUBSET.spacy`, `SUBSET-1.spacy`, …: 5,000 texts each",
      source: "spacy.io/api/docbin", holds: [.span, .whole],
      carries: [.text],
      notes: """
        Spans that do not overlap are entities, others are in the span group `sc`; classes are cats. A span \
        that begins or ends inside of a token cuts it. Gaps in spans are filled, attributes left out, and \
        metadata is left out. Lemmas, tags and trees are not read.
        """),
    matches: { !$0.files(ending: ".spacy").isEmpty },
    read: { folder, diagnostics in
      ChainedReader(
        folder.files(ending: ".spacy").map { file in
          { schema in try DocBinReader(file, folder, schema, diagnostics) }
        })
    }, write: { sink, _, diagnostics in DocBinWriter(sink, diagnostics) })
}

enum DocBin {
  static let docsOfFile = 5_000
  /// Bytes that a file may unpack to.
  static let limit = 1 << 30
  /// Attributes by their numbers in spaCy.
  static let (orth, entityPlace, entityType): (Int64, Int64, Int64) = (65, 77, 78)
}

private struct DocBinReader: DatasetReading {
  private(set) var schema: DatasetSchema
  private let file: String
  private let diagnostics: Diagnostics
  private var docs: Docs?
  private var number = 0

  private struct Docs {
    var words: [UInt64: String]
    var columns: Int
    var (orth, place, type): (Int?, Int?, Int?)
    var tokens: [UInt8]
    var spaces: [UInt8]
    var lengths: [Int]
    var cats: [MessagePack]
    var groups: [MessagePack]
    var first = 0

    func value(_ token: Int, _ column: Int) -> UInt64 {
      let start = 8 * (token * columns + column)
      return (0..<8).reduce(UInt64(0)) { $0 | UInt64(tokens[start + $1]) << UInt64(8 * $1) }
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
      words: words, columns: attributes.count,
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
        if (pair.value.number ?? 0) >= 0.5 { item.labels.append(DatasetLabel(index, .whole)) }
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
      for span in unpacked(group.key.bytes)?["spans"]?.list ?? [] {
        let bytes = span.bytes
        guard bytes.count >= 40 else { continue }
        func big(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
        let (start, end) = (Int(big(32..<36)), Int(big(36..<40)))
        guard start < end, end <= length, let name = docs.words[big(16..<24)] else { continue }
        item.labels.append(self.span(name, start..<end))
      }
    }
  }

  private func unpacked(_ bytes: [UInt8]) -> MessagePack? {
    try? bytes.withReader { reader throws(TableBytes.Fault) in try MessagePack(&reader) }
  }
}

private final class DocBinWriter: DatasetWriting {
  private struct File {
    var number = 0
    var tokens: [UInt8] = []
    var spaces: [UInt8] = []
    var lengths: [UInt8] = []
    var words: Set<String> = []
    var cats: [MessagePack] = []
    var groups: [MessagePack] = []
  }

  private let sink: any DatasetSink
  private let diagnostics: Diagnostics
  private var files: [String: File] = [:]

  init(_ sink: any DatasetSink, _ diagnostics: Diagnostics) {
    (self.sink, self.diagnostics) = (sink, diagnostics)
  }

  func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    guard let text = diagnostics.text(of: item) else { return }
    let name = item.subset.isEmpty ? "data" : item.subset
    // Taken out, so that there is one owner of its bytes: each item would copy all of them.
    var file = files.removeValue(forKey: name) ?? File()
    let spans = item.labels.compactMap { label -> (range: Range<Int>, name: String)? in
      guard case .spans(let ranges) = label.value, let first = ranges.first, let last = ranges.last
      else { return nil }
      if ranges.count > 1 { diagnostics.lose("gaps in spans filled") }
      let end = max(last.upperBound, first.upperBound)
      return (first.lowerBound..<end, schema.name(label.classIndex))
    }.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    var (entities, others) = (
      [(range: Range<Int>, name: String)](), [(range: Range<Int>, name: String)]()
    )
    for span in spans {
      let overlaps = entities.last.map { $0.range.upperBound > span.range.lowerBound } ?? false
      if overlaps { others.append(span) } else { entities.append(span) }
    }
    let scalars = Array(text.unicodeScalars)
    let cuts = Set(spans.flatMap { [$0.range.lowerBound, $0.range.upperBound] })
    let tokens = Self.tokens(
      scalars, item.tokens.isEmpty ? CoNLL.tokens(of: text) : item.tokens, cuts)
    var entity = 0
    for token in tokens {
      while entity < entities.count, entities[entity].range.upperBound <= token.range.lowerBound {
        entity += 1
      }
      var (place, type): (UInt64, UInt64) = (2, 0)
      if entity < entities.count, entities[entity].range.contains(token.range.lowerBound) {
        place = entities[entity].range.lowerBound == token.range.lowerBound ? 3 : 1
        type = StringHash.of(entities[entity].name)
      }
      var view = String.UnicodeScalarView()
      view.append(contentsOf: scalars[token.range])
      let word = String(view)
      file.words.insert(word)
      for value in [StringHash.of(word), place, type] {
        withUnsafeBytes(of: value.littleEndian) { file.tokens.append(contentsOf: $0) }
      }
      file.spaces.append(token.hasSpace ? 1 : 0)
    }
    withUnsafeBytes(of: Int32(tokens.count).littleEndian) { file.lengths.append(contentsOf: $0) }
    file.words.formUnion(spans.map(\.name))
    let wholes = item.labels.filter { $0.value == .whole }.map { schema.name($0.classIndex) }
    file.cats.append(.object(wholes.map { ($0, .double(1)) }))
    file.groups.append(.bytes(Self.group(others, tokens.map(\.range)).encoded))
    files[name] = file
    if file.cats.count == DocBin.docsOfFile { try end(name) }
  }

  /// Tokens that make up the text again: words, cut where spans begin and end, and what stands between them
  /// but for one space after each.
  private static func tokens(
    _ scalars: [Unicode.Scalar], _ words: [Range<Int>], _ cuts: Set<Int>
  ) -> [(range: Range<Int>, hasSpace: Bool)] {
    var tokens: [(range: Range<Int>, hasSpace: Bool)] = []
    var place = 0
    func add(_ range: Range<Int>) {
      var start = range.lowerBound
      for cut in range where cut > start && cuts.contains(cut) {
        tokens.append((start..<cut, false))
        start = cut
      }
      if start < range.upperBound { tokens.append((start..<range.upperBound, false)) }
    }
    func fill(upTo end: Int) {
      if place < end, scalars[place] == " ", !tokens.isEmpty,
        !cuts.contains(place + 1) || place + 1 == end
      {
        tokens[tokens.count - 1].hasSpace = true
        place += 1
      }
      add(place..<end)
    }
    for word in words.sorted(by: { $0.lowerBound < $1.lowerBound }) where word.lowerBound >= place {
      fill(upTo: word.lowerBound)
      add(word.clamped(to: 0..<scalars.count))
      place = min(word.upperBound, scalars.count)
    }
    fill(upTo: scalars.count)
    return tokens
  }

  private static func group(
    _ spans: [(range: Range<Int>, name: String)], _ tokens: [Range<Int>]
  ) -> MessagePack {
    guard !spans.isEmpty else { return .list([]) }
    let packed = spans.map { span -> MessagePack in
      var bytes: [UInt8] = []
      for value in [0, 0, StringHash.of(span.name)] {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
      }
      let first = tokens.firstIndex { $0.lowerBound >= span.range.lowerBound } ?? 0
      let last = tokens.lastIndex { $0.upperBound <= span.range.upperBound } ?? 0
      for value in [first, last + 1, span.range.lowerBound, span.range.upperBound] {
        withUnsafeBytes(of: Int32(value).bigEndian) { bytes.append(contentsOf: $0) }
      }
      return .bytes(bytes)
    }
    let group = MessagePack.object([
      ("name", .string("sc")), ("attrs", .map([])), ("spans", .list(packed)),
    ])
    return .map([.init(key: .bytes(group.encoded), value: .list([.string("sc")]))])
  }

  private func end(_ name: String) throws {
    guard let file = files[name] else { return }
    let count = file.cats.count
    let message = MessagePack.object([
      ("version", .double(0.1)),
      ("attrs", .list([DocBin.orth, DocBin.entityPlace, DocBin.entityType].map { .int($0) })),
      ("tokens", .bytes(file.tokens)), ("spaces", .bytes(file.spaces)),
      ("lengths", .bytes(file.lengths)),
      ("strings", .list(file.words.sorted().map { .string($0) })), ("cats", .list(file.cats)),
      (
        "flags",
        .list(Array(repeating: .object([("has_unknown_spaces", .bool(false))]), count: count))
      ),
      ("span_groups", .list(file.groups)),
    ])
    try sink.write(
      Gzip.zlib(message.encoded),
      to: file.number == 0 ? "\(name).spacy" : "\(name)-\(file.number).spacy")
    files[name] = File(number: file.number + 1)
  }

  func finish(_ schema: DatasetSchema) throws {
    if files.isEmpty { files["data"] = File() }
    for (name, file) in files.sorted(by: { $0.key < $1.key })
    where file.number == 0 || !file.cats.isEmpty {
      try end(name)
    }
  }
}
