import Geometry
import Labels
import Notation

/// Writes COCO files, one for each subset: annotations are spooled while images stream by, as COCO wants
/// every image first.
final class COCOWriter: DatasetWriting {
  private final class File {
    var images = JSONWriter()
    var annotations = JSONWriter()
    /// Apart: who reads objects wants a class of each.
    var captions = JSONWriter()
    let spooledImages = SpooledBytes()
    let spooled = SpooledBytes()
    let spooledCaptions = SpooledBytes()
    var imageCount: Int64 = 0
    var objectCount: Int64 = 0
    var captionCount: Int64 = 0
    /// By their ids, from 1.
    var licenses: [String] = []

    /// The id of a licence.
    func id(ofLicense name: String) -> Int64 {
      let place = licenses.firstIndex(of: name) ?? licenses.count
      if place == licenses.count { licenses.append(name) }
      return Int64(place + 1)
    }
  }

  private let sink: any DatasetSink
  private let options: WritingOptions
  private let diagnostics: Diagnostics
  private var files: [String: File] = [:]

  init(_ sink: any DatasetSink, _ options: WritingOptions, _ diagnostics: Diagnostics) {
    (self.sink, self.options, self.diagnostics) = (sink, options, diagnostics)
  }

  func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    guard let size = try diagnostics.size(of: item, "which COCO must say") else { return }
    if options.hasMedia, let media = item.media { try sink.copy(media, to: "images/\(item.name)") }
    let subset = options.isOneFile ? "" : item.subset
    let file = files[subset] ?? File()
    files[subset] = file
    file.imageCount += 1
    var image: [JSON.Member] = [
      .init("id", .int(file.imageCount)), .init("file_name", .string(item.name)),
      .init("width", .int(Int64(size.width))), .init("height", .int(Int64(size.height))),
    ]
    let license = item.metadata.first { $0.name == "license" }?.value.string
    if let license { image.append(.init("license", .int(file.id(ofLicense: license)))) }
    let rest = item.metadata.filter { $0.name != "license" || license == nil }
    if !rest.isEmpty { image.append(.init("metadata", .object(rest))) }
    file.images.value(JSON.object(image))
    for label in item.labels { try write(label, of: file, size, schema) }
    // Images without labels too, with all that is known of them.
    if file.annotations.bytes.count + file.captions.bytes.count + file.images.bytes.count > 1 << 16 {
      try file.spooled.append(file.annotations.bytes)
      file.annotations.forget()
      try file.spooledCaptions.append(file.captions.bytes)
      file.captions.forget()
      try file.spooledImages.append(file.images.bytes)
      file.images.forget()
    }
  }

  private func write(
    _ label: DatasetLabel, of file: File, _ size: ImageSize, _ schema: DatasetSchema
  ) throws {
    if case .caption(let text) = label.value { return write(caption: text, of: file) }
    file.objectCount += 1
    var out = file.annotations
    // One owner of the bytes at a time: a copy would cost as much as the file.
    file.annotations = JSONWriter()
    defer { file.annotations = out }
    out.beginObject()
    out.name("id")
    out.value(file.objectCount)
    out.name("image_id")
    out.value(file.imageCount)
    out.name("category_id")
    out.value(Int64(label.classIndex + 1))
    let form = COCOObject(label, size)
    out.name("bbox")
    out.beginArray()
    for number in [form.box.x, form.box.y, form.box.width, form.box.height] { out.number(number) }
    out.endArray()
    out.name("area")
    out.number(label.area ?? form.area)
    out.name("iscrowd")
    out.value(Int64(label.isCrowd ? 1 : 0))
    form.write(to: &out)
    if !label.attributes.isEmpty {
      out.name("attributes")
      out.value(JSON.object(label.attributes))
    }
    if let score = label.score {
      out.name("score")
      out.value(score)
    }
    if let group = label.group {
      out.name("group")
      out.value(Int64(group))
    }
    if let track = label.track {
      out.name("track_id")
      out.value(Int64(track))
    }
    out.endObject()
  }

  private func write(caption: String, of file: File) {
    file.captionCount += 1
    file.captions.value(
      [
        "id": .int(file.captionCount), "image_id": .int(file.imageCount), "caption": .string(caption),
      ] as JSON)
  }

  func finish(_ schema: DatasetSchema) throws {
    if files.isEmpty { files[""] = File() }
    for (subset, file) in files.sorted(by: { $0.key < $1.key }) {
      try file.spooledImages.append(file.images.bytes)
      try file.spooled.append(file.annotations.bytes)
      try file.spooledCaptions.append(file.captions.bytes)
      let isBoth = file.captionCount > 0 && file.objectCount > 0
      let isSingle = files.count == 1 && subset.isEmpty
      func path(_ kind: String) -> String {
        isSingle && (!isBoth || options.isOneFile)
          ? "annotations.json" : "annotations/\(kind)_\(DatasetFormat.coco.facts.fileName(of: subset)).json"
      }
      if file.captionCount == 0 || isBoth {
        try write(file.spooled, of: file, schema, to: path("instances"))
      }
      guard file.captionCount > 0 else { continue }
      if isBoth, options.isOneFile {
        diagnostics.lose(
          "captions left out, which need a file of their own: name a folder as the target",
          count: Int(file.captionCount))
      } else {
        try write(file.spooledCaptions, of: file, schema, to: path("captions"))
      }
    }
  }

  private func write(
    _ annotations: SpooledBytes, of file: File, _ schema: DatasetSchema, to path: String
  ) throws {
    let stream = try sink.open(path)
    let licenses = file.licenses.enumerated().map { place, name -> JSON in
      ["id": .int(Int64(place + 1)), "name": .string(name), "url": ""]
    }
    try stream.append(Array(#"{"info":{"description":"Assay"},"licenses":"#.utf8))
    try stream.append(JSON.array(licenses).utf8 + Array(#","images":["#.utf8))
    try file.spooledImages.drain(stream.append)
    try stream.append(Array(#"],"annotations":["#.utf8))
    try annotations.drain(stream.append)
    try stream.append(Array(#"],"categories":"#.utf8))
    try stream.append(Self.categories(schema).utf8)
    try stream.append(Array("}\n".utf8))
    try stream.close()
  }

  private static func categories(_ schema: DatasetSchema) -> JSON {
    .array(
      schema.classes.enumerated().map { place, one in
        var members: [JSON.Member] = [
          .init("id", .int(Int64(place + 1))), .init("name", .string(one.name)),
          .init("supercategory", .string(one.supercategory)),
        ]
        if !one.keypoints.isEmpty {
          members.append(.init("keypoints", .array(one.keypoints.map { .string($0) })))
          // Counted from 1.
          members.append(
            .init("skeleton", .array(one.skeleton.map { .array($0.map { .int(Int64($0 + 1)) }) })))
        }
        return .object(members)
      })
  }
}

/// What COCO says of a labelled object: its box, its area and its form.
private struct COCOObject {
  enum Form {
    case none
    case outlines([[Point]])
    case mask(RunLengthMask)
    case keypoints(Keypoints)
  }

  var form: Form
  /// Besides keypoints.
  var outlines: [[Point]] = []
  var box: Box
  var area: Double

  init(_ label: DatasetLabel, _ size: ImageSize) {
    form = .none
    box = label.bounds ?? Box(x: 0, y: 0, width: 0, height: 0)
    area = box.area
    switch label.value {
    case .shape(.mask(let mask)): form = .mask(mask)
    case .shape(.polygon(let polygon)):
      // A crowd must be run lengths, and outlines know no holes.
      form =
        polygon.rings.count > 1 || label.isCrowd
        ? .mask(RunLengthMask(cocoRule: polygon, width: size.width, height: size.height))
        : .outlines([polygon.outline])
      area = polygon.area
    case .pieces(let pieces):
      if pieces.contains(where: { $0.rings.count > 1 }) || label.isCrowd {
        form = .mask(
          pieces.dropFirst().reduce(
            RunLengthMask(cocoRule: pieces[0], width: size.width, height: size.height)
          ) {
            $0.merged(
              with: RunLengthMask(cocoRule: $1, width: size.width, height: size.height), .union)
              ?? $0
          })
      } else {
        form = .outlines(pieces.map { $0.outline })
        area = pieces.reduce(0) { $0 + $1.area }
      }
    case .shape(.keypoints(let keypoints)):
      form = .keypoints(keypoints)
      outlines = label.outlines.map { $0.outline }
      if !label.outlines.isEmpty { area = label.outlines.reduce(0) { $0 + $1.area } }
    default: break
    }
    if case .mask(let mask) = form { (box, area) = (label.box ?? mask.bounds, Double(mask.area)) }
  }

  private static func write(_ outlines: [[Point]], to out: inout JSONWriter) {
    out.beginArray()
    for outline in outlines {
      out.beginArray()
      for point in outline {
        out.number(point.x)
        out.number(point.y)
      }
      out.endArray()
    }
    out.endArray()
  }

  func write(to out: inout JSONWriter) {
    out.name("segmentation")
    switch form {
    case .none, .keypoints: Self.write(outlines, to: &out)
    case .outlines(let outlines): Self.write(outlines, to: &out)
    case .mask(let mask): ShapeNotation.write(mask, to: &out)
    }
    guard case .keypoints(let keypoints) = form else { return }
    out.name("keypoints")
    out.beginArray()
    for keypoint in keypoints.keypoints {
      out.number(keypoint.point.x)
      out.number(keypoint.point.y)
      out.value(Int64(keypoint.visibility.rawValue))
    }
    out.endArray()
    out.name("num_keypoints")
    out.value(Int64(keypoints.points.count))
  }
}
