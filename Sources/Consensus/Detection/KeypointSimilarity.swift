import Geometry

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How alike the points of two bodies are: COCO's object keypoint similarity
/// (cocodataset.org/#keypoints-eval), as pycocotools counts it.
package enum KeypointSimilarity {
  /// How far people's marks of a point lie apart, as a share of the object's size: COCO's seventeen points of
  /// a body.
  package static let body = [
    0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072, 0.062, 0.062, 0.107, 0.107, 0.087,
    0.087, 0.089, 0.089,
  ]

  /// Of other classes, whose spread nobody measured.
  static func spreads(_ count: Int) -> [Double] {
    count == body.count ? body : Array(repeating: Keypoints.spread, count: count)
  }

  /// - Parameters:
  ///   - box: round the labelled body; where none of its points is placed, points count by how far they are
  ///     from it.
  ///   - area: of the labelled body, in square pixels.
  /// - Returns: 0…1
  static func of(_ own: Keypoints, with truth: Keypoints, in box: Box, area: Double) -> Double {
    let count = truth.keypoints.count
    guard own.keypoints.count == count, count > 0 else { return 0 }
    let isPlaced = truth.keypoints.contains { $0.visibility != .absent }
    var (sum, counted) = (0.0, 0)
    for (place, spread) in spreads(count).enumerated() {
      let (mark, point) = (truth.keypoints[place], own.keypoints[place].point)
      if isPlaced, mark.visibility == .absent { continue }
      let (dx, dy): (Double, Double)
      if isPlaced {
        (dx, dy) = (point.x - mark.point.x, point.y - mark.point.y)
      } else {
        dx = max(0, box.x - box.width - point.x) + max(0, point.x - box.x - 2 * box.width)
        dy = max(0, box.y - box.height - point.y) + max(0, point.y - box.y - 2 * box.height)
      }
      let variance = 4 * spread * spread
      sum += exp(-(dx * dx + dy * dy) / variance / (area + .ulpOfOne) / 2)
      counted += 1
    }
    return counted > 0 ? sum / Double(counted) : 0
  }
}
