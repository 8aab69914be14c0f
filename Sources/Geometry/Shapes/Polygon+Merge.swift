extension Polygon {
  /// The union, intersection or difference of two polygons, as polygons that do not meet but at corners.
  ///
  /// Works on a grid of 1/1024 pixel, on which every question has an exact answer: both outlines are cut
  /// where they meet, and of the pieces those stay that have the result on one side only.
  ///
  /// - Complexity: O(edges × edges of one band), a band being as wide as an edge on average.
  public func merged(with other: Polygon, _ merge: RegionMerge) -> [Polygon] {
    var pieces = GridEdge.edges(of: self, isFirst: true) + GridEdge.edges(of: other, isFirst: false)
    // Cutting rounds to the grid, which may bring forth another cut; a few rounds end it.
    for _ in 0..<16 where GridEdge.cut(&pieces) {}
    let borders = GridBorders(GridEdge.joined(pieces)).borders(of: merge)
    var walk = GridWalk(borders)
    return Polygon.grouped(walk.rings())
  }
}

struct GridPoint: Hashable, Comparable {
  /// Steps a pixel.
  static let scale = 1024.0
  /// Pixels from the origin beyond which coordinates are cut off.
  static let limit = 131_072.0

  var x: Int64
  var y: Int64

  init(x: Int64, y: Int64) {
    self.x = x
    self.y = y
  }

  init(_ point: Point) {
    func steps(_ value: Double) -> Int64 {
      let kept = value.isFinite ? max(-Self.limit, min(Self.limit, value)) : 0
      return Int64((kept * Self.scale + 0.5).rounded(.down))
    }
    self.init(x: steps(point.x), y: steps(point.y))
  }

  var point: Point { Point(x: Double(x) / Self.scale, y: Double(y) / Self.scale) }

  static func < (a: GridPoint, b: GridPoint) -> Bool { a.x != b.x ? a.x < b.x : a.y < b.y }
  static func - (a: GridPoint, b: GridPoint) -> GridPoint { GridPoint(x: a.x - b.x, y: a.y - b.y) }

  /// Positive where `other` lies clockwise on the screen.
  func cross(_ other: GridPoint) -> Int64 { x * other.y - y * other.x }
}

/// A piece of outline from its left end (the upper one where it is upright).
struct GridEdge {
  var a: GridPoint
  var b: GridPoint
  /// Whether it counts for the first polygon, and for the second: an even number does not.
  var inFirst: Bool
  var inSecond: Bool

  static func edges(of polygon: Polygon, isFirst: Bool) -> [GridEdge] {
    var edges: [GridEdge] = []
    for ring in polygon.rings {
      guard let last = ring.last else { continue }
      var a = GridPoint(last)
      for point in ring {
        let b = GridPoint(point)
        if a != b {
          edges.append(GridEdge(a: min(a, b), b: max(a, b), inFirst: isFirst, inSecond: !isFirst))
        }
        a = b
      }
    }
    return edges
  }

  /// Pieces that lie on each other become one; those that cancel out go.
  static func joined(_ edges: [GridEdge]) -> [GridEdge] {
    var result: [GridEdge] = []
    for edge in edges.sorted(by: { $0.a != $1.a ? $0.a < $1.a : $0.b < $1.b }) {
      if let last = result.last, last.a == edge.a, last.b == edge.b {
        result[result.count - 1].inFirst = last.inFirst != edge.inFirst
        result[result.count - 1].inSecond = last.inSecond != edge.inSecond
      } else {
        result.append(edge)
      }
    }
    return result.filter { $0.inFirst || $0.inSecond }
  }

