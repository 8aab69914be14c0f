import Geometry
import Labels
import Notation

/// An item as one JSON object with all that it holds: what no other format loses.
package enum DatasetLineNotation {
  // MARK: Writing

  static func write(_ item: DatasetItem, _ schema: DatasetSchema, to out: inout JSONWriter) {
    out.beginObject()
    writeFacts(item, to: &out)
    if let media = item.media, DatasetItem.isAddress(media) {
      out.name("image")
      out.value(media)
    }
    out.name("labels")
    writeLabels(item.labels, schema, to: &out)
    out.endObject()
  }

  /// The members that say what an item is, without its labels.
  package static func writeFacts(_ item: DatasetItem, to out: inout JSONWriter) {
    out.name("name")
    out.value(item.name)
    if !item.subset.isEmpty {
      out.name("subset")
      out.value(item.subset)
    }
    if let size = item.size {
      out.name("width")
      out.value(Int64(size.width))
      out.name("height")
      out.value(Int64(size.height))
    }
    if let text = item.text {
      out.name("text")
      out.value(text)
    }
    if !item.tokens.isEmpty {
      out.name("tokens")
      out.value(JSON.array(item.tokens.map(json)))
    }
    if !item.metadata.isEmpty {
      out.name("metadata")
      out.value(JSON.object(item.metadata))
    }
  }

  /// The labels alone, as a list.
  package static func writeLabels(
    _ labels: [DatasetLabel], _ schema: DatasetSchema, to out: inout JSONWriter
  ) {
    out.beginArray()
    for label in labels { write(label, schema, to: &out) }
    out.endArray()
  }

  /// The labels alone, as text.
  static func labels(_ item: DatasetItem, _ schema: DatasetSchema) -> String {
    var out = JSONWriter()
    writeLabels(item.labels, schema, to: &out)
    return String(decoding: out.bytes, as: UTF8.self)
  }

  /// Where its text is cut, as text; empty where it is not.
  static func tokens(_ item: DatasetItem) -> String {
    item.tokens.isEmpty ? "" : JSON.array(item.tokens.map(json)).text
  }

  private static func json(_ range: Range<Int>) -> JSON {
    [.int(Int64(range.lowerBound)), .int(Int64(range.upperBound))]
  }

  private static func write(
    _ label: DatasetLabel, _ schema: DatasetSchema, to out: inout JSONWriter
  ) {
    out.beginObject()
    if label.classIndex >= 0 {
      out.name("class")
      out.value(schema.name(label.classIndex))
    }
    out.name(label.value.kind.rawValue)
    switch label.value {
    case .shape(let shape): ShapeNotation.write(shape, to: &out)
    case .pieces(let pieces):
      out.beginArray()
      for piece in pieces { ShapeNotation.write(.polygon(piece), to: &out) }
      out.endArray()
    case .whole: out.value(true)
    case .caption(let text): out.value(text)
    case .spans(let ranges): out.value(JSON.array(ranges.map(json)))
    case .relation(let from, let to): out.value([.int(Int64(from)), .int(Int64(to))] as JSON)
    case .space(let box):
      out.numbers([box.x, box.y, box.z, box.height, box.width, box.length, box.rotation])
    }
    if let box = label.box {
      out.name("around")
      out.numbers([box.x, box.y, box.width, box.height])
    }
    if !label.outlines.isEmpty {
      out.name("outlines")
      out.beginArray()
      for outline in label.outlines { ShapeNotation.write(.polygon(outline), to: &out) }
      out.endArray()
    }
    if !label.attributes.isEmpty {
      out.name("attributes")
      out.value(JSON.object(label.attributes))
    }
    if let score = label.score {
      out.name("score")
      out.value(score)
    }
    if let group = label.group {
      out.name("group")
      out.value(Int64(group))
    }
    if let area = label.area {
      out.name("area")
      out.value(area)
    }
    if label.isCrowd {
      out.name("crowd")
      out.value(true)
    }
    if let track = label.track {
      out.name("track")
      out.value(Int64(track))
    }
    out.endObject()
  }

  // MARK: Reading

  /// An item of one line.
  ///
  /// - Parameters:
  ///   - knowsText: whether the text that spans are places of is in the line; else, where there is none,
  ///     whoever asks sees to it that they lie in it.
  ///   - report: takes what is wrong with a label, which is then left out, or throws it.
  package static func item(
    _ json: JSON, _ schema: inout DatasetSchema, knowsText: Bool = true,
    _ report: (NotationFault) throws -> Void
  ) throws -> DatasetItem {
    for (name, isRight, kind) in [
      ("subset", { $0.string != nil }, "a text"), ("text", { $0.string != nil }, "a text"),
      ("metadata", { $0.members != nil }, "an object"), ("labels", { $0.array != nil }, "a list"),
      ("tokens", { $0.array != nil }, "a list"),
    ] as [(String, (JSON) -> Bool, String)] {
      guard let value = json[name], value != .null else { continue }
      // What is wrong must not be taken for what is not there.
      guard isRight(value) else { throw NotationFault(path: name, problem: "must be \(kind)") }
    }
    var item = DatasetItem(
      name: try json.text("name"), subset: json["subset"]?.string ?? "", text: json["text"]?.string,
      metadata: json["metadata"]?.members ?? [])
    item.size = try size(json)
    item.tokens = try ranges(json["tokens"], item.text, "tokens")
    let text = item.text ?? (knowsText ? "" : nil)
    item.labels = try labels(json["labels"], of: text, &schema, report) { label in
      label.problem ?? item.size.flatMap { label.problem(in: $0) }
    }
    return item
  }

  private static func size(_ json: JSON) throws(NotationFault) -> ImageSize? {
    let sides = ["width", "height"].map { json[$0].flatMap { $0.isNull ? nil : $0 } }
    if sides == [nil, nil] { return nil }
    for (name, side) in zip(["width", "height"], sides) {
      guard let pixels = side?.integer, pixels > 0 else {
        throw NotationFault(
          path: name, problem: "must be a whole number of pixels above 0, as the other side")
      }
    }
    return ImageSize(
      width: Int(sides[0]?.integer ?? 0), height: Int(sides[1]?.integer ?? 0))
  }

  /// A list of labels that were looked at when they came.
  package static func labels(
    _ json: JSON?, _ schema: inout DatasetSchema, _ report: (NotationFault) throws -> Void
  ) throws -> [DatasetLabel] {
    try labels(json, of: nil, &schema, report) { _ in nil }
  }

  /// - Parameters:
  ///   - text: of their item, in which their spans must lie; nil where that is not known.
  ///   - problem: what is wrong with a label; nil where nothing is.
  private static func labels(
    _ json: JSON?, of text: String?, _ schema: inout DatasetSchema,
    _ report: (NotationFault) throws -> Void, problem: (DatasetLabel) -> String?
  ) throws -> [DatasetLabel] {
    var labels: [DatasetLabel] = []
    // By their places in the list: what a relation joins is named by these.
    var (kept, hasRelations): ([Int: Int], Bool) = ([:], false)
    let list = json?.array ?? []
    for (place, label) in list.enumerated() {
      let path = "labels[\(place)]"
      let read: DatasetLabel
      do throws(NotationFault) {
        read = try self.label(label, text, path, &schema)
        if let problem = problem(read) {
          throw NotationFault(path: "\(path).\(read.value.kind.rawValue)", problem: problem)
        }
      } catch {
        try report(error)
        continue
      }
      if read.value.kind == .relation { hasRelations = true }
      kept[place] = labels.count
      labels.append(read)
    }
    return hasRelations ? try joined(labels, kept, report) : labels
  }

  /// With relations between the labels that are there; others are left out.
  ///
  /// - Parameter kept: where those of the list are now, by their places in it.
  private static func joined(
    _ labels: [DatasetLabel], _ kept: [Int: Int], _ report: (NotationFault) throws -> Void
  ) throws -> [DatasetLabel] {
    let origins = kept.sorted { $0.value < $1.value }.map(\.key)
    func isOfThere(_ label: DatasetLabel) -> Bool {
      guard case .relation(let from, let to) = label.value else { return true }
      return kept[from] != nil && kept[to] != nil
    }
    var places: [Int: Int] = [:]
    for (place, label) in zip(origins, labels) {
      if isOfThere(label) {
        places[place] = places.count
      } else {
        try report(
          NotationFault(
            path: "labels[\(place)].relation", problem: "joins labels that are not there"))
      }
    }
    return labels.filter(isOfThere).map { label in
      guard case .relation(let from, let to) = label.value else { return label }
      var label = label
      // One that joined a relation which was left out stays as it is named.
      label.value = .relation(from: places[from] ?? from, to: places[to] ?? to)
      return label
    }
  }

  /// Rising, however they were written.
  private static func ranges(
    _ json: JSON?, _ text: String?, _ path: String
  ) throws(NotationFault) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    // One place may stand by itself, as answers have it.
    let isOne = json?.array?.count == 2 && json?.array?.allSatisfy { $0.integer != nil } == true
    let pairs = isOne ? [json ?? .null] : json?.array ?? []
    for (place, pair) in pairs.enumerated() {
      if text == nil, let start = pair.array?.first?.integer, let end = pair.array?.last?.integer,
        start >= 0, end >= start
      {
        ranges.append(Int(start)..<Int(end))
        continue
      }
      ranges.append(
        try TextLines.range(
          pair.array?.first, pair.array?.last, in: text ?? "", "\(path)[\(place)]"))
    }
    return ranges.sorted {
      ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound)
    }
  }

  private static func label(
    _ json: JSON, _ text: String?, _ path: String, _ schema: inout DatasetSchema
  ) throws(NotationFault) -> DatasetLabel {
    let kind = DatasetLabelKind.allCases.first { json[$0.rawValue] != nil }
    guard let kind, let value = json[kind.rawValue] else {
      let known = DatasetLabelKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw NotationFault(path: path, problem: "must have one of \(known)")
    }
    let place = "\(path).\(kind.rawValue)"
    var label = DatasetLabel(-1, .whole)
    switch kind {
    case .whole: break
    case .caption:
      guard let text = value.string else {
        throw NotationFault(path: place, problem: "must be a string")
      }
      label.value = .caption(text)
    case .span: label.value = .spans(try ranges(value, text, place))
    case .relation:
      guard let from = value.array?.first?.integer, let to = value.array?.last?.integer, from >= 0,
        to >= 0
      else {
        throw NotationFault(path: place, problem: "must be two places of labels")
      }
      label.value = .relation(from: Int(from), to: Int(to))
    case .space:
      let numbers = value.array?.compactMap(\.number) ?? []
      guard numbers.count == 7 else {
        throw NotationFault(path: place, problem: "must be seven numbers")
      }
      label.value = .space(
        SpaceBox(
          x: numbers[0], y: numbers[1], z: numbers[2], height: numbers[3], width: numbers[4],
          length: numbers[5], rotation: numbers[6]))
    case .pieces:
      var pieces: [Polygon] = []
      for piece in value.array ?? [] {
        guard case .polygon(let polygon) = try ShapeNotation.shape(piece, .polygon, place) else {
          continue
        }
        pieces.append(polygon)
      }
      label.value = .pieces(pieces)
    default:
      guard let shape = ShapeKind(rawValue: kind.rawValue) else { break }
      label.value = .shape(try ShapeNotation.shape(value, shape, place))
    }
    if let name = json["class"]?.string {
      guard !name.isEmpty else {
        throw NotationFault(path: "\(path).class", problem: "must not be empty")
      }
      label.classIndex = schema.index(of: name)
    } else if kind != .caption {
      throw NotationFault(path: "\(path).class", problem: "is missing")
    }
    try say(json, path, of: &label)
    for member in json.members ?? [] where member.name != kind.rawValue && !facts.contains(member.name) {
      throw NotationFault(
        path: "\(path).\(member.name)",
        problem: DatasetLabelKind(rawValue: member.name) == nil
          ? "is no member of a label" : "cannot stand beside \(kind.rawValue): a label is one of them")
    }
    return label
  }

  /// What a label may say beside what it is.
  private static let facts: Set<String> = [
    "class", "around", "outlines", "attributes", "score", "group", "area", "crowd", "track",
  ]

  /// What is said of a label beside what it is.
  private static func say(
    _ json: JSON, _ path: String, of label: inout DatasetLabel
  ) throws(NotationFault) {
    if let box = json["around"]?.array?.compactMap(\.number), box.count == 4 {
      label.box = Box(x: box[0], y: box[1], width: box[2], height: box[3])
    }
    for outline in json["outlines"]?.array ?? [] {
      guard
        case .polygon(let polygon) = try ShapeNotation.shape(outline, .polygon, path + ".outlines")
      else { continue }
      label.outlines.append(polygon)
    }
    label.attributes = try said("attributes", in: json, path, "an object") { $0.members } ?? []
    if let score = json["score"], score != .null {
      guard let number = score.number else {
        throw NotationFault(path: "\(path).score", problem: "must be a number")
      }
      label.score = number
    }
    label.group = try said("group", in: json, path, "a whole number") { $0.integer.map { Int($0) } }
    label.area = try said("area", in: json, path, "a number, not below 0") {
      $0.number.flatMap { $0 >= 0 ? $0 : nil }
    }
    label.isCrowd = try said("crowd", in: json, path, "true or false") { $0.bool } ?? false
    label.track = try said("track", in: json, path, "a whole number") { $0.integer.map { Int($0) } }
  }

  /// The value of a member; nil where it is not there.
  private static func said<T>(
    _ name: String, in json: JSON, _ path: String, _ kind: String, _ read: (JSON) -> T?
  ) throws(NotationFault) -> T? {
    guard let value = json[name], value != .null else { return nil }
    guard let found = read(value) else {
      throw NotationFault(path: "\(path).\(name)", problem: "must be \(kind)")
    }
    return found
  }

  // MARK: Classes

  /// The classes with what only some have, as a set keeps them beside its lines.
  package static func json(_ schema: DatasetSchema) -> JSON {
    [
      "classes": .array(
        schema.classes.map { one in
          var members: [JSON.Member] = [.init("name", .string(one.name))]
          if !one.supercategory.isEmpty {
            members.append(.init("supercategory", .string(one.supercategory)))
          }
          if !one.keypoints.isEmpty {
            members.append(.init("keypoints", .array(one.keypoints.map { .string($0) })))
            members.append(
              .init("skeleton", .array(one.skeleton.map { .array($0.map { .int(Int64($0)) }) })))
          }
          return .object(members)
        })
    ]
  }

  package static func schema(_ json: JSON) -> DatasetSchema {
    DatasetSchema(
      (json["classes"]?.array ?? []).compactMap { one in
        one["name"]?.string.map { name in
          .init(
            name, supercategory: one["supercategory"]?.string ?? "",
            keypoints: one["keypoints"]?.array?.compactMap(\.string) ?? [],
            skeleton: (one["skeleton"]?.array ?? []).map {
              ($0.array ?? []).compactMap { $0.integer.map { Int($0) } }
            })
        }
      })
  }
}
