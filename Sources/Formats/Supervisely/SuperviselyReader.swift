import Geometry
import Labels
import Notation

extension Supervisely {
  static func item(
    _ file: String, _ folder: DatasetFolder, _ schema: inout DatasetSchema,
    _ diagnostics: Diagnostics
  ) throws -> DatasetItem? {
    let json = try folder.json(file)
    let parts = file.split(separator: "/").map(String.init)
    let subset = parts.count >= 3 ? parts[parts.count - 3] : ""
    let name = DatasetItem.stem(of: parts[parts.count - 1])
    let media = folder.image(named: subset.isEmpty ? name : "\(subset)/img/\(name)")
    var item = DatasetItem(
      name: name, subset: subset == "ds" ? "" : subset, media: media.map(folder.fullPath))
    if let width = json["size"]?["width"]?.integer, let height = json["size"]?["height"]?.integer {
      item.size = ImageSize(width: Int(width), height: Int(height))
    } else {
      item.size = media.flatMap(folder.size)
    }
    for tag in json["tags"]?.array ?? [] {
      if let name = tag["name"]?.string {
        item.labels.append(DatasetLabel(schema.index(of: name), .whole))
        // What the tag says beside that it is there.
        if let value = tag["value"], !value.isNull { item.metadata.append(.init(name, value)) }
      }
    }
    for (place, object) in (json["objects"]?.array ?? []).enumerated() {
      do {
        if let label = try label(object, &schema, diagnostics) { item.labels.append(label) }
      } catch {
        try diagnostics.leaveOut(error, in: file, at: "objects[\(place)]")
      }
    }
    return item
  }

  private static func label(
    _ json: JSON, _ schema: inout DatasetSchema, _ diagnostics: Diagnostics
  ) throws(NotationFault) -> DatasetLabel? {
    let kind = try json.text("geometryType")
    guard ["rectangle", "polygon", "line", "point"].contains(kind) else {
      diagnostics.lose("objects of the geometry \(kind) left out, which is not read")
      return nil
    }
    let outline = try points(json["points"]?["exterior"], "points.exterior")
    let least = ["rectangle": 2, "polygon": 3, "line": 2, "point": 1][kind] ?? 1
    guard outline.count >= least else {
      throw NotationFault(
        path: "points.exterior", problem: "a \(kind) has \(least) points at least")
    }
    let shape: Shape
    switch kind {
    case "rectangle": shape = .box(Box(around: outline))
    case "line": shape = .polyline(Polyline(outline))
    case "point": shape = .point(outline[0])
    default:
      var holes: [[Point]] = []
      for hole in json["points"]?["interior"]?.array ?? [] {
        holes.append(try points(hole, "points.interior"))
      }
      shape = .polygon(Polygon(outline, holes: holes))
    }
    var label = DatasetLabel(schema.index(of: try json.text("classTitle")), .shape(shape))
    for tag in json["tags"]?.array ?? [] {
      if let name = tag["name"]?.string {
        // A tag without a value says that it is so.
        let value = tag["value"] ?? .null
        label.attributes.append(.init(name, value.isNull ? true : value))
      }
    }
    return label
  }

  private static func points(_ json: JSON?, _ path: String) throws(NotationFault) -> [Point] {
    var points: [Point] = []
    for (place, pair) in (json?.array ?? []).enumerated() {
      let (x, y) = try pair.pair("\(path)[\(place)]")
      points.append(Point(x: x, y: y))
    }
    return points
  }
}
