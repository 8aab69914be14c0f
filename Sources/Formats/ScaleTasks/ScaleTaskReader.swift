import Foundation
import Geometry
import Labels
import Notation

/// Reads a task with its response as an item.
struct ScaleTaskReader {
  private let file: String
  private let folder: DatasetFolder
  private let diagnostics: Diagnostics

  init(_ file: String, _ folder: DatasetFolder, _ diagnostics: Diagnostics) {
    (self.file, self.folder, self.diagnostics) = (file, folder, diagnostics)
  }

  func items(_ json: JSON, _ schema: inout DatasetSchema) throws -> [DatasetItem] {
    try ScaleTasks.tasks(in: json).compactMap { try item($0, &schema) }
  }

  private func item(_ task: JSON, _ schema: inout DatasetSchema) throws -> DatasetItem? {
    let type = try task.text("type")
    let id = try task.text("task_id")
    let status = task["status"]?.string ?? "completed"
    guard ["completed", "pending"].contains(status) else {
      diagnostics.lose("tasks left out that are \(status)")
      return nil
    }
    let params = task["params"] ?? [:]
    var item = DatasetItem(name: task["unique_id"]?.string ?? "")
    item.metadata = metadata(of: task)
    if let text = Self.text(type, params) {
      item.text = text
    } else if let address = Self.attachment(params), Self.isPicture(address, params) {
      let path = Self.path(of: address)
      if item.name.isEmpty { item.name = path }
      if let image = folder.image(named: path) {
        item.media = folder.fullPath(image)
        item.size = folder.size(of: image)
      } else if DatasetItem.isAddress(address) {
        item.media = address
      }
    } else {
      diagnostics.lose("tasks left out of the type \(type): neither one image nor a text")
      return nil
    }
    if item.name.isEmpty { item.name = id }
    if let tags = task["tags"]?.array?.compactMap(\.string),
      let subset = tags.first(where: ScaleTasks.subsets.contains)
    {
      item.subset = subset
    }
    try read(task["response"] ?? [:], of: type, into: &item, &schema)
    return item
  }

  private func metadata(of task: JSON) -> [JSON.Member] {
    var found = task["metadata"]?.members ?? []
    for name in ScaleTasks.facts {
      guard let value = task[name], !value.isNull, !found.contains(where: { $0.name == name })
      else { continue }
      if value.string?.hasPrefix(ScaleTasks.countedID) == true { continue }
      if let tags = value.array {
        let others = tags.filter { !ScaleTasks.subsets.contains($0.string ?? "") }
        if !others.isEmpty { found.append(.init(name, .array(others))) }
      } else {
        found.append(.init(name, value))
      }
    }
    return found
  }

  // MARK: What a task is about

  private static func text(_ type: String, _ params: JSON) -> String? {
    if type == "namedentityrecognition" { return params["text"]?.string }
    if params["attachment_type"]?.string == "text" { return attachment(params) }
    let only = params["attachments"]?.array.flatMap { $0.count == 1 ? $0[0] : nil }
    return only?["type"]?.string == "text" ? only?["content"]?.string : nil
  }

  /// What it shows, where that is one thing.
  private static func attachment(_ params: JSON) -> String? {
    if let one = params["attachment"]?.string { return one }
    guard let list = params["attachments"]?.array, list.count == 1 else { return nil }
    return list[0].string ?? list[0]["content"]?.string
  }

  private static func isPicture(_ address: String, _ params: JSON) -> Bool {
    let only = params["attachments"]?.array.flatMap { $0.count == 1 ? $0[0] : nil }
    let said = params["attachment_type"]?.string ?? only?["type"]?.string
    return said.map { $0 == "image" } ?? DatasetFolder.isImage(path(of: address))
  }

  /// The path of a URL, without what stands before and behind it.
  private static func path(of address: String) -> String {
    guard let scheme = address.range(of: "://") else { return address }
    let rest = address[scheme.upperBound...].prefix { $0 != "?" && $0 != "#" }
    let path = rest.drop { $0 != "/" }.dropFirst()
    return path.removingPercentEncoding ?? String(path)
  }

  // MARK: What was answered

