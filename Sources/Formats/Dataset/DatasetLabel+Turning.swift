import Geometry
import Labels

extension DatasetLabel {
  /// The label on an image that is shown otherwise than its pixels lie, where it was drawn on these.
  ///
  /// - Parameters:
  ///   - orientation: EXIF's, of those that change the sides: 5 to 8 (CIPA DC-008, §4.6.4).
  ///   - size: of the pixels as they lie.
  /// - Returns: nil for another orientation.
  /// - Complexity: O(points); of a mask O(pixels)
  package func turned(by orientation: Int, from size: ImageSize) -> DatasetLabel? {
    guard let turn = Turn(orientation, size) else { return nil }
    var label = self
    label.value = turn.value(value)
    label.box = box.map(turn.box)
    label.outlines = outlines.map(turn.polygon)
    return label
  }
}

private struct Turn {
  private let orientation: Int
  private let size: ImageSize

  init?(_ orientation: Int, _ size: ImageSize) {
    guard (5...8).contains(orientation) else { return nil }
    (self.orientation, self.size) = (orientation, size)
  }

  private func point(_ point: Point) -> Point {
    let (width, height) = (Double(size.width), Double(size.height))
    return switch orientation {
    case 5: Point(x: point.y, y: point.x)
    case 6: Point(x: height - point.y, y: point.x)
    case 7: Point(x: height - point.y, y: width - point.x)
    default: Point(x: point.y, y: width - point.x)
    }
  }

  /// Radians, clockwise from the horizontal.
  private func angle(_ angle: Double) -> Double {
    switch orientation {
    case 5: .pi / 2 - angle
    case 6: angle + .pi / 2
    case 7: -.pi / 2 - angle
    default: angle - .pi / 2
    }
  }

  func box(_ box: Box) -> Box {
    Box(around: [point(Point(x: box.x, y: box.y)), point(Point(x: box.maxX, y: box.maxY))])
  }

  func polygon(_ polygon: Polygon) -> Polygon {
    Polygon(polygon.outline.map(point), holes: polygon.holes.map { $0.map(point) })
  }

  func value(_ value: DatasetLabel.Value) -> DatasetLabel.Value {
    switch value {
    case .shape(let shape): .shape(self.shape(shape))
    case .pieces(let pieces): .pieces(pieces.map(polygon))
    case .whole, .caption, .spans, .relation, .space: value
    }
  }

  private func shape(_ shape: Shape) -> Shape {
    switch shape {
    case .box(let one): return .box(box(one))
    case .rotatedBox(let one):
      return .rotatedBox(
        RotatedBox(
          center: point(one.center), width: one.width, height: one.height, rotation: angle(one.rotation)))
    case .polygon(let one): return .polygon(polygon(one))
    case .polyline(let one): return .polyline(Polyline(one.points.map(point)))
    case .point(let one): return .point(point(one))
    case .ellipse(let one):
      return .ellipse(
        Ellipse(
          center: point(one.center), radiusX: one.radiusX, radiusY: one.radiusY,
          rotation: angle(one.rotation)))
    case .cuboid(let one): return Cuboid(one.points.map(point)).map { .cuboid($0) } ?? shape
    case .keypoints(let one):
      return .keypoints(
        Keypoints(
          one.keypoints.map { $0.visibility == .absent ? $0 : .init(point($0.point), $0.visibility) }))
    case .mask(let one): return .mask(mask(one))
    }
  }

  private func mask(_ mask: RunLengthMask) -> RunLengthMask {
    guard mask.width == size.width, mask.height == size.height else { return mask }
    let bitmap = mask.bitmap
    var turned = [UInt8](repeating: 0, count: bitmap.count)
    // Down the columns, in both.
    for (place, pixel) in bitmap.enumerated() where pixel != 0 {
      let middle = point(
        Point(x: Double(place / mask.height) + 0.5, y: Double(place % mask.height) + 0.5))
      turned[Int(middle.x) * mask.width + Int(middle.y)] = 1
    }
    return turned.withUnsafeBytes {
      RunLengthMask(bitmap: $0, width: mask.height, height: mask.width)
    }
  }
}
