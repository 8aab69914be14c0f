import Foundation
import Geometry
import Labels
import Notation

final class LabelStudioWriter: DatasetWriting {
  private let sink: any DatasetSink
  private let options: WritingOptions
  private let diagnostics: Diagnostics
  private var stream: (any DatasetStream)?
  private var out = JSONWriter()
  private var count = 0
  private var kinds: Set<DatasetLabelKind> = []
  private var wholes: Set<Int> = []
  private var hasImages = false
  private var hasTexts = false

  init(_ sink: any DatasetSink, _ options: WritingOptions, _ diagnostics: Diagnostics) {
    (self.sink, self.options, self.diagnostics) = (sink, options, diagnostics)
  }

  private func begun() throws -> any DatasetStream {
    if let stream { return stream }
    let stream = try sink.open("tasks.json")
    out.beginArray()
    self.stream = stream
    return stream
  }

  func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    let stream = try begun()
    if item.text == nil, item.size == nil, item.labels.contains(where: { $0.bounds != nil }) {
      return try diagnostics.leaveOut(
        item, "the size of the image is not known, of which Label Studio's numbers are percents",
        remedy: "Put the image beside its labels")
    }
    count += 1
    if options.hasMedia, let media = item.media { try sink.copy(media, to: "images/\(item.name)") }
    hasImages = hasImages || item.text == nil
    hasTexts = hasTexts || item.text != nil
    var data: [JSON.Member] =
      item.text.map { [.init("text", .string($0))] } ?? [
        .init("image", .string("images/\(item.name)"))
      ]
    if !item.subset.isEmpty { data.append(.init("subset", .string(item.subset))) }
    let own: Set<String> = ["image", "img", "text", "subset"]
    for member in item.metadata {
      guard !own.contains(member.name) else {
        diagnostics.lose("metadata called image, img, text or subset")
        continue
      }
      data.append(member)
    }
    let results = results(item, schema)
    let isPrediction = !item.labels.isEmpty && item.labels.allSatisfy { $0.score != nil }
    var members: [JSON.Member] = [.init("id", .int(Int64(count))), .init("data", .object(data))]
    let entry: JSON = ["id": .int(Int64(count)), "result": .array(results)]
    if isPrediction {
      members += [.init("annotations", []), .init("predictions", [entry])]
    } else {
      members += [
        .init("annotations", [entry.adding("was_cancelled", false)]), .init("predictions", []),
      ]
    }
    out.value(JSON.object(members))
    try stream.append(out.bytes)
    out.forget()
  }

  private func results(_ item: DatasetItem, _ schema: DatasetSchema) -> [JSON] {
    var ids: [String?] = []
    var results: [JSON] = []
    for (place, label) in item.labels.enumerated() {
      if case .relation = label.value {
        ids.append(nil)
        continue
      }
      let made = self.results(label, "r\(count)_\(place)", item, schema)
      ids.append(made.isEmpty ? nil : "r\(count)_\(place)")
      results += made
    }
    for label in item.labels {
      guard case .relation(let from, let to) = label.value, let from = ids[from], let to = ids[to]
      else { continue }
      kinds.insert(.relation)
      results.append([
        "type": "relation", "from_id": .string(from), "to_id": .string(to), "direction": "right",
        "labels": [.string(schema.name(label.classIndex))],
      ])
    }
    return results
  }

  private func results(
    _ label: DatasetLabel, _ id: String, _ item: DatasetItem, _ schema: DatasetSchema
  ) -> [JSON] {
    kinds.insert(label.value.kind)
    let name = schema.name(label.classIndex)
    let target = item.text == nil ? "image" : "text"
    func result(
      _ id: String, _ kind: String, _ from: String, _ value: [JSON.Member], _ named: JSON?
    ) -> JSON {
      var members: [JSON.Member] = [
        .init("id", .string(id)), .init("type", .string(kind)), .init("from_name", .string(from)),
        .init("to_name", .string(target)),
      ]
      if let size = item.size, item.text == nil {
        members += [
          .init("original_width", .int(Int64(size.width))),
          .init("original_height", .int(Int64(size.height))),
          .init("image_rotation", 0),
        ]
      }
      if let score = label.score { members.append(.init("score", .double(score))) }
      return .object(
        members + [.init("value", .object(value + (named.map { [.init(kind, $0)] } ?? [])))])
    }
    switch label.value {
    case .whole:
      wholes.insert(label.classIndex)
      return [result(id, "choices", "class", [], [.string(name)])]
    case .caption(let text):
      return [result(id, "textarea", "caption", [.init("text", [.string(text)])], nil)]
    case .spans(let ranges):
      if ranges.count > 1 { diagnostics.lose("spans with gaps written as one span a piece") }
      let scalars = Array((item.text ?? "").unicodeScalars)
      return ranges.enumerated().map { place, range in
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[range.clamped(to: 0..<scalars.count)])
        return result(
          place == 0 ? id : "\(id)_\(place)", "labels", "label",
          [
            .init("start", .int(Int64(range.lowerBound))),
            .init("end", .int(Int64(range.upperBound))),
            .init("text", .string(String(text))),
          ], [.string(name)])
      }
    case .shape(let shape):
      guard let size = item.size, let (kind, from, value) = form(shape, size) else { return [] }
      return [result(id, kind, from, value, [.string(name)])]
    default: return []
    }
  }

  private func form(_ shape: Shape, _ size: ImageSize) -> (String, String, [JSON.Member])? {
    let scale = (x: 100 / Double(size.width), y: 100 / Double(size.height))
    func members(_ values: [(String, Double)]) -> [JSON.Member] {
      values.map { .init($0.0, .shortest($0.1)) }
    }
    switch shape {
    case .mask(let mask):
      return (
        "brushlabels", "mask",
        [.init("format", "rle"), .init("rle", .array(LabelStudioBrush.packed(mask)))]
      )
    case .box(let box):
      return (
        "rectanglelabels", "box",
        members([
          ("x", box.x * scale.x), ("y", box.y * scale.y), ("width", box.width * scale.x),
          ("height", box.height * scale.y), ("rotation", 0),
        ])
      )
    case .rotatedBox(let box):
      let corner = box.corners[0]
      return (
        "rectanglelabels", "box",
        members([
          ("x", corner.x * scale.x), ("y", corner.y * scale.y), ("width", box.width * scale.x),
          ("height", box.height * scale.y), ("rotation", box.rotation * 180 / .pi),
        ])
      )
    case .polygon(let polygon):
      if !polygon.holes.isEmpty { diagnostics.lose("holes of polygons filled") }
      let points = polygon.outline.map { point -> JSON in
        [.shortest(point.x * scale.x), .shortest(point.y * scale.y)]
      }
      return ("polygonlabels", "polygon", [.init("points", .array(points)), .init("closed", true)])
    case .point(let point):
      return (
        "keypointlabels", "point",
        members([("x", point.x * scale.x), ("y", point.y * scale.y), ("width", 0.5)])
      )
    case .ellipse(let ellipse):
      return (
        "ellipselabels", "ellipse",
        members([
          ("x", ellipse.center.x * scale.x), ("y", ellipse.center.y * scale.y),
          ("radiusX", ellipse.radiusX * scale.x), ("radiusY", ellipse.radiusY * scale.y),
          ("rotation", ellipse.rotation * 180 / .pi),
        ])
      )
    default: return nil
    }
  }

  func finish(_ schema: DatasetSchema) throws {
    let stream = try begun()
    out.endArray()
    out.newline()
    try stream.append(out.bytes)
    try stream.close()
    try sink.write(config(schema), to: LabelStudioReader.config)
  }

  /// The configuration by which Label Studio shows the tasks.
  private func config(_ schema: DatasetSchema) -> String {
    func labels(_ tag: String) -> String {
      schema.classes.map { "      <\(tag) value=\"\(XMLText.escaped($0.name))\"/>\n" }.joined()
    }
    var text = "<View>\n"
    if hasTexts { text += "  <Text name=\"text\" value=\"$text\"/>\n" }
    if hasImages { text += "  <Image name=\"image\" value=\"$image\"/>\n" }
    let controls: [([DatasetLabelKind], String, String, String)] = [
      ([.box, .rotatedBox], "RectangleLabels", "box", "image"),
      ([.polygon], "PolygonLabels", "polygon", "image"),
      ([.point], "KeyPointLabels", "point", "image"),
      ([.ellipse], "EllipseLabels", "ellipse", "image"),
      ([.mask], "BrushLabels", "mask", "image"),
      ([.span], "Labels", "label", "text"),
    ]
    for (of, tag, name, target) in controls where !kinds.isDisjoint(with: of) {
      text += "  <\(tag) name=\"\(name)\" toName=\"\(target)\">\n\(labels("Label"))  </\(tag)>\n"
    }
    let target = hasTexts ? "text" : "image"
    if kinds.contains(.whole) {
      text +=
        "  <Choices name=\"class\" toName=\"\(target)\" choice=\"multiple\">\n"
        + labels("Choice") + "  </Choices>\n"
    }
    if kinds.contains(.caption) { text += "  <TextArea name=\"caption\" toName=\"\(target)\"/>\n" }
    if kinds.contains(.relation) { text += "  <Relations>\n\(labels("Relation"))  </Relations>\n" }
    return text + "</View>\n"
  }
}

extension JSON {
  func adding(_ name: String, _ value: JSON) -> JSON {
    .object((members ?? []) + [.init(name, value)])
  }
}