  private func read(
    _ response: JSON, of type: String, into item: inout DatasetItem,
    _ schema: inout DatasetSchema
  ) throws {
    var places: [JSON: Int] = [:]
    let text = item.text.map(ScalePlaces.init)
    for (place, json) in (response["annotations"]?.array ?? []).enumerated() {
      do {
        item.labels.append(try label(json, of: type, in: text, &schema))
        if let id = json["uuid"] ?? json["id"] { places[id] = item.labels.count - 1 }
      } catch let fault as NotationFault {
        try diagnostics.report(
          file, "\(item.name), annotations[\(place)]\(fault.path.isEmpty ? "" : ".\(fault.path)")",
          fault.problem, remedy: "Put it right; it is left out.")
      }
    }
    for link in (response["links"]?.array ?? []) + (response["relationships"]?.array ?? []) {
      guard let name = (link["label"] ?? link["name"])?.string,
        let from = (link["from"] ?? link["source_ref"]).flatMap({ places[$0] }),
        let to = (link["to"] ?? link["target_ref"]).flatMap({ places[$0] })
      else {
        diagnostics.lose("relations left out whose ends are")
        continue
      }
      item.labels.append(DatasetLabel(schema.index(of: name), .relation(from: from, to: to)))
    }
    readFiles(response["annotations"])
    readAnswers(response, into: &item, &schema)
  }

  /// Tells of what is not in the task itself.
  private func readFiles(_ annotations: JSON?) {
    if annotations?["url"] != nil {
      diagnostics.lose("annotations left out that lie in a file of their own")
    }
    if annotations?["combined"] != nil || annotations?["labeled"] != nil {
      diagnostics.lose("segmentations left out: they are pictures of their own")
    }
  }

  /// Classes of the item as a whole, and answers to questions about it.
  private func readAnswers(
    _ response: JSON, into item: inout DatasetItem, _ schema: inout DatasetSchema
  ) {
    func strings(_ json: JSON?) -> [String] {
      json?.string.map { [$0] } ?? json?.array?.compactMap(\.string) ?? []
    }
    let global = response["global_attributes"]?.members ?? []
    let classes =
      strings(response["category"]) + strings(response["categories"])
      + global.filter { $0.name == ScaleTasks.classes }.flatMap { strings($0.value) }
    for name in classes { item.labels.append(DatasetLabel(schema.index(of: name), .whole)) }
    var answers = global.filter { $0.name != ScaleTasks.classes }
    for field in response["annotations"]?.members ?? [] {
      guard let given = field.value["response"]?.array?.first?.array else { continue }
      answers.append(.init(field.name, given.count == 1 ? given[0] : .array(given)))
    }
    answers += response["fields"]?.members ?? []
    item.metadata += answers.filter { one in !item.metadata.contains { $0.name == one.name } }
  }

  private func label(
    _ json: JSON, of type: String, in text: ScalePlaces?, _ schema: inout DatasetSchema
  ) throws -> DatasetLabel {
    let place = json["location"] ?? json
    let value = try Self.value(place, Self.geometry(place, of: type), in: text)
    // Tasks that ask for one kind of thing need not name it.
    let index = schema.index(of: json["label"]?.string ?? "object")
    var attributes = json["attributes"]?.members ?? []
    if type == "documenttranscription", let text = json["text"] {
      attributes.append(.init("text", text))
    }
    return DatasetLabel(index, value, attributes: attributes.filter { !$0.value.isNull })
  }

  private static func geometry(_ place: JSON, of type: String) -> String {
    if let said = place["type"]?.string ?? ScaleTasks.geometries[type] { return said }
    if place["left"] != nil { return "box" }
    if place["start"] != nil { return "span" }
    guard let first = place["vertices"]?.array?.first else { return "point" }
    return first["description"] == nil ? "polygon" : "cuboid"
  }

