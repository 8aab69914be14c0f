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

  /// The smallest one round some points; of no size at (0, 0) where there are none.
  ///
  /// - Complexity: O(points)
  public init(around points: some Sequence<Point>) {
    var (left, top) = (Double.infinity, Double.infinity)
    var (right, bottom) = (-Double.infinity, -Double.infinity)
    for point in points {
      (left, right) = (min(left, point.x), max(right, point.x))
      (top, bottom) = (min(top, point.y), max(bottom, point.y))
    }
    let isEmpty = left > right
    self.init(
      x: isEmpty ? 0 : left, y: isEmpty ? 0 : top, width: isEmpty ? 0 : right - left,
      height: isEmpty ? 0 : bottom - top)
  }

  public var maxX: Double { x + width }
  public var maxY: Double { y + height }

  /// In square pixels; zero for a box without extent.
  public var area: Double { width > 0 && height > 0 ? width * height : 0 }

  public var isFinite: Bool {
    x.isFinite && y.isFinite && width.isFinite && height.isFinite && maxX.isFinite && maxY.isFinite
  }

  public func contains(_ other: Box) -> Bool {
    x <= other.x && y <= other.y && maxX >= other.maxX && maxY >= other.maxY
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
