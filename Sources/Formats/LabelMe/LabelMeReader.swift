import Geometry
import Labels
import Notation

extension LabelMe {
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
    let place = below.isEmpty ? last : below + "/" + last
    let media = folder.image(named: place)
    let (name, subset) = DatasetItem.place(of: place)
    var size: ImageSize?
    if let width = json["imageWidth"]?.integer, let height = json["imageHeight"]?.integer,
      width > 0, height > 0
    {
      size = ImageSize(width: Int(width), height: Int(height))
    } else {
      size = media.flatMap(folder.size)
    }
    var item = DatasetItem(name: name, subset: subset, size: size, media: media.map(folder.fullPath))
    diagnostics.loseMembers(of: json, besides: knownOfImages, "images")
    for flag in json["flags"]?.members ?? [] where flag.value.bool == true {
      item.labels.append(DatasetLabel(schema.index(of: flag.name), .whole))
    }
    for (place, shape) in shapes.enumerated() {
      do {
        guard let label = try label(shape, item.size, &schema, diagnostics) else { continue }
        item.labels.append(label)
        diagnostics.loseMembers(of: shape, besides: known, "shapes")
      } catch {
        try diagnostics.leaveOut(error, in: file, at: "shapes[\(place)]")
      }
    }
    return item
  }

  /// Members of a file that are read, or say only by what it was written and how it is drawn.
  private static let knownOfImages: Set<String> = [
    "version", "flags", "shapes", "imagePath", "imageData", "imageHeight", "imageWidth", "lineColor",
    "fillColor",
  ]

  /// Members of shapes that are read, or say only how they are drawn.
  private static let known: Set<String> = [
    "label", "points", "shape_type", "flags", "group_id", "description", "mask", "score", "difficult",
    "attributes", "direction", "line_color", "fill_color",
  ]

  private static func label(
    _ json: JSON, _ size: ImageSize?, _ schema: inout DatasetSchema, _ diagnostics: Diagnostics
  ) throws(NotationFault) -> DatasetLabel? {
    let name = try json.text("label")
    var points: [Point] = []
    for (place, point) in try json.list("points").enumerated() {
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
    case "points":
      try needs(1)
      shape = .keypoints(Keypoints(points.map { .init($0) }))
    // AnyLabeling's name is the second.
    case "oriented_rectangle", "rotation":
      try needs(4)
      shape = .rotatedBox(RotatedBox(corners: Array(points.prefix(4))))
    case "mask":
      try needs(2)
      shape = .mask(try mask(json, points, size))
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
    // As AnyLabeling has them.
    label.score = json["score"]?.number
    if json["difficult"]?.bool == true { label.attributes.append(.init("difficult", true)) }
    for attribute in json["attributes"]?.members ?? [] { label.attributes.append(attribute) }
    return label
  }

  /// Its picture is of the rectangle between its two points.
  private static func mask(
    _ json: JSON, _ points: [Point], _ size: ImageSize?
  ) throws(NotationFault) -> RunLengthMask {
    let text = try json.text("mask")
    let box = Box(around: points)
    do {
      return try CutMask.mask(of: CutMask.bytes(text), from: Point(x: box.x, y: box.y), in: size)
    } catch {
      throw NotationFault(path: "mask", problem: error.problem)
    }
  }
}
