import Geometry
import Labels

/// CVAT's cuboids: the four corners of the face in front and those of the one behind, of which two are
/// hidden.
enum CVATCuboid {
  /// Names of corners, in the order in which they are written.
  private static let corners = ["tl1", "bl1", "tr1", "br1", "tl2", "bl2", "tr2", "br2"]

  /// - Parameter number: that of an attribute.
  /// - Returns: the face in front, and the edge behind of the side that is seen.
  static func cuboid(
    _ number: (String) throws(NotationFault) -> Double
  ) throws(NotationFault) -> Cuboid {
    var points: [String: Point] = [:]
    for corner in corners {
      points[corner] = Point(x: try number("x" + corner), y: try number("y" + corner))
    }
    func edge(_ side: String) -> [Point] {
      ["t\(side)2", "b\(side)2"].compactMap { points[$0] }
    }
    let face = ["tl1", "tr1", "br1", "bl1"].compactMap { points[$0] }
    let (left, right) = (edge("l"), edge("r"))
    let isSideRight = right.reduce(0) { $0 + $1.x } > face[1].x + face[2].x
    guard let cuboid = Cuboid(face + (isSideRight ? right : left)) else {
      throw NotationFault(path: "", problem: "it has not eight corners")
    }
    return cuboid
  }

  /// Corners by their attributes; those that are hidden lie as far behind as those that are seen.
  static func attributes(of cuboid: Cuboid) -> [(name: String, value: Double)] {
    let (topLeft, topRight) = (cuboid.faceTopLeft, cuboid.faceTopRight)
    let (bottomLeft, bottomRight) = (cuboid.faceBottomLeft, cuboid.faceBottomRight)
    let isRight = cuboid.isSideRight
    func behind(_ corner: Point, _ other: Point, _ far: Point) -> Point {
      Point(x: corner.x + far.x - other.x, y: corner.y + far.y - other.y)
    }
    let (top, bottom) = (cuboid.sideTop, cuboid.sideBottom)
    let points = [
      topLeft, bottomLeft, topRight, bottomRight,
      isRight ? behind(topLeft, topRight, top) : top,
      isRight ? behind(bottomLeft, bottomRight, bottom) : bottom,
      isRight ? top : behind(topRight, topLeft, top),
      isRight ? bottom : behind(bottomRight, bottomLeft, bottom),
    ]
    return zip(corners, points).flatMap { [("x" + $0, $1.x), ("y" + $0, $1.y)] }
  }
}
