extension RunLengthMask {
  /// The pixels whose centres lie inside the polygon: the rule by which shapes are drawn and
  /// measured. A centre on an edge belongs to the polygon right of it or below it, so that
  /// neighbours that share a border share no pixel and leave none out.
  ///
  /// - Complexity: O(points + columns crossed)
  public init(_ polygon: Polygon, width: Int, height: Int) {
    precondition(Self.canHold(width: width, height: height), "too many pixels")
    var flips = ColumnFlips(width: width, height: height)
    for ring in polygon.rings { flips.count(ring) }
    flips.open()
    for ring in polygon.rings { flips.add(ring) }
    self = flips.mask()
  }

  /// The pixels that COCO's own tools give a polygon (`rleFrPoly` of `maskApi.c`): its edges are
  /// sampled five times a pixel. Every ring by itself, then the holes taken from the outline.
  ///
  /// - Complexity: O(perimeter in pixels)
  public init(cocoRule polygon: Polygon, width: Int, height: Int) {
    precondition(Self.canHold(width: width, height: height), "too many pixels")
    var mask = Self.cocoRing(polygon.outline, width, height)
    for hole in polygon.holes {
      let ring = Self.cocoRing(hole, width, height)
      mask = mask.merged(with: ring, .subtraction) ?? mask
    }
    self = mask
  }

  private static func cocoRing(_ ring: [Point], _ width: Int, _ height: Int) -> RunLengthMask {
    var flips: [UInt32] = []
    COCOEdges.forEachFlip(ring, width: width, height: height) { flips.append($0) }
    flips.sort()
    return flips.withUnsafeBufferPointer {
      RunLengthMask(width: width, height: height, risingFlips: $0)
    }
  }
}

/// Where the edges of rings cross the middles of pixel columns.
private struct ColumnFlips {
  let width: Int
  let height: Int
  /// Of each column the number of its flips, later the place where its next one goes.
  private var places: [UInt32]
  private var flips: [UInt32] = []

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    places = [UInt32](repeating: 0, count: width + 1)
  }

  /// The columns whose middles lie between two places, the left one counted.
  @inline(__always)
  private func columns(_ a: Double, _ b: Double) -> Range<Int> {
    let (low, high) = a < b ? (a, b) : (b, a)
    // Keeps what lies far outside within the range of integers, and NaN out.
    guard high > 0, low < Double(width) else { return 0..<0 }
    let first = low > 0 ? Int((low - 0.5).rounded(.up)) : 0
    let end = high < Double(width) ? Int((high - 0.5).rounded(.up)) : width
    return first < end ? first..<min(end, width) : 0..<0
  }

  mutating func count(_ ring: [Point]) {
    guard var a = ring.last else { return }
    for b in ring {
      for column in columns(a.x, b.x) { places[column] &+= 1 }
      a = b
    }
  }

  /// Makes room for the flips that were counted.
  mutating func open() {
    var sum: UInt32 = 0
    for column in places.indices {
      let count = places[column]
      places[column] = sum
      sum &+= count
    }
    flips = [UInt32](repeating: 0, count: Int(sum))
  }

  mutating func add(_ ring: [Point]) {
    guard var a = ring.last else { return }
    for b in ring {
      let columns = columns(a.x, b.x)
      if !columns.isEmpty {
        // The same edge gives the same places in whichever direction it is walked.
        let (p, q) = a.x < b.x ? (a, b) : (b, a)
        let slope = (q.y - p.y) / (q.x - p.x)
        for column in columns {
          let y = p.y + (Double(column) + 0.5 - p.x) * slope
          let row = y <= 0.5 ? 0 : y > Double(height) ? height : min(height, Int((y - 0.5).rounded(.up)))
          insert(UInt32(truncatingIfNeeded: column &* height &+ row), in: column)
        }
      }
      a = b
    }
  }

  /// Keeps the flips of a column in order; there are few. What lies before the column's own is never
  /// larger, so no start need be known.
  @inline(__always)
  private mutating func insert(_ flip: UInt32, in column: Int) {
    var place = Int(places[column])
    places[column] &+= 1
    while place > 0, flips[place &- 1] > flip {
      flips[place] = flips[place &- 1]
      place &-= 1
    }
    flips[place] = flip
  }

  func mask() -> RunLengthMask {
    flips.withUnsafeBufferPointer {
      RunLengthMask(width: width, height: height, risingFlips: $0)
    }
  }
}

/// The walk of `rleFrPoly` round a ring, at five steps a pixel.
private enum COCOEdges {
  private static let scale = 5.0
  /// Keeps five times a place within 32 bits, as the C code takes for granted.
  private static let limit = 1e8

  private static func scaled(_ value: Double) -> Int {
    guard value.isFinite else { return 0 }
    return Int(scale * max(-limit, min(limit, value)) + 0.5)
  }

  static func forEachFlip(
    _ ring: [Point], width: Int, height: Int, _ body: (UInt32) -> Void
  ) {
    var (previousU, previousV, isFirst) = (0, 0, true)
    func visit(_ u: Int, _ v: Int) {
      defer { (previousU, previousV, isFirst) = (u, v, false) }
      guard !isFirst, u != previousU else { return }
      let left = u < previousU ? u : u &- 1
      // Only the sample in the middle of a pixel decides.
      guard left >= 0, left % 5 == 2 else { return }
      let x = left / 5
      guard x <= width &- 1 else { return }
      var y = (Double(min(v, previousV)) + 0.5) / scale - 0.5
      if y < 0 { y = 0 } else if y > Double(height) { y = Double(height) }
      body(UInt32(truncatingIfNeeded: x &* height &+ Int(y.rounded(.up))))
    }
    for (index, point) in ring.enumerated() {
      let next = index + 1 < ring.count ? ring[index + 1] : ring[0]
      var (xs, xe) = (scaled(point.x), scaled(next.x))
      var (ys, ye) = (scaled(point.y), scaled(next.y))
      let (dx, dy) = (abs(xe - xs), abs(ys - ye))
      // An edge of no length has a single sample, which changes nothing.
      if dx == 0 && dy == 0 { continue }
      let flip = (dx >= dy && xs > xe) || (dx < dy && ys > ye)
      if flip {
        swap(&xs, &xe)
        swap(&ys, &ye)
      }
      if dx >= dy {
        let slope = Double(ye - ys) / Double(dx)
        for d in 0...dx {
          let t = flip ? dx - d : d
          visit(t + xs, Int(Double(ys) + slope * Double(t) + 0.5))
        }
      } else {
        let slope = Double(xe - xs) / Double(dy)
        for d in 0...dy {
          let t = flip ? dy - d : d
          visit(Int(Double(xs) + slope * Double(t) + 0.5), t + ys)
        }
      }
    }
  }
}
