import Foundation
import Labels
import Notation

struct PanopticReader: DatasetReading {
  private(set) var schema: DatasetSchema
  private let folder: DatasetFolder
  private let diagnostics: Diagnostics
  private let index: COCOIndex
  private let classes: [Int64: (index: Int, isThing: Bool)]
  /// Pictures by the last part of their paths.
  private let pictures: [String: String]
  private var place = 0

  init(
    _ file: String, _ folder: DatasetFolder, _ schema: DatasetSchema, _ diagnostics: Diagnostics
  ) throws {
    (self.folder, self.diagnostics) = (folder, diagnostics)
    index = try COCOIndex(folder.open(file), file: file, diagnostics)
    pictures = Dictionary(
      folder.files(ending: ".png").map { path in
        (path.split(separator: "/").last.map(String.init) ?? path, path)
      }
    ) { first, second in first.contains("panoptic") ? first : second }
    var (schema, classes) = (schema, [Int64: (index: Int, isThing: Bool)]())
    try index.forEachCategory(diagnostics) { id, name, category in
      let supercategory = category["supercategory"]?.string ?? ""
      classes[id] = (
        schema.add(.init(name, supercategory: supercategory)),
        category["isthing"]?.integer != 0 && category["isthing"]?.bool != false
      )
    }
    (self.schema, self.classes) = (schema, classes)
  }

  mutating func next() throws -> DatasetItem? {
    while place < index.images.count {
      place += 1
      guard let image = try diagnostics.sound({ try index.image(place - 1) }) else { continue }
      guard let name = image["file_name"]?.string, !name.isEmpty else {
        try diagnostics.report(
          index.file, "images[\(place - 1)].file_name", "the image has no file name",
          remedy: "Give it one; it is left out with its labels.")
        continue
      }
      let media = folder.image(named: name, like: "\(Panoptic.subset(of: index.file))/\(name)")
      var item = DatasetItem(
        name: name, subset: Panoptic.subset(of: index.file), media: media.map(folder.fullPath))
      item.size = COCOIndex.size(of: image)
      for (number, offset) in index.annotations(of: place - 1).enumerated() {
        guard number == 0 else {
          try diagnostics.report(
            index.file, "line \(index.bytes.line(of: offset))",
            "\(item.name) has an annotation already, which is one for each image",
            remedy: "Put the segments of both into one; this one is left out.")
          continue
        }
        guard let annotation = try diagnostics.sound({ try index.tree(at: offset) }) else { continue }
        try addSegments(annotation, to: &item)
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
    guard let segments = annotation["segments_info"]?.array else {
      return try diagnostics.report(
        index.file, item.name, "its annotation has no list segments_info",
        remedy: "Say what its picture shows; its labels are left out.")
    }
    var (seen, named): (Set<UInt32>, Set<UInt32>) = ([], [])
    for segment in segments {
      func report(_ reason: String) throws {
        try diagnostics.report(
          index.file, "\(item.name), segment \(segment["id"]?.text ?? "")", reason,
          remedy: "Put it right; the segment is left out.")
      }
      let id = segment["id"]?.integer.flatMap { UInt32(exactly: $0) }
      if let id { named.insert(id) }
      guard let one = COCOIndex.id(segment["category_id"]).flatMap({ classes[$0] }) else {
        try report("there is no category \(segment["category_id"]?.text ?? "named")")
        continue
      }
      guard let id, let mask = regions.masks[id] else {
        try report("no pixel of the picture has its number")
        continue
      }
      guard seen.insert(id).inserted else {
        try report("another segment of the picture has its number too")
        continue
      }
      var label = DatasetLabel(one.index, .shape(.mask(mask)))
      label.isCrowd = segment["iscrowd"]?.integer == 1 || segment["iscrowd"]?.bool == true
      if !one.isThing { label.attributes.append(.init(Panoptic.stuff, true)) }
      item.labels.append(label)
    }
    let unnamed = regions.masks.keys.count { !named.contains($0) }
    if unnamed > 0 {
      diagnostics.lose("segments of pictures left out that no annotation names", count: unnamed)
    }
  }
}
