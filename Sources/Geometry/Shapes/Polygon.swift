/// A closed outline, and holes cut out of it. What lies inside an odd number of rings is inside.
public struct Polygon: Hashable, Sendable {
  /// The outline first, then the holes. The last point joins the first; it is not repeated.
  public var rings: [[Point]]

  public init(rings: [[Point]]) { self.rings = rings }

  public init(_ outline: [Point], holes: [[Point]] = []) { rings = [outline] + holes }

  public var outline: [Point] { rings.first ?? [] }
  public var holes: ArraySlice<[Point]> { rings.dropFirst() }

  /// Square pixels of the outline less its holes; zero where they make no sense.
  ///
  /// - Complexity: O(points)
  public var area: Double {
    max(0, abs(Self.signedArea(of: outline)) - holes.reduce(0) { $0 + abs(Self.signedArea(of: $1)) })
  }

  /// The shoelace formula: positive where the ring turns clockwise on the screen.
  static func signedArea(of ring: [Point]) -> Double {
    guard ring.count >= 3, var previous = ring.last else { return 0 }
    var twice = 0.0
    for point in ring {
      twice += previous.x * point.y - point.x * previous.y
      previous = point
    }
    return twice / 2
  }

  /// Pixels round the outline and every hole.
  public var perimeter: Double {
    rings.reduce(0) { sum, ring in
      guard let last = ring.last, let first = ring.first else { return sum }
      return sum + Polyline(ring).length + last.distance(to: first)
    }
  }

  /// Where a vertical line enters and leaves the polygon, from the top.
  ///
  /// - Complexity: O(points)
  func crossings(atX x: Double) -> [Double] {
    var found: [Double] = []
    for ring in rings {
      guard var a = ring.last else { continue }
      for b in ring {
        if (a.x <= x) != (b.x <= x) { found.append(a.y + (x - a.x) / (b.x - a.x) * (b.y - a.y)) }
        a = b
      }
    }
    return found.sorted()
  }

  /// Whether a point lies inside, by the even–odd rule.
  ///
  /// - Complexity: O(points)
  public func contains(_ point: Point) -> Bool {
    var isInside = false
    for y in crossings(atX: point.x) where y > point.y { isInside.toggle() }
    return isInside
  }

  /// Rings as polygons: each that turns clockwise on the screen is an outline, the others are holes of
  /// the smallest outline round them.
  ///
  /// - Complexity: O(holes × outlines), and the points of those that come into question.
  static func grouped(_ rings: [[Point]]) -> [Polygon] {
    var polygons: [(polygon: Polygon, box: Box, area: Double)] = []
    for ring in rings where signedArea(of: ring) > 0 {
      polygons.append((Polygon(ring), Box(around: ring), signedArea(of: ring)))
    }
    for hole in rings where signedArea(of: hole) < 0 {
      let box = Box(around: hole)
      var best: Int?
      for (index, candidate) in polygons.enumerated() {
        guard candidate.box.contains(box), candidate.area < (best.map { polygons[$0].area } ?? .infinity)
        else { continue }
        // A point of the hole may touch the outline; the middle of an edge's inner side does not.
        if Polygon(candidate.polygon.outline).contains(pointInside(hole)) { best = index }
      }
      if let best { polygons[best].polygon.rings.append(hole) }
    }
    return polygons.map { $0.polygon }
  }

  /// A point that lies inside a ring.
  private static func pointInside(_ ring: [Point]) -> Point {
    let box = Box(around: ring)
    // Halves, quarters …: some line through the ring misses its corners and is cut twice.
    for share in [0.5, 0.25, 0.75, 0.125, 0.375, 0.625, 0.875] {
      let x = box.x + box.width * share + 1e-7
      let crossings = Polygon(ring).crossings(atX: x)
      if crossings.count >= 2, crossings[1] > crossings[0] {
        return Point(x: x, y: (crossings[0] + crossings[1]) / 2)
      }
    }
    return ring[0]
  }
}
