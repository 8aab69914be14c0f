extension Shape {
  /// The shape as another kind has it, as far as that can be said; nil where it cannot. A mask needs the
  /// image's size, and keypoints and cuboids what only a person can see, so nothing becomes one of these.
  ///
  /// - Complexity: O(points); of a mask O(pixels of its bounds)
  public func converted(to kind: ShapeKind) -> Shape? {
    if kind == self.kind { return self }
    let box = bounds
    let center = Point(x: box.x + box.width / 2, y: box.y + box.height / 2)
    switch kind {
    case .box: return box.width > 0 && box.height > 0 ? .box(box) : nil
    case .rotatedBox:
      guard box.width > 0, box.height > 0 else { return nil }
      return .rotatedBox(.init(center: center, width: box.width, height: box.height, rotation: 0))
    case .ellipse:
      if case .rotatedBox(let turned) = self {
        return .ellipse(
          .init(
            center: turned.center, radiusX: turned.width / 2, radiusY: turned.height / 2,
            rotation: turned.rotation))
      }
      guard box.width > 0, box.height > 0 else { return nil }
      return .ellipse(.init(center: center, radiusX: box.width / 2, radiusY: box.height / 2))
    case .polygon: return outlined.map { .polygon($0) }
    case .polyline:
      guard let outline = outlined?.outline, let first = outline.first else { return nil }
      return .polyline(.init(outline + [first]))
    case .point: return .point(center)
    case .cuboid, .keypoints, .mask: return nil
    }
  }

  /// The largest piece of what is covered; of a line what it encloses.
  private var outlined: Polygon? {
    switch self {
    case .mask(let mask): mask.outlines.max { $0.area < $1.area }
    case .polyline(let line): line.points.count >= 3 ? Polygon(line.points) : nil
    default: region
    }
  }
}
