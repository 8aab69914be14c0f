import Geometry
import Notation

/// Shapes as JSON numbers, as `AnnotationNotation` says.
package enum ShapeNotation {
  package static func shape(
    _ json: JSON, _ kind: ShapeKind, _ path: String
  ) throws(NotationFault) -> Shape {
    switch kind {
    case .box: return .box(try box(json, path))
    case .rotatedBox:
      let numbers = try numbers(json, 5, path, "[x, y, width, height, rotation]")
      return .rotatedBox(
        RotatedBox(
          center: Point(x: numbers[0], y: numbers[1]), width: numbers[2], height: numbers[3],
          rotation: numbers[4]))
    case .keypoints: return .keypoints(try keypoints(json, path))
    case .mask: return .mask(try mask(json, path))
    case .polygon: return .polygon(try polygon(json, path))
    case .polyline: return .polyline(Polyline(try points(json, path)))
    case .point: return .point(try point(json, path))
    case .ellipse: return .ellipse(try ellipse(json, path))
    case .cuboid:
      guard let cuboid = Cuboid(try points(json, path)) else {
        throw NotationFault(path: path, problem: "must be six points")
      }
      return .cuboid(cuboid)
    }
  }

  private static func box(_ json: JSON, _ path: String) throws(NotationFault) -> Box {
    let numbers: [Double?] =
      json.array?.map { $0.number } ?? ["x", "y", "width", "height"].map { json[$0]?.number }
    guard numbers.count == 4, let x = numbers[0], let y = numbers[1], let width = numbers[2],
      let height = numbers[3]
    else {
      throw NotationFault(path: path, problem: "must be four numbers [x, y, width, height]")
    }
    return Box(x: x, y: y, width: width, height: height)
  }

  private static func polygon(_ json: JSON, _ path: String) throws(NotationFault) -> Polygon {
    let hasRings = json.array?.first?.array?.first?.array != nil
    guard hasRings, let list = json.array else { return Polygon(try points(json, path)) }
    var rings: [[Point]] = []
    for (index, ring) in list.enumerated() { rings.append(try points(ring, "\(path)[\(index)]")) }
    return Polygon(rings: rings)
  }

  private static func numbers(
    _ json: JSON, _ count: Int, _ path: String, _ form: String
  ) throws(NotationFault) -> [Double] {
    let numbers = json.array?.compactMap { $0.number } ?? []
    guard numbers.count == count, json.array?.count == count else {
      throw NotationFault(path: path, problem: "must be \(count) numbers \(form)")
    }
    return numbers
  }

  private static func keypoints(_ json: JSON, _ path: String) throws(NotationFault) -> Keypoints {
    guard let list = json.array else {
      throw NotationFault(path: path, problem: "must be an array of keypoints [x, y, visibility]")
    }
    var keypoints: [Keypoints.Keypoint] = []
    for (index, item) in list.enumerated() {
      let numbers = try numbers(item, 3, "\(path)[\(index)]", "[x, y, visibility]")
      guard let number = Int32(exactly: numbers[2]),
        let visibility = Keypoints.Visibility(rawValue: number)
      else { throw NotationFault(path: "\(path)[\(index)][2]", problem: "must be 0, 1 or 2") }
      // What is absent lies nowhere, so that equal answers are equal.
      let point = visibility == .absent ? Point(x: 0, y: 0) : Point(x: numbers[0], y: numbers[1])
      keypoints.append(.init(point, visibility))
    }
    return Keypoints(keypoints)
  }

  private static func mask(_ json: JSON, _ path: String) throws(NotationFault) -> RunLengthMask {
    guard let size = json["size"]?.array, size.count == 2,
      let height = size[0].integer.flatMap({ Int(exactly: $0) }),
      let width = size[1].integer.flatMap({ Int(exactly: $0) })
    else { throw NotationFault(path: path + ".size", problem: "must be [height, width]") }
    let mask: RunLengthMask?
    if let text = json["counts"]?.string {
      mask = RunLengthMask(width: width, height: height, compressed: text.utf8)
    } else if let list = json["counts"]?.array {
      let counts = list.compactMap { $0.integer.flatMap { UInt32(exactly: $0) } }
      mask =
        counts.count == list.count
        ? RunLengthMask(width: width, height: height, counts: counts) : nil
    } else {
      throw NotationFault(
        path: path + ".counts", problem: "must be a string or an array of numbers")
    }
    guard let mask else {
      throw NotationFault(
        path: path + ".counts", problem: "are no run lengths of \(width)×\(height) pixels")
    }
    return mask
  }

  private static func ellipse(_ json: JSON, _ path: String) throws(NotationFault) -> Ellipse {
    let numbers = json.array?.compactMap { $0.number } ?? []
    guard (4...5).contains(numbers.count), numbers.count == json.array?.count else {
      throw NotationFault(
        path: path, problem: "must be four numbers [x, y, radiusX, radiusY], or five with rotation")
    }
    return Ellipse(
      center: Point(x: numbers[0], y: numbers[1]), radiusX: numbers[2], radiusY: numbers[3],
      rotation: numbers.count == 5 ? numbers[4] : 0)
  }

  private static func points(_ json: JSON, _ path: String) throws(NotationFault) -> [Point] {
    guard let list = json.array else {
      throw NotationFault(path: path, problem: "must be an array of points [x, y]")
    }
    var points: [Point] = []
    points.reserveCapacity(list.count)
    for (index, item) in list.enumerated() { points.append(try point(item, "\(path)[\(index)]")) }
    return points
  }

  private static func point(_ json: JSON, _ path: String) throws(NotationFault) -> Point {
    guard let pair = json.array, pair.count == 2, let x = pair[0].number, let y = pair[1].number
    else { throw NotationFault(path: path, problem: "must be two numbers [x, y]") }
    return Point(x: x, y: y)
  }

  package static func write(_ shape: Shape, to writer: inout JSONWriter) {
    switch shape {
    case .box(let box): write([box.x, box.y, box.width, box.height], to: &writer)
    case .rotatedBox(let box):
      write([box.center.x, box.center.y, box.width, box.height, box.rotation], to: &writer)
    case .keypoints(let keypoints):
      writer.beginArray()
      for keypoint in keypoints.keypoints {
        writer.beginArray()
        writer.value(keypoint.point.x)
        writer.value(keypoint.point.y)
        writer.value(Int64(keypoint.visibility.rawValue))
        writer.endArray()
      }
      writer.endArray()
    case .mask(let mask): write(mask, to: &writer)
    case .polygon(let polygon):
      guard polygon.rings.count > 1 else { return write(polygon.outline, to: &writer) }
      writer.beginArray()
      for ring in polygon.rings { write(ring, to: &writer) }
      writer.endArray()
    case .polyline(let line): write(line.points, to: &writer)
    case .point(let point): write([point.x, point.y], to: &writer)
    case .ellipse(let ellipse):
      let place = [ellipse.center.x, ellipse.center.y, ellipse.radiusX, ellipse.radiusY]
      write(ellipse.rotation == 0 ? place : place + [ellipse.rotation], to: &writer)
    case .cuboid(let cuboid): write(cuboid.points, to: &writer)
    }
  }

  /// As COCO's compressed run lengths.
  package static func write(_ mask: RunLengthMask, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.name("size")
    writer.beginArray()
    writer.value(Int64(mask.height))
    writer.value(Int64(mask.width))
    writer.endArray()
    writer.name("counts")
    writer.value(String(decoding: mask.compressed, as: UTF8.self))
    writer.endObject()
  }

  private static func write(_ points: [Point], to writer: inout JSONWriter) {
    writer.beginArray()
    for point in points { write([point.x, point.y], to: &writer) }
    writer.endArray()
  }

  private static func write(_ numbers: [Double], to writer: inout JSONWriter) {
    writer.beginArray()
    for number in numbers { writer.value(number) }
    writer.endArray()
  }
}
