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
    max(0, Self.area(of: outline) - holes.reduce(0) { $0 + Self.area(of: $1) })
  }

  /// The shoelace formula.
  private static func area(of ring: [Point]) -> Double {
    guard ring.count >= 3, var previous = ring.last else { return 0 }
    var twice = 0.0
    for point in ring {
      twice += previous.x * point.y - point.x * previous.y
      previous = point
    }
    return abs(twice) / 2
  }

  /// Pixels round the outline and every hole.
  public var perimeter: Double {
    rings.reduce(0) { sum, ring in
      guard let last = ring.last, let first = ring.first else { return sum }
      return sum + Polyline(ring).length + last.distance(to: first)
    }
  }

  /// Where a horizontal line enters and leaves the polygon, from the left.
  ///
  /// - Complexity: O(points)
  func crossings(atY y: Double) -> [Double] {
    var found: [Double] = []
    for ring in rings {
      guard var a = ring.last else { continue }
      for b in ring {
        if (a.y <= y) != (b.y <= y) { found.append(a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x)) }
        a = b
      }
    }
    return found.sorted()
  }

  /// Whether a point lies inside, by the even–odd rule.
  ///
  /// - Complexity: O(points)
  public func contains(_ point: Point) -> Bool {
    crossings(atY: point.y).count { $0 > point.x } & 1 == 1
  }
}

/// A line through points, open at its ends.
public struct Polyline: Hashable, Sendable {
  public var points: [Point]

  public init(_ points: [Point]) { self.points = points }

  /// In pixels.
  public var length: Double {
    zip(points, points.dropFirst()).reduce(0) { $0 + $1.0.distance(to: $1.1) }
  }

  /// `count` points at equal distances along the line, its ends among them.
  ///
  /// - Parameter count: 2 or more.
  /// - Complexity: O(points + count)
  public func resampled(_ count: Int) -> [Point] {
    guard let first = points.first, let last = points.last, count >= 2 else { return points }
    let step = length / Double(count - 1)
    guard step > 0 else { return Array(repeating: first, count: count) }
    var result = [first]
    var travelled = 0.0
    for (a, b) in zip(points, points.dropFirst()) {
      let piece = a.distance(to: b)
      while result.count < count - 1, Double(result.count) * step <= travelled + piece {
        let share = (Double(result.count) * step - travelled) / piece
        result.append(a + (b - a) * share)
      }
      travelled += piece
    }
    return result + [last]
  }
}

/// An ellipse; `rotation` turns it clockwise on the screen, in radians.
public struct Ellipse: Hashable, Sendable {
  public var center: Point
  public var radiusX: Double
  public var radiusY: Double
  public var rotation: Double

  public init(center: Point, radiusX: Double, radiusY: Double, rotation: Double = 0) {
    self.center = center
    self.radiusX = radiusX
    self.radiusY = radiusY
    self.rotation = rotation
  }

  public var area: Double { radiusX > 0 && radiusY > 0 ? .pi * radiusX * radiusY : 0 }

  /// So many points on it, clockwise from the end of its first axis.
  public func outline(_ count: Int = 64) -> [Point] {
    let turn = sineAndCosine(rotation)
    return (0..<count).map { index in
      let place = sineAndCosine(2 * .pi * Double(index) / Double(count))
      let (x, y) = (radiusX * place.cosine, radiusY * place.sine)
      return Point(
        x: center.x + x * turn.cosine - y * turn.sine,
        y: center.y + x * turn.sine + y * turn.cosine)
    }
  }
}

/// A box in space as it is seen: the corners of the face turned to us, and the far edge of the side
/// that is seen beside it.
public struct Cuboid: Hashable, Sendable {
  public var faceTopLeft: Point
  public var faceTopRight: Point
  public var faceBottomRight: Point
  public var faceBottomLeft: Point
  public var sideTop: Point
  public var sideBottom: Point

  /// - Parameter points: six, in the order of the members.
  public init?(_ points: [Point]) {
    guard points.count == 6 else { return nil }
    (faceTopLeft, faceTopRight, faceBottomRight) = (points[0], points[1], points[2])
    (faceBottomLeft, sideTop, sideBottom) = (points[3], points[4], points[5])
  }

  public var points: [Point] {
    [faceTopLeft, faceTopRight, faceBottomRight, faceBottomLeft, sideTop, sideBottom]
  }

  /// Whether the side seen lies right of the face.
  public var isSideRight: Bool { sideTop.x + sideBottom.x >= faceTopLeft.x + faceTopRight.x }

  /// What it covers on the image: the face and the side.
  public var silhouette: Polygon {
    Polygon(
      isSideRight
        ? [faceTopLeft, faceTopRight, sideTop, sideBottom, faceBottomRight, faceBottomLeft]
        : [sideTop, faceTopLeft, faceTopRight, faceBottomRight, faceBottomLeft, sideBottom])
  }
}
