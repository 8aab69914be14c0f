import Geometry
import Labels
import Notation

extension DatasetFormat {
  package static let labelbox = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "labelbox", name: "Labelbox NDJSON", layout: "one file of JSON objects, one a line",
      source: "docs.labelbox.com, import annotations; export v2",
      holds: [.box, .polygon, .polyline, .point, .whole, .caption, .span],
      carries: [.score], carriesOf: [.whole: [], .caption: []],
      hasSubsets: false,
      notes: """
        Written as annotations to import, by the name of each image as its global key; read as those or \
        as rows of an export (v2). The end of a place in text is the last character, inside. Holes are \
        filled; crowds and attributes are left out.
        """, singleFile: "annotations.ndjson"),
    matches: { !Labelbox.files($0).isEmpty },
    read: { folder, diagnostics in
      let files = Labelbox.files(folder)
      guard !files.isEmpty else {
        throw FormatFault(
          folder.title, "", "there is no file of Labelbox's JSON lines",
          remedy: "Name Labelbox's NDJSON file, or a folder with it.")
      }
      return ChainedReader(files: files) { try LabelboxReader($0, folder, $1, diagnostics) }
    }, write: { try LabelboxWriter($0, $1, $2) })
}

enum Labelbox {
  static func files(_ folder: DatasetFolder) -> [String] {
    (folder.files(ending: ".ndjson") + folder.files(ending: ".jsonl")
      + folder.files(ending: ".json")).filter { name in
        guard let bytes = try? folder.open(name) else { return false }
        var cursor = bytes.cursor()
        if cursor.peek() == UInt8(ascii: "[") {
          try? cursor.enterArray()
          guard (try? cursor.nextElement(isFirst: true)) == true else { return false }
        }
        guard let first = try? cursor.value() else { return false }
        return first["dataRow"] != nil || (first["data_row"] != nil && first["projects"] != nil)
      }
  }
}

/// Lines of one image stand together in what is written; where they do not, the image comes again.
struct LabelboxReader: DatasetReading {
  private var rows: JSONItems
  private var ahead: DatasetItem?
  var schema: DatasetSchema { rows.schema }

  init(
    _ file: String, _ folder: DatasetFolder, _ schema: DatasetSchema, _ diagnostics: Diagnostics
  ) throws {
    rows = try JSONItems(file, folder, schema, diagnostics) { json, _, schema in
      let item =
        json["dataRow"] == nil
        ? try Self.exported(json, &schema, diagnostics)
        : try Self.imported(json, &schema, diagnostics)
      guard var item else { return [] }
      if let media = folder.image(named: item.name) {
        item.media = folder.fullPath(media)
        item.size = item.size ?? folder.size(of: media)
      }
      return [item]
    }
  }

  mutating func next() throws -> DatasetItem? {
    guard var item = try ahead ?? rows.next() else { return nil }
    ahead = nil
    while let more = try rows.next() {
      guard more.name == item.name else {
        ahead = more
        break
      }
      item.labels += more.labels
    }
    return item
  }

  private static func imported(
    _ json: JSON, _ schema: inout DatasetSchema, _ diagnostics: Diagnostics
  ) throws(NotationFault) -> DatasetItem? {
    let row = try json.required("dataRow")
    guard let name = row["globalKey"]?.string ?? row["id"]?.string else {
      throw NotationFault(path: "dataRow", problem: "must have a globalKey or an id")
    }
    guard let title = json["name"]?.string ?? json["schemaId"]?.string else {
      throw NotationFault(path: "name", problem: "is missing")
    }
    var item = DatasetItem(name: name)
    guard let label = try label(json, title, &schema) else {
      diagnostics.lose("annotations left out of kinds that are not read (video, metrics, masks)")
      return item
    }
    item.labels = [label]
    return item
  }

  private static func label(
    _ json: JSON, _ title: String, _ schema: inout DatasetSchema
  ) throws(NotationFault) -> DatasetLabel? {
    func point(_ json: JSON, _ path: String) throws(NotationFault) -> Point {
      guard let x = json["x"]?.number, let y = json["y"]?.number else {
        throw NotationFault(path: path, problem: "must have x and y")
      }
      return Point(x: x, y: y)
    }
    func points(_ json: JSON, _ path: String) throws(NotationFault) -> [Point] {
      var points: [Point] = []
      for (place, one) in (json.array ?? []).enumerated() {
        points.append(try point(one, "\(path)[\(place)]"))
      }
      return points
    }
    func made(_ value: DatasetLabel.Value) -> DatasetLabel {
      DatasetLabel(schema.index(of: title), value, score: json["confidence"]?.number)
    }
    if let box = json["bbox"] ?? json["bounding_box"], box != .null {
      let (width, height) = (try box.number("width"), try box.number("height"))
      guard width >= 0, height >= 0 else {
        throw NotationFault(path: "bbox", problem: "width and height must not be below 0")
      }
      return made(
        .shape(
          .box(
            Box(x: try box.number("left"), y: try box.number("top"), width: width, height: height)))
      )
    }
    if let polygon = json["polygon"], polygon != .null {
      var ring = try points(polygon, "polygon")
      // The first point is repeated.
      if ring.count > 3, ring.first == ring.last { ring.removeLast() }
      guard ring.count >= 3 else {
        throw NotationFault(path: "polygon", problem: "must be three points at least")
      }
      return made(.shape(.polygon(Polygon(ring))))
    }
    if let line = json["line"], line != .null {
      return made(.shape(.polyline(Polyline(try points(line, "line")))))
    }
    if let one = json["point"], one != .null {
      return made(.shape(.point(try point(one, "point"))))
    }
    if let place = json["location"], place != .null, let start = place["start"]?.integer,
      let end = place["end"]?.integer
    {
      guard start >= 0, end >= start else {
        throw NotationFault(path: "location", problem: "start and end must be places")
      }
      return made(.spans([Int(start)..<Int(end) + 1]))
    }
    if let answer = json["answer"]?["name"]?.string {
      return DatasetLabel(schema.index(of: answer), .whole)
    }
    if let answer = json["answer"]?.string { return DatasetLabel(-1, .caption(answer)) }
    return nil
  }

