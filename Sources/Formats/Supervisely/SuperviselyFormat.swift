import Geometry
import Labels
import Notation

extension DatasetFormat {
  package static let supervisely = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "supervisely", name: "Supervisely",
      layout: "`meta.json`, `DATASET/ann/IMAGE.json`, `DATASET/img/IMAGE`",
      source: "docs.supervisely.com, annotation JSON format",
      holds: [.box, .polygon, .polyline, .point, .whole],
      carries: [.attributes], carriesOf: [.whole: []],
      notes: """
        The folder of a dataset is the subset. Tags of an object are its attributes, tags of an image \
        classes of the whole. Bitmaps are not read; masks are written as polygons.
        """, isFilePerItem: true),
    matches: { $0.has("meta.json") && !Supervisely.files($0).isEmpty },
    read: { folder, diagnostics in
      WithUnlabelledImages(
        ItemFiles(
          Supervisely.files(folder), folder, Supervisely.schema(folder), diagnostics,
          item: Supervisely.item), folder, labels: Supervisely.files(folder)
      ) { image in
        let parts = image.split(separator: "/").map(String.init)
        guard parts.count >= 2, parts[parts.count - 2] == "img" else { return nil }
        let subset = parts.count >= 3 ? parts[parts.count - 3] : ""
        return (parts[parts.count - 1], subset == "ds" ? "" : subset)
      }
    },
    write: { sink, options, diagnostics in
      SuperviselyWriter(sink: sink, options: options, diagnostics: diagnostics)
    })
}

private enum Supervisely {
  static func files(_ folder: DatasetFolder) -> [String] {
    folder.files(ending: ".json").filter { $0.contains("/ann/") }
  }

  static func schema(_ folder: DatasetFolder) -> DatasetSchema {
    let meta = (try? folder.text("meta.json")).flatMap { try? JSON(parsing: $0) }
    return DatasetSchema(names: (meta?["classes"]?.array ?? []).compactMap { $0["title"]?.string })
  }

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
      }
    }
    for (place, object) in (json["objects"]?.array ?? []).enumerated() {
      do {
        if let label = try label(object, &schema, diagnostics) { item.labels.append(label) }
      } catch {
        try diagnostics.report(
          file, "objects[\(place)]\(error.path.isEmpty ? "" : "." + error.path)", error.problem,
          remedy: "Put it right; it is left out.")
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

private struct SuperviselyWriter: DatasetWriting {
  let sink: any DatasetSink
  let options: WritingOptions
  let diagnostics: Diagnostics
  var tags: Set<String> = []
  var names: Set<String> = []

  mutating func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    guard let size = try diagnostics.size(of: item, "which Supervisely must say") else { return }
    let dataset = item.subset.isEmpty ? "ds" : item.subset
    let name = diagnostics.flat(item.name)
    guard names.insert(dataset + "/" + name).inserted else {
      return try diagnostics.leaveOut(
        item, "another image has the name \(name) too",
        remedy: "Rename one")
    }
    var objects: [JSON] = []
    var wholes: [JSON] = []
    for label in item.labels where label.classIndex >= 0 {
      let title = schema.name(label.classIndex)
      if label.value == .whole {
        tags.insert(title)
        wholes.append(["name": .string(title), "value": .null])
      } else if case .shape(let shape) = label.value, let (kind, rings) = form(shape) {
        tags.formUnion(label.attributes.map(\.name))
        objects.append([
          "id": .int(Int64(objects.count + 1)), "classTitle": .string(title), "description": "",
          "geometryType": .string(kind),
          "tags": .array(
            label.attributes.map {
              ["name": .string($0.name), "value": $0.value == .bool(true) ? .null : $0.value]
            }),
          "points": [
            "exterior": list(rings[0]), "interior": .array(rings.dropFirst().map(list)),
          ],
        ])
      }
    }
    let json: JSON = [
      "description": "", "tags": .array(wholes),
      "size": ["height": .int(Int64(size.height)), "width": .int(Int64(size.width))],
      "objects": .array(objects),
    ]
    try sink.write(json.utf8, to: "\(dataset)/ann/\(name).json")
    if options.hasMedia, let media = item.media {
      try sink.copy(media, to: "\(dataset)/img/\(name)")
    }
  }

  private func list(_ ring: [Point]) -> JSON {
    .array(ring.map { [.shortest($0.x), .shortest($0.y)] })
  }

  private func form(_ shape: Shape) -> (String, [[Point]])? {
    switch shape {
    case .box(let box):
      ("rectangle", [[Point(x: box.x, y: box.y), Point(x: box.maxX, y: box.maxY)]])
    case .polygon(let polygon): ("polygon", polygon.rings)
    case .polyline(let line): ("line", [line.points])
    case .point(let point): ("point", [[point]])
    default: nil
    }
  }

  func finish(_ schema: DatasetSchema) throws {
    let meta: JSON = [
      "classes": .array(
        schema.classes.map {
          ["title": .string($0.name), "shape": "any", "color": "#2D9CDB", "geometry_config": [:]]
        }),
      "tags": .array(
        tags.sorted().map { ["name": .string($0), "value_type": "any_string", "color": "#2D9CDB"] }),
      "projectType": "images",
    ]
    try sink.write(meta.utf8, to: "meta.json")
  }
}
