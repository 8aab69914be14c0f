import Foundation
import Geometry
import Labels
import Notation

extension DatasetFormat {
  package static let tfRecord = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "tfrecord", name: "TFRecord", layout: "`SUBSET.tfrecord`, `label_map.pbtxt`",
      source: "tensorflow.org, TFRecord and tf.train.Example; the keys of the Object Detection API",
      holds: [.box, .whole],
      carries: [.text, .textName, .score], carriesOf: [.whole: []],
      notes: """
        Boxes are shares of the image's width and height, classes numbered from 1 as in the label map. \
        Images that are there are inside. Texts are `text`, classes of a whole item `image/class/…`; \
        scores `image/object/score`. Each record is kept by its checksums.
        """, hasImagesInside: true),
    matches: { !TFRecord.files($0).isEmpty },
    read: { TFRecordReader($0, $1) },
    write: { sink, _, diagnostics in TFRecordWriter(sink, diagnostics) })
}

/// A record on disk: length, its masked CRC-32C, bytes, their masked CRC-32C.
private enum TFRecord {
  /// `train.tfrecord`, and shards as TensorFlow's tools call them: `train.record-00000-of-00010`.
  static func files(_ folder: DatasetFolder) -> [String] {
    folder.files.filter { name in
      guard let parts = DatasetFolder.kind(of: name)?.split(separator: "-"), let kind = parts.first,
        ["tfrecord", "tfrecords", "record"].contains(kind)
      else { return false }
      let isShard =
        parts.count == 4 && parts[2] == "of" && UInt32(parts[1]) != nil && UInt32(parts[3]) != nil
      return parts.count == 1 || isShard
    }
  }

  static func frame(_ content: [UInt8]) -> [UInt8] {
    let length = little(UInt64(content.count), 8)
    return length + little(UInt64(masked(length)), 4) + content + little(UInt64(masked(content)), 4)
  }

  static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
  }

  static func number(_ bytes: some Collection<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  static func masked(_ bytes: [UInt8]) -> UInt32 {
    let crc = CRC32.castagnoli(bytes)
    return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
  }
}

/// `tf.train.Example`: features by name, as protocol buffers (field 1 of each message, and the values).
private struct TFExample {
  enum Feature {
    case bytes([[UInt8]])
    case floats([Float])
    case ints([Int64])
  }

  var features: [(name: String, value: Feature)] = []

  mutating func add(_ name: String, _ texts: [String]) {
    features.append((name, .bytes(texts.map { Array($0.utf8) })))
  }

  mutating func add(_ name: String, _ numbers: [Int]) {
    features.append((name, .ints(numbers.map { Int64($0) })))
  }

  var encoded: [UInt8] {
    var map: [UInt8] = []
    for (name, value) in features {
      Self.put(
        1, Self.field(1, Array(name.utf8)) + Self.field(2, Self.encoded(value)), to: &map)
    }
    return Self.field(1, map)
  }

  private static func encoded(_ feature: Feature) -> [UInt8] {
    var list: [UInt8] = []
    switch feature {
    case .bytes(let values):
      for value in values { put(1, value, to: &list) }
      return field(1, list)
    case .floats(let values):
      let packed = values.flatMap { TFRecord.little(UInt64($0.bitPattern), 4) }
      return field(2, field(1, packed))
    case .ints(let values):
      let packed = values.flatMap { varint(UInt64(bitPattern: $0)) }
      return field(3, field(1, packed))
    }
  }

  private static func field(_ number: UInt64, _ content: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(UInt64(content.count)) + content
  }

  private static func put(_ number: UInt64, _ content: [UInt8], to out: inout [UInt8]) {
    out += field(number, content)
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var (value, out): (UInt64, [UInt8]) = (value, [])
    while value > 127 {
      out.append(UInt8(truncatingIfNeeded: value & 127) | 128)
      value >>= 7
    }
    return out + [UInt8(value)]
  }

  // MARK: Reading

  struct Fault: Error {}

  init() {}

  init(decoding bytes: [UInt8]) throws(Fault) {
    try Self.fields(bytes[...]) { number, content throws(Fault) in
      guard number == 1 else { return }
      try Self.fields(content) { number, entry throws(Fault) in
        guard number == 1 else { return }
        var (name, feature) = ("", ArraySlice<UInt8>())
        try Self.fields(entry) { number, part throws(Fault) in
          if number == 1 { name = String(decoding: part, as: UTF8.self) } else { feature = part }
        }
        if let value = try Self.feature(feature) { features.append((name, value)) }
      }
    }
  }

