import Geometry
import Labels
import Notation

/// One image or text of a labelled set with its labels, as formats exchange them: classes by their index in
/// the schema, coordinates in pixels of the upright image from its top left corner, pixel i covering i..<i+1.
package struct DatasetItem: Hashable, Sendable {
  /// The image's path below the folder of images, with `/`; of a text a name that tells it from others.
  package var name: String
  /// `train`, `val`, …; empty where the set is not divided.
  package var subset: String
  package var size: ImageSize?
  package var text: String?
  /// Where its text is cut, by those formats that cut it.
  package var tokens: [Range<Int>]
  package var labels: [DatasetLabel]
  package var metadata: [JSON.Member]
  /// The file of its image, where it was found, or the URL where it is elsewhere.
  package var media: String?

  package init(
    name: String, subset: String = "", size: ImageSize? = nil, text: String? = nil,
    tokens: [Range<Int>] = [], labels: [DatasetLabel] = [], metadata: [JSON.Member] = [],
    media: String? = nil
  ) {
    self.name = name
    self.subset = subset
    self.size = size
    self.text = text
    self.tokens = tokens
    self.labels = labels
    self.metadata = metadata
    self.media = media
  }

  /// Whether a text is the URL of something elsewhere.
  package static func isAddress(_ text: String) -> Bool {
    text.hasPrefix("http://") || text.hasPrefix("https://")
  }

  /// The subset that a folder or file of that name stands for, by what people call them; nil for any other.
  static func subset(of name: String) -> String? {
    [
      "train": "train", "training": "train", "val": "val", "valid": "val", "validation": "val",
      "dev": "val", "test": "test",
    ][name.lowercased()]
  }

  /// What a subset is for: `train` for train2017, say; nil where its name does not tell.
  static func part(of subset: String) -> String? {
    let letters = subset.prefix { !$0.isNumber && !"-_ ".contains($0) }
    return Self.subset(of: String(letters))
  }

  /// The parts of a path without the first folder where that stands for a subset, and the subset; "" else.
  static func place(of parts: some Collection<String>) -> (parts: [String], subset: String) {
    guard parts.count > 1, let said = parts.first.flatMap(subset(of:)) else { return (Array(parts), "") }
    return (Array(parts.dropFirst()), said)
  }

  /// Likewise of a path.
  static func place(of path: String) -> (name: String, subset: String) {
    let (parts, subset) = place(of: path.split(separator: "/").map(String.init))
    return (parts.joined(separator: "/"), subset)
  }

  /// The name without the extension of its last part.
  package var stem: String { Self.stem(of: name) }

  package static func stem(of name: String) -> String {
    let bytes = name.utf8
    guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")), dot > bytes.startIndex,
      !bytes[dot...].contains(UInt8(ascii: "/")),
      bytes[bytes.index(before: dot)] != UInt8(ascii: "/")
    else { return name }
    return String(name[..<dot])
  }
}

extension DatasetItem {
  /// Puts others in the place of each label, or none; relations go to the first of those that their ends
  /// became.
  ///
  /// - Returns: relations that are left out, as one of their ends is.
  mutating func replaceLabels(_ others: (Int, DatasetLabel) throws -> [DatasetLabel]) rethrows
    -> Int
  {
    let found = try labels.enumerated().map(others)
    func isLost(_ label: DatasetLabel) -> Bool {
      guard case .relation(let from, let to) = label.value else { return false }
      return !found.indices.contains(from) || !found.indices.contains(to) || found[from].isEmpty
        || found[to].isEmpty
    }
    var (first, lost): ([Int], Int) = ([], 0)
    labels = []
    for some in found {
      first.append(labels.count)
      for label in some {
        if isLost(label) { lost += 1 } else { labels.append(label) }
      }
    }
    for place in labels.indices {
      guard case .relation(let from, let to) = labels[place].value else { continue }
      labels[place].value = .relation(from: first[from], to: first[to])
    }
    return lost
  }
}

