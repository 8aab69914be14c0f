import Geometry

/// A generator whose numbers follow from its seed (SplitMix64).
struct Seeded: RandomNumberGenerator {
  var state: UInt64
  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

enum Drawn {
  /// A ring round a middle whose edges do not cross.
  static func star(_ random: inout Seeded, side: Double, points: Int = 12, reach most: Double = 0.5)
    -> [Point]
  {
    let middle = Point(
      x: .random(in: 0.3...0.7, using: &random) * side,
      y: .random(in: 0.3...0.7, using: &random) * side)
    return (0..<points).map { index in
      let turn = sineAndCosine(2 * .pi * Double(index) / Double(points))
      let reach = Double.random(in: 0.1...most, using: &random) * side
      return Point(x: middle.x + reach * turn.cosine, y: middle.y + reach * turn.sine)
    }
  }

  /// A byte a pixel in patches, down the columns.
  static func bitmap(_ random: inout Seeded, width: Int, height: Int) -> [UInt8] {
    let share = Double.random(in: 0...1, using: &random)
    let patch = Int.random(in: 1...4, using: &random)
    let cells = (0..<(width / patch + 1) * (height / patch + 1)).map { _ in
      Double.random(in: 0...1, using: &random) < share ? UInt8(1) : 0
    }
    return (0..<width * height).map { place in
      cells[(place / height / patch) * (height / patch + 1) + place % height / patch]
    }
  }

  static func mask(_ bitmap: [UInt8], width: Int, height: Int) -> RunLengthMask {
    bitmap.withUnsafeBytes { RunLengthMask(bitmap: $0, width: width, height: height) }
  }

  static func mask(_ random: inout Seeded, width: Int, height: Int) -> RunLengthMask {
    mask(bitmap(&random, width: width, height: height), width: width, height: height)
  }

  /// A shape of each kind that covers ground.
  static func regions(_ random: inout Seeded, side: Int) -> [Shape] {
    let size = Double(side)
    func within(_ low: Double, _ high: Double) -> Double {
      .random(in: low * size...high * size, using: &random)
    }
    let (x, y, w, h) = (within(0, 0.4), within(0, 0.4), within(0.2, 0.6), within(0.2, 0.6))
    let cuboid = Cuboid([
      Point(x: x, y: y + 2), Point(x: x + w, y: y + 2), Point(x: x + w, y: y + h),
      Point(x: x, y: y + h),
      Point(x: x + w + 4, y: y), Point(x: x + w + 4, y: y + h - 3),
    ])
    let (outline, other) = (
      star(&random, side: size, reach: 0.3), star(&random, side: size, reach: 0.3)
    )
    let middle = Box(around: other)
    let hole = other.map {
      Point(
        x: middle.x + middle.width / 2 + ($0.x - middle.x - middle.width / 2) / 50,
        y: middle.y + middle.height / 2 + ($0.y - middle.y - middle.height / 2) / 50)
    }
    return [
      .box(Box(x: x, y: y, width: w, height: h)),
      .rotatedBox(
        RotatedBox(
          center: Point(x: size / 2, y: size / 2), width: w, height: h, rotation: within(0, 0.1))),
      .polygon(Polygon(outline)), .polygon(Polygon(other, holes: [hole])),
      .ellipse(
        Ellipse(
          center: Point(x: size / 2, y: size / 2), radiusX: w / 2, radiusY: h / 2, rotation: 0.5)),
      .mask(
        RunLengthMask(Polygon(star(&random, side: size, reach: 0.3)), width: side, height: side)),
    ] + (cuboid.map { [.cuboid($0)] } ?? [])
  }
}
