import Geometry
import Labels
import Testing

@testable import Formats

/// Labels of an image that is shown otherwise than its pixels lie.
struct TurningTests {
  /// Four pixels wide and two high as they lie; the one at the left of the upper row is where EXIF's table of
  /// orientations says it is shown.
  @Test(arguments: [5: (0, 0), 6: (1, 0), 7: (1, 3), 8: (0, 3)])
  func theFirstPixelIsShownWhereTheOrientationSays(_ orientation: Int, _ place: (x: Int, y: Int)) throws {
    let size = ImageSize(width: 4, height: 2)
    var bitmap = [UInt8](repeating: 0, count: 8)
    bitmap[0] = 1
    let mask = bitmap.withUnsafeBytes { RunLengthMask(bitmap: $0, width: 4, height: 2) }
    let box = Box(x: 0, y: 0, width: 1, height: 1)
    let shown = Box(x: Double(place.x), y: Double(place.y), width: 1, height: 1)
    func turned(_ shape: Shape) -> Shape? {
      guard
        case .shape(let shape)? = DatasetLabel(0, .shape(shape)).turned(by: orientation, from: size)?.value
      else { return nil }
      return shape
    }
    #expect(turned(.mask(mask))?.bounds == shown && turned(.box(box)) == .box(shown))
    for shape in [
      Shape.polygon(Polygon([Point(x: 0, y: 0), Point(x: 1, y: 0), Point(x: 1, y: 1), Point(x: 0, y: 1)])),
      .rotatedBox(RotatedBox(center: Point(x: 0.5, y: 0.5), width: 1, height: 1, rotation: 0)),
      .ellipse(Ellipse(center: Point(x: 0.5, y: 0.5), radiusX: 0.5, radiusY: 0.5)),
    ] {
      let bounds = try #require(turned(shape)?.bounds)
      #expect(abs(bounds.x - shown.x) < 1e-6 && abs(bounds.y - shown.y) < 1e-6, "\(shape.kind)")
    }
    // A box that is long along a row stands upright then, whichever way it was turned before.
    let long = RotatedBox(center: Point(x: 2, y: 1), width: 3, height: 1, rotation: 0.25)
    guard case .rotatedBox(let upright)? = turned(.rotatedBox(long)) else { return }
    let corners = long.corners.map { corner -> Point in
      guard case .point(let point)? = turned(.point(corner)) else { return corner }
      return point
    }
    for corner in upright.corners {
      #expect(corners.contains { $0.distance(to: corner) < 1e-9 })
    }
  }

  @Test func otherOrientationsChangeNoSides() {
    for orientation in [0, 1, 2, 3, 4, 9] {
      #expect(DatasetLabel(0, .whole).turned(by: orientation, from: ImageSize(width: 4, height: 2)) == nil)
    }
  }
}
