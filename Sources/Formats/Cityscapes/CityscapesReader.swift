import Geometry
import Labels
import Notation

extension Cityscapes {
  static func item(
    _ file: String, _ folder: DatasetFolder, _ schema: inout DatasetSchema,
    _ diagnostics: Diagnostics
  ) throws -> DatasetItem? {
    let json = try folder.json(file)
    let (name, subset, media) = place(of: file, ending: ending, folder)
    var item = DatasetItem(name: name, subset: subset, media: media.map(folder.fullPath))
    let (width, height) = (try json.number("imgWidth"), try json.number("imgHeight"))
    guard width >= 1, height >= 1, width <= 1e6, height <= 1e6 else {
      throw NotationFault(path: "imgWidth", problem: "must be the image's size, with imgHeight")
    }
    item.size = ImageSize(width: Int(width), height: Int(height))
    _ = try json.required("objects")
    for (place, object) in try json.list("objects").enumerated() {
      guard object["deleted"]?.integer ?? 0 == 0 else {
        diagnostics.lose("objects left out that are marked as deleted")
        continue
      }
      do {
        item.labels.append(try label(object, &schema))
        diagnostics.loseMembers(of: object, besides: known, "objects")
      } catch {
        try diagnostics.report(
          file, "objects[\(place)].\(error.path)", error.problem,
          remedy: "Put it right; it is left out.")
      }
    }
    return item
  }

  /// What the image of a file of labels is called, its subset, and where it is.
  static func place(
    of file: String, ending: String, _ folder: DatasetFolder
  ) -> (name: String, subset: String, media: String?) {
    let parts = file.split(separator: "/").map(String.init)
    let stem = String((parts.last ?? file).dropLast(ending.count))
    let media = folder.image(named: stem + imageEnding) ?? folder.image(named: stem)
    let name =
      media.flatMap { $0.split(separator: "/").last.map(String.init) }
      ?? "\(stem)\(imageEnding).png"
    return (name, parts.dropLast().last { ["train", "val", "test"].contains($0) } ?? "", media)
  }

  /// Members of objects that are read, or say who drew them when.
  private static let known: Set<String> = [
    "label", "polygon", "deleted", "id", "date", "user", "verified", "draw",
  ]

  private static func label(
    _ object: JSON, _ schema: inout DatasetSchema
  ) throws(NotationFault) -> DatasetLabel {
    var name = try object.text("label")
    let isGroup = name.hasSuffix(group) && !ownGroups.contains(name)
    if isGroup { name.removeLast(group.count) }
    var points: [Point] = []
    for (place, point) in try object.list("polygon").enumerated() {
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
