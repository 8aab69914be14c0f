import Labels
import Notation

final class DocBinWriter: DatasetWriting {
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
    let name = DatasetFormat.docBin.facts.fileName(of: item.subset)
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
      ("name", .string(DocBin.spanGroup)), ("attrs", .map([])), ("spans", .list(packed)),
    ])
    return .map([.init(key: .bytes(group.encoded), value: .list([.string(DocBin.spanGroup)]))])
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
    if files.isEmpty { files[DatasetFormat.docBin.facts.fileName(of: "")] = File() }
    for (name, file) in files.sorted(by: { $0.key < $1.key })
    where file.number == 0 || !file.cats.isEmpty {
      try end(name)
    }
  }
}
