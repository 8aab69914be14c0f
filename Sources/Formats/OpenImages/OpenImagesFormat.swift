import Foundation
import Geometry
import Labels
import Notation

extension DatasetFormat {
  package static let openImages = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "openimages", name: "Open Images",
      layout:
        """
        `annotations/SUBSET-annotations-bbox.csv`, `…-annotations-human-imagelabels.csv`, \
        `…/class-descriptions.csv`, `images/[SUBSET/]…`
        """,
      source: "storage.googleapis.com/openimages/web", holds: [.box, .whole],
      carries: [.attributes, .score, .crowd], carriesOf: [.whole: [.score]],
      notes: """
        Numbers are shares of the image's size, so the images, or Datumaro's `images.meta`, must lie \
        beside to be read. A group is a crowd; occluded, truncated, depiction and inside are attributes, \
        others are left out. Scores are the confidence; a class of a whole image whose confidence is 0 is \
        one that it has not, and is left out. Images without labels have no line.
        """),
    matches: { !(OpenImages.boxes($0) + OpenImages.wholes($0)).isEmpty },
    read: { folder, diagnostics in
      WithUnlabelledImages(
        try OpenImagesReader(folder, diagnostics), folder, labels: [], isSet: true
      ) { image in
        let name = image.split(separator: "/").last.map(String.init) ?? image
        return (name, OpenImages.subset(ofImage: image))
      }
    }, write: { OpenImagesWriter($0, $1, $2) })
}

enum OpenImages {
  static let header = [
    "ImageID", "Source", "LabelName", "Confidence", "XMin", "XMax", "YMin", "YMax", "IsOccluded",
    "IsTruncated",
    "IsGroupOf", "IsDepiction", "IsInside",
  ]
  static let flags = [
    ("IsOccluded", "occluded"), ("IsTruncated", "truncated"), ("IsDepiction", "depiction"),
    ("IsInside", "inside"),
  ]

  static func boxes(_ folder: DatasetFolder) -> [String] {
    folder.files(ending: ".csv").filter {
      $0.contains("bbox") && !$0.contains("class-descriptions")
    }
  }

  static let wholeHeader = ["ImageID", "Source", "LabelName", "Confidence"]

  /// Classes of whole images.
  static func wholes(_ folder: DatasetFolder) -> [String] {
    folder.files(ending: ".csv").filter { $0.contains("imagelabels") }
  }

  static func subset(_ file: String) -> String {
    let name = file.split(separator: "/").last.map(String.init) ?? file
    let known = [("train", "train"), ("validation", "val"), ("val", "val"), ("test", "test")]
    return known.first { name.contains($0.0) }?.1 ?? ""
  }

  /// `val` of `images/val/NAME.jpg`; empty where its folders do not say.
  static func subset(ofImage path: String) -> String {
    let known = ["train": "train", "validation": "val", "val": "val", "test": "test"]
    return path.split(separator: "/").dropLast().reversed().lazy.compactMap { known[String($0)] }
      .first ?? ""
  }

  /// Sizes by the names of images, as Datumaro keeps them beside the set: `name height width`.
  static func sizes(_ folder: DatasetFolder) -> [String: ImageSize] {
    var sizes: [String: ImageSize] = [:]
    for file in folder.files(ending: "images.meta") {
      guard let text = try? folder.text(file) else { continue }
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ")
        guard words.count >= 3, let height = Int(words[words.count - 2]),
          let width = Int(words[words.count - 1])
        else { continue }
        let name = words.dropLast(2).joined(separator: " ").replacing("\"", with: "")
        let size = ImageSize(width: width, height: height)
        let stem = DatasetItem.stem(of: name)
        sizes[name] = size
        if sizes[stem] == nil { sizes[stem] = size }
      }
    }
    return sizes
  }
}

