import Foundation
import Geometry
import Labels
import Notation

extension DatasetFormat {
  /// COCO panoptic: a picture for each image in which each segment has a number of its own.
  package static let cocoPanoptic = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "coco-panoptic", name: "COCO panoptic",
      layout: "`annotations/panoptic_SUBSET.json`, `annotations/panoptic_SUBSET/*.png`, `images/…`",
      source: "cocodataset.org, Data format §4", holds: [.polygon, .pieces, .mask],
      carries: [.crowd],
      notes: """
        A pixel belongs to one segment: where labels lie over each other the later one is kept. Its number \
        is red + 256 green + 65536 blue, 0 for none. Classes that are no things have the attribute `stuff` \
        on their labels.
        """),
    matches: { !Panoptic.files($0).isEmpty },
    read: { folder, diagnostics in
      try folder.reportBrokenJSON(besides: Panoptic.files(folder), diagnostics)
      return ChainedReader(
        Panoptic.files(folder).map { file in
          { schema in try PanopticReader(file, folder, schema, diagnostics) }
        })
    },
    write: { sink, options, diagnostics in PanopticWriter(sink, options, diagnostics) })
}

private enum Panoptic {
  static let stuff = "stuff"

  static func files(_ folder: DatasetFolder) -> [String] {
    folder.files(ending: ".json").filter { name in
      (try? folder.open(name)).map(COCOFiles.kind) == .panoptic
    }
  }

  static func subset(of file: String) -> String {
    let stem = DatasetItem.stem(of: file.split(separator: "/").last.map(String.init) ?? file)
    guard stem.hasPrefix("panoptic_") else { return "" }
    let subset = String(stem.dropFirst("panoptic_".count))
    return subset == "default" ? "" : subset
  }
}

private struct PanopticReader: DatasetReading {
  private(set) var schema: DatasetSchema
  private let folder: DatasetFolder
  private let diagnostics: Diagnostics
  private let index: COCOIndex
  private var classes: [Int64: (index: Int, isThing: Bool)] = [:]
  /// Pictures by the last part of their paths.
  private let pictures: [String: String]
  private var place = 0

  init(
    _ file: String, _ folder: DatasetFolder, _ schema: DatasetSchema, _ diagnostics: Diagnostics
  ) throws {
    (self.folder, self.schema, self.diagnostics) = (folder, schema, diagnostics)
    index = try COCOIndex(folder.open(file), file: file, diagnostics)
    pictures = Dictionary(
      folder.files(ending: ".png").map { path in
        (path.split(separator: "/").last.map(String.init) ?? path, path)
      }
    ) { first, second in first.contains("panoptic") ? first : second }
    for category in index.categories {
      guard let id = category["id"]?.integer, let name = category["name"]?.string else { continue }
      let supercategory = category["supercategory"]?.string ?? ""
      classes[id] = (
        self.schema.add(.init(name, supercategory: supercategory)),
        category["isthing"]?.integer != 0
      )
    }
  }

  mutating func next() throws -> DatasetItem? {
    while place < index.images.count {
      place += 1
      let image = try index.image(place - 1)
      guard let name = image["file_name"]?.string, !name.isEmpty else {
        try diagnostics.report(
          index.file, "images[\(place - 1)].file_name", "the image has no file name",
          remedy: "Give it one; it is left out with its labels.")
        continue
      }
      let media = folder.image(named: name, like: "\(Panoptic.subset(of: index.file))/\(name)")
      var item = DatasetItem(
        name: name, subset: Panoptic.subset(of: index.file), media: media.map(folder.fullPath))
      if let width = image["width"]?.integer, let height = image["height"]?.integer, width > 0,
        height > 0
      {
        item.size = ImageSize(width: Int(clamping: width), height: Int(clamping: height))
      }
      for offset in index.annotations(of: place - 1) {
        try addSegments(index.tree(at: offset), to: &item)
      }
      return item
    }
    return nil
  }

  private func addSegments(_ annotation: JSON, to item: inout DatasetItem) throws {
    let file = annotation["file_name"]?.string ?? ""
    guard let path = pictures[file.split(separator: "/").last.map(String.init) ?? file] else {
      return try diagnostics.report(
        index.file, item.name, "the picture \(file) of its segments is not there",
        remedy: "Put it into a folder beside the JSON file; its labels are left out.")
    }
    let image: PNGReader
    do {
      image = try PNGReader([UInt8](Data(contentsOf: URL(fileURLWithPath: folder.fullPath(path)))))
    } catch let fault as PNGReader.Fault {
      return try diagnostics.report(
        path, "", fault.reason, remedy: "Write it anew; its labels are left out.")
    }
    if let size = item.size, size.width != image.width || size.height != image.height {
      return try diagnostics.report(
        path, "",
        "it has \(image.width)×\(image.height) pixels, its image \(size.width)×\(size.height)",
        remedy: "Make it as large as the image; its labels are left out.")
    }
    let regions = IndexRegions(image, ignoring: [0])
    for segment in annotation["segments_info"]?.array ?? [] {
      guard let id = segment["id"]?.integer.flatMap({ UInt32(exactly: $0) }),
        let one = segment["category_id"]?.integer.flatMap({ classes[$0] }),
        let mask = regions.masks[id]
      else {
        try diagnostics.report(
          index.file, "\(item.name), segment \(segment["id"]?.text ?? "")",
          "there is no such category, or no pixel of the picture has its number",
          remedy: "Put it right; the segment is left out.")
        continue
      }
      var label = DatasetLabel(one.index, .shape(.mask(mask)))
      label.isCrowd = segment["iscrowd"]?.integer == 1
      if !one.isThing { label.attributes.append(.init(Panoptic.stuff, true)) }
      item.labels.append(label)
    }
  }
}

private final class PanopticWriter: DatasetWriting {
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
    "panoptic_\(subset.isEmpty ? "default" : subset)"
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
