/// How much of two shapes is the same, and how far they are the same object.
extension Shape {
  /// Square pixels that both cover, of whatever kinds they are; 0 where one covers none.
  ///
  /// Regions are compared as polygons, exactly but for rounding (an ellipse as 64 corners); with a
  /// mask, by the pixels whose centres they hold.
  ///
  /// - Complexity: O(pairs of edges that share some x); with a mask O(runs + columns crossed).
  public func intersectionArea(_ other: Shape) -> Double {
    switch (self, other) {
    case (.box(let a), .box(let b)): return a.intersection(b).area
    case (.mask(let a), _):
      return other.mask(width: a.width, height: a.height).map { Double(a.intersectionArea($0)) } ?? 0
    case (_, .mask): return other.intersectionArea(self)
    default:
      guard let a = region, let b = other.region, bounds.intersection(other.bounds).area > 0 else { return 0 }
      return a.intersectionArea(b)
    }
  }

  /// Intersection over union of what they cover, 0…1; 0 where one covers nothing.
  public func intersectionOverUnion(_ other: Shape) -> Double {
    switch (self, other) {
    case (.box(let a), .box(let b)): return a.intersectionOverUnion(b)
    case (.mask(let a), _):
      return other.mask(width: a.width, height: a.height).map { a.intersectionOverUnion($0) } ?? 0
    case (_, .mask): return other.intersectionOverUnion(self)
    default:
      guard let a = region, let b = other.region else { return 0 }
      return a.intersectionOverUnion(b)
    }
  }

  /// The distance in pixels at which two points, or two lines, are half alike.
  public static let halfSimilarityPixels = 10.0
  /// Points by which two lines are compared.
  static let lineSamples = 32

  /// 0…1, and 1 for equal shapes: intersection over union of regions; for points and lines
  /// 1 / (1 + (d / 10)²) of their (mean) distance in pixels; for keypoints their object keypoint
  /// similarity. Shapes of different kinds are not alike.
  public func similarity(to other: Shape) -> Double {
    switch (self, other) {
    case (.point(let a), .point(let b)): return Self.similarity(atDistance: a.distance(to: b))
    case (.polyline(let a), .polyline(let b)): return Self.similarity(atDistance: Self.distance(a, b))
    case (.keypoints(let a), .keypoints(let b)): return a.similarity(to: b)
    default: return kind == other.kind ? intersectionOverUnion(other) : 0
    }
  }

  private static func similarity(atDistance distance: Double) -> Double {
    let share = distance / halfSimilarityPixels
    return 1 / (1 + share * share)
  }

  /// The mean distance of points along both; a line is the same in either direction.
  private static func distance(_ a: Polyline, _ b: Polyline) -> Double {
    let (p, q) = (a.resampled(lineSamples), b.resampled(lineSamples))
    func mean(_ q: some Sequence<Point>) -> Double {
      zip(p, q).reduce(0) { $0 + $1.0.distance(to: $1.1) } / Double(lineSamples)
    }
    return min(mean(q), mean(q.reversed()))
  }
}
