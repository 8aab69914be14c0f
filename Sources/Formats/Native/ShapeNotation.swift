import Geometry
import Notation

/// Shapes as JSON numbers, as `AnnotationNotation` says.
enum ShapeNotation {
  static func shape(
    _ json: JSON, _ kind: ShapeKind, _ path: String
  ) throws(NotationFault) -> Shape {
    switch kind {
    case .box: return .box(try box(json, path))
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
      json.array?.map(\.number) ?? ["x", "y", "width", "height"].map { json[$0]?.number }
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

  private static func ellipse(_ json: JSON, _ path: String) throws(NotationFault) -> Ellipse {
    let numbers = json.array?.compactMap(\.number) ?? []
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

  static func write(_ shape: Shape, to writer: inout JSONWriter) {
    switch shape {
    case .box(let box): write([box.x, box.y, box.width, box.height], to: &writer)
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
