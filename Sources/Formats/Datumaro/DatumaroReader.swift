import Foundation
import Geometry
import Labels
import Notation

struct DatumaroReader: DatasetReading {
  private(set) var schema = DatasetSchema()
  private let folder: DatasetFolder
  private let diagnostics: Diagnostics
  private let files: [String]
  private var file = -1
  private var bytes: MappedBytes?
  private var cursor: JSONCursor?
  /// Of the item that comes next.
  private var place = 0
  /// Classes of the file that is read, by their places in it.
  private var classes: [Int] = []

  static func files(_ folder: DatasetFolder) -> [String] {
    folder.files(ending: ".json").filter { name in
      guard let bytes = try? folder.open(name) else { return false }
      var (hasItems, hasCategories) = (false, false)
      var cursor = bytes.cursor()
      guard cursor.peek() == UInt8(ascii: "{") else { return false }
      try? cursor.members { name, cursor throws(JSONError) in
        if name == "items", cursor.peek() == UInt8(ascii: "[") { hasItems = true }
        if name == "categories", cursor.peek() == UInt8(ascii: "{") { hasCategories = true }
        try cursor.skip()
      }
      return hasItems && hasCategories
    }
  }

  init(_ folder: DatasetFolder, _ diagnostics: Diagnostics) throws {
    (self.folder, self.diagnostics) = (folder, diagnostics)
    files = Self.files(folder)
    guard !files.isEmpty else {
      throw FormatFault(
        folder.title, "", "there is no JSON file with categories and items",
        remedy: "Name a folder with annotations/, or one such file.")
    }
    try folder.reportBrokenJSON(besides: files, diagnostics)
  }

  mutating func next() throws -> DatasetItem? {
    while true {
      while cursor != nil { if let item = try item() { return item } }
      file += 1
      guard file < files.count else { return nil }
      try open(files[file])
    }
  }

  private mutating func open(_ name: String) throws {
    let bytes = try folder.open(name)
    var itemsAt: Int?
    var categories = JSON.null
    do {
      var cursor = bytes.cursor()
      try cursor.members { name, cursor throws(JSONError) in
        switch name {
        case "categories": categories = try cursor.value()
        case "items":
          _ = cursor.peek()
          itemsAt = cursor.position
          try cursor.skip()
        default: try cursor.skip()
        }
      }
      try bytes.reportMore(after: &cursor, in: name, diagnostics)
    } catch let error as JSONError {
      throw COCOIndex.fault(error, name, bytes)
    }
    let points = categories["points"]?["items"]?.array ?? []
    // A file that counts from 0 has one somewhere.
    let first = points.contains { Self.pairs($0["joints"]).joined().contains(0) } ? 0 : 1
    classes = (categories["label"]?["labels"]?.array ?? []).enumerated().map { place, label in
      let own = points.first { $0["label_id"]?.integer == Int64(place) }
      return schema.add(
        .init(
          label["name"]?.string ?? "class \(place)", supercategory: label["parent"]?.string ?? "",
          keypoints: own?["labels"]?.array?.compactMap(\.string) ?? [],
          skeleton: Self.joints(
            own?["joints"], of: own?["labels"]?.array?.count ?? 0, from: first)))
    }
    self.bytes = bytes
    place = 0
    cursor = itemsAt.map { bytes.cursor(from: $0) }
    try? cursor?.enterArray()
  }

  /// Pairs of the places of keypoints, which Datumaro counts from 1, as COCO does.
  private static func joints(_ json: JSON?, of count: Int, from first: Int) -> [[Int]] {
    pairs(json).map { $0.map { $0 &- first } }.filter { $0.allSatisfy((0..<count).contains) }
  }

  private static func pairs(_ json: JSON?) -> [[Int]] {
    (json?.array ?? []).map { ($0.array ?? []).compactMap { $0.integer.map { Int($0) } } }
      .filter { $0.count == 2 }
  }

  /// The next item of the file; nil where it is none, and at the end, where there is no cursor any more.
  private mutating func item() throws -> DatasetItem? {
    guard var cursor, let bytes else { return nil }
    do {
      guard try cursor.nextElement(isFirst: place == 0) else {
        self.cursor = nil
        return nil
      }
      let start = cursor
      try cursor.skip()
      self.cursor = cursor
      place += 1
      var element = start
      let json = try diagnostics.sound {
        do throws(JSONError) {
          return try element.value()
        } catch {
          throw COCOIndex.fault(error, files[file], bytes)
        }
      }
      return try json.flatMap { try item($0) }
    } catch let error as JSONError {
      self.cursor = nil
      try diagnostics.report(COCOIndex.fault(error, files[file], bytes))
      return nil
    }
  }

