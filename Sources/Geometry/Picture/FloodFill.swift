extension PixelImage {
  /// The magic wand: the pixels whose red, green and blue each differ by at most `tolerance` from those
  /// of the pixel pointed at.
  ///
  /// - Parameters:
  ///   - tolerance: 0…255.
  ///   - isContiguous: only what hangs together with it by the sides of pixels.
  /// - Complexity: O(pixels)
  public func wand(x: Int, y: Int, tolerance: Int, isContiguous: Bool = true) -> RunLengthMask {
    guard (0..<width).contains(x), (0..<height).contains(y) else {
      return RunLengthMask(emptyWidth: width, height: height)
    }
    let seed = (y &* width &+ x) &* 4
    let limit = Int16(max(0, min(255, tolerance)))
    let (red, green, blue) = (Int16(bytes[seed]), Int16(bytes[seed + 1]), Int16(bytes[seed + 2]))
    return FloodFill.mask(width: width, height: height, x: x, y: y, isContiguous: isContiguous) {
      column, row in
      let place = (row &* width &+ column) &* 4
      return abs(Int16(bytes[place]) &- red) <= limit
        && abs(Int16(bytes[place &+ 1]) &- green) <= limit
        && abs(Int16(bytes[place &+ 2]) &- blue) <= limit
    }
  }
}

extension RunLengthMask {
  /// The pixels that hang together with one of them by their sides, inside or outside as that one is.
  ///
  /// - Complexity: O(pixels)
  public func region(atColumn column: Int, row: Int) -> RunLengthMask {
    guard (0..<width).contains(column), (0..<height).contains(row) else {
      return RunLengthMask(emptyWidth: width, height: height)
    }
    let (bitmap, height) = (bitmap, height)
    return bitmap.withUnsafeBufferPointer { bitmap in
      let value = bitmap[column &* height &+ row]
      return FloodFill.mask(width: width, height: height, x: column, y: row, isContiguous: true) {
        bitmap[$0 &* height &+ $1] == value
      }
    }
  }
}

/// Fills span by span down the columns (Heckbert, *A Seed Fill Algorithm*, Graphics Gems, 1990).
private enum FloodFill {
  static func mask(
    width: Int, height: Int, x: Int, y: Int, isContiguous: Bool, _ belongs: (Int, Int) -> Bool
  ) -> RunLengthMask {
    var filled = [UInt8](repeating: 0, count: width * height)
    filled.withUnsafeMutableBufferPointer { filled in
      if isContiguous {
        fill(filled, width, height, x, y, belongs)
      } else {
        for row in 0..<height {
          for column in 0..<width where belongs(column, row) { filled[column &* height &+ row] = 1 }
        }
      }
    }
    return filled.withUnsafeBytes { RunLengthMask(bitmap: $0, width: width, height: height) }
  }

  @inline(__always)
  private static func fill(
    _ filled: UnsafeMutableBufferPointer<UInt8>, _ width: Int, _ height: Int, _ x: Int, _ y: Int,
    _ belongs: (Int, Int) -> Bool
  ) {
    guard belongs(x, y) else { return }
    var seeds = [(x, y)]
    while let (column, row) = seeds.popLast() {
      let base = column &* height
      if filled[base &+ row] == 1 { continue }
      var (top, bottom) = (row, row)
      while top > 0, filled[base &+ top &- 1] == 0, belongs(column, top &- 1) { top &-= 1 }
      while bottom &+ 1 < height, filled[base &+ bottom &+ 1] == 0, belongs(column, bottom &+ 1) {
        bottom &+= 1
      }
      for place in top...bottom { filled[base &+ place] = 1 }
      for neighbour in [column &- 1, column &+ 1] where neighbour >= 0 && neighbour < width {
        let base = neighbour &* height
        var wasSeed = false
        for place in top...bottom {
          let isSeed = filled[base &+ place] == 0 && belongs(neighbour, place)
          if isSeed && !wasSeed { seeds.append((neighbour, place)) }
          wasSeed = isSeed
        }
      }
    }
  }
}