  /// Fields that have a length; others are passed over.
  private static func fields(
    _ bytes: ArraySlice<UInt8>,
    _ body: (UInt64, ArraySlice<UInt8>) throws(Fault) -> Void
  ) throws(Fault) {
    var rest = bytes
    while !rest.isEmpty {
      let tag = try varint(&rest)
      switch tag & 7 {
      case 0: _ = try varint(&rest)
      case 1: rest = try dropped(8, rest)
      case 5: rest = try dropped(4, rest)
      case 2:
        let length = Int(clamping: try varint(&rest))
        guard length <= rest.count else { throw Fault() }
        try body(tag >> 3, rest.prefix(length))
        rest = rest.dropFirst(length)
      default: throw Fault()
      }
    }
  }

  private static func dropped(_ count: Int, _ bytes: ArraySlice<UInt8>) throws(Fault) -> ArraySlice<
    UInt8
  > {
    guard bytes.count >= count else { throw Fault() }
    return bytes.dropFirst(count)
  }

  private static func varint(_ bytes: inout ArraySlice<UInt8>) throws(Fault) -> UInt64 {
    var (value, shift): (UInt64, UInt64) = (0, 0)
    while let byte = bytes.popFirst(), shift < 64 {
      value |= UInt64(byte & 127) << shift
      guard byte > 127 else { return value }
      shift += 7
    }
    throw Fault()
  }

  private static func feature(_ bytes: ArraySlice<UInt8>) throws(Fault) -> Feature? {
    var found: Feature?
    try fields(bytes) { kind, list throws(Fault) in
      var (texts, floats, ints): ([[UInt8]], [Float], [Int64]) = ([], [], [])
      // Numbers are packed, or each stands with a tag of its own.
      var rest = list
      while !rest.isEmpty {
        let tag = try varint(&rest)
        if tag & 7 == 0 {
          ints.append(Int64(bitPattern: try varint(&rest)))
          continue
        }
        if tag & 7 == 5 {
          let next = try dropped(4, rest)
          floats.append(Float(bitPattern: UInt32(TFRecord.number(rest.prefix(4)))))
          rest = next
          continue
        }
        let length = Int(clamping: try varint(&rest))
        guard tag & 7 == 2, length <= rest.count else { throw Fault() }
        var content = rest.prefix(length)
        rest = rest.dropFirst(length)
        switch kind {
        case 1: texts.append(Array(content))
        case 2:
          while content.count >= 4 {
            floats.append(Float(bitPattern: UInt32(TFRecord.number(content.prefix(4)))))
            content = content.dropFirst(4)
          }
        default: while !content.isEmpty { ints.append(Int64(bitPattern: try varint(&content))) }
        }
      }
      found = kind == 1 ? .bytes(texts) : kind == 2 ? .floats(floats) : .ints(ints)
    }
    return found
  }

  subscript(_ name: String) -> Feature? { features.last { $0.name == name }?.value }

  func bytes(_ name: String) -> [[UInt8]] {
    guard case .bytes(let values)? = self[name] else { return [] }
    return values
  }

  func texts(_ name: String) -> [String] {
    bytes(name).map { String(decoding: $0, as: UTF8.self) }
  }

  func ints(_ name: String) -> [Int64] {
    guard case .ints(let values)? = self[name] else { return [] }
    return values
  }

  func floats(_ name: String) -> [Float] {
    guard case .floats(let values)? = self[name] else { return [] }
    return values
  }
}

private struct TFRecordReader: DatasetReading {
  private(set) var schema = DatasetSchema()
  private let folder: DatasetFolder
  private let diagnostics: Diagnostics
  private let files: [String]
  private var file = -1
  private var bytes: MappedBytes?
  private var place = 0
  private var number = 0
  /// Classes of the label map, by their numbers.
  private var names: [Int64: String] = [:]

  init(_ folder: DatasetFolder, _ diagnostics: Diagnostics) {
    (self.folder, self.diagnostics) = (folder, diagnostics)
    files = TFRecord.files(folder)
    guard let map = folder.files(ending: ".pbtxt").first.flatMap({ try? folder.text($0) }) else {
      return
    }
    for (id, name) in LabelMap(map).items {
      names[id] = name
      _ = schema.index(of: name)
    }
  }

