extension Polyline {
  /// Fewer points, none of those left out more than `tolerance` pixels off the new line; the ends stay.
  /// (Douglas & Peucker 1973, doi:10.3138/FM57-6770-U75U-7727.)
  ///
  /// - Complexity: O(points × log points), at worst O(points²)
  public func simplified(tolerance: Double) -> Polyline {
    guard points.count > 2 else { return self }
    var isKept = [Bool](repeating: false, count: points.count)
    isKept[0] = true
    isKept[points.count - 1] = true
    var pieces = [(0, points.count - 1)]
    while let (first, last) = pieces.popLast() {
      var (farthest, distance) = (first, tolerance)
      for index in first + 1..<max(first + 1, last) {
        let own = points[index].distance(toSegment: points[first], points[last])
        if own > distance { (farthest, distance) = (index, own) }
      }
      if farthest != first {
        isKept[farthest] = true
        pieces.append((first, farthest))
        pieces.append((farthest, last))
      }
    }
    var kept: [Point] = []
    for (index, point) in points.enumerated() where isKept[index] { kept.append(point) }
    return Polyline(kept)
  }
}

extension Polygon {
  /// Every ring with fewer points, none of those left out more than `tolerance` pixels off; rings of
  /// which less than a triangle would remain are left as they are.
  public func simplified(tolerance: Double) -> Polygon {
    Polygon(
      rings: rings.map { ring in
        guard ring.count > 3 else { return ring }
        // Two points far apart divide the ring into two lines.
        var far = 0
        for index in ring.indices where ring[0].distance(to: ring[index]) > ring[0].distance(to: ring[far]) {
          far = index
        }
        guard far > 0 else { return ring }
        let there = Polyline(Array(ring[0...far])).simplified(tolerance: tolerance).points
        let back = Polyline(Array(ring[far...]) + [ring[0]]).simplified(tolerance: tolerance).points
        let simple = there.dropLast() + back.dropLast()
        return simple.count >= 3 ? Array(simple) : ring
      })
  }
}
