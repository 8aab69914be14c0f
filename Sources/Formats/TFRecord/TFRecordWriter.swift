import Geometry
import Labels
import Notation

final class TFRecordWriter: DatasetWriting {
  private let sink: any DatasetSink
  private let diagnostics: Diagnostics
  private var streams: [String: any DatasetStream] = [:]

  init(_ sink: any DatasetSink, _ diagnostics: Diagnostics) {
    (self.sink, self.diagnostics) = (sink, diagnostics)
  }

  func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    let subset = DatasetFormat.tfRecord.facts.fileName(of: item.subset)
    let stream = try streams[subset] ?? sink.open("\(subset).tfrecord")
    streams[subset] = stream
    var example = TFExample()
    if let text = item.text {
      example.add("name", [item.name])
      example.add("text", [text])
    } else {
      example.add("image/filename", [item.name])
      example.add("image/source_id", [item.name])
    }
    if let size = item.size {
      example.add("image/height", [size.height])
      example.add("image/width", [size.width])
      addBoxes(item.labels, size, schema, to: &example)
    }
    if let media = item.media {
      example.features.append(("image/encoded", .bytes([try sink.media(media)])))
      let kind = item.name.split(separator: ".").last.map { $0.lowercased() } ?? "jpeg"
      example.add("image/format", [kind == "jpg" ? "jpeg" : kind])
    }
    let wholes = item.labels.filter { $0.value == .whole }
    if !wholes.isEmpty {
      example.add("image/class/text", wholes.map { schema.name($0.classIndex) })
      example.add("image/class/label", wholes.map { $0.classIndex + 1 })
    }
    try stream.append(TFRecord.frame(example.encoded))
  }

  private func addBoxes(
    _ labels: [DatasetLabel], _ size: ImageSize, _ schema: DatasetSchema,
    to example: inout TFExample
  ) {
    var (boxes, objects): ([Box], [DatasetLabel]) = ([], [])
    for label in labels {
      guard case .shape(.box(let box)) = label.value else { continue }
      boxes.append(box)
      objects.append(label)
    }
    let (width, height) = (Double(size.width), Double(size.height))
    for (name, value) in [
      ("xmin", boxes.map { $0.x / width }), ("xmax", boxes.map { $0.maxX / width }),
      ("ymin", boxes.map { $0.y / height }), ("ymax", boxes.map { $0.maxY / height }),
    ] { example.features.append(("image/object/bbox/\(name)", .floats(value.map { Float($0) }))) }
    example.add("image/object/class/text", objects.map { schema.name($0.classIndex) })
    example.add("image/object/class/label", objects.map { $0.classIndex + 1 })
    if objects.contains(where: \.isCrowd) {
      example.add("image/object/is_crowd", objects.map { $0.isCrowd ? 1 : 0 })
    }
    // A list has no place for a box without one.
    let scores = objects.compactMap(\.score)
    if scores.count == objects.count, !scores.isEmpty {
      example.features.append(("image/object/score", .floats(scores.map { Float($0) })))
    } else if !scores.isEmpty {
      diagnostics.lose(
        "scores left out of boxes beside others that have none", count: scores.count)
    }
  }

  func finish(_ schema: DatasetSchema) throws {
    if streams.isEmpty {
      let name = DatasetFormat.tfRecord.facts.fileName(of: "")
      streams[name] = try sink.open("\(name).tfrecord")
    }
    for (_, stream) in streams.sorted(by: { $0.key < $1.key }) { try stream.close() }
    try sink.write(LabelMap.text(schema.classes.map(\.name)), to: "label_map.pbtxt")
  }
}