  /// A row of an export, with the first label of its first project.
  private static func exported(
    _ json: JSON, _ schema: inout DatasetSchema, _ diagnostics: Diagnostics
  ) throws(NotationFault) -> DatasetItem? {
    let row = try json.required("data_row")
    let name = row["external_id"]?.string ?? row["global_key"]?.string ?? row["id"]?.string ?? ""
    var item = DatasetItem(name: name)
    if let width = json["media_attributes"]?["width"]?.integer,
      let height = json["media_attributes"]?["height"]?.integer
    {
      item.size = ImageSize(width: Int(width), height: Int(height))
    }
    let labels = (json["projects"]?.members ?? []).flatMap { $0.value["labels"]?.array ?? [] }
    if labels.count > 1 {
      diagnostics.lose("labels of a row left out after the first", count: labels.count - 1)
    }
    let annotations = labels.first?["annotations"]
    for object in annotations?["objects"]?.array ?? [] {
      if var label = try label(object, try object.text("name"), &schema) {
        for one in object["classifications"]?.array ?? [] {
          let answers = answers(to: one)
          guard let name = one["name"]?.string, !answers.isEmpty else { continue }
          label.attributes.append(.init(name, .string(answers.joined(separator: ", "))))
        }
        item.labels.append(label)
      } else {
        diagnostics.lose("annotations left out of kinds that are not read (video, metrics, masks)")
      }
    }
    for one in annotations?["classifications"]?.array ?? [] {
      if let text = one["text_answer"]?["content"]?.string {
        item.labels.append(DatasetLabel(-1, .caption(text)))
        continue
      }
      for name in answers(to: one) {
        item.labels.append(DatasetLabel(schema.index(of: name), .whole))
      }
    }
    return item
  }

  /// What was chosen of a list, or written.
  private static func answers(to question: JSON) -> [String] {
    let chosen =
      [question["radio_answer"]].compactMap { $0 } + (question["checklist_answers"]?.array ?? [])
    return chosen.compactMap { $0["name"]?.string }
      + [question["text_answer"]?["content"]?.string].compactMap { $0 }
  }
}

final class LabelboxWriter: DatasetWriting {
  private let sink: any DatasetSink
  private let diagnostics: Diagnostics
  private let options: WritingOptions
  private let stream: any DatasetStream
  private var count: UInt64 = 0

  init(
    _ sink: any DatasetSink, _ options: WritingOptions, _ diagnostics: Diagnostics
  ) throws {
    (self.sink, self.options, self.diagnostics) = (sink, options, diagnostics)
    stream = try sink.open("annotations.ndjson")
  }

  func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    if options.hasMedia, let media = item.media { try sink.copy(media, to: item.name) }
    var out = JSONWriter()
    for label in item.labels {
      guard let (title, members) = form(label, schema) else { continue }
      count += 1
      var row: [JSON.Member] = [
        .init("uuid", .string(CountedID.uuid(count))),
        .init("dataRow", ["globalKey": .string(item.name)]),
        .init("name", .string(title)), .init("classifications", []),
      ]
      if let score = label.score { row.append(.init("confidence", .double(score))) }
      out.value(JSON.object(row + members))
      out.newline()
    }
    if out.bytes.isEmpty {
      diagnostics.leaveOut(item, as: "items left out that have no labels: each has a line")
    }
    try stream.append(out.bytes)
  }

  private func form(_ label: DatasetLabel, _ schema: DatasetSchema) -> (String, [JSON.Member])? {
    let name = schema.name(label.classIndex)
    func list(_ points: [Point]) -> JSON {
      .array(points.map { ["x": .shortest($0.x), "y": .shortest($0.y)] })
    }
    switch label.value {
    case .shape(.box(let box)):
      return (
        name,
        [
          .init(
            "bbox",
            [
              "top": .shortest(box.y), "left": .shortest(box.x), "height": .shortest(box.height),
              "width": .shortest(box.width),
            ])
        ]
      )
    case .shape(.polygon(let polygon)):
      if !polygon.holes.isEmpty { diagnostics.lose("holes of polygons filled") }
      return (name, [.init("polygon", list(polygon.outline + polygon.outline.prefix(1)))])
    case .shape(.polyline(let line)): return (name, [.init("line", list(line.points))])
    case .shape(.point(let point)):
      return (name, [.init("point", ["x": .shortest(point.x), "y": .shortest(point.y)])])
    case .whole: return ("class", [.init("answer", ["name": .string(name)])])
    case .caption(let text): return ("caption", [.init("answer", .string(text))])
    case .spans(let ranges):
      if ranges.count > 1 { diagnostics.lose("gaps in spans filled") }
      guard let first = ranges.first, let last = ranges.last else { return nil }
      return (
        name,
        [
          .init(
            "location",
            ["start": .int(Int64(first.lowerBound)), "end": .int(Int64(last.upperBound - 1))])
        ]
      )
    default: return nil
    }
  }

  func finish(_ schema: DatasetSchema) throws { try stream.close() }
}
