import Geometry
import Labels
import Notation

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
