import Foundation
import Geometry
import Labels
import Notation

extension DatasetFormat {
  /// Semantic segmentation: a picture for each image whose pixels are the numbers of classes.
  package static let indexMasks = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "masks", name: "Index masks (PNG)",
      layout: "`masks/[SUBSET/]NAME.png` (or `SegmentationClass/`), `images/…`, `classes.txt`",
      source: "host.robots.ox.ac.uk/pascal/VOC, Segmentation",
      holds: [.polygon, .pieces, .mask],
      notes: """
        A pixel is the line of its class in `classes.txt`, from 0, the background; 255 is nothing. Of grey \
        or palette pictures of any depth. Objects of a class are one region; where labels lie over each \
        other the later one is kept. At most 254 classes.
        """),
    matches: { !IndexMasks.files($0).isEmpty },
    read: { folder, diagnostics in
      var schema = DatasetSchema()
      let names = ((try? folder.text("classes.txt")) ?? "").split(
        separator: "\n", omittingEmptySubsequences: false
      ).map { $0.trimmingASCIISpace }
      for name in names.dropFirst() where !name.isEmpty { _ = schema.index(of: name) }
      return ItemFiles(IndexMasks.files(folder), folder, schema, diagnostics) {
        try IndexMasks.item($0, $1, names, &$2, $3)
      }
    },
    write: { sink, options, diagnostics in IndexMasksWriter(sink, options, diagnostics) })
}

private enum IndexMasks {
  static let folders = ["masks/", "SegmentationClass/"]
  static let void: UInt32 = 255
  static let classLimit = 254

  static func files(_ folder: DatasetFolder) -> [String] {
    // A whole VOC set has boxes as well, which its own reader reads.
    guard
      folder.has("classes.txt")
        || (folder.files.contains(where: { $0.hasPrefix("SegmentationClass/") })
          && !folder.files.contains(where: { $0.hasPrefix("Annotations/") }))
    else { return [] }
    return folder.files(ending: ".png").filter { name in folders.contains { name.hasPrefix($0) } }
  }

  static func item(
    _ file: String, _ folder: DatasetFolder, _ names: [String], _ schema: inout DatasetSchema,
    _ diagnostics: Diagnostics
  ) throws -> DatasetItem? {
    let image: PNGReader
    do {
      image = try PNGReader([UInt8](Data(contentsOf: URL(fileURLWithPath: folder.fullPath(file)))))
    } catch let fault as PNGReader.Fault {
      throw NotationFault(path: "", problem: fault.reason)
    }
    var parts = file.split(separator: "/").dropFirst().map(String.init)
    var subset = ""
    if parts.count > 1, ["train", "val", "test"].contains(parts[0]) {
      subset = parts.removeFirst()
    }
    let stem = DatasetItem.stem(of: parts.joined(separator: "/"))
    let media = folder.files(ending: "", under: "images").first {
      DatasetFolder.isImage($0) && (DatasetItem.stem(of: $0).hasSuffix("/" + stem))
    }
    let kind =
      media.flatMap { path in path.lastIndex(of: ".").map { String(path[$0...]) } } ?? ".jpg"
    var item = DatasetItem(
      name: stem + kind, subset: subset, size: ImageSize(width: image.width, height: image.height),
      media: media.map(folder.fullPath))
    let regions = IndexRegions(image, ignoring: [0, void])
    for (number, mask) in regions.masks.sorted(by: { $0.key < $1.key }) {
      let known = names.indices.contains(Int(number)) && !names[Int(number)].isEmpty
      if !known, !names.isEmpty {
        try diagnostics.report(
          file, "", "pixels have the number \(number), for which classes.txt has no line",
          remedy: "Add it; they are left out.")
        continue
      }
      let name = known ? names[Int(number)] : "class \(number)"
      item.labels.append(DatasetLabel(schema.index(of: name), .shape(.mask(mask))))
    }
    return item
  }
}

private final class IndexMasksWriter: DatasetWriting {
  private let sink: any DatasetSink
  private let options: WritingOptions
  private let diagnostics: Diagnostics
  private var names: Set<String> = []

  init(_ sink: any DatasetSink, _ options: WritingOptions, _ diagnostics: Diagnostics) {
    (self.sink, self.options, self.diagnostics) = (sink, options, diagnostics)
  }

  func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    guard let size = try diagnostics.size(of: item, "which its picture must have") else { return }
    let folder = item.subset.isEmpty ? "" : item.subset + "/"
    guard names.insert(folder + item.stem).inserted else {
      return try diagnostics.report(
        item.name, "", "another image has this name but for its kind",
        remedy: "Rename one; it is left out.")
    }
    if options.hasMedia, let media = item.media {
      try sink.copy(media, to: "images/\(folder)\(item.name)")
    }
    var picture = IndexMask(width: size.width, height: size.height)
    for label in item.labels where label.classIndex >= 0 {
      guard label.classIndex < IndexMasks.classLimit else {
        diagnostics.lose("labels left out of classes after the \(IndexMasks.classLimit)th")
        continue
      }
      if let region = label.region(size) {
        picture.fill(region, with: UInt32(label.classIndex + 1))
      }
    }
    try sink.write(picture.png(.indices), to: "masks/\(folder)\(item.stem).png")
  }

  func finish(_ schema: DatasetSchema) throws {
    let lines = ["background"] + schema.classes.map { $0.name.replacing("\n", with: " ") }
    try sink.write(lines.joined(separator: "\n") + "\n", to: "classes.txt")
  }
}
