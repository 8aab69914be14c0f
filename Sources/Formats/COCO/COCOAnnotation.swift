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

  /// In an order that many writers have, by which each is known at once.
  private static let names: [StaticString] = [
    "id", "image_id", "category_id", "bbox", "area", "iscrowd", "segmentation", "keypoints",
    "caption", "score", "group", "track_id", "attributes", "num_keypoints",
  ]

  /// - Throws: `JSONError` where what it says cannot be read.
  init(_ cursor: inout JSONCursor) throws(JSONError) {
    try cursor.members(among: Self.names) { place, cursor throws(JSONError) in
      guard let place else {
        hasOthers = true
        return try cursor.skip()
      }
      // What is known from elsewhere.
      if place == 1 || place == 13 { return try cursor.skip() }
      let value = try cursor.value()
      switch place {
      case 0: id = value
      case 2: category = value
      case 3: box = value
      case 4: area = value
      case 5: isCrowd = value
      case 6: segmentation = value
      case 7: keypoints = value
      case 8: caption = value
      case 9: score = value
      case 10: group = value
      case 11: track = value
      default: attributes = value
      }
    }
  }
}
