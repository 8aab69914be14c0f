extension RunLengthMask {
  /// What a round brush covers that is drawn along a line: the pixels whose centres lie within
  /// `radius` of it. One point makes a disc.
  ///
  /// - Parameter radius: in pixels.
  /// - Complexity: O(points × radius + pixels of the columns covered)
  public init(stroke points: [Point], radius: Double, width: Int, height: Int) {
    precondition(Self.canHold(width: width, height: height), "too many pixels")
    var columns = StrokeColumns(width: width, height: height)
    guard radius > 0, let first = points.first else {
      self.init(emptyWidth: width, height: height)
      return
    }
    columns.cover(first, first, radius)
    for index in points.indices.dropFirst() {
      columns.cover(points[index - 1], points[index], radius)
    }
    self = columns.mask()
  }
}

/// Of each column the pieces covered so far, in no order.
private struct StrokeColumns {
  let width: Int
  let height: Int
  private var pieces: [[(start: Int, end: Int)]]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    pieces = Array(repeating: [], count: width)
  }

  /// The disc's sweep from `a` to `b`: in each column between the outermost of two discs and a band.
  mutating func cover(_ a: Point, _ b: Point, _ radius: Double) {
    guard a.isFinite, b.isFinite else { return }
    let (low, high) = (min(a.x, b.x) - radius, max(a.x, b.x) + radius)
    guard high > 0, low < Double(width) else { return }
    let first = max(0, Int((max(low, 0) - 0.5).rounded(.up)))
    let end = min(width, Int((min(high, Double(width)) + 0.5).rounded(.down)))
    guard first < end else { return }
    let band = band(a, b, radius)
    for column in first..<end {
      let x = Double(column) + 0.5
      var (top, bottom) = (Double.infinity, -Double.infinity)
      for center in [a, b] {
        let across = x - center.x
        let square = radius * radius - across * across
        if square >= 0 {
          let half = square.squareRoot()
          top = min(top, center.y - half)
          bottom = max(bottom, center.y + half)
        }
      }
      let crossings = band.crossings(atX: x)
      if let first = crossings.first, let last = crossings.last {
        top = min(top, first)
        bottom = max(bottom, last)
      }
      guard top <= bottom, bottom > 0, top < Double(height) else { continue }
      let start = top > 0 ? Int((top - 0.5).rounded(.up)) : 0
      let stop = bottom < Double(height) ? Int((bottom + 0.5).rounded(.down)) : height
      if start < stop { pieces[column].append((max(0, start), min(height, stop))) }
    }
  }

  /// The straight part between the two discs.
  private func band(_ a: Point, _ b: Point, _ radius: Double) -> Polygon {
    let length = a.distance(to: b)
    guard length > 0 else { return Polygon([]) }
    let side = Point(x: -(b.y - a.y), y: b.x - a.x) * (radius / length)
    return Polygon([a + side, b + side, b - side, a - side])
  }

  func mask() -> RunLengthMask {
    var flips: [UInt32] = []
    for (column, pieces) in pieces.enumerated() where !pieces.isEmpty {
      var end = -1
      for piece in pieces.sorted(by: { $0.start < $1.start }) {
        if piece.start > end {
          if end >= 0 { flips.append(UInt32(column * height + end)) }
          flips.append(UInt32(column * height + piece.start))
        }
        end = max(end, piece.end)
      }
      flips.append(UInt32(column * height + end))
    }
    return flips.withUnsafeBufferPointer {
      RunLengthMask(width: width, height: height, risingFlips: $0)
    }
  }
}
