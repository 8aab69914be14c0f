import Notation

/// What an annotation of a COCO file says, read in one pass without a tree of it: of a large set it is most.
struct COCOAnnotation {
  private(set) var id: JSON?
  private(set) var category: JSON?
  private(set) var caption: JSON?
  private(set) var box: JSON?
  private(set) var area: JSON?
  private(set) var segmentation: JSON?
  private(set) var keypoints: JSON?
  private(set) var isCrowd: JSON?
  private(set) var score: JSON?
  private(set) var group: JSON?
  private(set) var track: JSON?
  private(set) var attributes: JSON?
  /// Whether it has members of other names.
  private(set) var hasOthers = false

  /// As `names` has them.
  private enum Member: Int {
    case id, image, category, box, area, isCrowd, segmentation, keypoints
    case caption, score, group, track, attributes, pointCount
  }

  /// In an order that many writers have, by which each is known at once.
  private static let names: [StaticString] = [
    "id", "image_id", "category_id", "bbox", "area", "iscrowd", "segmentation", "keypoints",
    "caption", "score", "group", "track_id", "attributes", "num_keypoints",
  ]

  /// - Throws: `JSONError` where what it says cannot be read.
  init(_ cursor: inout JSONCursor) throws(JSONError) {
    try cursor.members(among: Self.names) { place, cursor throws(JSONError) in
      switch place.flatMap(Member.init) {
      case .id: id = try cursor.value()
      case .category: category = try cursor.value()
      case .box: box = try cursor.value()
      case .area: area = try cursor.value()
      case .isCrowd: isCrowd = try cursor.value()
      case .segmentation: segmentation = try cursor.value()
      case .keypoints: keypoints = try cursor.value()
      case .caption: caption = try cursor.value()
      case .score: score = try cursor.value()
      case .group: group = try cursor.value()
      case .track: track = try cursor.value()
      case .attributes: attributes = try cursor.value()
      // What is known from elsewhere.
      case .image, .pointCount: try cursor.skip()
      case nil:
        hasOthers = true
        try cursor.skip()
      }
    }
  }
}
