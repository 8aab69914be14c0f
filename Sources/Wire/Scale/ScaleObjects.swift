import Notation

/// A class of objects that a task of Scale's API asks for: a label in one geometry.
struct ScaleObject: Hashable {
  /// The class here: the label, with the geometry behind it where two geometries share the label.
  var name: String
  var label: String
  var geometry: ScaleGeometry
}

/// The geometries of Scale's tasks, and how each is written there and here.
enum ScaleGeometry: String, CaseIterable {
  case box, polygon, line, point, cuboid, ellipse
  /// Of a text.
  case span

  /// What it is called in an ontology.
  var kind: String { self == .line ? "polyline" : rawValue }

  /// What an annotation holds of it in a response, made of the native value.
  func members(_ value: JSON) -> [JSON.Member] {
    let list = value.array ?? []
    func number(_ place: Int) -> JSON { place < list.count ? list[place] : 0 }
    switch self {
    case .box:
      return [
        .init("left", number(0)), .init("top", number(1)), .init("width", number(2)),
        .init("height", number(3)),
      ]
    case .polygon:
      let hasHoles = list.first?.array?.first?.array != nil
      let rings = hasHoles ? list : [value]
      let outline = JSON.Member("vertices", Self.vertices(rings.first ?? []))
      let holes = rings.dropFirst().map(Self.vertices)
      return [outline] + (holes.isEmpty ? [] : [.init("holes", .array(holes))])
    case .line: return [.init("vertices", Self.vertices(value))]
    case .point: return [.init("x", number(0)), .init("y", number(1))]
    case .cuboid:
      let places = Self.corners.compactMap { corner -> JSON? in
        guard corner.place < list.count, let point = list[corner.place].array, point.count == 2
        else { return nil }
        return [
          "type": "vertex", "description": .string(corner.name), "x": point[0], "y": point[1],
        ]
      }
      return [.init("vertices", .array(places)), .init("edges", .array(Self.edges(list)))]
    case .ellipse:
      return [
        .init("x", number(0)), .init("y", number(1)), .init("radius_x", number(2)),
        .init("radius_y", number(3)), .init("rotation", number(4)),
        .init("vertices", Self.vertices(Self.ends(list))),
      ]
    case .span:
      // Scale knows no gaps: from the first piece's start to the last one's end.
      guard list.first?.array != nil else {
        return [.init("start", number(0)), .init("end", number(1))]
      }
      return [
        .init("start", list.first?.array?.first ?? 0), .init("end", list.last?.array?.last ?? 0),
      ]
    }
  }

  /// The native value of an annotation in a response; nil where it is not of this geometry.
  func value(_ json: JSON) -> JSON? {
    func numbers(_ names: String...) -> JSON? {
      let found = names.compactMap { json[$0] }
      return found.count == names.count ? .array(found) : nil
    }
    switch self {
    case .box: return numbers("left", "top", "width", "height")
    case .polygon:
      guard let outline = Self.points(json["vertices"]) else { return nil }
      let holes = (json["holes"]?.array ?? []).compactMap(Self.points)
      return holes.isEmpty ? outline : .array([outline] + holes)
    case .line: return Self.points(json["vertices"])
    case .point: return numbers("x", "y")
    case .cuboid:
      let given = json["vertices"]?.array ?? []
      var points: [JSON?] = Array(repeating: nil, count: Self.corners.count)
      for corner in Self.corners {
        let vertex = given.first { $0["description"]?.string == corner.name }
        if let x = vertex?["x"], let y = vertex?["y"] { points[corner.place] = [x, y] }
      }
      let known = points.compactMap { $0 }
      return known.count == points.count ? .array(known) : nil
    case .ellipse:
      guard let place = numbers("x", "y", "radius_x", "radius_y") else { return nil }
      return .array((place.array ?? []) + [json["rotation"] ?? 0])
    case .span: return numbers("start", "end")
    }
  }

  /// The least that is well-formed, for test tasks.
  var canned: JSON {
    switch self {
    case .box: [0, 0, 1, 1]
    case .polygon: [[0, 0], [1, 0], [0, 1]]
    case .line: [[0, 0], [1, 1]]
    case .point: [0, 0]
    case .cuboid: [[0, 1], [1, 1], [1, 2], [0, 2], [2, 0], [2, 1]]
    case .ellipse: [1, 1, 1, 1]
    case .span: [0, 1]
    }
  }

  private static func vertices(_ points: JSON) -> JSON {
    .array(
      (points.array ?? []).map { point in
        let pair = point.array ?? []
        return pair.count == 2 ? ["x": pair[0], "y": pair[1]] : [:]
      })
  }

