import Labels
import Notation

final class CreateMLWriter: DatasetWriting {
  private let sink: any DatasetSink
  private let options: WritingOptions
  private var stream: (any DatasetStream)?
  private var out = JSONWriter()

  init(_ sink: any DatasetSink, _ options: WritingOptions) {
    (self.sink, self.options) = (sink, options)
  }

  private func begun() throws -> any DatasetStream {
    if let stream { return stream }
    let stream = try sink.open("annotations.json")
    out.beginArray()
    self.stream = stream
    return stream
  }

  func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    let stream = try begun()
    if options.hasMedia, let media = item.media { try sink.copy(media, to: item.name) }
    let annotations = item.labels.compactMap { label -> JSON? in
      guard case .shape(.box(let box)) = label.value else { return nil }
      return [
        "label": .string(schema.name(label.classIndex)),
        "coordinates": [
          "x": .shortest(box.x + box.width / 2), "y": .shortest(box.y + box.height / 2),
          "width": .shortest(box.width), "height": .shortest(box.height),
        ],
      ]
    }
    out.value(["image": .string(item.name), "annotations": .array(annotations)] as JSON)
    try stream.append(out.bytes)
    out.forget()
  }

  func finish(_ schema: DatasetSchema) throws {
    let stream = try begun()
    out.endArray()
    out.newline()
    try stream.append(out.bytes)
    try stream.close()
  }
}