/// Rows of an image stand together in the files that are published; where they do not, the image comes again.
struct OpenImagesReader: DatasetReading {
  private(set) var schema = DatasetSchema()
  private let folder: DatasetFolder
  private let diagnostics: Diagnostics
  private let files: [String]
  private let sizes: [String: ImageSize]
  private var names: [String: String] = [:]
  private var file = -1
  private var rows: CSVReader?
  private var columns: [String: Int] = [:]
  private var ahead: [String]?
  /// Classes of whole images, by subset and image, until their image has come.
  private var wholes: [String: [DatasetLabel]] = [:]
  private var rest: [String] = []

  init(_ folder: DatasetFolder, _ diagnostics: Diagnostics) throws {
    (self.folder, self.diagnostics) = (folder, diagnostics)
    let boxes = OpenImages.boxes(folder)
    guard !boxes.isEmpty || !OpenImages.wholes(folder).isEmpty else {
      throw FormatFault(
        folder.path, "", "there is no CSV file of boxes or of classes of images",
        remedy: "Name a folder with *-annotations-bbox.csv or *-annotations-human-imagelabels.csv.")
    }
    files = boxes
    sizes = OpenImages.sizes(folder)
    for list in folder.files(ending: ".csv") where list.contains("class-descriptions") {
      for row in CSVReader(try folder.open(list)) where row.count >= 2 && row[0] != "LabelName" {
        names[row[0]] = row[1]
        _ = schema.index(of: row[1])
      }
    }
    try readWholes()
  }

  private mutating func readWholes() throws {
    for list in OpenImages.wholes(folder) {
      var rows = CSVReader(try folder.open(list))
      let header = rows.next() ?? []
      guard let id = header.firstIndex(of: "ImageID"),
        let name = header.firstIndex(of: "LabelName"),
        let confidence = header.firstIndex(of: "Confidence")
      else {
        try diagnostics.report(
          list, "line 1", "columns are missing of ImageID, LabelName, Confidence",
          remedy: "Write the header as Open Images has it; the file is left out.")
        continue
      }
      while let row = rows.next() {
        guard row.count == header.count, let share = Double(row[confidence]),
          (0...1).contains(share)
        else {
          try diagnostics.report(
            list, "line \(rows.line)", "Confidence must be a number of 0…1",
            remedy: "Put it right; it is left out.")
          continue
        }
        guard share > 0 else {
          diagnostics.lose("classes left out that an image has not")
          continue
        }
        let index = schema.index(of: names[row[name]] ?? row[name])
        wholes["\(OpenImages.subset(list))/\(row[id])", default: []].append(
          DatasetLabel(index, .whole, score: share == 1 ? nil : share))
      }
    }
    rest = wholes.keys.sorted(by: >)
  }

  /// The next image that has no boxes but a class.
  private mutating func wholeItem() -> DatasetItem? {
    while let key = rest.popLast() {
      guard let labels = wholes.removeValue(forKey: key), let slash = key.firstIndex(of: "/") else {
        continue
      }
      var item = begin(String(key[key.index(after: slash)...]), String(key[..<slash]))
      item.labels = labels
      return item
    }
    return nil
  }

  mutating func next() throws -> DatasetItem? {
    while true {
      if rows != nil, var item = try item() {
        item.labels += wholes.removeValue(forKey: "\(item.subset)/\(item.stem)") ?? []
        return item
      }
      file += 1
      guard file < files.count else { return wholeItem() }
      var rows = CSVReader(try folder.open(files[file]))
      let header = rows.next() ?? []
      columns = Dictionary(
        header.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { a, _ in a })
      guard
        ["ImageID", "LabelName", "XMin", "XMax", "YMin", "YMax"].allSatisfy({ columns[$0] != nil })
      else {
        try diagnostics.report(
          files[file], "line 1",
          "columns are missing of ImageID, LabelName, XMin, XMax, YMin, YMax",
          remedy: "Write the header as Open Images has it; the file is left out.")
        continue
      }
      self.rows = rows
    }
  }