  private static func points(_ vertices: JSON?) -> JSON? {
    guard let list = vertices?.array else { return nil }
    let points = list.compactMap { vertex -> JSON? in
      guard let x = vertex["x"], let y = vertex["y"] else { return nil }
      return [x, y]
    }
    return points.count == list.count ? .array(points) : nil
  }

  /// Scale's names of a cuboid's corners, and their places in ours.
  private static let corners: [(name: String, place: Int)] = [
    ("face-topleft", 0), ("face-bottomleft", 3), ("face-topright", 1), ("face-bottomright", 2),
    ("side-topcorner", 4), ("side-bottomcorner", 5),
  ]

  private static func edges(_ points: [JSON]) -> [JSON] {
    guard points.count == corners.count else { return [] }
    let isRight =
      (points[4].array?.first?.number ?? 0) >= (points[1].array?.first?.number ?? 0)
    let (top, bottom) = isRight ? (1, 2) : (0, 3)
    let ends: [(name: String, from: Int, to: Int)] = [
      ("face-top", 0, 1), ("face-right", 1, 2), ("face-bottom", 3, 2), ("face-left", 0, 3),
      ("side-bottom", bottom, 5), ("side-top", top, 4),
    ]
    return ends.map { edge in
      let (a, b) = (points[edge.from].array ?? [0, 0], points[edge.to].array ?? [0, 0])
      return [
        "type": "edge", "description": .string(edge.name), "x1": a[0], "y1": a[1], "x2": b[0],
        "y2": b[1],
      ]
    }
  }

  /// The four ends of an ellipse's axes where it is not turned: Scale's own form, without trigonometry.
  private static func ends(_ list: [JSON]) -> JSON {
    let numbers = list.compactMap(\.number)
    guard numbers.count >= 4 else { return [] }
    let (x, y, a, b) = (numbers[0], numbers[1], numbers[2], numbers[3])
    return [
      [.double(x - a), .double(y)], [.double(x), .double(y - b)],
      [.double(x + a), .double(y)], [.double(x), .double(y + b)],
    ]
  }
}

extension ScaleType {
  /// The older types of one geometry: their annotations say neither type nor uuid.
  static let ofOneGeometry: [String: ScaleGeometry] = [
    "annotation": .box, "polygonannotation": .polygon, "lineannotation": .line,
    "pointannotation": .point, "cuboidannotation": .cuboid,
  ]

  /// The classes of objects asked for; none where the params do not say, or say more than there is
  /// a surface for.
  func objects(_ params: JSON) -> [ScaleObject] {
    switch name {
    case "imageannotation":
      let geometries = params["geometries"]?.members ?? []
      let known = geometries.compactMap { ScaleGeometry(rawValue: $0.name) }
      guard known.count == geometries.count, !known.contains(.span) else { return [] }
      return Self.named(
        geometries.flatMap { member in
          Self.pairs(member.value["objects_to_annotate"], ScaleGeometry(rawValue: member.name))
        })
    case "segmentannotation":
      return ScaleSegmentation.labels(params).map {
        ScaleObject(name: $0, label: $0, geometry: .polygon)
      }
    case "namedentityrecognition": return Self.named(Self.pairs(params["labels"], .span))
    case "documenttranscription":
      guard params["attachment"]?.string != nil, params["attachment_type"]?.string == "image" else {
        return []
      }
      let geometry = ScaleGeometry(rawValue: params["geometry"]?.string ?? "box")
      return Self.named(Self.pairs(params["features"], geometry))
    default:
      return Self.named(Self.pairs(params["objects_to_annotate"], Self.ofOneGeometry[name]))
    }
  }

  private static func pairs(
    _ labels: JSON?, _ geometry: ScaleGeometry?
  ) -> [(label: String, geometry: ScaleGeometry)] {
    guard let geometry else { return [] }
    return ScaleForm.names(labels).map { ($0, geometry) }
  }

  private static func named(
    _ pairs: [(label: String, geometry: ScaleGeometry)]
  ) -> [ScaleObject] {
    var taken: Set<String> = []
    return pairs.map { pair in
      let name =
        taken.insert(pair.label).inserted ? pair.label : "\(pair.label) (\(pair.geometry.kind))"
      return ScaleObject(name: name, label: pair.label, geometry: pair.geometry)
    }
  }

  /// What may join objects: `links` of images, `relationships` of named entities.
  static func links(_ params: JSON) -> [JSON.Member] {
    let named = (params["relationships"]?.array ?? []).compactMap { item in
      (item.string ?? item["name"]?.string).map { JSON.Member($0, item) }
    }
    return (params["links"]?.members ?? []) + named
  }

  /// Attributes asked of the task as a whole.
  static func globalAttributes(_ params: JSON) -> [JSON.Member] {
    let marked = (params["annotation_attributes"]?.members ?? []).filter {
      $0.value["global"]?.bool == true
    }
    return marked + (params["global_attributes"]?.members ?? [])
  }
}
