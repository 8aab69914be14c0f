import Geometry
import Labels
import Notation

struct LabelMeWriter: DatasetWriting {
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
      } else if case .shape(.mask(let mask)) = label.value {
        guard !mask.isEmpty else {
          diagnostics.lose("masks left out that have no pixels")
          continue
        }
        let cut = CutMask(mask)
        let corners = [
          Point(x: Double(cut.left), y: Double(cut.top)),
          // The last pixel, inside.
          Point(x: Double(cut.left + cut.width - 1), y: Double(cut.top + cut.height - 1)),
        ]
        let png = PNGWriter.png(cut.pixels, width: cut.width, height: cut.height, pixels: .grey)
        shapes.append(shape(label, "mask", corners, schema, mask: .string(CutMask.base64(png))))
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
    _ label: DatasetLabel, _ kind: String, _ points: [Point], _ schema: DatasetSchema,
    mask: JSON = .null
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
      "shape_type": .string(kind), "flags": .object(flags), "mask": mask,
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
