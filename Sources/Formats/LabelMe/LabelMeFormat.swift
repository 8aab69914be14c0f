import Foundation
import Geometry
import Labels
import Notation

extension DatasetFormat {
  package static let labelMe = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "labelme", name: "LabelMe", layout: "one JSON file beside each image",
      source: "github.com/wkentaro/labelme",
      holds: [.box, .polygon, .polyline, .point, .ellipse, .whole],
      carries: [.attributes, .group], carriesOf: [.whole: []],
      hasSubsets: false,
      notes: """
        Circles are ellipses with one radius; ellipses with two are written as polygons. Holes are \
        filled. Flags that are true are classes of the whole image. Masks are not read; they are written \
        as polygons.
        """, isFilePerItem: true),
    matches: { !LabelMe.files($0).isEmpty },
    read: { folder, diagnostics in
      WithUnlabelledImages(
        ItemFiles(LabelMe.files(folder), folder, DatasetSchema(), diagnostics, item: LabelMe.item),
        folder, labels: LabelMe.files(folder)
      ) { ($0, "") }
    },
    write: { sink, options, diagnostics in
      LabelMeWriter(sink: sink, options: options, diagnostics: diagnostics)
    })
}

private enum LabelMe {
  static func files(_ folder: DatasetFolder) -> [String] {
    let files = folder.files(ending: ".json")
    // What cannot be read, or is of another kind, is told when its turn comes.
    let isOne = files.prefix(lookLimit).contains { name in
      // A list, however long, need not be read to tell that it is none.
      guard let bytes = try? folder.open(name) else { return false }
      var cursor = bytes.cursor()
      guard cursor.peek() == UInt8(ascii: "{") else { return false }
      let json = try? bytes.json()
      return json?["shapes"]?.array != nil && json?["imagePath"] != nil
    }
    return isOne ? files : []
  }

  /// Files that are looked at for one that can be read.
  private static let lookLimit = 20

  static func item(
    _ file: String, _ folder: DatasetFolder, _ schema: inout DatasetSchema,
    _ diagnostics: Diagnostics
  ) throws -> DatasetItem? {
    let json = try folder.json(file)
    guard let shapes = json["shapes"]?.array else {
      throw NotationFault(path: "shapes", problem: "is missing")
    }
    let path = try json.text("imagePath").replacing("\\", with: "/")
    let below = file.split(separator: "/").dropLast().joined(separator: "/")
    let last = path.split(separator: "/").last.map(String.init) ?? path
    let name = below.isEmpty ? last : below + "/" + last
    let media = folder.image(named: name)
    var size: ImageSize?
    if let width = json["imageWidth"]?.integer, let height = json["imageHeight"]?.integer,
      width > 0, height > 0
    {
      size = ImageSize(width: Int(width), height: Int(height))
    } else {
      size = media.flatMap(folder.size)
    }
    var item = DatasetItem(name: name, size: size, media: media.map(folder.fullPath))
    for flag in json["flags"]?.members ?? [] where flag.value.bool == true {
      item.labels.append(DatasetLabel(schema.index(of: flag.name), .whole))
    }
    for (place, shape) in shapes.enumerated() {
      do {
        if let label = try label(shape, &schema, diagnostics) { item.labels.append(label) }
      } catch {
        try diagnostics.report(
          file, "shapes[\(place)]\(error.path.isEmpty ? "" : "." + error.path)", error.problem,
          remedy: "Put it right; it is left out.")
      }
    }
    return item
  }

