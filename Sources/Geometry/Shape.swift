/// What can be drawn on an image.
public enum ShapeKind: String, Hashable, Sendable, CaseIterable {
  case box, polygon, polyline, point, ellipse, cuboid

  public var coversArea: Bool { self != .polyline && self != .point }
}

public enum Shape: Hashable, Sendable {
  case box(Box)
  case polygon(Polygon)
  case polyline(Polyline)
  case point(Point)
  case ellipse(Ellipse)
  case cuboid(Cuboid)

  public var kind: ShapeKind {
    switch self {
    case .box: .box
    case .polygon: .polygon
    case .polyline: .polyline
    case .point: .point
    case .ellipse: .ellipse
    case .cuboid: .cuboid
    }
  }

  /// Points between which the shape lies.
  public var points: [Point] {
    switch self {
    case .box(let box): [Point(x: box.x, y: box.y), Point(x: box.maxX, y: box.maxY)]
    case .polygon(let polygon): polygon.rings.flatMap(\.self)
    case .polyline(let line): line.points
    case .point(let point): [point]
    case .ellipse(let ellipse): ellipse.outline()
    case .cuboid(let cuboid): cuboid.points
    }
  }

  /// The smallest box round it.
  ///
  /// - Complexity: O(points)
  public var bounds: Box {
    if case .box(let box) = self { return box }
    let points = points
    guard let first = points.first else { return Box(x: 0, y: 0, width: 0, height: 0) }
    var (left, top, right, bottom) = (first.x, first.y, first.x, first.y)
    for point in points {
      (left, right) = (min(left, point.x), max(right, point.x))
      (top, bottom) = (min(top, point.y), max(bottom, point.y))
    }
    return Box(x: left, y: top, width: right - left, height: bottom - top)
  }

  public var isFinite: Bool {
    if case .box(let box) = self { return box.isFinite }
    if case .ellipse(let ellipse) = self {
      return ellipse.center.isFinite && ellipse.radiusX.isFinite && ellipse.radiusY.isFinite
        && ellipse.rotation.isFinite
    }
    return points.allSatisfy(\.isFinite)
  }

  /// Square pixels covered; zero for points and lines.
  public var area: Double {
    switch self {
    case .box(let box): box.area
    case .polygon(let polygon): polygon.area
    case .ellipse(let ellipse): ellipse.area
    case .cuboid(let cuboid): cuboid.silhouette.area
    case .polyline, .point: 0
    }
  }

  /// The region covered; nil for points and lines.
  public var region: Polygon? {
    switch self {
    case .box(let box):
      Polygon([
        Point(x: box.x, y: box.y), Point(x: box.maxX, y: box.y),
        Point(x: box.maxX, y: box.maxY), Point(x: box.x, y: box.maxY),
      ])
    case .polygon(let polygon): polygon
    case .ellipse(let ellipse): Polygon(ellipse.outline())
    case .cuboid(let cuboid): cuboid.silhouette
    case .polyline, .point: nil
    }
  }
}

/// How far two shapes are the same object.
extension Shape {
  /// The distance in pixels at which two points, or two lines, are half alike.
  public static let halfSimilarityPixels = 10.0
  /// Horizontal lines by which two regions are compared.
  static let scanLines = 256
  /// Points by which two lines are compared.
  static let lineSamples = 32

  /// 0…1, and 1 for equal shapes: intersection over union of regions (exact for boxes, by 256
  /// scan lines for others); for points and lines 1 / (1 + (d / 10)²) of their (mean) distance in
  /// pixels. Shapes of different kinds are not alike.
  ///
  /// - Complexity: O(256 × points) for regions.
  public func similarity(to other: Shape) -> Double {
    switch (self, other) {
    case (.box(let a), .box(let b)): return a.intersectionOverUnion(b)
    case (.point(let a), .point(let b)): return Self.similarity(atDistance: a.distance(to: b))
    case (.polyline(let a), .polyline(let b)):
      return Self.similarity(atDistance: Self.distance(a, b))
    default:
      guard kind == other.kind, let a = region, let b = other.region else { return 0 }
      guard bounds.intersection(other.bounds).area > 0 else { return 0 }
      return Self.intersectionOverUnion(a, b)
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

  private static func intersectionOverUnion(_ a: Polygon, _ b: Polygon) -> Double {
    let (first, second) = (Shape.polygon(a).bounds, Shape.polygon(b).bounds)
    let top = min(first.y, second.y)
    let step = (max(first.maxY, second.maxY) - top) / Double(scanLines)
    var (shared, inA, inB) = (0.0, 0.0, 0.0)
    for line in 0..<scanLines {
      let y = top + (Double(line) + 0.5) * step
      let (p, q) = (a.crossings(atY: y), b.crossings(atY: y))
      inA += length(p)
      inB += length(q)
      shared += overlap(p, q)
    }
    let union = inA + inB - shared
    return union > 0 ? shared / union : 0
  }

  /// Crossings come in pairs: in, out.
  private static func length(_ crossings: [Double]) -> Double {
    stride(from: 0, to: crossings.count - 1, by: 2).reduce(0) {
      $0 + crossings[$1 + 1] - crossings[$1]
    }
  }

  private static func overlap(_ p: [Double], _ q: [Double]) -> Double {
    var (i, j, sum) = (0, 0, 0.0)
    while i + 1 < p.count, j + 1 < q.count {
      sum += max(0, min(p[i + 1], q[j + 1]) - max(p[i], q[j]))
      if p[i + 1] < q[j + 1] { i += 2 } else { j += 2 }
    }
    return sum
  }
}
