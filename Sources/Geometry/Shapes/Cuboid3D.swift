/// A box in space that stands upright, in metres: `length` along its heading, `width` across it,
/// `height` upwards, turned round the vertical by `yaw` radians against the clock seen from above.
public struct Cuboid3D: Hashable, Sendable {
  public var x: Double
  public var y: Double
  public var z: Double
  public var length: Double
  public var width: Double
  public var height: Double
  public var yaw: Double

  /// - Parameters: `x, y, z` are the middle of the box.
  public init(
    x: Double, y: Double, z: Double, length: Double, width: Double, height: Double, yaw: Double
  ) {
    (self.x, self.y, self.z) = (x, y, z)
    (self.length, self.width, self.height) = (length, width, height)
    self.yaw = yaw
  }

  /// In cubic metres.
  public var volume: Double { footprint.area * max(0, height) }

  /// What it covers of the ground.
  public var footprint: RotatedBox {
    RotatedBox(center: Point(x: x, y: y), width: length, height: width, rotation: yaw)
  }

  /// Intersection over union of the volumes, 0…1.
  public func intersectionOverUnion(_ other: Cuboid3D) -> Double {
    let rise =
      min(z + height / 2, other.z + other.height / 2)
      - max(z - height / 2, other.z - other.height / 2)
    guard rise > 0 else { return 0 }
    let shared =
      rise * Polygon(footprint.corners).intersectionArea(Polygon(other.footprint.corners))
    let union = volume + other.volume - shared
    return union > 0 ? min(1, shared / union) : 0
  }
}
