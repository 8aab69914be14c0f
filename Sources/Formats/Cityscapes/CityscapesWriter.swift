import Geometry
import Labels
import Notation

final class CityscapesWriter: DatasetWriting {
  private let sink: any DatasetSink
  private let options: WritingOptions
  private let diagnostics: Diagnostics
  private var names: Set<String> = []

  init(_ sink: any DatasetSink, _ options: WritingOptions, _ diagnostics: Diagnostics) {
    (self.sink, self.options, self.diagnostics) = (sink, options, diagnostics)
  }

  func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    guard let size = try diagnostics.size(of: item, "which Cityscapes must say") else { return }
    var stem = diagnostics.flat(item.stem)
    if stem.hasSuffix(Cityscapes.imageEnding) { stem.removeLast(Cityscapes.imageEnding.count) }
    let city =
      stem.contains("_") ? stem.split(separator: "_").first.map(String.init) ?? "city" : "city"
    let folder = "\(item.subset.isEmpty ? "train" : item.subset)/\(city)"
    guard names.insert("\(folder)/\(stem)").inserted else {
      return try diagnostics.leaveOut(
        item, "another image has the name \(stem) too",
        remedy: "Rename one")
    }
    let objects = item.labels.compactMap { label -> JSON? in
      guard case .shape(.polygon(let outline)) = label.value else { return nil }
      return object(label, outline, schema)
    }
    let json: JSON = [
      "imgHeight": .int(Int64(size.height)), "imgWidth": .int(Int64(size.width)),
      "objects": .array(objects),
    ]
    try sink.write(json.utf8 + [0x0A], to: "gtFine/\(folder)/\(stem)\(Cityscapes.ending)")
    if options.hasMedia, let media = item.media {
      let kind = item.name.lastIndex(of: ".").map { String(item.name[$0...]) } ?? ".png"
      try sink.copy(media, to: "leftImg8bit/\(folder)/\(stem)\(Cityscapes.imageEnding)\(kind)")
    }
  }

  private func object(_ label: DatasetLabel, _ outline: Polygon, _ schema: DatasetSchema) -> JSON {
    if outline.rings.count > 1 { diagnostics.lose("holes of outlines filled") }
    let points = outline.outline.map { point -> JSON in
      let (x, y) = (point.x.rounded(), point.y.rounded())
      if x != point.x || y != point.y { diagnostics.lose("points rounded to whole pixels") }
      return [.int(Int64(x)), .int(Int64(y))]
    }
    return [
      "label": .string(schema.name(label.classIndex) + (label.isCrowd ? Cityscapes.group : "")),
      "polygon": .array(points),
    ]
  }

  func finish(_ schema: DatasetSchema) throws {
    try sink.write(schema.classes.map(\.name).joined(separator: "\n") + "\n", to: Cityscapes.list)
  }
}
