import Foundation
import Labels
import Notation

/// A set of pictures of numbers, and what it says that they stand for.
struct IndexMasks: Sendable {
  static let folders = ["masks/", "SegmentationClass/"]
  static let imageFolders = ["images/", "JPEGImages/"]
  static let void: UInt32 = 255
  static let classLimit = 254

  /// Lines of `classes.txt` or `labelmap.txt`; none where there is no such file.
  private let names: [String]
  /// What says so.
  private let list: String
  /// Places of colours among the names.
  private let colors: [UInt32: Int]
  /// Pixels that are of no class.
  private let nothing: Set<UInt32>
  private let images: ImageIndex

  /// Colours that are of no class: black, and VOC's between objects.
  private static let noColors: Set<UInt32> = [0, 224 | 224 << 8 | 192 << 16]

  /// Without the background.
  var classes: [String] {
    names.dropFirst(colors.isEmpty ? 1 : 0).filter { !$0.isEmpty && $0 != VOCLabelMap.background }
  }

  init(_ folder: DatasetFolder) {
    let lines = try? folder.text("classes.txt").split(
      separator: "\n", omittingEmptySubsequences: false)
    let map = lines == nil ? VOCLabelMap(folder) : nil
    names = map?.names ?? (lines ?? []).map { $0.trimmingASCIISpace }
    (list, colors) = (map == nil ? "classes.txt" : VOCLabelMap.file, map?.numbers ?? [:])
    images = ImageIndex(Self.images(folder))
    let files = Self.files(folder)
    // Where nobody says what the numbers are, black and white is something before a background.
    let isBlackAndWhite =
      names.isEmpty && files.first?.hasPrefix("masks/") == true
      && files.allSatisfy { file in
        (try? Self.picture(file, folder)).map {
          IndexRegions($0, ignoring: [0, Self.void]).masks.isEmpty
        } ?? true
      }
    nothing = isBlackAndWhite ? [0] : [0, Self.void]
  }

  private static func images(_ folder: DatasetFolder) -> [String] {
    folder.files.filter { name in
      imageFolders.contains { name.hasPrefix($0) } && DatasetFolder.isImage(name)
    }
  }

  static func files(_ folder: DatasetFolder) -> [String] {
    folder.files(ending: ".png").filter { name in folders.contains { name.hasPrefix($0) } }
  }

  /// Whether something says what the numbers stand for, or VOC's folder that they are numbers.
  static func isListed(_ folder: DatasetFolder) -> Bool {
    guard let first = files(folder).first else { return false }
    // A whole VOC set has boxes as well, which its own reader reads.
    let isAlone = !folder.files.contains { $0.hasPrefix("Annotations/") }
    return folder.has("classes.txt")
      || isAlone && (first.hasPrefix("SegmentationClass/") || folder.has(VOCLabelMap.file))
  }

  /// Whether there are pictures beside pictures, of numbers and not of colours, in a set that no other format
  /// knows.
  static func isUnlisted(_ folder: DatasetFolder) -> Bool {
    guard let first = files(folder).first else { return false }
    let hasNumbers =
      (try? folder.open(first))?.withBuffer { $0.count > 25 && [0, 3].contains($0[25]) } ?? false
    return hasNumbers && !images(folder).isEmpty
  }

  /// The image that a picture of numbers is of: called so but for its kind, in a folder called so.
  func image(of file: String) -> String? {
    let stem = DatasetItem.stem(of: Self.name(of: file).name)
    return images.path(stem, like: file).flatMap {
      DatasetItem.stem(of: $0).hasSuffix("/" + stem) ? $0 : nil
    }
  }

  static func picture(_ file: String, _ folder: DatasetFolder) throws -> PNGReader {
    do {
      return try PNGReader([UInt8](Data(contentsOf: URL(fileURLWithPath: folder.fullPath(file)))))
    } catch let fault as PNGReader.Fault {
      throw NotationFault(path: "", problem: fault.reason)
    }
  }

  /// What follows the folder of all images or masks, and the subset that its next folder stands for.
  static func name(of file: String) -> (name: String, subset: String) {
    DatasetItem.place(of: file.split(separator: "/").dropFirst().joined(separator: "/"))
  }

  func item(
    _ file: String, _ folder: DatasetFolder, _ schema: inout DatasetSchema,
    _ diagnostics: Diagnostics
  ) throws -> DatasetItem? {
    let image = try Self.picture(file, folder)
    let (name, subset) = Self.name(of: file)
    let stem = DatasetItem.stem(of: name)
    let media = self.image(of: file)
    let kind =
      media.flatMap { path in path.lastIndex(of: ".").map { String(path[$0...]) } } ?? ".jpg"
    var item = DatasetItem(
      name: stem + kind, subset: subset, size: ImageSize(width: image.width, height: image.height),
      media: media.map(folder.fullPath))
    // Where classes have numbers and no colours, red is the number.
    let isColored = image.isColored && (names.isEmpty || !colors.isEmpty)
    let ignored = isColored ? Self.noColors.subtracting(colors.keys) : nothing
    let masks = IndexRegions(image, ignoring: ignored).masks
    for (number, mask) in masks.sorted(by: { $0.key < $1.key }) {
      let place = isColored ? colors[number] : Int(number)
      let known = place.flatMap { names.indices.contains($0) ? names[$0] : nil } ?? ""
      if known == VOCLabelMap.background { continue }
      let color = isColored ? IndexMask.Color(packed: number).text : nil
      let value = color.map { "colour \($0)" } ?? "number \(number)"
      if known.isEmpty, !names.isEmpty {
        try diagnostics.report(
          file, "", "pixels have the \(value), for which \(list) has no line",
          remedy: "Add it; they are left out.")
        continue
      }
      let name = known.isEmpty ? color ?? "class \(number)" : known
      item.labels.append(DatasetLabel(schema.index(of: name), .shape(.mask(mask))))
    }
    return item
  }
}
