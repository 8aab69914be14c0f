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
    let tasks = ScaleTasks.tasks(in: json)
    guard tasks.count != 1 else { return try item(tasks[0], &schema).map { [$0] } ?? [] }
    var items: [DatasetItem] = []
    for (place, task) in tasks.enumerated() {
      do {
        if let item = try item(task, &schema) { items.append(item) }
      } catch let fault as NotationFault {
        try diagnostics.report(
          file, "docs[\(place)], \(fault.path)", fault.problem,
          remedy: "Put it right; it is left out.")
      }
    }
    return items
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
    if let text = Self.text(type, params) {
      item.text = text
    } else if let address = Self.attachment(params), Self.isPicture(address, type, params) {
      addImage(at: address, to: &item)
    } else {
      diagnostics.lose("tasks left out of the type \(type): neither one image nor a text")
      return nil
    }
    if item.name.isEmpty { item.name = id }
    item.metadata = metadata(of: task, called: item.name)
    if let tags = task["tags"]?.array?.compactMap(\.string),
      let subset = tags.first(where: ScaleTasks.subsets.contains)
    {
      item.subset = subset
    }
    try read(task["response"] ?? [:], of: type, into: &item, &schema)
    return item
  }

  private func addImage(at address: String, to item: inout DatasetItem) {
    let path = Self.path(of: address)
    if item.name.isEmpty {
      item.name = path
    } else if !DatasetFolder.isImage(item.name), DatasetFolder.isImage(path) {
      // Whoever writes the image names it so.
      item.name += path[(path.lastIndex(of: ".") ?? path.endIndex)...]
    }
    if let image = folder.image(named: path) ?? folder.image(named: item.name) {
      item.media = folder.fullPath(image)
      item.size = folder.size(of: image)
    } else if DatasetItem.isAddress(address) {
      item.media = address
    } else if address.contains("://") {
      diagnostics.lose("addresses of images left out that are neither http nor https")
    }
  }

  /// - Parameter name: of the item, which its own id need not say again.
  private func metadata(of task: JSON, called name: String) -> [JSON.Member] {
    var found = task["metadata"]?.members ?? []
    let own = Set(found.map(\.name))
    for fact in ScaleTasks.facts {
      guard let value = task[fact], !value.isNull, !own.contains(fact), value.string != name
      else { continue }
      if value.string?.hasPrefix(ScaleTasks.countedID) == true { continue }
      if fact == "tags", var tags = value.array {
        let subset = tags.firstIndex { ScaleTasks.subsets.contains($0.string ?? "") }
        if let subset { tags.remove(at: subset) }
        if !tags.isEmpty { found.append(.init(fact, .array(tags))) }
      } else {
        found.append(.init(fact, value))
      }
    }
    return found
  }

  // MARK: What a task is about

  private static func text(_ type: String, _ params: JSON) -> String? {
    if type == "namedentityrecognition" { return params["text"]?.string }
    if params["attachment_type"]?.string == "text" { return attachment(params) }
    let only = only(params)
    return only?["type"]?.string == "text" ? only?["content"]?.string : nil
  }

  /// What it shows, where that is one thing.
  private static func attachment(_ params: JSON) -> String? {
    if let one = params["attachment"]?.string { return one }
    return only(params).flatMap { $0.string ?? $0["content"]?.string }
  }

  /// The only one of its attachments.
  private static func only(_ params: JSON) -> JSON? {
    params["attachments"]?.array.flatMap { $0.count == 1 ? $0[0] : nil }
  }

  private static func isPicture(_ address: String, _ type: String, _ params: JSON) -> Bool {
    let said = params["attachment_type"]?.string ?? only(params)?["type"]?.string
    return said.map { $0 == "image" }
      ?? (ScaleTasks.ofImages.contains(type) || DatasetFolder.isImage(path(of: address)))
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
    // Answers to questions, and the address of a file, are objects.
    let annotations = response["annotations"]?.members == nil ? try response.list("annotations") : []
    let text = item.text.map { ScalePlaces($0, annotations) }
    for (place, json) in annotations.enumerated() {
      do {
        item.labels.append(try label(json, of: type, in: text, &schema))
        if let id = json["uuid"] ?? json["id"] { places[id] = item.labels.count - 1 }
      } catch let fault as NotationFault {
        try diagnostics.leaveOut(fault, in: file, at: "\(item.name), annotations[\(place)]")
      }
    }
    for link in try response.list("links") + response.list("relationships") {
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
    var names = Set(item.metadata.map(\.name))
    item.metadata += answers.filter { names.insert($0.name).inserted }
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
    for (index, vertex) in try place.list("vertices").enumerated() {
      points.append(try point(vertex, "vertices[\(index)]"))
    }
    guard points.count >= least else {
      throw NotationFault(path: "vertices", problem: "must be \(least) at least")
    }
    return points
  }

  private static func cuboid(_ place: JSON) throws(NotationFault) -> Cuboid {
    let vertices = try place.list("vertices")
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
/// characters or, as JavaScript does, UTF-16 code units: the annotations' own texts tell.
private struct ScalePlaces {
  private let scalars: [Unicode.Scalar]
  /// The scalar that each code unit is of, where those are what is counted.
  private let units: [Int]?

  /// - Parameter annotations: of the whole text: one that fits code units alone says so of all.
  /// - Complexity: O(text + annotations)
  init(_ text: String, _ annotations: [JSON]) {
    let scalars = Array(text.unicodeScalars)
    self.scalars = scalars
    guard scalars.contains(where: { $0.value > 0xFFFF }) else {
      units = nil
      return
    }
    let places = scalars.indices.flatMap { place in
      repeatElement(place, count: scalars[place].value > 0xFFFF ? 2 : 1)
    }
    let isInUnits = annotations.contains { json in
      guard let said = Self.said(json), let start = Self.number(json["start"]),
        places.indices.contains(start)
      else { return false }
      return !Self.isThere(said, at: start, in: scalars)
        && Self.isThere(said, at: places[start], in: scalars)
    }
    self.units = isInUnits ? places : nil
  }

  private static func said(_ json: JSON) -> [Unicode.Scalar]? {
    json["text"]?.string.flatMap { $0.isEmpty ? nil : Array($0.unicodeScalars) }
  }

  private static func number(_ json: JSON?) -> Int? {
    json?.integer.flatMap { $0 >= 0 ? Int(clamping: $0) : nil }
  }

  private static func isThere(
    _ said: [Unicode.Scalar], at start: Int, in scalars: [Unicode.Scalar]
  ) -> Bool {
    start <= scalars.count - said.count && scalars[start...].starts(with: said)
  }

  /// Where a place is in Unicode scalars; the end of the text for one behind it.
  private func scalar(_ place: Int) -> Int {
    guard let units else { return place }
    return place < units.count ? units[place] : scalars.count + place - units.count
  }

  /// - Returns: places in Unicode scalars, the end excluded.
  /// - Complexity: O(the span's length)
  func span(_ json: JSON) throws(NotationFault) -> Range<Int> {
    guard let start = Self.number(json["start"]).map(scalar) else {
      throw NotationFault(path: "start", problem: "must be a place in the text")
    }
    guard let said = Self.said(json) else {
      guard let end = Self.number(json["end"]).map(scalar), start < end, end <= scalars.count else {
        throw NotationFault(
          path: "", problem: "must be a place in the text of \(scalars.count) characters")
      }
      return start..<end
    }
    guard Self.isThere(said, at: start, in: scalars) else {
      let there = String(String.UnicodeScalarView(scalars.dropFirst(start).prefix(said.count)))
      let wanted = String(String.UnicodeScalarView(said.prefix(40)))
      throw NotationFault(
        path: "text", problem: "the text there is “\(there.prefix(40))”, not “\(wanted)”")
    }
    return start..<start + said.count
  }
}
