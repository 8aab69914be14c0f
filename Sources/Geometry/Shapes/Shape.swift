/// What can be drawn on an image.
public enum ShapeKind: String, Hashable, Sendable, CaseIterable {
  case box, rotatedBox, polygon, polyline, point, ellipse, cuboid, keypoints, mask

  public var coversArea: Bool {
    switch self {
    case .box, .rotatedBox, .polygon, .ellipse, .cuboid, .mask: true
    case .polyline, .point, .keypoints: false
    }
  }
}

public enum Shape: Hashable, Sendable {
  case box(Box)
  case rotatedBox(RotatedBox)
  case polygon(Polygon)
  case polyline(Polyline)
  case point(Point)
  case ellipse(Ellipse)
  case cuboid(Cuboid)
  case keypoints(Keypoints)
  case mask(RunLengthMask)

  public var kind: ShapeKind {
    switch self {
    case .box: .box
    case .rotatedBox: .rotatedBox
    case .polygon: .polygon
    case .polyline: .polyline
    case .point: .point
    case .ellipse: .ellipse
    case .cuboid: .cuboid
    case .keypoints: .keypoints
    case .mask: .mask
    }
  }

  /// Points between which the shape lies.
  public var points: [Point] {
    switch self {
    case .box(let box): [Point(x: box.x, y: box.y), Point(x: box.maxX, y: box.maxY)]
    case .rotatedBox(let box): box.corners
    case .polygon(let polygon): polygon.rings.flatMap { $0 }
    case .polyline(let line): line.points
    case .point(let point): [point]
    case .ellipse(let ellipse): ellipse.outline()
    case .cuboid(let cuboid): cuboid.points
    case .keypoints(let keypoints): keypoints.points
    case .mask: Shape.box(bounds).points
    }
  }

  /// The smallest box round it.
  ///
  /// - Complexity: O(points)
  public var bounds: Box {
    switch self {
    case .box(let box): box
    case .mask(let mask): mask.bounds
    default: Box(around: points)
    }
  }

  public var isFinite: Bool {
    switch self {
    case .box(let box): box.isFinite
    case .rotatedBox(let box):
      box.center.isFinite && box.width.isFinite && box.height.isFinite && box.rotation.isFinite
    case .ellipse(let ellipse):
      ellipse.center.isFinite && ellipse.radiusX.isFinite && ellipse.radiusY.isFinite
        && ellipse.rotation.isFinite
    default: points.allSatisfy { $0.isFinite }
    }
  }

  /// Square pixels covered; zero for points and lines.
  public var area: Double {
    switch self {
    case .box(let box): box.area
    case .rotatedBox(let box): box.area
    case .polygon(let polygon): polygon.area
    case .ellipse(let ellipse): ellipse.area
    case .cuboid(let cuboid): cuboid.silhouette.area
    case .mask(let mask): Double(mask.area)
    case .polyline, .point, .keypoints: 0
    }
  }

  /// Pixels round what is covered, holes included; the length of a line.
  ///
  /// - Complexity: O(points); of a mask O(pixels of its bounds)
  public var perimeter: Double {
    switch self {
    case .polyline(let line): line.length
    case .point, .keypoints: 0
    case .mask(let mask): mask.outlines.reduce(0) { $0 + $1.perimeter }
    default: region?.perimeter ?? 0
    }
  }

  /// The region covered, as a polygon; nil for points, lines and masks.
  public var region: Polygon? {
    switch self {
    case .box(let box):
      Polygon([
        Point(x: box.x, y: box.y), Point(x: box.maxX, y: box.y),
        Point(x: box.maxX, y: box.maxY), Point(x: box.x, y: box.maxY),
      ])
    case .rotatedBox(let box): Polygon(box.corners)
    case .polygon(let polygon): polygon
    case .ellipse(let ellipse): Polygon(ellipse.outline())
    case .cuboid(let cuboid): cuboid.silhouette
    case .polyline, .point, .keypoints, .mask: nil
    }
  }

  /// The pixels of an image of that size whose centres are covered; nil for points and lines.
  public func mask(width: Int, height: Int) -> RunLengthMask? {
    if case .mask(let mask) = self {
      return mask.width == width && mask.height == height ? mask : nil
    }
    return region.map { RunLengthMask($0, width: width, height: height) }
  }
}
