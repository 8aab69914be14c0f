import Labels
import Notation

extension DatasetFormat {
  package static let openImages = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "openimages", name: "Open Images",
      layout:
        """
        `annotations/SUBSET-annotations-bbox.csv`, `…-annotations-human-imagelabels.csv`, \
        `…/class-descriptions.csv`, `images/[SUBSET/]…`
        """,
      source: "storage.googleapis.com/openimages/web", holds: [.box, .whole],
      carries: [.attributes, .score, .crowd], carriesOf: [.whole: [.score]],
      subsetOfNone: "train",
      notes: """
        Numbers are shares of the image's size, so the images, or Datumaro's `images.meta`, must lie \
        beside to be read. A group is a crowd; occluded, truncated, depiction and inside are attributes, \
        others are left out. Scores are the confidence; a class of a whole image whose confidence is 0 is \
        one that it has not, and is left out. Images without labels have no line.
        """),
    matches: { !(OpenImages.boxes($0) + OpenImages.wholes($0)).isEmpty },
    read: { folder, diagnostics in
      let masks = folder.files.count(where: OpenImages.isMask)
      if masks > 0 { diagnostics.lose("masks left out, which are not read", count: masks) }
      return WithUnlabelledImages(
        try GatheredItems(diagnostics) { try OpenImagesReader(folder, $0) }, folder, labels: [],
        isSet: true
      ) { image in
        guard !OpenImages.isMask(image) else { return nil }
        let name = image.split(separator: "/").last.map(String.init) ?? image
        return (name, OpenImages.subset(ofImage: image))
      }
    }, write: { OpenImagesWriter($0, $1, $2) })
}

enum OpenImages {
  static let header = [
    "ImageID", "Source", "LabelName", "Confidence", "XMin", "XMax", "YMin", "YMax", "IsOccluded",
    "IsTruncated",
    "IsGroupOf", "IsDepiction", "IsInside",
  ]
  static let flags = [
    ("IsOccluded", "occluded"), ("IsTruncated", "truncated"), ("IsDepiction", "depiction"),
    ("IsInside", "inside"),
  ]

  static func boxes(_ folder: DatasetFolder) -> [String] {
    folder.files(ending: ".csv").filter {
      $0.contains("bbox") && !$0.contains("class-descriptions")
    }
  }

  static let wholeHeader = ["ImageID", "Source", "LabelName", "Confidence"]

  /// Classes of whole images.
  static func wholes(_ folder: DatasetFolder) -> [String] {
    folder.files(ending: ".csv").filter { $0.contains("imagelabels") }
  }

  /// Whether it is the picture of a segment, named in a list of its own.
  static func isMask(_ file: String) -> Bool {
    file.hasSuffix(".png") && (file.hasPrefix("masks/") || file.contains("/masks/"))
  }

  static func subset(_ file: String) -> String {
    let name = file.split(separator: "/").last.map(String.init) ?? file
    let known = [("train", "train"), ("validation", "val"), ("val", "val"), ("test", "test")]
    // Of our own writing any subset may be.
    if let end = name.range(of: "-annotations")?.lowerBound, !name.hasPrefix("oidv") {
      return known.first { $0.0 == name[..<end] }?.1 ?? String(name[..<end])
    }
    return known.first { name.contains($0.0) }?.1 ?? ""
  }

  /// `val` of `images/val/NAME.jpg`; empty where its folders do not say.
  static func subset(ofImage path: String) -> String {
    let known = ["train": "train", "validation": "val", "val": "val", "test": "test"]
    let folders = path.split(separator: "/").dropLast().map(String.init)
    return folders.reversed().lazy.compactMap { known[$0] }.first
      ?? (folders.first == "images" && folders.count == 2 ? folders[1] : "")
  }

  /// Sizes by the names of images, as Datumaro keeps them beside the set: `name height width`.
  static func sizes(_ folder: DatasetFolder) -> [String: ImageSize] {
    var sizes: [String: ImageSize] = [:]
    for file in folder.files(ending: "images.meta") {
      guard let text = try? folder.text(file) else { continue }
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ")
        guard words.count >= 3, let height = Int(words[words.count - 2]),
          let width = Int(words[words.count - 1])
        else { continue }
        let name = words.dropLast(2).joined(separator: " ").replacing("\"", with: "")
        let size = ImageSize(width: width, height: height)
        let stem = DatasetItem.stem(of: name)
        sizes[name] = size
        if sizes[stem] == nil { sizes[stem] = size }
      }
    }
    return sizes
  }
}