  private mutating func item() throws -> DatasetItem? {
    var item: DatasetItem?
    while let row = try row() {
      let id = field("ImageID", row)
      if let item, item.stem != id {
        ahead = row
        return item
      }
      if item == nil { item = begin(id, OpenImages.subset(files[file])) }
      do {
        if let label = try label(row, item?.size) { item?.labels.append(label) }
      } catch {
        try diagnostics.report(
          files[file], "line \(rows?.line ?? 0)", error.problem,
          remedy: "Put it right; it is left out.")
      }
    }
    if let fault = rows?.fault {
      try diagnostics.report(
        files[file], "line \(fault.line)", fault.problem,
        remedy: "Put it right; all after it is left out.")
    }
    rows = nil
    return item
  }

  private mutating func row() throws -> [String]? {
    if let ahead {
      self.ahead = nil
      return ahead
    }
    return rows?.next()
  }

  private func field(_ name: String, _ row: [String]) -> String {
    guard let column = columns[name], row.indices.contains(column) else { return "" }
    return row[column]
  }

  private func begin(_ id: String, _ subset: String) -> DatasetItem {
    let media = folder.image(named: id)
    let kind =
      media.flatMap { path in path.lastIndex(of: ".").map { String(path[$0...]) } } ?? ".jpg"
    return DatasetItem(
      name: DatasetFolder.isImage(id) ? id : id + kind, subset: subset,
      size: sizes[id] ?? media.flatMap(folder.size),
      media: media.map(folder.fullPath))
  }

  private mutating func label(_ row: [String], _ size: ImageSize?) throws(NotationFault)
    -> DatasetLabel?
  {
    guard let size else {
      throw NotationFault(
        path: "",
        problem:
          "the size of image \(field("ImageID", row)) is not known, of which the numbers are shares"
      )
    }
    var edges: [Double] = []
    for name in ["XMin", "YMin", "XMax", "YMax"] {
      guard let number = Double(field(name, row)), (-1e-6...1 + 1e-6).contains(number) else {
        throw NotationFault(path: "", problem: "\(name) must be a number of 0…1")
      }
      edges.append(number)
    }
    guard edges[2] >= edges[0], edges[3] >= edges[1] else {
      throw NotationFault(path: "", problem: "the box ends before it begins")
    }
    let machine = field("LabelName", row)
    let (width, height) = (Double(size.width), Double(size.height))
    var label = DatasetLabel(
      schema.index(of: names[machine] ?? machine),
      .shape(
        .box(
          Box(
            x: edges[0] * width, y: edges[1] * height, width: (edges[2] - edges[0]) * width,
            height: (edges[3] - edges[1]) * height))))
    if let confidence = Double(field("Confidence", row)), confidence != 1 {
      label.score = confidence
    }
    label.isCrowd = field("IsGroupOf", row) == "1"
    for (column, name) in OpenImages.flags where field(column, row) == "1" {
      label.attributes.append(.init(name, true))
    }
    return label
  }
}

final class OpenImagesWriter: DatasetWriting {
  private let sink: any DatasetSink
  private let options: WritingOptions
  private let diagnostics: Diagnostics
  private var boxes: [String: any DatasetStream] = [:]
  private var wholes: [String: any DatasetStream] = [:]
  private var meta: [UInt8] = []
  /// Hashes of what images are called by.
  private var ids: Set<UInt64> = []

  init(_ sink: any DatasetSink, _ options: WritingOptions, _ diagnostics: Diagnostics) {
    (self.sink, self.options, self.diagnostics) = (sink, options, diagnostics)
  }

