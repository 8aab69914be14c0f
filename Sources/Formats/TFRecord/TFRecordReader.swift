import Geometry
import Labels
import Notation

struct TFRecordReader: DatasetReading {
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
    for feature in example.features where !Self.known.contains(feature.name) {
      diagnostics.lose("features `\(feature.name)` left out, which are not read")
    }
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
    func flag(_ name: String, _ place: Int) -> Bool {
      let values = example.ints("image/object/\(name)")
      return values.indices.contains(place) && values[place] != 0
    }
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
        label.isCrowd = ["is_crowd", "group_of"].contains { flag($0, place) }
        for name in Self.flags where flag(name, place) { label.attributes.append(.init(name, true)) }
        item.labels.append(label)
      }
    }
    let wholes = (example.texts("image/class/text"), example.ints("image/class/label"))
    for place in 0..<max(wholes.0.count, wholes.1.count) {
      item.labels.append(DatasetLabel(index(place, wholes.0, wholes.1), .whole))
    }
    return item
  }

  /// What may be true of an object, in the Object Detection API's words.
  private static let flags = ["difficult", "truncated", "occluded", "depiction"]
  /// Features that are read, or follow from the image.
  private static let known = Set(
    [
      "image/filename", "name", "text", "image/width", "image/height", "image/encoded", "image/format",
      "image/source_id", "image/key/sha256", "image/channels", "image/colorspace", "image/class/text",
      "image/class/label", "image/object/bbox/xmin", "image/object/bbox/ymin",
      "image/object/bbox/xmax", "image/object/bbox/ymax", "image/object/class/text",
      "image/object/class/label", "image/object/score", "image/object/is_crowd", "image/object/group_of",
      "image/object/area",
    ] + flags.map { "image/object/\($0)" })

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