  private static func label(
    _ json: JSON, _ schema: inout DatasetSchema, _ diagnostics: Diagnostics
  ) throws(NotationFault) -> DatasetLabel? {
    let name = try json.text("label")
    var points: [Point] = []
    for (place, point) in (json["points"]?.array ?? []).enumerated() {
      let (x, y) = try point.pair("points[\(place)]")
      points.append(Point(x: x, y: y))
    }
    let kind = json["shape_type"]?.string ?? "polygon"
    func needs(_ count: Int) throws(NotationFault) {
      guard points.count >= count else {
        throw NotationFault(path: "points", problem: "a \(kind) has \(count) points at least")
      }
    }
    let shape: Shape
    switch kind {
    case "rectangle":
      try needs(2)
      shape = .box(Box(around: points))
    case "polygon":
      try needs(3)
      shape = .polygon(Polygon(points))
    case "line", "linestrip":
      try needs(2)
      shape = .polyline(Polyline(points))
    case "point":
      try needs(1)
      shape = .point(points[0])
    case "circle":
      try needs(2)
      let radius = points[0].distance(to: points[1])
      shape = .ellipse(Ellipse(center: points[0], radiusX: radius, radiusY: radius))
    default:
      diagnostics.lose("shapes of the type \(kind) left out, which is not read")
      return nil
    }
    var label = DatasetLabel(schema.index(of: name), .shape(shape))
    label.group = json["group_id"]?.integer.map { Int($0) }
    for flag in json["flags"]?.members ?? [] { label.attributes.append(flag) }
    if let text = json["description"]?.string, !text.isEmpty {
      label.attributes.append(.init("description", .string(text)))
    }
    return label
  }
}

private struct LabelMeWriter: DatasetWriting {
  let sink: any DatasetSink
  let options: WritingOptions
  let diagnostics: Diagnostics
  var names: Set<String> = []

  mutating func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    let subset = item.subset.isEmpty ? "" : item.subset + "/"
    let path = subset + item.stem + ".json"
    guard names.insert(path).inserted else {
      return try diagnostics.leaveOut(
        item, "another image has the name \(item.stem) too, by which LabelMe finds labels",
        remedy: "Rename one")
    }
    var flags: [JSON.Member] = []
    var shapes: [JSON] = []
    for label in item.labels where label.classIndex >= 0 {
      if label.value == .whole {
        flags.append(.init(schema.name(label.classIndex), true))
      } else if let (kind, points) = form(label.value) {
        shapes.append(shape(label, kind, points, schema))
      }
    }
    let json: JSON = [
      "version": "5.5.0", "flags": .object(flags), "shapes": .array(shapes),
      "imagePath": .string(item.name.split(separator: "/").last.map(String.init) ?? item.name),
      "imageData": .null, "imageHeight": .optional(item.size?.height),
      "imageWidth": .optional(item.size?.width),
    ]
    try sink.write(json.utf8, to: path)
    if options.hasMedia, let media = item.media { try sink.copy(media, to: subset + item.name) }
  }

  private func shape(
    _ label: DatasetLabel, _ kind: String, _ points: [Point], _ schema: DatasetSchema
  ) -> JSON {
    let flags = label.attributes.filter { $0.value.bool != nil }
    let left =
      label.attributes.count - flags.count - (label.attribute("description") == nil ? 0 : 1)
    if left > 0 { diagnostics.lose("attributes left out that are not yes or no") }
    return [
      "label": .string(schema.name(label.classIndex)),
      "points": .array(points.map { [.shortest($0.x), .shortest($0.y)] }),
      "group_id": .optional(label.group),
      "description": .string(label.attribute("description")?.string ?? ""),
      "shape_type": .string(kind), "flags": .object(flags), "mask": .null,
    ]
  }

  private func form(_ value: DatasetLabel.Value) -> (String, [Point])? {
    guard case .shape(let shape) = value else { return nil }
    switch shape {
    case .box(let box):
      return ("rectangle", [Point(x: box.x, y: box.y), Point(x: box.maxX, y: box.maxY)])
    case .polygon(let polygon):
      if !polygon.holes.isEmpty { diagnostics.lose("holes of polygons filled") }
      return ("polygon", polygon.outline)
    case .polyline(let line): return (line.points.count == 2 ? "line" : "linestrip", line.points)
    case .point(let point): return ("point", [point])
    case .ellipse(let ellipse):
      guard ellipse.radiusX == ellipse.radiusY else {
        diagnostics.lose("ellipses written as polygons")
        return ("polygon", ellipse.outline())
      }
      return (
        "circle",
        [ellipse.center, Point(x: ellipse.center.x + ellipse.radiusX, y: ellipse.center.y)]
      )
    default: return nil
    }
  }

  func finish(_ schema: DatasetSchema) {}
}
