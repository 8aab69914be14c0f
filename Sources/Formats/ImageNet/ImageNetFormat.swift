import Labels

extension DatasetFormat {
  package static let imageNet = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "imagenet", aliases: ["yolo-classify", "imagefolder"],
      name: "ImageNet folders, YOLO classification", layout: "`[SUBSET/]CLASS/IMAGE`",
      source:
        "pytorch.org, ImageFolder; huggingface.co, imagefolder; docs.ultralytics.com, classify",
      holds: [.whole],
      notes: """
        The folder is the class, so the images go along. An image of several classes lies in the folder \
        of each. Images without a class are left out.
        """, isFilePerItem: true),
    matches: { folder in
      folder.file == nil && ImageNet.hasClasses(folder)
        && folder.files.allSatisfy {
          // Images beside the folders are of none of them, so that these are no classes.
          DatasetFolder.isImage($0) == $0.contains("/") || ImageNet.isStray($0)
        }
    },
    read: { ImageNet.reader($0, $1) },
    write: { sink, _, diagnostics in ImageNetWriter(sink: sink, diagnostics: diagnostics) })
}

enum ImageNet {
  static func images(_ folder: DatasetFolder) -> [String] {
    folder.files.filter { DatasetFolder.isImage($0) && $0.contains("/") }
  }

  /// Whether folders are classes: one alone is a folder, but in one of a subset; some names are of no class.
  static func hasClasses(_ folder: DatasetFolder) -> Bool {
    let places = images(folder).map(place)
    let names = Set(places.map(\.name))
    guard names.isDisjoint(with: folders) else { return false }
    return names.count > 1 || !places.isEmpty && places.allSatisfy { !$0.subset.isEmpty }
  }

  /// What sets of other kinds call the folders of their images and masks.
  private static let folders: Set<String> = [
    "images", "masks", "labels", "annotations", "img_dir", "ann_dir", "image_2", "image_3",
    "label_2",
    "instance", "semantic", "semantic_rgb", "gtFine", "gtCoarse", "leftImg8bit", "JPEGImages",
    "SegmentationClass", "SegmentationObject",
  ]

  /// What systems and cameras leave between images; a file of labels it is not.
  static func isStray(_ file: String) -> Bool {
    file.contains("/")
      && ["db", "ini", "heic", "heif", "avif", "svg", "mov", "mp4"].contains(kind(file))
  }

  static func kind(_ file: String) -> String {
    file.split(separator: ".").last.map { $0.lowercased() } ?? ""
  }

  static func place(_ file: String) -> (subset: String, name: String) {
    let parts = file.split(separator: "/").map(String.init)
    let subset = parts.count > 2 ? DatasetItem.subset(of: parts[0]) : nil
    return (subset ?? "", parts[subset == nil ? 0 : 1])
  }
}
