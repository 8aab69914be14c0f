import Geometry
import Labels
import Notation

/// Writes an item as a completed task. Without its response it is what Scale's API is asked with.
final class ScaleTasksWriter: DatasetWriting {
  private let sink: any DatasetSink
  private let options: WritingOptions
  private let diagnostics: Diagnostics
  private let stream: any DatasetStream
  private var (tasks, objects): (UInt64, UInt64) = (0, 0)

  init(
    _ sink: any DatasetSink, _ options: WritingOptions, _ diagnostics: Diagnostics
  ) throws {
    (self.sink, self.options, self.diagnostics) = (sink, options, diagnostics)
    stream = try sink.open("tasks.jsonl")
  }

  func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    if options.hasMedia, let media = item.media, !DatasetItem.isAddress(media) {
      try sink.copy(media, to: "images/\(item.name)")
    }
    tasks += 1
    try stream.append(task(item, schema).utf8 + [0x0A])
  }

  func finish(_ schema: DatasetSchema) throws { try stream.close() }

  /// A label as the answer has it.
  private struct Object {
    var geometry: String
    var label: String
    var id: JSON
    var members: [JSON.Member]
    var attributes: [JSON.Member]
  }

  // MARK: The task

  private func task(_ item: DatasetItem, _ schema: DatasetSchema) -> JSON {
    var found: [Int: Object] = [:]
    let scalars = item.text.map { Array($0.unicodeScalars) }
    for (place, label) in item.labels.enumerated() {
      found[place] = object(label, in: scalars, schema)
    }
    let objects = found.sorted { $0.key < $1.key }.map(\.value)
    let isOfWholes = !item.labels.isEmpty && item.labels.allSatisfy { $0.value == .whole }
    let classes = item.labels.filter { $0.value == .whole }
      .map { JSON.string(schema.name($0.classIndex)) }
    let relations = relations(of: item, found, schema)
    let (type, params, response): (String, JSON, JSON)
    if isOfWholes {
      (type, params) = (
        "categorization", .object(attachment(of: item) + [.init("categories", .array(classes))])
      )
      response =
        classes.count == 1 ? ["category": classes[0]] : ["categories": .array(classes)]
    } else if let text = item.text {
      (type, params) = (
        "namedentityrecognition",
        ["text": .string(text), "labels": .array(Self.names(objects).map { ["name": $0] })]
      )
      response = .object(
        [
          .init("annotations", .array(objects.map(Self.entity))),
          .init("relationships", .array(relations.map(relationship))),
        ]
          + (classes.isEmpty
            ? [] : [.init("global_attributes", [ScaleTasks.classes: .array(classes)])]))
    } else {
      type = "imageannotation"
      let geometries = Dictionary(grouping: objects, by: \.geometry).sorted { $0.key < $1.key }
        .map { JSON.Member($0.key, ["objects_to_annotate": .array(Self.names($0.value))]) }
      params = .object(attachment(of: item) + [.init("geometries", .object(geometries))])
      response = [
        "annotations": .array(objects.map(Self.drawn)),
        "global_attributes": classes.isEmpty ? [:] : [ScaleTasks.classes: .array(classes)],
        "links": .array(
          relations.map { ["label": $0.label, "from": $0.from, "to": $0.to] }),
      ]
    }
    return .object(
      head(item, type) + [.init("params", params), .init("response", response)])
  }

  private func head(_ item: DatasetItem, _ type: String) -> [JSON.Member] {
    // What a task says itself; what is not as tasks have it stays metadata.
    var (own, others) = ([String: JSON](), [JSON.Member]())
    for member in item.metadata {
      let isFact =
        member.name == "tags" ? member.value.array != nil : member.value.string?.isEmpty == false
      if ScaleTasks.facts.contains(member.name), isFact {
        own[member.name] = member.value
      } else {
        others.append(member)
      }
    }
    let counted = ScaleTasks.countedID + CountedID.hexadecimal(tasks, digits: 12)
    var members: [JSON.Member] = [
      .init("task_id", own["task_id"] ?? .string(counted)), .init("type", .string(type)),
      .init("status", "completed"), .init("unique_id", own["unique_id"] ?? .string(item.name)),
    ]
    for name in ["project", "batch"] {
      if let value = own[name] { members.append(.init(name, value)) }
    }
    // The first that is a subset's is taken for it.
    let tags = subset(of: item, own["tags"]?.array ?? []) + (own["tags"]?.array ?? [])
    if !tags.isEmpty { members.append(.init("tags", .array(tags))) }
    return members + [.init("metadata", .object(others))]
  }

  private func subset(of item: DatasetItem, _ tags: [JSON]) -> [JSON] {
    let isSaid = tags.contains { ScaleTasks.subsets.contains($0.string ?? "") }
    if ScaleTasks.subsets.contains(item.subset) { return [.string(item.subset)] }
    if !item.subset.isEmpty {
      diagnostics.lose("subsets left out that are not called train, val or test")
    }
    if isSaid { diagnostics.lose("tags that will be read as subsets") }
    return []
  }

  private func attachment(of item: DatasetItem) -> [JSON.Member] {
    if let text = item.text {
      return [.init("attachment_type", "text"), .init("attachment", .string(text))]
    }
    let address = item.media.flatMap { DatasetItem.isAddress($0) ? $0 : nil }
    return [
      .init("attachment_type", "image"), .init("attachment", .string(address ?? item.name)),
    ]
  }

  private static func names(_ objects: [Object]) -> [JSON] {
    Set(objects.map(\.label)).sorted().map { .string($0) }
  }

  // MARK: The answer

  private static func drawn(_ object: Object) -> JSON {
    .object(
      [
        .init("type", .string(object.geometry)), .init("label", .string(object.label)),
        .init("attributes", .object(object.attributes)),
      ] + object.members + [.init("uuid", object.id)])
  }

  private static func entity(_ object: Object) -> JSON {
    .object(
      [.init("id", object.id)] + object.members + [
        .init("label", .string(object.label)), .init("attributes", .object(object.attributes)),
      ])
  }

  private func relationship(_ link: (label: JSON, from: JSON, to: JSON)) -> JSON {
    objects += 1
    return [
      "id": .string(CountedID.uuid(objects)), "name": link.label, "source_ref": link.from,
      "target_ref": link.to,
    ]
  }

  private func relations(
    of item: DatasetItem, _ found: [Int: Object], _ schema: DatasetSchema
  ) -> [(label: JSON, from: JSON, to: JSON)] {
    item.labels.compactMap { label in
      guard case .relation(let from, let to) = label.value else { return nil }
      guard let from = found[from]?.id, let to = found[to]?.id else {
        diagnostics.lose("relations left out whose ends are")
        return nil
      }
      return (.string(schema.name(label.classIndex)), from, to)
    }
  }

  private func object(
    _ label: DatasetLabel, in text: [Unicode.Scalar]?, _ schema: DatasetSchema
  ) -> Object? {
    guard let (geometry, members) = form(label, in: text ?? []) else { return nil }
    guard (geometry == "span") == (text != nil) else {
      diagnostics.lose("\(label.value.kind.plural) left out, since a task has a text or an image")
      return nil
    }
    objects += 1
    return Object(
      geometry: geometry, label: schema.name(label.classIndex),
      id: .string(CountedID.uuid(objects)), members: members, attributes: label.attributes)
  }

  /// What it is called there, and where it lies; nil of what has no place.
  private func form(_ label: DatasetLabel, in text: [Unicode.Scalar]) -> (String, [JSON.Member])? {
    func edges(_ box: Box) -> [JSON.Member] {
      [
        .init("left", .shortest(box.x)), .init("top", .shortest(box.y)),
        .init("width", .shortest(box.width)), .init("height", .shortest(box.height)),
      ]
    }
    func pair(_ point: Point) -> [JSON.Member] {
      [.init("x", .shortest(point.x)), .init("y", .shortest(point.y))]
    }
    func vertices(_ points: [Point]) -> JSON.Member {
      .init("vertices", .array(points.map { .object(pair($0)) }))
    }
    switch label.value {
    case .shape(.box(let box)): return ("box", edges(box))
    case .shape(.rotatedBox(let box)):
      let flat = Box(
        x: box.center.x - box.width / 2, y: box.center.y - box.height / 2, width: box.width,
        height: box.height)
      return (
        "box", edges(flat) + [.init("rotation", .double(box.rotation)), vertices(box.corners)]
      )
    case .shape(.polygon(let polygon)):
      if !polygon.holes.isEmpty { diagnostics.lose("holes of polygons filled") }
      return ("polygon", [vertices(polygon.outline)])
    case .shape(.polyline(let line)): return ("line", [vertices(line.points)])
    case .shape(.point(let point)): return ("point", pair(point))
    case .shape(.cuboid(let cuboid)):
      let corners = zip(ScaleTasks.corners, cuboid.points).map { name, point -> JSON in
        .object(
          [.init("type", "vertex"), .init("description", .string(name))] + pair(point))
      }
      return ("cuboid", [.init("vertices", .array(corners))])
    case .shape(.ellipse(let ellipse)):
      return (
        "ellipse",
        pair(ellipse.center) + [
          .init("radius_x", .shortest(ellipse.radiusX)),
          .init("radius_y", .shortest(ellipse.radiusY)),
          .init("rotation", .double(ellipse.rotation)), vertices(ellipse.outline(4)),
        ]
      )
    case .spans(let ranges):
      guard let first = ranges.first, let last = ranges.last else { return nil }
      if ranges.count > 1 { diagnostics.lose("gaps in spans filled") }
      let range = first.lowerBound..<max(first.lowerBound, last.upperBound)
      let piece = String(String.UnicodeScalarView(text[range.clamped(to: text.indices)]))
      return (
        "span",
        [
          .init("start", .int(Int64(range.lowerBound))),
          .init("end", .int(Int64(range.upperBound))), .init("text", .string(piece)),
        ]
      )
    default: return nil
    }
  }
}