/// One label of an item.
package struct DatasetLabel: Hashable, Sendable {
  package enum Value: Hashable, Sendable {
    case shape(Shape)
    /// One object in several pieces, as something half hidden is.
    case pieces([Polygon])
    /// The item as a whole is of the class.
    case whole
    /// A text about the item, of no class.
    case caption(String)
    /// Parts of the item's text, in Unicode scalars, ends excluded.
    case spans([Range<Int>])
    /// From one label of the item to another, by their places.
    case relation(from: Int, to: Int)
    /// A box in space, with its box in the picture beside it.
    case space(SpaceBox)

    package var kind: DatasetLabelKind {
      switch self {
      case .shape(let shape): DatasetLabelKind(shape.kind)
      case .pieces: .pieces
      case .whole: .whole
      case .caption: .caption
      case .spans: .span
      case .relation: .relation
      case .space: .space
      }
    }
  }

  /// In the schema; of a caption -1.
  package var classIndex: Int
  package var value: Value
  /// The object's box where a format says it besides keypoints or a place in space, and where it is not that
  /// of its outlines: of the whole object, say, half of which is hidden.
  package var box: Box?
  /// The object's outlines where a format says them besides keypoints.
  package var outlines: [Polygon] = []
  package var attributes: [JSON.Member]
  /// Of a prediction, 0…1.
  package var score: Double?
  /// Labels of the item that belong together have the same.
  package var group: Int?
  /// Square pixels that a set says it covers, where that is not what its shape comes to (COCO's `area`).
  package var area: Double?
  /// Many objects under one label (COCO's `iscrowd`, Open Images' group).
  package var isCrowd: Bool
  /// The same object through the frames of a video.
  package var track: Int?

  package init(
    _ classIndex: Int, _ value: Value, box: Box? = nil, attributes: [JSON.Member] = [],
    score: Double? = nil, group: Int? = nil, isCrowd: Bool = false, track: Int? = nil
  ) {
    self.classIndex = classIndex
    self.value = value
    self.box = box
    self.attributes = attributes
    self.score = score
    self.group = group
    self.isCrowd = isCrowd
    self.track = track
  }

  /// The box around it in the picture; nil of what is not drawn.
  package var bounds: Box? {
    if let box { return box }
    switch value {
    case .shape(let shape): return shape.bounds
    case .pieces(let pieces): return Box(around: pieces.flatMap { $0.outline })
    case .whole, .caption, .spans, .relation, .space: return nil
    }
  }

  /// Square pixels that its shape comes to: of its outlines where it has some, else of the box around it; nil
  /// of what is not drawn.
  package var shapeArea: Double? {
    switch value {
    case .shape(.mask(let mask)): Double(mask.area)
    case .shape(.polygon(let polygon)): polygon.area
    case .pieces(let pieces): pieces.reduce(0) { $0 + $1.area }
    default: bounds.map(\.area)
    }
  }

  package func attribute(_ name: String) -> JSON? { attributes.last { $0.name == name }?.value }

  /// Whether a yes-or-no attribute says yes.
  package func has(_ name: String) -> Bool {
    switch attribute(name) {
    case .bool(let value)?: value
    case .int(let value)?: value != 0
    case .string(let value)?: value == "true" || value == "1"
    default: false
    }
  }
}

/// A box in space, in the camera's coordinates (KITTI): x right, y down, z ahead, in metres, from the middle
/// of its bottom face, turned about the vertical by `rotation` radians.
package struct SpaceBox: Hashable, Sendable {
  package var x, y, z: Double
  package var height, width, length: Double
  package var rotation: Double

  package init(
    x: Double, y: Double, z: Double, height: Double, width: Double, length: Double, rotation: Double
  ) {
    (self.x, self.y, self.z) = (x, y, z)
    (self.height, self.width, self.length) = (height, width, length)
    self.rotation = rotation
  }
}

/// What a label can be: what a format says it holds.
package enum DatasetLabelKind: String, Hashable, Sendable, CaseIterable {
  case box, rotatedBox, polygon, pieces, polyline, point, ellipse, cuboid, keypoints, mask
  case whole, caption, span, relation, space

  package init(_ kind: ShapeKind) {
    self =
      switch kind {
      case .box: .box
      case .rotatedBox: .rotatedBox
      case .polygon: .polygon
      case .polyline: .polyline
      case .point: .point
      case .ellipse: .ellipse
      case .cuboid: .cuboid
      case .keypoints: .keypoints
      case .mask: .mask
      }
  }

  /// Whether labels of the kind are held, or can be said as ones that are (`DatasetLabel.said`).
  package func canBeSaid(in holds: Set<DatasetLabelKind>) -> Bool {
    if holds.contains(self) { return true }
    return switch self {
    case .box, .rotatedBox, .polygon, .pieces, .ellipse, .cuboid, .mask:
      !holds.isDisjoint(with: [.polygon, .rotatedBox, .box])
    case .keypoints, .space: holds.contains(.box)
    case .polyline, .point, .whole, .caption, .span, .relation: false
    }
  }

  /// For people.
  package var plural: String {
    switch self {
    case .box: "boxes"
    case .rotatedBox: "rotated boxes"
    case .polygon: "polygons"
    case .pieces: "objects of several pieces"
    case .polyline: "lines"
    case .point: "points"
    case .ellipse: "ellipses"
    case .cuboid: "cuboids"
    case .keypoints: "keypoints"
    case .mask: "masks"
    case .whole: "classes of whole items"
    case .caption: "captions"
    case .span: "spans of text"
    case .relation: "relations"
    case .space: "boxes in space"
    }
  }
}
