import Geometry

/// The pixels of several masks of one size, counted by who covers them: pixels that the same raters cover
/// are alike to every method, so that a picture of any size is a few numbers.
struct RaterPatterns {
  /// Bit `r` is set where rater `r` covers the pixel.
  typealias Pattern = UInt64

  static let raterLimit = 64

  let masks: [RunLengthMask]
  /// Pixels of each pattern, in the order they are met.
  private(set) var counts: [(pattern: Pattern, pixels: Double)] = []
  private let runs: [(pattern: Pattern, length: UInt32)]

  /// - Returns: nil for no masks, for more than `raterLimit` and for masks of different sizes.
  /// - Complexity: O(runs of all × raters)
  init?(_ masks: [RunLengthMask]) {
    guard let first = masks.first, masks.count <= Self.raterLimit,
      masks.allSatisfy({ $0.width == first.width && $0.height == first.height })
    else { return nil }
    self.masks = masks
    runs = Self.runs(masks)
    var numbers: [Pattern: Int] = [:]
    for run in runs {
      let place = numbers[run.pattern] ?? counts.count
      if place == counts.count {
        numbers[run.pattern] = place
        counts.append((run.pattern, 0))
      }
      counts[place].pixels += Double(run.length)
    }
  }

  /// The mask of the pixels whose pattern is taken.
  func mask(where isTaken: (Pattern) -> Bool) -> RunLengthMask? {
    var lengths: [UInt32] = [0]
    for run in runs {
      // Runs of a mask take turns, beginning outside.
      if isTaken(run.pattern) == (lengths.count % 2 == 0) {
        lengths[lengths.count - 1] += run.length
      } else {
        lengths.append(run.length)
      }
    }
    return RunLengthMask(width: masks[0].width, height: masks[0].height, counts: lengths)
  }

  private static func runs(
    _ masks: [RunLengthMask]
  ) -> [(pattern: Pattern, length: UInt32)] {
    var places = [Int](repeating: 0, count: masks.count)
    var left = masks.map { $0.counts.first ?? 0 }
    var pattern: Pattern = 0
    var runs: [(pattern: Pattern, length: UInt32)] = []
    while true {
      for rater in masks.indices {
        while left[rater] == 0, places[rater] + 1 < masks[rater].counts.count {
          places[rater] += 1
          left[rater] = masks[rater].counts[places[rater]]
          pattern ^= 1 << Pattern(rater)
        }
      }
      guard let length = left.min(), length > 0 else { return runs }
      runs.append((pattern, length))
      for rater in left.indices { left[rater] -= length }
    }
  }
}
