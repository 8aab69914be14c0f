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

  /// The distance in pixels to the nearest point between `a` and `b`.
  public func distance(toSegment a: Point, _ b: Point) -> Double {
    let along = b - a
    let square = along.x * along.x + along.y * along.y
    guard square > 0 else { return distance(to: a) }
    let share = ((x - a.x) * along.x + (y - a.y) * along.y) / square
    return distance(to: a + along * max(0, min(1, share)))
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
/// - Parameter angle: in radians; one so great that numbers of its size have no fractions is taken as 0.
public func sineAndCosine(_ angle: Double) -> (sine: Double, cosine: Double) {
  guard angle.magnitude < 1e15 else { return (0, 1) }
  let quarters = (angle / (Double.pi / 2) + 0.5).rounded(.down)
  let rest = angle - quarters * (Double.pi / 2)
  let square = rest * rest
  var (sine, cosine) = (0.0, 0.0)
  // Taylor series by Horner's rule; |rest| ≤ π/4.
  for n in stride(from: 17, through: 1, by: -2) {
    sine = 1 - square / Double((n + 1) * (n + 2)) * sine
  }
  for n in stride(from: 16, through: 0, by: -2) {
    cosine = 1 - square / Double((n + 1) * (n + 2)) * cosine
  }
  sine *= rest
  switch Int(quarters) & 3 {
  case 0: return (sine, cosine)
  case 1: return (cosine, -sine)
  case 2: return (-sine, -cosine)
  default: return (-cosine, sine)
  }
}

/// e to the power of `value`, the same bits on every machine; within 1e-15 of it relatively.
///
/// - Parameter value: from −700 to 700; what lies beyond is taken as the nearest of these.
func exponential(_ value: Double) -> Double {
  let value = max(-700, min(700, value))
  let turns = (value / 0.693_147_180_559_945_3 + 0.5).rounded(.down)
  let rest = (value - turns * 0.693_147_180_369_123_8) - turns * 1.908_214_929_270_588e-10
  // Taylor series by Horner's rule; |rest| ≤ ln 2 / 2.
  var sum = 1.0
  for n in stride(from: 16, through: 1, by: -1) { sum = 1 + rest / Double(n) * sum }
  return sum * Double(sign: .plus, exponent: Int(turns), significand: 1)
}
