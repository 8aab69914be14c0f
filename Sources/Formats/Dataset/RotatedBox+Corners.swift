import Foundation
import Geometry

extension RotatedBox {
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
