import Labels
import Notation

/// Pictures whose pixels are ids of classes, and of objects (cityscapesScripts, *helpers/labels.py*): an id
/// alone is all of a class, or many objects together; a thousand times the id and a number are one object.
struct CityscapesPictures: Sendable {
  private static let ofObjects = "_gtFine_instanceIds.png"
  private static let ofClasses = "_gtFine_labelIds.png"
  /// Ids that tell objects apart, as Cityscapes has them: from person to bicycle.
  private static let countable = 24...33
  private static let list = "label_colors.txt"

  /// By id.
  private let names: [String]

  init(_ folder: DatasetFolder) {
    // Datumaro's: a line of each class has three shades and the name.
    let lines = folder.has(Self.list) ? try? folder.text(Self.list) : nil
    let own = lines?.split(whereSeparator: \.isNewline).compactMap { line -> String? in
      let words = line.split(separator: " ", maxSplits: 3)
      return words.count == 4 ? words[3].trimmingASCIISpace : nil
    }
    names = own ?? Self.known
  }

  var schema: DatasetSchema { DatasetSchema(names: names.dropFirst().filter { !$0.isEmpty }) }

  /// One for each image: that of objects, where there is one.
  static func files(_ folder: DatasetFolder) -> [String] {
    let objects = folder.files.filter { $0.hasSuffix(ofObjects) }
    let stems = Set(objects.map { $0.dropLast(ofObjects.count) })
    let classes = folder.files.filter {
      $0.hasSuffix(ofClasses) && !stems.contains($0.dropLast(ofClasses.count))
    }
    return objects + classes
  }

  func item(
    _ file: String, _ folder: DatasetFolder, _ schema: inout DatasetSchema,
    _ diagnostics: Diagnostics
  ) throws -> DatasetItem? {
    let picture = try IndexMasks.picture(file, folder)
    let ending = file.hasSuffix(Self.ofObjects) ? Self.ofObjects : Self.ofClasses
    let (name, subset, media) = Cityscapes.place(of: file, ending: ending, folder)
    var item = DatasetItem(
      name: name, subset: subset, size: ImageSize(width: picture.width, height: picture.height),
      media: media.map(folder.fullPath))
    let masks = IndexRegions(picture, ignoring: [0]).masks
    for (value, mask) in masks.sorted(by: { $0.key < $1.key }) {
      let id = Int(value >= 1000 ? value / 1000 : value)
      guard names.indices.contains(id), !names[id].isEmpty else {
        try diagnostics.report(
          file, "", "pixels have the id \(value), which is of no class",
          remedy: "Name it in \(Self.list); they are left out.")
        continue
      }
      var label = DatasetLabel(schema.index(of: names[id]), .shape(.mask(mask)))
      label.isCrowd = ending == Self.ofObjects && value < 1000 && Self.countable.contains(id)
      item.labels.append(label)
    }
    return item
  }

  private static let known = [
    "unlabeled", "ego vehicle", "rectification border", "out of roi", "static", "dynamic", "ground",
    "road", "sidewalk", "parking", "rail track", "building", "wall", "fence", "guard rail", "bridge",
    "tunnel", "pole", "polegroup", "traffic light", "traffic sign", "vegetation", "terrain", "sky",
    "person", "rider", "car", "truck", "bus", "caravan", "trailer", "train", "motorcycle", "bicycle",
  ]
}
