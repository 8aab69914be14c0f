/// An ellipse; `rotation` turns it clockwise on the screen, in radians.
public struct Ellipse: Hashable, Sendable {
  public var center: Point
  public var radiusX: Double
  public var radiusY: Double
  public var rotation: Double

  public init(center: Point, radiusX: Double, radiusY: Double, rotation: Double = 0) {
    self.center = center
    self.radiusX = radiusX
    self.radiusY = radiusY
    self.rotation = rotation
  }

  public var area: Double { radiusX > 0 && radiusY > 0 ? .pi * radiusX * radiusY : 0 }

  /// So many points on it, clockwise from the end of its first axis.
  public func outline(_ count: Int = 64) -> [Point] {
    let turn = sineAndCosine(rotation)
    return (0..<count).map { index in
      let place = sineAndCosine(2 * .pi * Double(index) / Double(count))
      let (x, y) = (radiusX * place.cosine, radiusY * place.sine)
      return Point(
        x: center.x + x * turn.cosine - y * turn.sine,
        y: center.y + x * turn.sine + y * turn.cosine)
    }
  }
}
