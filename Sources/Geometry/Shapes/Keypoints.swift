/// The named points of a skeleton, in the order of its definition.
public struct Keypoints: Hashable, Sendable {
  /// COCO's three states.
  public enum Visibility: Int32, Hashable, Sendable {
    /// Not in the image, or not to be placed; the point itself says nothing.
    case absent = 0
    /// Placed, but hidden behind something.
    case hidden = 1
    case visible = 2
  }

  public struct Keypoint: Hashable, Sendable {
    public var point: Point
    public var visibility: Visibility
    public init(_ point: Point, _ visibility: Visibility = .visible) {
      self.point = point
      self.visibility = visibility
    }
  }

  public var keypoints: [Keypoint]

  public init(_ keypoints: [Keypoint]) { self.keypoints = keypoints }

  /// Those that were placed.
  public var points: [Point] {
    keypoints.compactMap { $0.visibility == .absent ? nil : $0.point }
  }

  /// How far a keypoint may lie off, as a share of the object's size, and still count as near: the
  /// middle of COCO's values for people (0.025–0.107).
  public static let spread = 0.07

  /// Object keypoint similarity, 0…1: the mean of `exp(−d² / (2 s² k²))` over the keypoints placed in
  /// either, 0 for one placed in one only; `d` in pixels, `s²` the area of the box round all points,
  /// `k` twice `spread`. (COCO, *Keypoint evaluation*.)
  public func similarity(to other: Keypoints) -> Double {
    guard keypoints.count == other.keypoints.count else { return 0 }
    let box = Box(around: points + other.points)
    let scale = max(1, box.width * box.height)
    var (sum, placed) = (0.0, 0)
    for (a, b) in zip(keypoints, other.keypoints) {
      if a.visibility == .absent && b.visibility == .absent { continue }
      placed += 1
      if a.visibility == .absent || b.visibility == .absent { continue }
      let (dx, dy) = (a.point.x - b.point.x, a.point.y - b.point.y)
      let k = 2 * Self.spread
      sum += exponential(-(dx * dx + dy * dy) / (2 * scale * k * k))
    }
    return placed == 0 ? 1 : sum / Double(placed)
  }
}
