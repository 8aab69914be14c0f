import Geometry
import Labels
import Notation

extension DatasetFormat {
  package static let createML = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "createml", name: "Create ML", layout: "one JSON file with the images beside it",
      source: "developer.apple.com/documentation/createml", holds: [.box],
      hasSubsets: false,
      notes:
        "Boxes by their middle in pixels. Sizes of images, groups, scores and attributes are not kept.",
      singleFile: "annotations.json"),
    matches: { !CreateML.files($0).isEmpty },
    read: { folder, diagnostics in
      let files = CreateML.files(folder)
      guard !files.isEmpty else {
        throw FormatFault(
          folder.title, "", "there is no JSON list of images with annotations",
          remedy: "Name Create ML's file, or a folder with it.")
      }
      return ChainedReader(files: files) { file, schema in
        try JSONItems(file, folder, schema, diagnostics) { json, number, schema in
          [
            try CreateML.item(json, &schema, folder, file) { fault in
              try diagnostics.report(
                file, "element \(number), \(fault.path)", fault.problem,
                remedy: "Put it right; it is left out.")
            }
          ]
        }
      }
    }, write: { sink, options, _ in CreateMLWriter(sink, options) })
}

private enum CreateML {
  static func files(_ folder: DatasetFolder) -> [String] {
    folder.files(ending: ".json").filter { name in
      guard let bytes = try? folder.open(name) else { return false }
      var cursor = bytes.cursor()
      guard cursor.peek() == UInt8(ascii: "["), (try? cursor.enterArray()) != nil,
        (try? cursor.nextElement(isFirst: true)) == true, let first = try? cursor.value()
      else { return false }
      return first["image"]?.string != nil && first["annotations"]?.array != nil
    }
  }

  static func item(
    _ json: JSON, _ schema: inout DatasetSchema, _ folder: DatasetFolder, _ file: String,
    _ report: (NotationFault) throws -> Void
  ) throws -> DatasetItem {
    let name = try json.text("image")
    let media = folder.image(named: name, like: file)
    var item = DatasetItem(
      name: name, size: media.flatMap(folder.size), media: media.map(folder.fullPath))
    for (number, annotation) in (try json.required("annotations").array ?? []).enumerated() {
      do throws(NotationFault) {
        let box = try box(annotation)
        item.labels.append(
          DatasetLabel(schema.index(of: try annotation.text("label")), .shape(.box(box))))
      } catch {
        try report(
          NotationFault(path: "annotations[\(number)].\(error.path)", problem: error.problem))
      }
    }
    return item
  }

  private static func box(_ annotation: JSON) throws(NotationFault) -> Box {
    let place = try annotation.required("coordinates")
    let (x, y) = (try place.number("x"), try place.number("y"))
    let (width, height) = (try place.number("width"), try place.number("height"))
    guard width >= 0, height >= 0 else {
      throw NotationFault(path: "coordinates", problem: "width and height must not be below 0")
    }
    return Box(x: x - width / 2, y: y - height / 2, width: width, height: height)
  }
}

private final class CreateMLWriter: DatasetWriting {
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