  private static func value(
    _ place: JSON, _ geometry: String, in text: ScalePlaces?
  ) throws(NotationFault) -> DatasetLabel.Value {
    switch geometry {
    case "box":
      let (width, height) = (try place.number("width"), try place.number("height"))
      guard width >= 0, height >= 0 else {
        throw NotationFault(path: "width", problem: "a box must not end before it begins")
      }
      let box = Box(
        x: try place.number("left"), y: try place.number("top"), width: width, height: height)
      guard let rotation = place["rotation"]?.number, rotation.isFinite, rotation != 0 else {
        return .shape(.box(box))
      }
      let center = Point(x: box.x + width / 2, y: box.y + height / 2)
      return .shape(
        .rotatedBox(RotatedBox(center: center, width: width, height: height, rotation: rotation)))
    case "polygon": return .shape(.polygon(Polygon(try points(place, least: 3))))
    case "line": return .shape(.polyline(Polyline(try points(place, least: 1))))
    case "point": return .shape(.point(try point(place, "")))
    case "cuboid": return .shape(.cuboid(try cuboid(place)))
    case "ellipse":
      return .shape(
        .ellipse(
          Ellipse(
            center: try point(place, ""), radiusX: try place.number("radius_x"),
            radiusY: try place.number("radius_y"), rotation: place["rotation"]?.number ?? 0)))
    case "span":
      guard let text else { throw NotationFault(path: "type", problem: "there is no text") }
      return .spans([try text.span(place)])
    default:
      throw NotationFault(path: "type", problem: "\(geometry) is no geometry that is read")
    }
  }

  private static func point(_ json: JSON, _ path: String) throws(NotationFault) -> Point {
    guard let x = json["x"]?.number, let y = json["y"]?.number, x.isFinite, y.isFinite else {
      throw NotationFault(path: path, problem: "must have numbers x and y")
    }
    return Point(x: x, y: y)
  }

  private static func points(_ place: JSON, least: Int) throws(NotationFault) -> [Point] {
    var points: [Point] = []
    for (index, vertex) in (place["vertices"]?.array ?? []).enumerated() {
      points.append(try point(vertex, "vertices[\(index)]"))
    }
    guard points.count >= least else {
      throw NotationFault(path: "vertices", problem: "must be \(least) at least")
    }
    return points
  }

  private static func cuboid(_ place: JSON) throws(NotationFault) -> Cuboid {
    let vertices = place["vertices"]?.array ?? []
    var points: [Point] = []
    for corner in ScaleTasks.corners {
      guard let vertex = vertices.first(where: { $0["description"]?.string == corner }) else {
        throw NotationFault(path: "vertices", problem: "\(corner) is missing")
      }
      points.append(try point(vertex, "vertices"))
    }
    guard let cuboid = Cuboid(points) else {
      throw NotationFault(path: "vertices", problem: "must be six")
    }
    return cuboid
  }
}

/// Finds places in a text. Scale does not say whether the ends of its spans are inside, nor whether it counts
/// characters or, as JavaScript does, UTF-16 code units: an annotation's own text tells.
private final class ScalePlaces {
  private let scalars: [Unicode.Scalar]
  private let text: String
  /// The scalar that each code unit is of; only asked for where these are counted apart.
  private lazy var units: [Int] = scalars.indices.flatMap { place in
    Array(repeating: place, count: scalars[place].value > 0xFFFF ? 2 : 1)
  }

  init(_ text: String) {
    self.text = text
    scalars = Array(text.unicodeScalars)
  }

  /// - Returns: places in Unicode scalars, the end excluded.
  /// - Complexity: O(the span's length); the first that is not where characters are counted, O(the text's)
  func span(_ json: JSON) throws(NotationFault) -> Range<Int> {
    guard let said = json["text"]?.string, !said.isEmpty,
      let start = json["start"]?.integer.map({ Int(clamping: $0) }), start >= 0
    else { return try TextLines.range(json["start"], json["end"], in: text, "") }
    let wanted = Array(said.unicodeScalars)
    func isThere(_ start: Int) -> Bool {
      start <= scalars.count - wanted.count && scalars[start...].starts(with: wanted)
    }
    if isThere(start) { return start..<start + wanted.count }
    if start < units.count, case let first = units[start], isThere(first) {
      return first..<first + wanted.count
    }
    let there = String(String.UnicodeScalarView(scalars.dropFirst(start).prefix(wanted.count)))
    throw NotationFault(
      path: "text", problem: "the text there is “\(there.prefix(40))”, not “\(said.prefix(40))”")
  }
}
