import Foundation
import Geometry

extension RotatedBox {
  /// Whether four corners are those of a rectangle, but for half a pixel.
  static func areOfRectangle(_ corners: [Point]) -> Bool {
    zip(RotatedBox(corners: corners).corners, corners).allSatisfy { $0.distance(to: $1) <= 0.5 }
  }

  /// The smallest box around corners of a convex outline: one of its sides lies on one of the outline's
  /// (Freeman and Shapira, *Determining the minimum-area encasing rectangle*, 1975).
  init(around corners: [Point]) {
    var best: RotatedBox?
    for (place, corner) in corners.enumerated() {
      let next = corners[(place + 1) % corners.count]
      let angle = atan2(next.y - corner.y, next.x - corner.x)
      let (cosine, sine) = (cos(angle), sin(angle))
      // Turned so that this side lies flat.
      let flat = Box(
        around: corners.map {
          Point(x: $0.x * cosine + $0.y * sine, y: $0.y * cosine - $0.x * sine)
        })
      guard flat.area < best.map({ $0.width * $0.height }) ?? .infinity else { continue }
      let middle = Point(x: flat.x + flat.width / 2, y: flat.y + flat.height / 2)
      best = RotatedBox(
        center: Point(
          x: middle.x * cosine - middle.y * sine, y: middle.x * sine + middle.y * cosine),
        width: flat.width, height: flat.height, rotation: angle)
    }
    self = best ?? RotatedBox(corners: corners)
  }

  /// The box with these four corners, one after the other round it; where they are not quite a
  /// rectangle's, the one with their middle, their mean sides and the direction of the first side.
  init(corners: [Point]) {
    func distance(_ a: Int, _ b: Int) -> Double {
      hypot(corners[b].x - corners[a].x, corners[b].y - corners[a].y)
    }
    self.init(
      center: Point(
        x: corners.reduce(0) { $0 + $1.x } / 4, y: corners.reduce(0) { $0 + $1.y } / 4),
      width: (distance(0, 1) + distance(3, 2)) / 2, height: (distance(1, 2) + distance(0, 3)) / 2,
      rotation: atan2(corners[1].y - corners[0].y, corners[1].x - corners[0].x))
  }
}
