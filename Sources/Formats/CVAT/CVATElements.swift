import Geometry
import Labels
import Notation

/// Writes labels as CVAT's elements, and keeps which attributes they have.
struct CVATElements {
  private var attributes: [Int: [String: CVATInput]] = [:]
  /// Keypoints of classes that have no names for them.
  private var unnamed: [Int: Int] = [:]
  /// Whether points of skeletons stand beside them, in tracks of their own, as in videos.
  private let hasPointsApart: Bool
  /// Of the skeleton that was written last.
  private(set) var pointsApart: [Keypoints.Keypoint] = []

  init(hasPointsApart: Bool = false) { self.hasPointsApart = hasPointsApart }

  /// - Parameter common: XML attributes that stand before those of the shape.
  /// - Returns: nil for what CVAT has no element for.
  mutating func text(
    _ label: DatasetLabel, common: String, _ schema: DatasetSchema, _ diagnostics: Diagnostics
  ) -> String? {
    func turned(_ radians: Double) -> String {
      radians == 0 ? "" : " rotation=\"\(DecimalText.fixed(radians * 180 / .pi, 2))\""
    }
    var inner = ""
    let element: String
    pointsApart = []
    switch label.value {
    case .shape(.box(let box)): element = "box" + common + edges(box)
    case .shape(.rotatedBox(let box)):
      let flat = Box(
        x: box.center.x - box.width / 2, y: box.center.y - box.height / 2, width: box.width,
        height: box.height)
      element = "box" + common + edges(flat) + turned(box.rotation)
    case .shape(.polygon(let polygon)):
      if !polygon.holes.isEmpty { diagnostics.lose("holes of polygons filled") }
      element = "polygon" + common + " points=\"\(Self.list(polygon.outline))\""
    case .shape(.polyline(let line)):
      element = "polyline" + common + " points=\"\(Self.list(line.points))\""
    case .shape(.point(let point)): element = "points" + common + " points=\"\(Self.pair(point))\""
    case .shape(.ellipse(let ellipse)):
      let numbers = [
        ("cx", ellipse.center.x), ("cy", ellipse.center.y), ("rx", ellipse.radiusX),
        ("ry", ellipse.radiusY),
      ]
      element =
        "ellipse" + common + numbers.map { " \($0.0)=\"\(DecimalText.fixed($0.1, 2))\"" }.joined()
        + turned(ellipse.rotation)
    case .shape(.keypoints(let keypoints)):
      (element, inner) = pose(keypoints, of: label.classIndex, common, schema)
    case .shape(.cuboid(let cuboid)):
      element =
        "cuboid" + common
        + CVATCuboid.attributes(of: cuboid).map { " \($0.name)=\"\(DecimalText.fixed($0.value, 2))\"" }
        .joined()
    case .shape(.mask(let mask)):
      guard !mask.isEmpty else {
        diagnostics.lose("masks left out that have no pixels")
        return nil
      }
      let (runs, left, top, width, height) = RowRuns.runs(of: mask)
      element =
        "mask" + common + " rle=\"\(runs.map(String.init).joined(separator: ", "))\""
        + " left=\"\(left)\" top=\"\(top)\" width=\"\(width)\" height=\"\(height)\""
    case .whole: element = "tag" + common
    default: return nil
    }
    for attribute in label.attributes where attribute.name != "occluded" {
      let input = CVATInput(attribute.value)
      attributes[label.classIndex, default: [:]][attribute.name, default: input].widen(to: input)
      let value = attribute.value.string ?? attribute.value.text
      inner +=
        "      <attribute name=\"\(XMLText.escaped(attribute.name))\">\(XMLText.escaped(value))</attribute>\n"
    }
    let tag = element.prefix { $0 != " " }
    return "    <\(element)>\n\(inner)    </\(tag)>\n"
  }

  static func pair(_ point: Point) -> String {
    "\(DecimalText.fixed(point.x, 2)),\(DecimalText.fixed(point.y, 2))"
  }

  private static func list(_ points: [Point]) -> String {
    points.map(pair).joined(separator: ";")
  }

  /// A skeleton, or where no point has a name and all are seen, points of one label.
  private mutating func pose(
    _ pose: Keypoints, of index: Int, _ common: String, _ schema: DatasetSchema
  ) -> (element: String, inner: String) {
    let names = schema.classes[index].keypoints
    let areSeen = pose.keypoints.allSatisfy { $0.visibility == .visible }
    if names.isEmpty, areSeen, pose.keypoints.count > 1 {
      return ("points" + common + " points=\"\(Self.list(pose.keypoints.map(\.point)))\"", "")
    }
    if names.isEmpty { unnamed[index] = max(unnamed[index] ?? 0, pose.keypoints.count) }
    if hasPointsApart {
      pointsApart = pose.keypoints
      return ("skeleton" + common + " points=\"\(Self.list(pose.keypoints.map(\.point)))\"", "")
    }
    var inner = ""
    for (place, keypoint) in pose.keypoints.enumerated() {
      inner +=
        "      <points label=\"\(Self.name(ofPoint: place, names))\" source=\"manual\""
        + " outside=\"\(keypoint.visibility == .absent ? 1 : 0)\""
        + " occluded=\"\(keypoint.visibility == .hidden ? 1 : 0)\""
        + " points=\"\(Self.pair(keypoint.point))\"></points>\n"
    }
    return ("skeleton" + common, inner)
  }

  /// As XML.
  static func name(ofPoint place: Int, _ names: [String]) -> String {
    names.indices.contains(place) ? XMLText.escaped(names[place]) : "\(place + 1)"
  }

  private func edges(_ box: Box) -> String {
    [("xtl", box.x), ("ytl", box.y), ("xbr", box.maxX), ("ybr", box.maxY)]
      .map { " \($0.0)=\"\(DecimalText.fixed($0.1, 2))\"" }.joined()
  }

  /// What the set says of its classes.
  func labels(of schema: DatasetSchema) -> String {
    var head = ""
    for (index, one) in schema.classes.enumerated() {
      head += "        <label><name>\(XMLText.escaped(one.name))</name>"
      let points =
        one.keypoints.isEmpty ? (0..<(unnamed[index] ?? 0)).map { "\($0 + 1)" } : one.keypoints
      head += "<type>\(points.isEmpty ? "any" : "skeleton")</type><attributes>"
      for (name, input) in (attributes[index] ?? [:]).sorted(by: { $0.key < $1.key }) {
        head +=
          "<attribute><name>\(XMLText.escaped(name))</name><mutable>False</mutable>"
          + "<input_type>\(input.rawValue)</input_type><default_value></default_value>"
          + "<values></values></attribute>"
      }
      head += "</attributes></label>\n"
      for point in points {
        head +=
          "        <label><name>\(XMLText.escaped(point))</name><type>points</type><attributes></attributes>"
          + "<parent>\(XMLText.escaped(one.name))</parent></label>\n"
      }
    }
    return head
  }
}
