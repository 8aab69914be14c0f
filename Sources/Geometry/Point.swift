/// A place on an image in pixels: (0, 0) is the top left corner, and y grows downwards.
public struct Point: Hashable, Sendable {
  public var x: Double
  public var y: Double

  public init(x: Double, y: Double) {
    self.x = x
    self.y = y
  }

  public var isFinite: Bool { x.isFinite && y.isFinite }

  public static func + (a: Point, b: Point) -> Point { Point(x: a.x + b.x, y: a.y + b.y) }
  public static func - (a: Point, b: Point) -> Point { Point(x: a.x - b.x, y: a.y - b.y) }
  public static func * (a: Point, factor: Double) -> Point {
    Point(x: a.x * factor, y: a.y * factor)
  }

  /// In pixels.
  public func distance(to other: Point) -> Double {
    let (dx, dy) = (x - other.x, y - other.y)
    return (dx * dx + dy * dy).squareRoot()
  }
}

/// Sine and cosine by our own series, so that every machine, WebAssembly among them, gives the same
/// bits. Within 1e-14 for angles of a few turns.
///
/// - Parameter angle: in radians.
public func sineAndCosine(_ angle: Double) -> (sine: Double, cosine: Double) {
  let quarters = (angle / (Double.pi / 2)).rounded()
  let rest = angle - quarters * (Double.pi / 2)
  let square = rest * rest
  var (sine, cosine) = (0.0, 0.0)
  // Taylor series by Horner's rule; |rest| ≤ π/4.
  for n in stride(from: 17.0, through: 1, by: -2) { sine = 1 - square / ((n + 1) * (n + 2)) * sine }
  for n in stride(from: 16.0, through: 0, by: -2) { cosine = 1 - square / ((n + 1) * (n + 2)) * cosine }
  sine *= rest
  switch Int(quarters) & 3 {
  case 0: return (sine, cosine)
  case 1: return (cosine, -sine)
  case 2: return (-sine, -cosine)
  default: return (-cosine, sine)
  }
}
