/// Shapes between keyframes.
extension Shape {
  /// The shape on the straight way to another, at `share` 0…1 of it. Shapes of different kinds, and
  /// masks, stay as they are until the other is reached; rotations take the shorter way round.
  ///
  /// - Complexity: O(points); O(points²) for polygons of different numbers of points.
  public func interpolated(to other: Shape, at share: Double) -> Shape {
    if share <= 0 { return self }
    if share >= 1 { return other }
    func mix(_ a: Double, _ b: Double) -> Double { a + (b - a) * share }
    func mix(_ a: Point, _ b: Point) -> Point { a + (b - a) * share }
    func turn(_ a: Double, _ b: Double) -> Double {
      let turns = ((b - a) / (2 * .pi) + 0.5).rounded(.down)
      return a + (b - a - turns * 2 * .pi) * share
    }
    switch (self, other) {
    case (.box(let a), .box(let b)):
      return .box(
        Box(
          x: mix(a.x, b.x), y: mix(a.y, b.y), width: mix(a.width, b.width),
          height: mix(a.height, b.height)))
    case (.rotatedBox(let a), .rotatedBox(let b)):
      return .rotatedBox(
        RotatedBox(
          center: mix(a.center, b.center), width: mix(a.width, b.width),
          height: mix(a.height, b.height), rotation: turn(a.rotation, b.rotation)))
    case (.ellipse(let a), .ellipse(let b)):
      return .ellipse(
        Ellipse(
          center: mix(a.center, b.center), radiusX: mix(a.radiusX, b.radiusX),
          radiusY: mix(a.radiusY, b.radiusY), rotation: turn(a.rotation, b.rotation)))
    case (.point(let a), .point(let b)): return .point(mix(a, b))
    case (.polyline(let a), .polyline(let b)):
      let count = max(a.points.count, b.points.count)
      let (p, q) =
        a.points.count == b.points.count
        ? (a.points, b.points) : (a.resampled(count), b.resampled(count))
      return .polyline(Polyline(zip(p, q).map { mix($0.0, $0.1) }))
    case (.polygon(let a), .polygon(let b)): return .polygon(a.interpolated(to: b, at: share))
    case (.cuboid(let a), .cuboid(let b)):
      return Cuboid(zip(a.points, b.points).map { mix($0.0, $0.1) }).map { .cuboid($0) } ?? self
    case (.keypoints(let a), .keypoints(let b)) where a.keypoints.count == b.keypoints.count:
      return .keypoints(
        Keypoints(
          zip(a.keypoints, b.keypoints).map { p, q in
            // Where only one is placed there is no way to walk.
            p.visibility == .absent || q.visibility == .absent
              ? p : .init(mix(p.point, q.point), p.visibility)
          }))
    default: return self
    }
  }
}

extension Polygon {
  fileprivate func interpolated(to other: Polygon, at share: Double) -> Polygon {
    let isAlike =
      rings.count == other.rings.count
      && zip(rings, other.rings).allSatisfy { $0.count == $1.count }
    let pairs =
      isAlike ? Array(zip(rings, other.rings)) : [Self.paired(outline, other.outline)]
    let mixed = pairs.map { pair in zip(pair.0, pair.1).map { a, b in a + (b - a) * share } }
    return Polygon(rings: isAlike ? mixed : mixed + holes)
  }

  /// Both rings with the same number of points, those of the second turned to lie nearest.
  private static func paired(_ a: [Point], _ b: [Point]) -> ([Point], [Point]) {
    let count = max(a.count, b.count)
    func even(_ ring: [Point]) -> [Point] {
      guard ring.count != count, let first = ring.first else { return ring }
      return Array(Polyline(ring + [first]).resampled(count + 1).dropLast())
    }
    let (p, q) = (even(a), even(b))
    var best = (offset: 0, distance: Double.infinity)
    for offset in 0..<count {
      var distance = 0.0
      for index in 0..<count {
        let way = q[(index + offset) % count] - p[index]
        distance += way.x * way.x + way.y * way.y
        if distance >= best.distance { break }
      }
      if distance < best.distance { best = (offset, distance) }
    }
    return (p, (0..<count).map { q[($0 + best.offset) % count] })
  }
}
