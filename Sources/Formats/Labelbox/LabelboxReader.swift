import Geometry
import Labels
import Notation

/// Lines of one image stand together in what is written; where they do not, the image comes again
/// (`GatheredItems` puts them together).
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
    guard !parts.contains(where: { json[$0].map { !$0.isNull } == true }) else {
      diagnostics.lose("annotations left out that are of pages, frames or messages")
      return item
    }
    let answers = chosen(json["answers"] ?? json["answer"])
    if !answers.isEmpty {
      item.labels = answers.map {
        DatasetLabel(schema.index(of: $0.name), .whole, score: $0.score)
      }
      return item
    }
    guard var label = try label(json, title, &schema) else {
      diagnostics.lose("annotations left out of kinds that are not read (video, metrics, masks)")
      return item
    }
    label.attributes = attributes(of: json) { question in
      let answers = chosen(question["answers"] ?? question["answer"]).map(\.name)
      return answers.isEmpty ? [question["answer"]?.string].compactMap { $0 } : answers
    }
    item.labels = [label]
    return item
  }

  /// Members by which an annotation is of a part of its row.
  private static let parts = ["page", "frames", "messageId", "segments"]

  /// What was chosen of a list, of a question of which one or several can be.
  private static func chosen(_ answer: JSON?) -> [(name: String, score: Double?)] {
    (answer?.array ?? [answer ?? .null]).compactMap { one in
      (one["name"]?.string).map { ($0, one["confidence"]?.number) }
    }
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
      guard start >= 0, end >= start, end < placeLimit else {
        throw NotationFault(
          path: "location", problem: "start and end must be places of a text, below \(placeLimit)")
      }
      return made(.spans([Int(start)..<Int(end) + 1]))
    }
    if let answer = json["answer"]?.string { return DatasetLabel(-1, .caption(answer)) }
    return nil
  }

  /// Beyond which no text has characters.
  private static let placeLimit: Int64 = 1 << 31

  /// A row of an export, with the first label of its first project.
  private static func exported(
    _ json: JSON, _ schema: inout DatasetSchema, _ diagnostics: Diagnostics
  ) throws(NotationFault) -> DatasetItem? {
    let row = try json.required("data_row")
    let name = row["external_id"]?.string ?? row["global_key"]?.string ?? row["id"]?.string ?? ""
    var item = DatasetItem(name: name)
    if let data = row["row_data"]?.string, !data.isEmpty {
      if DatasetItem.isAddress(data) { item.media = data } else { item.text = data }
    }
    if let width = json["media_attributes"]?["width"]?.integer,
      let height = json["media_attributes"]?["height"]?.integer, width > 0, height > 0
    {
      item.size = ImageSize(width: Int(width), height: Int(height))
    }
    for field in json["metadata_fields"]?.array ?? [] {
      if let name = field["schema_name"]?.string ?? field["name"]?.string, let value = field["value"],
        !value.isNull
      {
        item.metadata.append(.init(name, value))
      }
    }
    let labels = (json["projects"]?.members ?? []).flatMap { $0.value["labels"]?.array ?? [] }
    if labels.count > 1 {
      diagnostics.lose("labels of a row left out after the first", count: labels.count - 1)
    }
    let annotations = labels.first?["annotations"]
    diagnostics.loseMembers(
      of: annotations ?? .null, besides: ["objects", "classifications"], "labels of Labelbox")
    let questions = annotations?["classifications"]?.array ?? []
    for object in annotations?["objects"]?.array ?? [] {
      if var label = try label(object, try object.text("name"), &schema) {
        label.attributes = attributes(of: object, answers: answers(to:))
        item.labels.append(label)
      } else {
        diagnostics.lose("annotations left out of kinds that are not read (video, metrics, masks)")
      }
    }
    for one in questions {
      var attributes = nested(in: one)
      // Of several questions, which one it was.
      if questions.count > 1, let name = one["name"]?.string {
        attributes.insert(.init("question", .string(name)), at: 0)
      }
      if let text = one["text_answer"]?["content"]?.string {
        item.labels.append(DatasetLabel(-1, .caption(text), attributes: attributes))
        continue
      }
      for name in answers(to: one) {
        item.labels.append(DatasetLabel(schema.index(of: name), .whole, attributes: attributes))
      }
    }
    return item
  }

  /// What was answered about an object, and then about the answers.
  private static func attributes(
    of object: JSON, answers: (JSON) -> [String]
  ) -> [JSON.Member] {
    (object["classifications"]?.array ?? []).flatMap { question -> [JSON.Member] in
      let answers = answers(question)
      guard let name = question["name"]?.string ?? question["schemaId"]?.string, !answers.isEmpty
      else { return [] }
      return [.init(name, .string(answers.joined(separator: ", ")))] + nested(in: question)
    }
  }

  /// What was asked of the answers to a question, and answered.
  private static func nested(in question: JSON) -> [JSON.Member] {
    let chosen =
      [question["radio_answer"]].compactMap { $0 } + (question["checklist_answers"]?.array ?? [])
    return chosen.flatMap { attributes(of: $0, answers: answers(to:)) }
  }

  /// What was chosen of a list, or written.
  private static func answers(to question: JSON) -> [String] {
    let chosen =
      [question["radio_answer"]].compactMap { $0 } + (question["checklist_answers"]?.array ?? [])
    return chosen.compactMap { $0["name"]?.string }
      + [question["text_answer"]?["content"]?.string].compactMap { $0 }
  }
}
