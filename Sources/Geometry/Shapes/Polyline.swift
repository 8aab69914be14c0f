/// A line through points, open at its ends.
public struct Polyline: Hashable, Sendable {
  public var points: [Point]

  public init(_ points: [Point]) { self.points = points }

  /// In pixels.
  public var length: Double {
    zip(points, points.dropFirst()).reduce(0) { $0 + $1.0.distance(to: $1.1) }
  }

  /// `count` points at equal distances along the line, its ends among them.
  ///
  /// - Parameter count: 2 or more.
  /// - Complexity: O(points + count)
  public func resampled(_ count: Int) -> [Point] {
    guard let first = points.first, let last = points.last, count >= 2 else { return points }
    let step = length / Double(count - 1)
    guard step > 0 else { return Array(repeating: first, count: count) }
    var result = [first]
    var travelled = 0.0
    for (a, b) in zip(points, points.dropFirst()) {
      let piece = a.distance(to: b)
      while result.count < count - 1, Double(result.count) * step <= travelled + piece {
        let share = (Double(result.count) * step - travelled) / piece
        result.append(a + (b - a) * share)
      }
      travelled += piece
    }
    return result + [last]
  }
}