  func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    guard let size = try diagnostics.size(of: item, "of which Open Images' numbers are shares")
    else { return }
    // Names of images stand in CSV, and in tools that know no folders.
    var id = item.stem
    if !ids.insert(FNVHash.of(id.utf8)).inserted {
      id = item.name
      diagnostics.lose("images named with their ends, without which they are called as others are")
      ids.insert(FNVHash.of(id.utf8))
    }
    meta += Array("\"\(id)\" \(size.height) \(size.width)\n".utf8)
    if options.hasMedia, let media = item.media {
      try sink.copy(media, to: "images/\(item.subset.isEmpty ? "" : item.subset + "/")\(item.name)")
    } else if item.labels.isEmpty {
      diagnostics.lose("images left out that have no labels: without the image nothing names them")
    }
    try addWholes(of: item, id)
    let stream = try boxes[item.subset] ?? begin(item.subset)
    boxes[item.subset] = stream
    var out = CSVWriter(isForSpreadsheets: false)
    for label in item.labels {
      let machine = Self.machineName(label.classIndex)
      guard case .shape(.box(let box)) = label.value else { continue }
      let edge = Box(x: 0, y: 0, width: Double(size.width), height: Double(size.height))
      let cut = edge.contains(box) ? box : box.intersection(edge)
      guard cut.width > 0, cut.height > 0 else {
        diagnostics.lose("boxes left out that have no extent in the image")
        continue
      }
      if cut != box { diagnostics.lose("boxes cut at the edge of the image") }
      let numbers = [
        cut.x / edge.width, cut.maxX / edge.width, cut.y / edge.height, cut.maxY / edge.height,
      ]
      let isOwn = Set(OpenImages.flags.map(\.1))
      if label.attributes.contains(where: { !isOwn.contains($0.name) }) {
        diagnostics.lose("attributes left out that Open Images does not know")
      }
      var flags = OpenImages.flags.map { label.has($0.1) ? "1" : "0" }
      flags.insert(label.isCrowd ? "1" : "0", at: 2)
      out.row(
        [id, "xclick", machine, DecimalText.short(label.score ?? 1, 6)]
          + numbers.map { DecimalText.fixed(min(max($0, 0), 1), 8) } + flags)
    }
    try stream.append(out.bytes)
  }

  private func addWholes(of item: DatasetItem, _ id: String) throws {
    var out = CSVWriter(isForSpreadsheets: false)
    for label in item.labels where label.value == .whole {
      out.row([
        id, "verification", Self.machineName(label.classIndex),
        DecimalText.short(label.score ?? 1, 6),
      ])
    }
    guard !out.bytes.isEmpty else { return }
    var stream = wholes[item.subset]
    if stream == nil {
      stream = try sink.open(
        "annotations/\(Self.name(item.subset))-annotations-human-imagelabels.csv")
      var head = CSVWriter(isForSpreadsheets: false)
      head.row(OpenImages.wholeHeader)
      try stream?.append(head.bytes)
      wholes[item.subset] = stream
    }
    try stream?.append(out.bytes)
  }

  /// As Open Images calls classes; the names that people read stand in the list of descriptions.
  private static func machineName(_ index: Int) -> String { "/m/\(index)" }

  private func begin(_ subset: String) throws -> any DatasetStream {
    let stream = try sink.open("annotations/\(Self.name(subset))-annotations-bbox.csv")
    var out = CSVWriter(isForSpreadsheets: false)
    out.row(OpenImages.header)
    try stream.append(out.bytes)
    return stream
  }

  private static func name(_ subset: String) -> String {
    subset == "val" ? "validation" : subset.isEmpty ? "train" : subset
  }

  func finish(_ schema: DatasetSchema) throws {
    if boxes.isEmpty { boxes[""] = try begin("") }
    for stream in [boxes.values, wholes.values].joined() { try stream.close() }
    var out = CSVWriter(isForSpreadsheets: false)
    for (index, one) in schema.classes.enumerated() {
      out.row([Self.machineName(index), one.name])
    }
    try sink.write(out.bytes, to: "annotations/class-descriptions.csv")
    try sink.write(meta, to: "annotations/images.meta")
  }
}