  mutating func next() throws -> DatasetItem? {
    while true {
      if let bytes, place < bytes.count {
        guard let content = try record(bytes) else { continue }
        number += 1
        do {
          return try item(try TFExample(decoding: content))
        } catch let fault as FormatFault {
          throw fault
        } catch {
          try diagnostics.report(
            files[file], "record \(number)", "it is no tf.train.Example",
            remedy: "Write it anew; it is left out.")
          continue
        }
      }
      file += 1
      guard file < files.count else { return nil }
      (bytes, place, number) = (try folder.open(files[file]), 0, 0)
    }
  }

  /// The next record; nil where the file cannot be read any further.
  private mutating func record(_ bytes: MappedBytes) throws -> [UInt8]? {
    func fault(_ reason: String) throws {
      try diagnostics.report(
        files[file], "record \(number + 1), byte \(place)", reason,
        remedy: "Write the file anew; it and what follows is left out.")
      place = bytes.count
    }
    guard place + 16 <= bytes.count else {
      try fault("the file is cut off")
      return nil
    }
    let head = bytes.bytes(place..<place + 8)
    let length = Int(clamping: TFRecord.number(head))
    guard TFRecord.number(bytes.bytes(place + 8..<place + 12)) == UInt64(TFRecord.masked(head))
    else {
      try fault("the checksum of its length is wrong")
      return nil
    }
    guard length <= bytes.count - place - 16 else {
      try fault("the file is cut off")
      return nil
    }
    let content = bytes.bytes(place + 12..<place + 12 + length)
    let sum = TFRecord.number(bytes.bytes(place + 12 + length..<place + 16 + length))
    guard sum == UInt64(TFRecord.masked(content)) else {
      try fault("the checksum of its bytes is wrong")
      return nil
    }
    place += 16 + length
    return content
  }

  private mutating func item(_ example: TFExample) throws -> DatasetItem {
    let name = example.texts("image/filename").first ?? example.texts("name").first ?? "\(number)"
    var item = DatasetItem(
      name: name, subset: Self.subset(files[file]), text: example.texts("text").first,
      media: folder.image(named: name).map(folder.fullPath))
    if let width = example.ints("image/width").first,
      let height = example.ints("image/height").first,
      width > 0, height > 0
    {
      item.size = ImageSize(width: Int(width), height: Int(height))
    }
    if item.media == nil, let encoded = example.bytes("image/encoded").first, !encoded.isEmpty {
      let probe = item.size == nil ? encoded.withUnsafeBufferPointer { try? ImageProbe($0) } : nil
      item.size = item.size ?? probe.map { ImageSize(width: $0.width, height: $0.height) }
      item.media = try folder.keep(encoded, named: name)
    }
    let sides = ["xmin", "ymin", "xmax", "ymax"].map { example.floats("image/object/bbox/\($0)") }
    let (texts, labels) = (
      example.texts("image/object/class/text"), example.ints("image/object/class/label")
    )
    let scores = example.floats("image/object/score")
    func fault(_ place: String, _ reason: String, _ remedy: String) throws {
      try diagnostics.report(files[file], "record \(number), \(place)", reason, remedy: remedy)
    }
    if let most = sides.map(\.count).max(), most != sides.map(\.count).min() {
      try fault(
        "image/object/bbox", "xmin, ymin, xmax and ymax have not as many numbers as each other",
        "Write all sides of each box; those that lack one are left out.")
    }
    if item.size == nil, !sides[0].isEmpty {
      try fault(
        "image/width", "the size of the image is not known, of which the numbers are shares",
        "Write image/width and image/height; its boxes are left out.")
    }
    if let size = item.size {
      for place in 0..<(sides.map(\.count).min() ?? 0) {
        let edge = sides.map { Double($0[place]) }
        let (width, height) = (Double(size.width), Double(size.height))
        let box = Box(
          x: edge[0] * width, y: edge[1] * height, width: (edge[2] - edge[0]) * width,
          height: (edge[3] - edge[1]) * height)
        guard box.isFinite, box.width >= 0, box.height >= 0 else {
          try fault(
            "image/object/bbox[\(place)]", "its sides are no numbers, or end before they begin",
            "Put them right; the box is left out.")
          continue
        }
        var label = DatasetLabel(index(place, texts, labels), .shape(.box(box)))
        if scores.indices.contains(place) { label.score = Double(scores[place]) }
        item.labels.append(label)
      }
    }
    let wholes = (example.texts("image/class/text"), example.ints("image/class/label"))
    for place in 0..<max(wholes.0.count, wholes.1.count) {
      item.labels.append(DatasetLabel(index(place, wholes.0, wholes.1), .whole))
    }
    return item
  }

