/// How much of two polygons is the same ground.
extension Polygon {
  /// Square pixels inside both, exact but for rounding. The rings of each must not cross.
  ///
  /// Each polygon is the signed sum of the trapezoids below its edges, so what both cover is the sum
  /// over pairs of edges of what two trapezoids share.
  ///
  /// - Complexity: O(pairs of edges that share some x) after sorting.
  public func intersectionArea(_ other: Polygon) -> Double {
    let floor = max(Box(around: outline).maxY, Box(around: other.outline).maxY)
    let (mine, theirs) = (Self.edges(of: self, floor), Self.edges(of: other, floor))
    var sum = 0.0
    var start = 0
    let longest = theirs.reduce(0) { max($0, $1.right - $1.left) }
    for edge in mine {
      // Edges are sorted by their left ends: those that end before this one begins are behind us.
      while start < theirs.count, theirs[start].left + longest <= edge.left { start += 1 }
      var index = start
      while index < theirs.count, theirs[index].left < edge.right {
        sum += edge.shared(theirs[index])
        index += 1
      }
    }
    return max(0, sum)
  }

  /// Intersection over union, 0…1; 0 where neither has an area.
  public func intersectionOverUnion(_ other: Polygon) -> Double {
    let (mine, theirs) = (Box(around: outline), Box(around: other.outline))
    guard mine.intersection(theirs).area > 0 else { return 0 }
    let shared = intersectionArea(other)
    let union = area + other.area - shared
    return union > 0 ? min(1, shared / union) : 0
  }

  /// An edge from left to right, and the height of both ends above the floor.
  private struct Edge {
    var left: Double
    var right: Double
    var leftHeight: Double
    var rightHeight: Double
    /// 1 where the polygon lies below it, −1 where above.
    var sign: Double

    func height(at x: Double) -> Double {
      leftHeight + (x - left) / (right - left) * (rightHeight - leftHeight)
    }

    /// The signed area below both.
    func shared(_ other: Edge) -> Double {
      let (from, to) = (max(left, other.left), min(right, other.right))
      guard from < to else { return 0 }
      let (a, b) = (height(at: from), height(at: to))
      let (c, d) = (other.height(at: from), other.height(at: to))
      let (before, after) = (a - c, b - d)
      let area: Double
      if (before < 0) == (after < 0) || before == 0 || after == 0 {
        area = (to - from) * (min(a, c) + min(b, d)) / 2
      } else {
        // They cross: the lower of both is made of two trapezoids.
        let share = before / (before - after)
        let middle = a + (b - a) * share
        area = (to - from) * (share * (min(a, c) + middle) + (1 - share) * (middle + min(b, d))) / 2
      }
      return sign * other.sign * area
    }
  }

  private static func edges(of polygon: Polygon, _ floor: Double) -> [Edge] {
    var edges: [Edge] = []
    for (place, ring) in polygon.rings.enumerated() {
      guard var a = ring.last else { continue }
      // Outlines count once, and holes take away, whichever way they were drawn.
      let turn = (signedArea(of: ring) < 0) == (place == 0) ? -1.0 : 1.0
      for b in ring {
        if a.x != b.x {
          let (p, q) = a.x < b.x ? (a, b) : (b, a)
          edges.append(
            Edge(
              left: p.x, right: q.x, leftHeight: floor - p.y, rightHeight: floor - q.y,
              sign: a.x < b.x ? turn : -turn))
        }
        a = b
      }
    }
    return edges.sorted { $0.left < $1.left }
  }
}
