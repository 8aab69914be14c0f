import Geometry
import Labels
import Notation

struct SuperviselyWriter: DatasetWriting {
  let sink: any DatasetSink
  let options: WritingOptions
  let diagnostics: Diagnostics
  var tags: Set<String> = []
  var names: Set<String> = []

  mutating func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    guard let size = try diagnostics.size(of: item, "which Supervisely must say") else { return }
    let dataset = DatasetFormat.supervisely.facts.fileName(of: item.subset)
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
      } else if case .shape(let shape) = label.value, let (kind, place) = form(shape) {
        let description = label.attribute("description")?.string
        let own = label.attributes.filter { $0.name != "description" || description == nil }
        tags.formUnion(own.map(\.name))
        objects.append([
          "id": .int(Int64(objects.count + 1)), "classTitle": .string(title),
          "description": .string(description ?? ""), "geometryType": .string(kind),
          "tags": .array(
            own.map { ["name": .string($0.name), "value": $0.value == .bool(true) ? .null : $0.value] }),
          (kind == "bitmap" ? kind : "points"): place,
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

  /// The kind of geometry, and where it lies; nil of what is not written.
  private func form(_ shape: Shape) -> (String, JSON)? {
    switch shape {
    case .box(let box):
      ("rectangle", points([[Point(x: box.x, y: box.y), Point(x: box.maxX, y: box.maxY)]]))
    case .polygon(let polygon): ("polygon", points(polygon.rings))
    case .polyline(let line): ("line", points([line.points]))
    case .point(let point): ("point", points([[point]]))
    case .mask(let mask): bitmap(mask).map { ("bitmap", $0) }
    default: nil
    }
  }

  private func points(_ rings: [[Point]]) -> JSON {
    func list(_ ring: [Point]) -> JSON { .array(ring.map { [.shortest($0.x), .shortest($0.y)] }) }
    return ["exterior": list(rings[0]), "interior": .array(rings.dropFirst().map(list))]
  }

  private func bitmap(_ mask: RunLengthMask) -> JSON? {
    guard !mask.isEmpty else {
      diagnostics.lose("masks left out that have no pixels")
      return nil
    }
    let cut = CutMask(mask)
    // White where it is, clear elsewhere.
    let pixels = cut.pixels.flatMap { $0 == 0 ? [0, 0, 0, 0] : [255, 255, 255, 255] as [UInt8] }
    let png = PNGWriter.png(pixels, width: cut.width, height: cut.height, pixels: .rgba)
    return [
      "origin": [.int(Int64(cut.left)), .int(Int64(cut.top))],
      "data": .string(CutMask.base64(Gzip.zlib(png))),
    ]
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
