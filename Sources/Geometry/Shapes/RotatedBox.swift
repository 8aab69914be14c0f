/// A box turned round its centre, clockwise on the screen, by `rotation` radians.
public struct RotatedBox: Hashable, Sendable {
  public var center: Point
  public var width: Double
  public var height: Double
  public var rotation: Double

  public init(center: Point, width: Double, height: Double, rotation: Double) {
    self.center = center
    self.width = width
    self.height = height
    self.rotation = rotation
  }

  public var area: Double { width > 0 && height > 0 ? width * height : 0 }

  /// Clockwise from what was the top left corner.
  public var corners: [Point] {
    let turn = sineAndCosine(rotation)
    return [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)].map { share in
      let (x, y) = (share.0 * width, share.1 * height)
      return Point(
        x: center.x + x * turn.cosine - y * turn.sine,
        y: center.y + x * turn.sine + y * turn.cosine)
    }
  }
}
