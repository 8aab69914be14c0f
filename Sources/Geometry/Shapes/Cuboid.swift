/// A box in space as it is seen: the corners of the face turned to us, and the far edge of the side
/// that is seen beside it.
public struct Cuboid: Hashable, Sendable {
  public var faceTopLeft: Point
  public var faceTopRight: Point
  public var faceBottomRight: Point
  public var faceBottomLeft: Point
  public var sideTop: Point
  public var sideBottom: Point

  /// - Parameter points: six, in the order of the members.
  public init?(_ points: [Point]) {
    guard points.count == 6 else { return nil }
    (faceTopLeft, faceTopRight, faceBottomRight) = (points[0], points[1], points[2])
    (faceBottomLeft, sideTop, sideBottom) = (points[3], points[4], points[5])
  }

  public var points: [Point] {
    [faceTopLeft, faceTopRight, faceBottomRight, faceBottomLeft, sideTop, sideBottom]
  }

  /// Whether the side seen lies right of the face.
  public var isSideRight: Bool { sideTop.x + sideBottom.x >= faceTopLeft.x + faceTopRight.x }

  /// What it covers on the image: the face and the side.
  public var silhouette: Polygon {
    Polygon(
      isSideRight
        ? [faceTopLeft, faceTopRight, sideTop, sideBottom, faceBottomRight, faceBottomLeft]
        : [sideTop, faceTopLeft, faceTopRight, faceBottomRight, faceBottomLeft, sideBottom])
  }
}
