/// The pixels of a region as COCO writes them: lengths of runs down the columns, from the left
/// column to the right, pixels outside and inside by turns and outside first.
///
/// Invariant: the lengths add up to `width × height`, and none but the first is zero.
/// After Lin et al., *Microsoft COCO*, 2014, and its `maskApi.c`.
public struct RunLengthMask: Hashable, Sendable {
  public let width: Int
  public let height: Int
  public let counts: [UInt32]

  /// Pixels that a mask may have.
  public static let pixelLimit = 1 << 30

  /// Of counts that keep the invariant.
  init(width: Int, height: Int, wholeCounts: [UInt32]) {
    self.width = width
    self.height = height
    counts = wholeCounts
  }

  /// Of any counts; runs of no length join their neighbours.
  ///
  /// - Returns: nil where they do not add up to the pixels, or the pixels are too many.
  /// - Complexity: O(runs)
  public init?(width: Int, height: Int, counts: [UInt32]) {
    guard Self.canHold(width: width, height: height) else { return nil }
    let pixels = UInt64(width) * UInt64(height)
    var (sum, hasGap) = (UInt64(0), counts.isEmpty)
    for (index, count) in counts.enumerated() {
      sum &+= UInt64(count)
      if count == 0 && index > 0 { hasGap = true }
    }
    guard sum == pixels else { return nil }
    self.init(width: width, height: height, wholeCounts: hasGap ? Self.joined(counts) : counts)
  }

  /// The counts without runs of no length but the first: those round one are one run.
  private static func joined(_ counts: [UInt32]) -> [UInt32] {
    var whole: [UInt32] = [0]
    for (index, count) in counts.enumerated() where count > 0 {
      // Runs of even places lie outside.
      if index & 1 == (whole.count - 1) & 1 { whole[whole.count - 1] += count } else { whole.append(count) }
    }
    return whole
  }

  /// A mask without a pixel inside.
  public init(emptyWidth width: Int, height: Int) {
    self.init(width: width, height: height, wholeCounts: [UInt32(width * height)])
  }

  public static func canHold(width: Int, height: Int) -> Bool {
    width >= 0 && height >= 0 && width <= pixelLimit && height <= pixelLimit
      && (height == 0 || width <= pixelLimit / height)
  }

  /// Of the places, counted down the columns, where outside and inside change; they rise, and two at
  /// one place undo each other.
  ///
  /// - Complexity: O(flips)
  init(width: Int, height: Int, risingFlips flips: UnsafeBufferPointer<UInt32>) {
    let end = UInt32(width * height)
    let counts = [UInt32](unsafeUninitializedCapacity: flips.count + 1) { buffer, count in
      var (written, last, index) = (0, UInt32(0), 0)
      while index < flips.count, flips[index] < end {
        if index + 1 < flips.count, flips[index] == flips[index + 1] {
          index += 2
          continue
        }
        buffer[written] = flips[index] &- last
        written += 1
        last = flips[index]
        index += 1
      }
      buffer[written] = end &- last
      count = written + 1
    }
    self.init(width: width, height: height, wholeCounts: counts)
  }

  /// Pixels inside.
  ///
  /// - Complexity: O(runs)
  public var area: Int {
    var sum = 0
    for index in stride(from: 1, to: counts.count, by: 2) { sum += Int(counts[index]) }
    return sum
  }

  public var isEmpty: Bool { counts.count < 2 }

  /// Hands out the runs inside: a column, and its rows from the top.
  ///
  /// - Complexity: O(runs + columns covered)
  public func forEachRun(_ body: (_ column: Int, _ rows: Range<Int>) -> Void) {
    guard height > 0 else { return }
    var start = 0
    for (index, count) in counts.enumerated() {
      let end = start + Int(count)
      if index & 1 == 1 {
        var place = start
        while place < end {
          let column = place / height
          let stop = min(end, (column + 1) * height)
          body(column, (place - column * height)..<(stop - column * height))
          place = stop
        }
      }
      start = end
    }
  }

  /// The smallest box of whole pixels round the pixels inside; a box of no size where there are none.
  ///
  /// - Complexity: O(runs)
  public var bounds: Box {
    guard !isEmpty, height > 0 else { return Box(x: 0, y: 0, width: 0, height: 0) }
    var (left, right, top, bottom) = (width, 0, height, 0)
    var start = 0
    for (index, count) in counts.enumerated() {
      let end = start + Int(count)
      if index & 1 == 1 {
        let (first, last) = (start / height, (end - 1) / height)
        left = min(left, first)
        right = max(right, last + 1)
        if first == last {
          top = min(top, start - first * height)
          bottom = max(bottom, end - first * height)
        } else {
          (top, bottom) = (0, height)
        }
      }
      start = end
    }
    return Box(
      x: Double(left), y: Double(top), width: Double(right - left), height: Double(bottom - top))
  }

  /// Whether the pixel lies inside.
  ///
  /// - Complexity: O(runs)
  public func contains(column: Int, row: Int) -> Bool {
    guard (0..<width).contains(column), (0..<height).contains(row) else { return false }
    let place = column * height + row
    var (end, isInside) = (0, false)
    for count in counts {
      end += Int(count)
      if place < end { return isInside }
      isInside.toggle()
    }
    return false
  }

  /// The mask with its pixels so many columns further right and rows further down, in an image of the same
  /// size or another; those that leave it are gone.
  ///
  /// - Parameters:
  ///   - width: of the image that it comes to lie in; nil for its own.
  ///   - height: likewise.
  /// - Complexity: O(runs + columns covered)
  public func moved(
    columns: Int, rows: Int, width: Int? = nil, height: Int? = nil
  ) -> RunLengthMask {
    let (width, height) = (width ?? self.width, height ?? self.height)
    var flips: [UInt32] = []
    forEachRun { column, run in
      guard (0..<width).contains(column + columns) else { return }
      let start = max(0, min(height, run.lowerBound + rows))
      let end = max(0, min(height, run.upperBound + rows))
      guard start < end else { return }
      let base = (column + columns) * height
      flips.append(UInt32(base + start))
      flips.append(UInt32(base + end))
    }
    return flips.withUnsafeBufferPointer {
      RunLengthMask(width: width, height: height, risingFlips: $0)
    }
  }
}
