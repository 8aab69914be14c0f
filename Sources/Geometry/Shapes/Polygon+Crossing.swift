extension Polygon {
  /// Where an edge crosses another of the same polygon; nil where none does. Edges that touch, at a
  /// corner or along a line, do not cross.
  ///
  /// - Complexity: O(pairs of edges that share some x) after sorting.
  public var crossing: Point? {
    var edges: [(a: Point, b: Point)] = []
    for ring in rings {
      guard var a = ring.last else { continue }
      for b in ring {
        edges.append(a.x <= b.x ? (a, b) : (b, a))
        a = b
      }
    }
    edges.sort { $0.a.x < $1.a.x }
    for index in edges.indices {
      let edge = edges[index]
      var next = index + 1
      while next < edges.count, edges[next].a.x <= edge.b.x {
        if let point = Self.crossing(edge.a, edge.b, edges[next].a, edges[next].b) { return point }
        next += 1
      }
    }
    return nil
  }

  private static func crossing(_ a: Point, _ b: Point, _ c: Point, _ d: Point) -> Point? {
    let (p, q) = (side(of: c, a, b), side(of: d, a, b))
    guard (p < 0 && q > 0) || (p > 0 && q < 0) else { return nil }
    let (r, s) = (side(of: a, c, d), side(of: b, c, d))
    guard (r < 0 && s > 0) || (r > 0 && s < 0) else { return nil }
    return a + (b - a) * (r / (r - s))
  }

  private static func side(of point: Point, _ a: Point, _ b: Point) -> Double {
    (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x)
  }
}
