import Geometry
import Labels
import Notation

/// The list of classes stands before the items, so they are spooled.
final class DatumaroWriter: DatasetWriting {
  private final class File {
    let spooled = SpooledBytes()
    var out = JSONWriter()
    var labels = 0
  }

  private let sink: any DatasetSink
  private let options: WritingOptions
  private let diagnostics: Diagnostics
  private var files: [String: File] = [:]

  init(_ sink: any DatasetSink, _ options: WritingOptions, _ diagnostics: Diagnostics) {
    (self.sink, self.options, self.diagnostics) = (sink, options, diagnostics)
  }

  func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    let file = files[item.subset] ?? File()
    files[item.subset] = file
    if options.hasMedia, let media = item.media {
      try sink.copy(media, to: "images/\(item.subset.isEmpty ? "" : item.subset + "/")\(item.name)")
    }
    var annotations: [JSON] = []
    for label in item.labels {
      file.labels += 1
      if let json = annotation(label, id: file.labels) { annotations.append(json) }
    }
    var members: [JSON.Member] = [
      .init("id", .string(item.stem)), .init("annotations", .array(annotations)),
    ]
    var image: [JSON.Member] = [.init("path", .string(item.name))]
    if let size = item.size {
      image.append(.init("size", [.int(Int64(size.height)), .int(Int64(size.width))]))
    }
    members.append(.init("image", .object(image)))
    if !item.metadata.isEmpty { members.append(.init("attr", .object(item.metadata))) }
    file.out.value(JSON.object(members))
    if file.out.bytes.count > 1 << 16 {
      try file.spooled.append(file.out.bytes)
      file.out.forget()
    }
  }

  private func annotation(_ label: DatasetLabel, id: Int) -> JSON? {
    var attributes = label.attributes
    if label.isCrowd { attributes.append(.init("is_crowd", true)) }
    if let score = label.score { attributes.append(.init("score", .double(score))) }
    var members: [JSON.Member] = [
      .init("id", .int(Int64(id))), .init("type", .string("")),
      .init("attributes", .object(attributes)),
      .init("group", .int(Int64(label.group ?? 0))),
    ]
    func typed(_ kind: String, _ more: [JSON.Member]) -> JSON {
      members[1].value = .string(kind)
      if label.classIndex >= 0 { members.append(.init("label_id", .int(Int64(label.classIndex)))) }
      return .object(members + more)
    }
    func flat(_ points: [Point]) -> JSON {
      .array(points.flatMap { [.shortest($0.x), .shortest($0.y)] })
    }
    let order = JSON.Member("z_order", 0)
    switch label.value {
    case .whole: return typed("label", [])
    case .caption(let text): return typed("caption", [.init("caption", .string(text))])
    case .shape(let shape):
      switch shape {
      case .box(let box):
        let numbers = [box.x, box.y, box.width, box.height].map { JSON.shortest($0) }
        return typed("bbox", [order, .init("bbox", .array(numbers))])
      case .polygon(let polygon):
        if !polygon.holes.isEmpty { diagnostics.lose("holes of polygons filled") }
        return typed("polygon", [order, .init("points", flat(polygon.outline))])
      case .polyline(let line):
        return typed("polyline", [order, .init("points", flat(line.points))])
      case .keypoints(let keypoints):
        diagnostics.loseExtent(of: label)
        return typed(
          "points",
          [
            order, .init("points", flat(keypoints.keypoints.map(\.point))),
            .init(
              "visibility", .array(keypoints.keypoints.map { .int(Int64($0.visibility.rawValue)) })),
          ])
      case .mask(let mask):
        return typed(
          "mask",
          [
            order,
            .init(
              "rle",
              [
                "counts": .string(String(decoding: mask.compressed, as: UTF8.self)),
                "size": [.int(Int64(mask.height)), .int(Int64(mask.width))],
              ]),
          ])
      default: return nil
      }
    default: return nil
    }
  }

  func finish(_ schema: DatasetSchema) throws {
    if files.isEmpty { files[""] = File() }
    let labels = schema.classes.map { one -> JSON in
      ["name": .string(one.name), "parent": .string(one.supercategory), "attributes": []]
    }
    let points = schema.classes.enumerated().filter { !$0.element.keypoints.isEmpty }.map {
      place, one -> JSON in
      [
        "label_id": .int(Int64(place)), "labels": .array(one.keypoints.map { .string($0) }),
        "joints": .array(one.skeleton.map { .array($0.map { .int(Int64($0 &+ 1)) }) }),
      ]
    }
    var categories: [JSON.Member] = [.init("label", ["labels": .array(labels), "attributes": []])]
    if !points.isEmpty { categories.append(.init("points", ["items": .array(points)])) }
    for (subset, file) in files.sorted(by: { $0.key < $1.key }) {
      let stream = try sink.open("annotations/\(DatasetFormat.datumaro.facts.fileName(of: subset)).json")
      let head = #"{"dm_format_version":"1.0","media_type":2,"infos":{},"categories":"#
      try stream.append(
        Array(head.utf8) + JSON.object(categories).utf8 + Array(#","items":["#.utf8))
      try file.spooled.append(file.out.bytes)
      try file.spooled.drain(stream.append)
      try stream.append(Array("]}\n".utf8))
      try stream.close()
    }
  }
}