  /// By its name, else by its number in the label map.
  private mutating func index(_ place: Int, _ texts: [String], _ numbers: [Int64]) -> Int {
    if texts.indices.contains(place), !texts[place].isEmpty {
      return schema.index(of: texts[place])
    }
    let number = numbers.indices.contains(place) ? numbers[place] : 0
    return schema.index(of: names[number] ?? "class \(number)")
  }

  private static func subset(_ file: String) -> String {
    let name = file.split(separator: "/").last.map(String.init) ?? file
    return ["train", "val", "test"].first { name.hasPrefix($0) } ?? ""
  }
}

private final class TFRecordWriter: DatasetWriting {
  private let sink: any DatasetSink
  private let diagnostics: Diagnostics
  private var streams: [String: any DatasetStream] = [:]

  init(_ sink: any DatasetSink, _ diagnostics: Diagnostics) {
    (self.sink, self.diagnostics) = (sink, diagnostics)
  }

  func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    let subset = item.subset.isEmpty ? "items" : item.subset
    let stream = try streams[subset] ?? sink.open("\(subset).tfrecord")
    streams[subset] = stream
    var example = TFExample()
    if let text = item.text {
      example.add("name", [item.name])
      example.add("text", [text])
    } else {
      example.add("image/filename", [item.name])
      example.add("image/source_id", [item.name])
    }
    if let size = item.size {
      example.add("image/height", [size.height])
      example.add("image/width", [size.width])
      addBoxes(item.labels, size, schema, to: &example)
    }
    if let media = item.media {
      example.features.append(("image/encoded", .bytes([try sink.media(media)])))
      let kind = item.name.split(separator: ".").last.map { $0.lowercased() } ?? "jpeg"
      example.add("image/format", [kind == "jpg" ? "jpeg" : kind])
    }
    let wholes = item.labels.filter { $0.value == .whole }
    if !wholes.isEmpty {
      example.add("image/class/text", wholes.map { schema.name($0.classIndex) })
      example.add("image/class/label", wholes.map { $0.classIndex + 1 })
    }
    try stream.append(TFRecord.frame(example.encoded))
  }

  private func addBoxes(
    _ labels: [DatasetLabel], _ size: ImageSize, _ schema: DatasetSchema,
    to example: inout TFExample
  ) {
    var (boxes, objects): ([Box], [DatasetLabel]) = ([], [])
    for label in labels {
      guard case .shape(.box(let box)) = label.value else { continue }
      boxes.append(box)
      objects.append(label)
    }
    let (width, height) = (Double(size.width), Double(size.height))
    for (name, value) in [
      ("xmin", boxes.map { $0.x / width }), ("xmax", boxes.map { $0.maxX / width }),
      ("ymin", boxes.map { $0.y / height }), ("ymax", boxes.map { $0.maxY / height }),
    ] { example.features.append(("image/object/bbox/\(name)", .floats(value.map { Float($0) }))) }
    example.add("image/object/class/text", objects.map { schema.name($0.classIndex) })
    example.add("image/object/class/label", objects.map { $0.classIndex + 1 })
    // A list has no place for a box without one.
    let scores = objects.compactMap(\.score)
    if scores.count == objects.count, !scores.isEmpty {
      example.features.append(("image/object/score", .floats(scores.map { Float($0) })))
    } else if !scores.isEmpty {
      diagnostics.lose(
        "scores left out of boxes beside others that have none", count: scores.count)
    }
  }

  func finish(_ schema: DatasetSchema) throws {
    if streams.isEmpty { streams["items"] = try sink.open("items.tfrecord") }
    for (_, stream) in streams.sorted(by: { $0.key < $1.key }) { try stream.close() }
    try sink.write(LabelMap.text(schema.classes.map(\.name)), to: "label_map.pbtxt")
  }
}
