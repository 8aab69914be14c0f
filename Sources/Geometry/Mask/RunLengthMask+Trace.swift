extension RunLengthMask {
  /// The outlines of the pixels inside, along the edges between pixels: one polygon for each piece of
  /// pixels that touch by their sides, with its holes. Outlines turn clockwise on the screen, holes
  /// the other way. Drawing them by the pixel-centre rule gives the mask again.
  ///
  /// - Complexity: O(pixels of `bounds` + points), and O(holes × outlines) for the holes.
  public var outlines: [Polygon] {
    var trace = EdgeTrace(self)
    return Polygon.grouped(trace.rings())
  }
}

/// Walks with the inside at its right hand.
private struct EdgeTrace {
  private let left: Int
  private let top: Int
  private let width: Int
  private let height: Int
  /// The pixels of the mask's bounds and a rim of one round them, row by row: bit 0 says inside, bit 1
  /// that the edge above the pixel has been walked.
  private var pixels: [UInt8]

  init(_ mask: RunLengthMask) {
    let bounds = mask.bounds
    (left, top) = (Int(bounds.x), Int(bounds.y))
    let (width, height) = (Int(bounds.width) + 2, Int(bounds.height) + 2)
    (self.width, self.height) = (width, height)
    var pixels = [UInt8](repeating: 0, count: width * height)
    let (left, top) = (left, top)
    pixels.withUnsafeMutableBufferPointer { pixels in
      mask.forEachRun { column, rows in
        for row in rows { pixels[(row - top + 1) * width + column - left + 1] = 1 }
      }
    }
    self.pixels = pixels
  }

  mutating func rings() -> [[Point]] {
    var rings: [[Point]] = []
    for row in 1..<max(1, height - 1) {
      for column in 1..<max(1, width - 1) {
        let place = row * width + column
        if pixels[place] == 1, pixels[place - width] & 1 == 0 {
          rings.append(ring(fromColumn: column, row: row))
        }
      }
    }
    return rings
  }

  /// From the top left corner of a pixel along its upper edge, until it is met again.
  private mutating func ring(fromColumn column: Int, row: Int) -> [Point] {
    var ring: [Point] = []
    // A corner (x, y) is the top left one of the pixel (x, y); headings are east, south, west, north.
    var (x, y, heading) = (column, row, 0)
    let steps = [(1, 0), (0, 1), (-1, 0), (0, -1)]
    repeat {
      ring.append(Point(x: Double(x - 1 + left), y: Double(y - 1 + top)))
      var turned = heading
      repeat {
        if heading == 0 { pixels[y * width + x] |= 2 }
        x += steps[heading].0
        y += steps[heading].1
        turned = turn(x, y, heading)
      } while turned == heading
      heading = turned
    } while !(x == column && y == row && heading == 0)
    return ring
  }

  /// The heading after the corner: right where nothing lies ahead at the right, left where something
  /// lies ahead at the left too, else straight on.
  private func turn(_ x: Int, _ y: Int, _ heading: Int) -> Int {
    let place = y * width + x
    // Of the four pixels round the corner those ahead at the right and at the left.
    let (right, other) =
      switch heading {
      case 0: (place, place - width)
      case 1: (place - 1, place)
      case 2: (place - width - 1, place - 1)
      default: (place - width, place - width - 1)
      }
    if pixels[right] & 1 == 0 { return (heading + 1) & 3 }
    return pixels[other] & 1 == 1 ? (heading + 3) & 3 : heading
  }
}
