import Geometry
import Labels
import Notation

final class PanopticWriter: DatasetWriting {
  /// One JSON file on its way: images and annotations lie apart in it.
  private final class Part {
    let images = SpooledBytes()
    let annotations = SpooledBytes()
    var count: Int64 = 0

    func add(_ image: JSON, _ annotation: JSON) throws {
      let comma = count > 1 ? [UInt8(ascii: ",")] : []
      try images.append(comma + image.utf8)
      try annotations.append(comma + annotation.utf8)
    }
  }

  private let sink: any DatasetSink
  private let options: WritingOptions
  private let diagnostics: Diagnostics
  private var parts: [String: Part] = [:]
  private var stuff: Set<Int> = []
  private var names: Set<String> = []

  init(_ sink: any DatasetSink, _ options: WritingOptions, _ diagnostics: Diagnostics) {
    (self.sink, self.options, self.diagnostics) = (sink, options, diagnostics)
  }

  func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    guard let size = try diagnostics.size(of: item, "which its picture must have") else { return }
    let part = parts[item.subset] ?? Part()
    parts[item.subset] = part
    part.count += 1
    let id = part.count
    if options.hasMedia, let media = item.media { try sink.copy(media, to: "images/\(item.name)") }
    var picture = IndexMask(width: size.width, height: size.height)
    for (place, label) in item.labels.enumerated() {
      if let region = label.region(size), picture.fill(region, with: UInt32(place + 1)) {
        diagnostics.lose("labels written over parts of others")
      }
      if label.has(Panoptic.stuff) { stuff.insert(label.classIndex) }
    }
    var stem = item.stem.replacing("/", with: "_")
    if !names.insert("\(item.subset)/\(stem)").inserted { stem += "_\(id)" }
    let file = "\(stem).png"
    let segments = self.segments(item.labels, picture)
    try sink.write(
      picture.png(.wideIndices), to: "annotations/\(Self.name(item.subset))/\(file)")
    try part.add(
      [
        "id": .int(id), "file_name": .string(item.name), "width": .int(Int64(size.width)),
        "height": .int(Int64(size.height)),
      ],
      [
        "image_id": .int(id), "file_name": .string(file), "segments_info": .array(segments),
      ])
  }

  /// By the pixels that are left to each.
  private func segments(_ labels: [DatasetLabel], _ picture: IndexMask) -> [JSON] {
    var extents: [(area: Int, left: Int, top: Int, right: Int, bottom: Int)] = labels.map { _ in
      (0, .max, .max, -1, -1)
    }
    for (place, index) in picture.indices.enumerated() where index > 0 {
      let (x, y, segment) = (place % picture.width, place / picture.width, Int(index) - 1)
      let before = extents[segment]
      extents[segment] = (
        before.area + 1, min(before.left, x), min(before.top, y), max(before.right, x),
        max(before.bottom, y)
      )
    }
    return labels.enumerated().compactMap { place, label in
      let extent = extents[place]
      guard extent.area > 0 else {
        diagnostics.lose("labels left out that later ones cover, or that have no pixel")
        return nil
      }
      return [
        "id": .int(Int64(place + 1)), "category_id": .int(Int64(label.classIndex + 1)),
        "area": .int(Int64(extent.area)),
        "bbox": .array(
          [extent.left, extent.top, extent.right - extent.left + 1, extent.bottom - extent.top + 1]
            .map { .int(Int64($0)) }),
        "iscrowd": .int(label.isCrowd ? 1 : 0),
      ]
    }
  }

  private static func name(_ subset: String) -> String {
    "panoptic_\(DatasetFormat.cocoPanoptic.facts.fileName(of: subset))"
  }

  func finish(_ schema: DatasetSchema) throws {
    if parts.isEmpty { parts[""] = Part() }
    let categories = schema.classes.enumerated().map { place, one -> JSON in
      [
        "id": .int(Int64(place + 1)), "name": .string(one.name),
        "supercategory": .string(one.supercategory),
        "isthing": .int(stuff.contains(place) ? 0 : 1),
      ]
    }
    for (subset, part) in parts.sorted(by: { $0.key < $1.key }) {
      let stream = try sink.open("annotations/\(Self.name(subset)).json")
      func put(_ text: String) throws { try stream.append(Array(text.utf8)) }
      try put(#"{"info":{"description":""},"licenses":[],"images":["#)
      try part.images.drain(stream.append)
      try put(#"],"annotations":["#)
      try part.annotations.drain(stream.append)
      try put(#"],"categories":\#(JSON.array(categories).text)}"# + "\n")
      try stream.close()
    }
  }
}