  /// Cuts edges where others meet them between their ends.
  ///
  /// - Returns: whether anything was cut.
  static func cut(_ edges: inout [GridEdge]) -> Bool {
    edges.sort { $0.a.x < $1.a.x }
    var cuts: [(edge: Int, at: GridPoint)] = []
    for index in edges.indices {
      let edge = edges[index]
      let (top, bottom) = (min(edge.a.y, edge.b.y), max(edge.a.y, edge.b.y))
      var next = index + 1
      while next < edges.count, edges[next].a.x <= edge.b.x {
        let other = edges[next]
        if max(other.a.y, other.b.y) >= top, min(other.a.y, other.b.y) <= bottom {
          for point in edge.meetings(other) {
            if point != edge.a && point != edge.b { cuts.append((index, point)) }
            if point != other.a && point != other.b { cuts.append((next, point)) }
          }
        }
        next += 1
      }
    }
    guard !cuts.isEmpty else { return false }
    cuts.sort { $0.edge != $1.edge ? $0.edge < $1.edge : $0.at < $1.at }
    var result: [GridEdge] = []
    var place = 0
    for (index, edge) in edges.enumerated() {
      var stops = [edge.a]
      while place < cuts.count, cuts[place].edge == index {
        if stops.last != cuts[place].at { stops.append(cuts[place].at) }
        place += 1
      }
      stops.append(edge.b)
      for step in 1..<stops.count where stops[step - 1] != stops[step] {
        let (a, b) = (stops[step - 1], stops[step])
        result.append(
          GridEdge(a: min(a, b), b: max(a, b), inFirst: edge.inFirst, inSecond: edge.inSecond))
      }
    }
    edges = result
    return true
  }

  /// The points of the grid nearest to where two edges meet: none, one, or the two ends of what they share.
  private func meetings(_ other: GridEdge) -> [GridPoint] {
    let (p, q) = (side(of: other.a), side(of: other.b))
    if (p > 0 && q > 0) || (p < 0 && q < 0) { return [] }
    let (r, s) = (other.side(of: a), other.side(of: b))
    if (r > 0 && s > 0) || (r < 0 && s < 0) { return [] }
    if p != 0 && q != 0 && r != 0 && s != 0 {
      let share = Double(r) / (Double(r) - Double(s))
      let (dx, dy) = (Double(b.x - a.x), Double(b.y - a.y))
      return [
        GridPoint(
          x: a.x + Int64((dx * share + 0.5).rounded(.down)),
          y: a.y + Int64((dy * share + 0.5).rounded(.down)))
      ]
    }
    // An end lies on the other's line.
    var points: [GridPoint] = []
    if p == 0 && spans(other.a) { points.append(other.a) }
    if q == 0 && spans(other.b) { points.append(other.b) }
    if r == 0 && other.spans(a) { points.append(a) }
    if s == 0 && other.spans(b) { points.append(b) }
    return points
  }

  /// Positive where the point lies clockwise of the edge.
  func side(of point: GridPoint) -> Int64 { (b - a).cross(point - a) }

  private func spans(_ point: GridPoint) -> Bool {
    point >= a && point <= b && point.y >= min(a.y, b.y) && point.y <= max(a.y, b.y)
  }
}

/// Edges that meet at their ends alone, found by where they lie.
private struct GridBorders {
  private let edges: [GridEdge]
  private let columns: GridBands
  private let rows: GridBands

  init(_ edges: [GridEdge]) {
    self.edges = edges
    columns = GridBands(edges.map { ($0.a.x, $0.b.x) })
    rows = GridBands(edges.map { (min($0.a.y, $0.b.y), max($0.a.y, $0.b.y)) })
  }

  /// The edges that have the result on one side only, walked with it at the right hand.
  func borders(of merge: RegionMerge) -> [(from: GridPoint, to: GridPoint)] {
    var borders: [(from: GridPoint, to: GridPoint)] = []
    for edge in edges {
      // Above the edge and below it; of an upright one left and right of it.
      let (first, second) = inside(before: edge)
      let above = merge.holds(first, second)
      let below = merge.holds(first != edge.inFirst, second != edge.inSecond)
      guard above != below else { continue }
      let isUpright = edge.a.x == edge.b.x
      borders.append(below != isUpright ? (edge.a, edge.b) : (edge.b, edge.a))
    }
    return borders
  }

  /// Whether both polygons hold the ground above the edge's middle (left of it, if it is upright).
  private func inside(before edge: GridEdge) -> (first: Bool, second: Bool) {
    var (first, second) = (false, false)
    // In half steps, so that the middle lies on the grid.
    let (x, y) = (edge.a.x + edge.b.x, edge.a.y + edge.b.y)
    let isUpright = edge.a.x == edge.b.x
    for index in isUpright ? rows.band(at: y) : columns.band(at: x) {
      let other = edges[index]
      let side =
        (other.b.x - other.a.x) * (y - 2 * other.a.y) - (other.b.y - other.a.y)
        * (x - 2 * other.a.x)
      let counts: Bool
      if isUpright {
        let isDown = other.a.y < other.b.y
        let (low, high) = isDown ? (other.a.y, other.b.y) : (other.b.y, other.a.y)
        // Left of the middle: clockwise of what runs down.
        counts = 2 * low <= y && y < 2 * high && (isDown ? side < 0 : side > 0)
      } else {
        counts = 2 * other.a.x <= x && x < 2 * other.b.x && side > 0
      }
      if counts {
        first = first != other.inFirst
        second = second != other.inSecond
      }
    }
    return (first, second)
  }
}

