import Notation

extension DatasetFormat {
  /// COCO detection, segmentation, keypoints and captions.
  package static let coco = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "coco", name: "COCO",
      layout: "`annotations/*_SUBSET.json` (or one JSON file), `images/…`",
      source: "cocodataset.org, Data format",
      holds: [.box, .polygon, .pieces, .mask, .keypoints, .caption],
      carries: [.attributes, .score, .group, .crowd, .track], carriesOf: [.caption: []],
      notes: """
        Boxes are x, y, width, height in pixels from the top left corner. Polygons with holes and crowds \
        are written as run lengths. Annotation ids start at 1. Attributes and scores are kept beside \
        each annotation, as other tools do. A keypoint object keeps its box and outlines.
        """, singleFile: "annotations.json"),
    matches: { folder in COCOFiles(folder) != nil },
    read: { try COCOReader($0, $1) },
    write: { COCOWriter($0, $1, $2) })
}

/// The annotation files of a COCO set, with the subset of each.
struct COCOFiles {
  var files: [(name: String, subset: String)]

  init?(_ folder: DatasetFolder) {
    let names = folder.files(ending: ".json").filter { name in
      guard let bytes = try? folder.open(name) else { return false }
      return Self.isCOCO(bytes)
    }
    guard !names.isEmpty else { return nil }
    files = names.map { ($0, Self.subset(of: $0)) }
  }

  /// Whether a JSON file has COCO's lists, of annotations that say their class themselves: panoptic files
  /// have theirs in pictures.
  private static func isCOCO(_ bytes: MappedBytes) -> Bool {
    var cursor = bytes.cursor()
    guard cursor.peek() == UInt8(ascii: "{") else { return false }
    var (hasImages, hasAnnotations, isPanoptic) = (false, false, false)
    try? cursor.members { name, cursor throws(JSONError) in
      guard cursor.peek() == UInt8(ascii: "[") else { return try cursor.skip() }
      if name == "images" { hasImages = true }
      if name == "annotations" {
        hasAnnotations = true
        var first = bytes.cursor(from: cursor.position)
        try first.enterArray()
        if try first.nextElement(isFirst: true) {
          isPanoptic = try first.member("segments_info") != nil
        }
      }
      // Mostly the images come first, so that what is known need not wait for the end of a long list.
      if hasImages, hasAnnotations { throw JSONError(.trailingBytes, at: cursor.position) }
      try cursor.skip()
    }
    return hasImages && hasAnnotations && !isPanoptic
  }

  private static let kinds = [
    "instances", "person_keypoints", "captions", "stuff", "labels", "image_info", "panoptic",
  ]

  /// `train` of `annotations/instances_train.json`; empty where the name does not say.
  private static func subset(of name: String) -> String {
    let stem = DatasetItem.stem(of: name.split(separator: "/").last.map(String.init) ?? name)
    for kind in kinds where stem.hasPrefix(kind + "_") {
      let subset = String(stem.dropFirst(kind.count + 1))
      return subset == "default" ? "" : subset
    }
    return ["train", "val", "test"].contains(stem) ? stem : ""
  }
}
