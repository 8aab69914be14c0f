import Foundation
import Geometry
import Labels
import Notation

extension DatasetFormat {
  package static let cityscapes = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "cityscapes", name: "Cityscapes",
      layout: """
        `gtFine/SUBSET/CITY/NAME_gtFine_polygons.json`, `leftImg8bit/SUBSET/CITY/NAME_leftImg8bit.png`
        """,
      source: "github.com/mcordts/cityscapesScripts", holds: [.polygon],
      carries: [.crowd],
      notes: """
        Outlines in whole pixels, drawn one over the other in their order. A class with `group` at its end \
        stands for many objects. Pictures of ids are made from the outlines by Cityscapes' own scripts; \
        holes are filled.
        """, isFilePerItem: true),
    matches: { !Cityscapes.files($0).isEmpty },
    read: { folder, diagnostics in
      ItemFiles(
        Cityscapes.files(folder), folder, DatasetSchema(), diagnostics, item: Cityscapes.item)
    },
    write: { sink, options, diagnostics in CityscapesWriter(sink, options, diagnostics) })
}

private enum Cityscapes {
  static let ending = "_gtFine_polygons.json"
  static let imageEnding = "_leftImg8bit"
  static let group = "group"
  /// Names that end as groups do, and are none.
  static let ownGroups: Set<String> = ["group"]

  static func files(_ folder: DatasetFolder) -> [String] { folder.files(ending: ending) }

  static func item(
    _ file: String, _ folder: DatasetFolder, _ schema: inout DatasetSchema,
    _ diagnostics: Diagnostics
  ) throws -> DatasetItem? {
    let json = try folder.json(file)
    let parts = file.split(separator: "/").map(String.init)
    let stem = String((parts.last ?? file).dropLast(ending.count))
    let media = folder.image(named: stem + imageEnding) ?? folder.image(named: stem)
    let name =
      media.flatMap { $0.split(separator: "/").last.map(String.init) }
      ?? "\(stem)\(imageEnding).png"
    let subset = parts.dropLast().last { ["train", "val", "test"].contains($0) } ?? ""
    var item = DatasetItem(name: name, subset: subset, media: media.map(folder.fullPath))
    let (width, height) = (try json.number("imgWidth"), try json.number("imgHeight"))
    guard width >= 1, height >= 1, width <= 1e6, height <= 1e6 else {
      throw NotationFault(path: "imgWidth", problem: "must be the image's size, with imgHeight")
    }
    item.size = ImageSize(width: Int(width), height: Int(height))
    for (place, object) in (try json.required("objects").array ?? []).enumerated() {
      do {
        item.labels.append(try label(object, &schema))
      } catch {
        try diagnostics.report(
          file, "objects[\(place)].\(error.path)", error.problem,
          remedy: "Put it right; it is left out.")
      }
    }
    return item
  }

  private static func label(
    _ object: JSON, _ schema: inout DatasetSchema
  ) throws(NotationFault) -> DatasetLabel {
    var name = try object.text("label")
    let isGroup = name.hasSuffix(group) && !ownGroups.contains(name)
    if isGroup { name.removeLast(group.count) }
    var points: [Point] = []
    for (place, point) in (object["polygon"]?.array ?? []).enumerated() {
      let (x, y) = try point.pair("polygon[\(place)]")
      points.append(Point(x: x, y: y))
    }
    guard points.count >= 3 else {
      throw NotationFault(path: "polygon", problem: "must be three points or more")
    }
    var label = DatasetLabel(schema.index(of: name), .shape(.polygon(Polygon(points))))
    label.isCrowd = isGroup
    return label
  }
}

private final class CityscapesWriter: DatasetWriting {
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
    try sink.write(schema.classes.map(\.name).joined(separator: "\n") + "\n", to: "classes.txt")
  }
}
