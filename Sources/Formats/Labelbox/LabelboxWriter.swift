import Geometry
import Labels
import Notation

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
