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
      name: name, subset: DatasetFormat.supervisely.facts.subset(of: subset),
      media: media.map(folder.fullPath))
    if let width = json["size"]?["width"]?.integer, let height = json["size"]?["height"]?.integer {
      item.size = ImageSize(width: Int(width), height: Int(height))
    } else {
      item.size = media.flatMap(folder.size)
    }
    for tag in try json.list("tags") {
      if let name = tag["name"]?.string {
        item.labels.append(DatasetLabel(schema.index(of: name), .whole))
        // What the tag says beside that it is there.
        if let value = tag["value"], !value.isNull { item.metadata.append(.init(name, value)) }
      }
    }
    for (place, object) in try json.list("objects").enumerated() {
      do {
        guard let label = try label(object, item.size, &schema, diagnostics) else { continue }
        item.labels.append(label)
        diagnostics.loseMembers(of: object, besides: known, "objects")
      } catch {
        try diagnostics.leaveOut(error, in: file, at: "objects[\(place)]")
      }
    }
    return item
  }

  /// Members of objects that are read, or say who drew them when.
  private static let known: Set<String> = [
    "id", "key", "classId", "classTitle", "geometryType", "shape", "description", "tags", "points", "bitmap",
    "labelerLogin", "createdAt", "updatedAt", "nnCreated", "nnUpdated",
  ]

  private static func label(
    _ json: JSON, _ size: ImageSize?, _ schema: inout DatasetSchema, _ diagnostics: Diagnostics
  ) throws(NotationFault) -> DatasetLabel? {
    let kind = try json.text("geometryType")
    guard let shape = try shape(json, kind, size) else {
      diagnostics.lose("objects of the geometry \(kind) left out, which is not read")
      return nil
    }
    var label = DatasetLabel(schema.index(of: try json.text("classTitle")), .shape(shape))
    for tag in try json.list("tags") {
      if let name = tag["name"]?.string {
        // A tag without a value says that it is so.
        let value = tag["value"] ?? .null
        label.attributes.append(.init(name, value.isNull ? true : value))
      }
    }
    if let text = json["description"]?.string, !text.isEmpty {
      label.attributes.append(.init("description", .string(text)))
    }
    return label
  }

  /// nil of what is not read.
  private static func shape(
    _ json: JSON, _ kind: String, _ size: ImageSize?
  ) throws(NotationFault) -> Shape? {
    if kind == "bitmap" || kind == "alpha_mask" { return .mask(try bitmap(json["bitmap"] ?? json, size)) }
    guard let least = ["rectangle": 2, "polygon": 3, "line": 2, "point": 1][kind] else { return nil }
    let outline = try points(json["points"]?["exterior"], "points.exterior")
    guard outline.count >= least else {
      throw NotationFault(
        path: "points.exterior", problem: "a \(kind) has \(least) points at least")
    }
    switch kind {
    case "rectangle": return .box(Box(around: outline))
    case "line": return .polyline(Polyline(outline))
    case "point": return .point(outline[0])
    default:
      var holes: [[Point]] = []
      for hole in json["points"]?["interior"]?.array ?? [] {
        holes.append(try points(hole, "points.interior"))
      }
      return .polygon(Polygon(outline, holes: holes))
    }
  }

  /// A PNG that is packed by zlib, in base64, and where its left upper corner lies.
  private static func bitmap(_ json: JSON, _ size: ImageSize?) throws(NotationFault) -> RunLengthMask {
    let (x, y) = try json.required("origin", "bitmap").pair("bitmap.origin")
    guard let text = json["data"]?.string else {
      throw NotationFault(path: "bitmap.data", problem: "is missing")
    }
    do {
      let packed = try CutMask.bytes(text)
      let png = try? packed.withUnsafeBufferPointer { bytes throws(TableBytes.Fault) in
        try Inflation.whole(bytes, limit: pictureLimit)
      }
      return try CutMask.mask(of: png ?? [], from: Point(x: x, y: y), in: size)
    } catch {
      throw NotationFault(path: "bitmap.data", problem: error.problem)
    }
  }

  /// Bytes that a picture of a bitmap may have.
  private static let pictureLimit = 1 << 26

  private static func points(_ json: JSON?, _ path: String) throws(NotationFault) -> [Point] {
    var points: [Point] = []
    for (place, pair) in (json?.array ?? []).enumerated() {
      let (x, y) = try pair.pair("\(path)[\(place)]")
      points.append(Point(x: x, y: y))
    }
    return points
  }
}
