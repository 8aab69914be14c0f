import Notation

extension DatasetFormat {
  /// COCO detection, segmentation, keypoints and captions.
  package static let coco = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "coco", name: "COCO",
      layout: "`annotations/*_SUBSET.json` (or one JSON file), `images/…`",
      source: "cocodataset.org, Data format",
      holds: [.box, .polygon, .pieces, .mask, .keypoints, .caption],
      carries: [.metadata, .attributes, .score, .group, .crowd, .track, .box],
      carriesOf: [.caption: []], carriesOfClasses: .everything,
      subsetOfNone: "default",
      notes: """
        Boxes are x, y, width, height in pixels from the top left corner. Polygons with holes and crowds \
        are written as run lengths. Annotation ids start at 1. Attributes and scores are kept beside \
        each annotation, as other tools do. A keypoint object keeps its box and outlines, one with \
        outlines a box that is not theirs. Metadata stands in a member of that name of each image, `license` \
        in COCO's own list; what else an image says is read as metadata too. Images are read in the order of \
        their ids, as COCO's own tools do; images and classes are numbered anew.
        """, singleFile: "annotations.json"),
    matches: { folder in !COCOFiles(folder).files.isEmpty },
    read: { try COCOReader($0, $1) },
    write: { COCOWriter($0, $1, $2) })
}

/// The annotation files of a COCO set, with the subset of each.
struct COCOFiles {
  var files: [(name: String, subset: String)] = []

  init(_ folder: DatasetFolder) {
    for name in folder.files(ending: ".json") {
      guard let bytes = try? folder.open(name) else { continue }
      switch Self.kind(bytes, named: name) {
      case .objects: files.append((name, Self.subset(of: name)))
      case .panoptic, .other: break
      }
    }
  }

  /// What is said where there is no set in a folder.
  static func missing(in folder: DatasetFolder) -> FormatFault {
    folder.brokenJSON().first
      ?? FormatFault(
        folder.title, "", "there is no JSON file with the lists images and annotations",
        remedy: "Name a COCO file, or a folder with one.")
  }

  /// The files of one subset in one folder: boxes, keypoints and captions of the same images may be in
  /// several.
  struct Group {
    var subset: String
    var folder: Substring
    var names: [String]

    /// Where its images lie, as far as the place of its files says.
    var place: String {
      let isOfAnnotations = folder == "annotations" || folder.hasSuffix("/annotations")
      guard isOfAnnotations else { return folder.isEmpty ? "\(subset)/x" : "\(folder)/x" }
      return "\(folder.dropLast("annotations".count))images/\(subset.isEmpty ? "" : subset + "/")x"
    }
  }

  var groups: [Group] {
    var groups: [Group] = []
    var places: [String: Int] = [:]
    for file in files {
      let folder = file.name.lastIndex(of: "/").map { file.name[..<$0] } ?? ""
      let key = "\(folder)\u{0}\(file.subset)"
      if let place = places[key] {
        groups[place].names.append(file.name)
      } else {
        places[key] = groups.count
        groups.append(Group(subset: file.subset, folder: folder, names: [file.name]))
      }
    }
    return groups
  }

  /// What a JSON file is.
  enum Kind: Hashable {
    /// It has COCO's lists, of annotations that say their class themselves.
    case objects
    /// It has them, and annotations have their classes in pictures.
    case panoptic
    case other
  }

  static func kind(_ bytes: MappedBytes, named file: String) -> Kind {
    var cursor = bytes.cursor()
    guard cursor.peek() == UInt8(ascii: "{") else { return .other }
    var (hasImages, hasAnnotations, isPanoptic) = (false, false, false)
    var hasNames = false
    // Mostly the images come first, so that what is known need not wait for the end of a long list.
    var isKnown: Bool { hasImages && hasAnnotations }
    do throws(JSONError) {
      try cursor.members { name, cursor throws(JSONError) in
        guard cursor.peek() == UInt8(ascii: "[") else { return try cursor.skip() }
        if name == "images" {
          hasImages = true
          var first = bytes.cursor(from: cursor.position)
          try first.enterArray()
          if try first.nextElement(isFirst: true), first.peek() == UInt8(ascii: "{") {
            hasNames = (try? first.member("file_name")) != nil
          }
        }
        if name == "annotations" {
          var first = bytes.cursor(from: cursor.position)
          try first.enterArray()
          if try first.nextElement(isFirst: true), first.peek() == UInt8(ascii: "{") {
            isPanoptic = try first.member("segments_info") != nil
          } else {
            // Of one without annotations its name says what they would be.
            isPanoptic = (file.split(separator: "/").last ?? "").hasPrefix("panoptic_")
          }
          hasAnnotations = true
        }
        if isKnown { throw JSONError(.trailingBytes, at: cursor.position) }
        try cursor.skip()
      }
    } catch where !isKnown { return .other } catch {}
    // Images of a set whose annotations are kept secret.
    if hasImages, hasNames, !hasAnnotations { return .objects }
    return !isKnown ? .other : isPanoptic ? .panoptic : .objects
  }

  private static let kinds = [
    "instances", "person_keypoints", "captions", "stuff", "labels", "image_info", "panoptic",
  ]

  /// `train` of `annotations/instances_train.json` and of `train/_annotations.coco.json`; empty where the
  /// name does not say.
  private static func subset(of name: String) -> String {
    let parts = name.split(separator: "/").map(String.init)
    let stem = DatasetItem.stem(of: parts.last ?? name)
    for kind in kinds where stem.hasPrefix(kind + "_") {
      return DatasetFormat.coco.facts.subset(of: String(stem.dropFirst(kind.count + 1)))
    }
    return [stem, parts.dropLast().last ?? ""].lazy.compactMap(DatasetItem.subset(of:)).first ?? ""
  }
}
