/// An axis-aligned box in pixels: `x, y` is the top left corner, the image's own top left is (0, 0),
/// and edges lie between pixels, so a box over the whole of a 640×480 image is (0, 0, 640, 480).
public struct Box: Hashable, Sendable {
  public var x: Double
  public var y: Double
  public var width: Double
  public var height: Double

  public init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  public var maxX: Double { x + width }
  public var maxY: Double { y + height }

  /// In square pixels; zero for a box without extent.
  public var area: Double { width > 0 && height > 0 ? width * height : 0 }

  public var isFinite: Bool {
    x.isFinite && y.isFinite && width.isFinite && height.isFinite && maxX.isFinite && maxY.isFinite
  }

  /// The part that both cover; a box of no area where they do not meet.
  public func intersection(_ other: Box) -> Box {
    let left = max(x, other.x)
    let top = max(y, other.y)
    return Box(
      x: left, y: top,
      width: max(0, min(maxX, other.maxX) - left),
      height: max(0, min(maxY, other.maxY) - top))
  }

  /// Intersection over union, 0…1; zero where either has no area.
  public func intersectionOverUnion(_ other: Box) -> Double {
    let shared = intersection(other).area
    guard shared > 0 else { return 0 }
    return shared / (area + other.area - shared)
  }

  /// Whether the box lies in an image of that size, give or take `tolerance` pixels.
  public func lies(inWidth imageWidth: Double, height imageHeight: Double, tolerance: Double = 0)
    -> Bool
  {
    x >= -tolerance && y >= -tolerance && maxX <= imageWidth + tolerance
      && maxY <= imageHeight + tolerance
  }
}