  private func item(_ json: JSON) throws -> DatasetItem? {
    guard let id = json["id"]?.string, !id.isEmpty else {
      try diagnostics.report(
        files[file], "items[\(place - 1)]", json.members == nil ? "it is no object" : "the item has no id",
        remedy: "Give each item one; it is left out with its labels.")
      return nil
    }
    let path = json["image"]?["path"]?.string ?? ""
    let subset = DatasetItem.stem(of: files[file].split(separator: "/").last.map(String.init) ?? "")
    let place = "images/\(subset)/\(id)"
    let media = folder.image(named: id, like: place) ?? folder.image(named: path, like: place)
    // The path is where the image lay for whoever wrote the set; the id is its name.
    let original = (path.isEmpty ? media ?? ".jpg" : path).split(separator: "/").last ?? ".jpg"
    let name = id + (original.lastIndex(of: ".").map { String(original[$0...]) } ?? ".jpg")
    let sides = json["image"]?["size"]?.array?.compactMap { $0.integer.map { Int($0) } } ?? []
    let size =
      sides.count == 2 && sides.allSatisfy { $0 > 0 }
      ? ImageSize(width: sides[1], height: sides[0]) : media.flatMap(folder.size)
    var item = DatasetItem(
      name: name, subset: DatasetFormat.datumaro.facts.subset(of: subset), size: size,
      metadata: (json["attr"]?.members ?? []).filter { !$0.value.isNull },
      media: media.map(folder.fullPath))
    for (place, annotation) in (json["annotations"]?.array ?? []).enumerated() {
      do {
        guard let label = try label(annotation, size) else { continue }
        item.labels.append(label)
        diagnostics.loseMembers(of: annotation, besides: Self.known, "annotations")
      } catch {
        try diagnostics.report(
          files[file], "item \(id), annotations[\(place)]", error.problem,
          remedy: "Put it right; it is left out.")
      }
    }
    return item
  }

  /// Members of annotations that are read, or follow from others.
  private static let known: Set<String> = [
    "id", "type", "attributes", "group", "label_id", "bbox", "points", "rle", "visibility", "caption",
    "area", "object_id",
  ]

  private func label(_ json: JSON, _ size: ImageSize?) throws(NotationFault) -> DatasetLabel? {
    guard let kind = json["type"]?.string else {
      throw NotationFault(
        path: "type", problem: json.members == nil ? "it is no object" : "there is no type")
    }
    if kind == "caption" { return DatasetLabel(-1, .caption(try json.text("caption"))) }
    guard let value = try value(json, kind, size) else {
      diagnostics.lose("annotations of the type \(kind) left out, which is not read")
      return nil
    }
    guard let place = json["label_id"]?.integer.map({ Int($0) }), classes.indices.contains(place)
    else {
      throw NotationFault(
        path: "label_id", problem: "there is no class \(json["label_id"]?.text ?? "named")")
    }
    var label = DatasetLabel(classes[place], value)
    label.group = json["group"]?.integer.map { Int($0) }.flatMap { $0 == 0 ? nil : $0 }
    label.attributes = json["attributes"]?.members ?? []
    if let crowd = label.attributes.firstIndex(where: { $0.name == "is_crowd" }) {
      label.isCrowd = label.attributes.remove(at: crowd).value.bool ?? false
    }
    if let score = label.attributes.firstIndex(where: { $0.name == "score" }) {
      label.score = label.attributes.remove(at: score).value.number
    }
    return label
  }

  private func value(
    _ json: JSON, _ kind: String, _ size: ImageSize?
  ) throws(NotationFault) -> DatasetLabel.Value? {
    func numbers(_ name: String) throws(NotationFault) -> [Double] {
      let list = try json.required(name).array ?? []
      let numbers = list.compactMap(\.number)
      guard numbers.count == list.count, !numbers.isEmpty, numbers.allSatisfy(\.isFinite) else {
        throw NotationFault(path: name, problem: "must be a list of numbers")
      }
      return numbers
    }
    func points() throws(NotationFault) -> [Point] {
      let numbers = try numbers("points")
      guard numbers.count % 2 == 0 else {
        throw NotationFault(path: "points", problem: "must be pairs of numbers")
      }
      return stride(from: 0, to: numbers.count, by: 2).map {
        Point(x: numbers[$0], y: numbers[$0 + 1])
      }
    }
    switch kind {
    case "label": return .whole
    case "bbox":
      let box = try numbers("bbox")
      guard box.count == 4, box[2] >= 0, box[3] >= 0 else {
        throw NotationFault(
          path: "bbox", problem: "must be x, y, width and height, these not below 0")
      }
      return .shape(.box(Box(x: box[0], y: box[1], width: box[2], height: box[3])))
    case "rotated_bbox":
      let box = try numbers("points")
      guard box.count == 5 else {
        throw NotationFault(path: "points", problem: "must be five numbers")
      }
      return .shape(
        .rotatedBox(
          RotatedBox(
            center: Point(x: box[0], y: box[1]), width: box[2], height: box[3],
            rotation: box[4] * .pi / 180)))
    case "polygon":
      let points = try points()
      guard points.count >= 3 else {
        throw NotationFault(path: "points", problem: "must be three points at least")
      }
      return .shape(.polygon(Polygon(points)))
    case "polyline": return .shape(.polyline(Polyline(try points())))
    case "points":
      let points = try points()
      let visibility =
        json["visibility"]?.array?.compactMap { $0.integer.flatMap { Int32(exactly: $0) } } ?? []
      return .shape(
        .keypoints(
          Keypoints(
            points.enumerated().map { place, point in
              let said =
                visibility.indices.contains(place)
                ? Keypoints.Visibility(rawValue: visibility[place]) : nil
              return .init(said == .absent ? Point(x: 0, y: 0) : point, said ?? .visible)
            })))
    case "mask":
      return .shape(try ShapeNotation.shape(try json.required("rle"), .mask, "rle"))
    default: return nil
    }
  }
}
