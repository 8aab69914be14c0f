/// Intelligent scissors: the cheapest way along the edges of a picture from a seed to anywhere in a
/// window round it.
///
/// A step costs less the steeper the brightness changes under it, and 7/5 as much askew; the ways from
/// the seed are found once, by Dijkstra's method over buckets, so that following the cursor is a walk
/// back. All in whole numbers, the same on every machine. (Mortensen & Barrett, *Intelligent Scissors
/// for Image Composition*, SIGGRAPH 1995, doi:10.1145/218380.218442, with the gradient term alone.)
public struct Livewire: Sendable {
  /// Pixels the window reaches out from the seed.
  public static let reach = 256

  private let left: Int
  private let top: Int
  private let width: Int
  private let height: Int
  /// Of each pixel of the window the step that leads back to the seed; 8 at the seed.
  private let back: [UInt8]

  /// The eight steps: column, row, and their weight in fifths of a pixel.
  private static let steps: [(x: Int, y: Int, weight: Int32)] = [
    (1, 0, 5), (1, 1, 7), (0, 1, 5), (-1, 1, 7), (-1, 0, 5), (-1, -1, 7), (0, -1, 5), (1, -1, 7),
  ]

  /// - Parameters: `x, y` is the seed; outside the picture the nearest pixel is taken.
  /// - Complexity: O(pixels of the window)
  public init(_ image: PixelImage, x: Int, y: Int, reach: Int = Livewire.reach) {
    let x = max(0, min(image.width - 1, x))
    let y = max(0, min(image.height - 1, y))
    left = max(0, x - reach)
    top = max(0, y - reach)
    width = min(image.width, x + reach + 1) - left
    height = min(image.height, y + reach + 1) - top
    let costs = Self.costs(image, left, top, width, height)
    back = Self.ways(costs, width, height, (y - top) * width + x - left)
  }

  /// 1 on the steepest edges of the window, up to 65 where nothing changes.
  private static func costs(
    _ image: PixelImage, _ left: Int, _ top: Int, _ width: Int, _ height: Int
  ) -> [Int32] {
    var slopes = [Int32](repeating: 0, count: width * height)
    var steepest: Int32 = 1
    for row in 0..<height {
      let y = top &+ row
      let (above, below) = (max(0, y &- 1), min(image.height &- 1, y &+ 1))
      for column in 0..<width {
        let x = left &+ column
        let (before, after) = (max(0, x &- 1), min(image.width &- 1, x &+ 1))
        // Sobel's operator.
        let (a, b, c) = (
          image.luminance(before, above), image.luminance(x, above), image.luminance(after, above)
        )
        let (d, e) = (image.luminance(before, y), image.luminance(after, y))
        let (f, g, h) = (
          image.luminance(before, below), image.luminance(x, below), image.luminance(after, below)
        )
        let across = c &+ 2 &* e &+ h &- a &- 2 &* d &- f
        let down = f &+ 2 &* g &+ h &- a &- 2 &* b &- c
        let slope = abs(across) &+ abs(down)
        slopes[row &* width &+ column] = slope
        steepest = max(steepest, slope)
      }
    }
    for place in slopes.indices {
      let flat = 255 &- slopes[place] &* 255 / steepest
      slopes[place] = 1 &+ flat &* flat / 1016
    }
    return slopes
  }

  /// More than the dearest step, and a power of two.
  private static let buckets = 512

  private static func ways(_ costs: [Int32], _ width: Int, _ height: Int, _ seed: Int) -> [UInt8] {
    let count = width * height
    var back = [UInt8](repeating: 255, count: count)
    var distances = [Int32](repeating: .max, count: count)
    var isDone = [Bool](repeating: false, count: count)
    var queue = Array(repeating: [Int32](), count: buckets)
    distances[seed] = 0
    back[seed] = 8
    queue[0].append(Int32(seed))
    var (current, waiting) = (0, 1)
    while waiting > 0 {
      guard let place = queue[current & (buckets - 1)].popLast() else {
        current += 1
        continue
      }
      waiting -= 1
      let from = Int(place)
      if isDone[from] { continue }
      isDone[from] = true
      let (row, column) = (from / width, from % width)
      for (number, step) in steps.enumerated() {
        let (x, y) = (column &+ step.x, row &+ step.y)
        guard x >= 0, y >= 0, x < width, y < height else { continue }
        let to = y &* width &+ x
        let distance = distances[from] &+ costs[to] &* step.weight
        if distance < distances[to] {
          distances[to] = distance
          back[to] = UInt8(number)
          queue[Int(distance) & (buckets - 1)].append(Int32(to))
          waiting += 1
        }
      }
    }
    return back
  }

  /// The way from the seed to a pixel, both included, as middles of pixels; to the nearest pixel of the
  /// window for one outside it.
  ///
  /// - Complexity: O(points)
  public func path(toX x: Int, y: Int) -> [Point] {
    var column = max(0, min(width - 1, x - left))
    var row = max(0, min(height - 1, y - top))
    var path: [Point] = []
    while true {
      path.append(Point(x: Double(left + column) + 0.5, y: Double(top + row) + 0.5))
      let number = Int(back[row * width + column])
      guard number < 8 else { break }
      column -= Self.steps[number].x
      row -= Self.steps[number].y
    }
    return path.reversed()
  }
}
