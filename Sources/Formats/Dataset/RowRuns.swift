import Geometry

/// Masks run by run along the rows of a rectangle, the first run outside of the mask, as several formats
/// write them. Masks themselves run down columns.
enum RowRuns {
  /// - Returns: nil where the runs do not fill the rectangle, or that leaves the image.
  /// - Complexity: O(pixels)
  static func mask(
    _ runs: [Int], left: Int, top: Int, width: Int, height: Int, imageWidth: Int, imageHeight: Int
  ) -> RunLengthMask? {
    guard width > 0, height > 0, left >= 0, top >= 0, left + width <= imageWidth,
      top + height <= imageHeight,
      runs.allSatisfy({ $0 >= 0 && $0 <= width * height }), runs.reduce(0, +) == width * height,
      RunLengthMask.canHold(width: imageWidth, height: imageHeight)
    else { return nil }
    var bitmap = [UInt8](repeating: 0, count: imageWidth * imageHeight)
    var place = 0
    for (index, run) in runs.enumerated() {
      if index % 2 == 1 {
        for pixel in place..<place + run {
          bitmap[(left + pixel % width) * imageHeight + top + pixel / width] = 1
        }
      }
      place += run
    }
    return bitmap.withUnsafeBytes {
      RunLengthMask(bitmap: $0, width: imageWidth, height: imageHeight)
    }
  }

  /// Those of the rectangle around a mask.
  ///
  /// - Complexity: O(pixels)
  static func runs(
    of mask: RunLengthMask
  ) -> (runs: [Int], left: Int, top: Int, width: Int, height: Int) {
    let box = mask.bounds
    let (left, top, width, height) = (Int(box.x), Int(box.y), Int(box.width), Int(box.height))
    let bitmap = mask.bitmap
    var pixels = Pixels()
    for row in top..<top + height {
      for column in left..<left + width {
        pixels.add(1, isInside: bitmap[column * mask.height + row] != 0)
      }
    }
    return (pixels.runs, left, top, width, height)
  }

  /// Those of its whole image.
  static func runs(ofImageOf mask: RunLengthMask) -> [Int] {
    let inner = runs(of: mask)
    var all = Pixels()
    all.add(inner.top * mask.width + inner.left, isInside: false)
    var column = 0
    for (index, run) in inner.runs.enumerated() {
      var rest = run
      while rest > 0 {
        // Between the rows of the rectangle lies what is beside it.
        if column == inner.width {
          all.add(mask.width - inner.width, isInside: false)
          column = 0
        }
        let length = min(rest, inner.width - column)
        all.add(length, isInside: index % 2 == 1)
        column += length
        rest -= length
      }
    }
    all.add(mask.width * mask.height - all.runs.reduce(0, +), isInside: false)
    return all.runs
  }

  /// Pixels as they come, in runs that are outside and inside by turns.
  struct Pixels {
    private(set) var runs: [Int] = [0]

    mutating func add(_ count: Int, isInside: Bool) {
      guard count > 0 else { return }
      if (runs.count % 2 == 0) == isInside {
        runs[runs.count - 1] += count
      } else {
        runs.append(count)
      }
    }
  }
}