/// Numbers of ranges by the bands of equal width that they reach into.
private struct GridBands {
  private var bands: [[Int]]
  private let start: Int64
  private let width: Int64

  init(_ ranges: [(low: Int64, high: Int64)]) {
    let low = ranges.reduce(Int64.max) { min($0, $1.low) }
    let high = ranges.reduce(Int64.min) { max($0, $1.high) }
    start = ranges.isEmpty ? 0 : low
    let count = Int64(max(1, min(4096, ranges.count)))
    width = ranges.isEmpty ? 1 : (high - low) / count + 1
    bands = Array(repeating: [], count: Int(count) + 1)
    for (index, range) in ranges.enumerated() {
      for band in Int((range.low - start) / width)...Int((range.high - start) / width) {
        bands[band].append(index)
      }
    }
  }

  /// - Parameter half: the place in half steps.
  func band(at half: Int64) -> [Int] { bands[Int((half - 2 * start) / (2 * width))] }
}

/// Joins borders to rings, turning right wherever there is a choice, so that pieces that touch at a
/// corner stay apart.
private struct GridWalk {
  private let borders: [(from: GridPoint, to: GridPoint)]
  private var isWalked: [Bool]

  init(_ borders: [(from: GridPoint, to: GridPoint)]) {
    self.borders = borders.sorted { $0.from != $1.from ? $0.from < $1.from : $0.to < $1.to }
    isWalked = Array(repeating: false, count: borders.count)
  }

  mutating func rings() -> [[Point]] {
    var rings: [[Point]] = []
    for start in borders.indices where !isWalked[start] {
      var ring: [GridPoint] = []
      var current = start
      while !isWalked[current] {
        isWalked[current] = true
        ring.append(borders[current].from)
        guard let next = next(after: current) else { break }
        current = next
      }
      let corners = Self.corners(of: ring)
      if corners.count >= 3 { rings.append(corners.map { $0.point }) }
    }
    return rings
  }

  private func next(after current: Int) -> Int? {
    let (from, to) = borders[current]
    let heading = to - from
    var best: Int?
    var index = firstBorder(from: to)
    while index < borders.count, borders[index].from == to {
      if !isWalked[index] {
        if let known = best {
          let (way, bestWay) = (borders[index].to - to, borders[known].to - to)
          if Self.isRight(of: bestWay, way, heading) { best = index }
        } else {
          best = index
        }
      }
      index += 1
    }
    return best
  }

  /// Whether `way` turns further right from `heading` than `other` does.
  private static func isRight(of other: GridPoint, _ way: GridPoint, _ heading: GridPoint) -> Bool {
    let (a, b) = (heading.cross(way) > 0, heading.cross(other) > 0)
    if a != b { return a }
    return other.cross(way) > 0
  }

  private func firstBorder(from point: GridPoint) -> Int {
    var (low, high) = (0, borders.count)
    while low < high {
      let middle = (low + high) / 2
      if borders[middle].from < point { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Without the points on straight lines.
  private static func corners(of ring: [GridPoint]) -> [GridPoint] {
    var corners: [GridPoint] = []
    for point in ring {
      while corners.count >= 2,
        (corners[corners.count - 1] - corners[corners.count - 2]).cross(
          point - corners[corners.count - 1]) == 0
      {
        corners.removeLast()
      }
      corners.append(point)
    }
    while corners.count >= 3,
      (corners[corners.count - 1] - corners[corners.count - 2]).cross(
        corners[0] - corners[corners.count - 1]) == 0
    {
      corners.removeLast()
    }
    while corners.count >= 3,
      (corners[0] - corners[corners.count - 1]).cross(corners[1] - corners[0]) == 0
    {
      corners.removeFirst()
    }
    return corners
  }
}
