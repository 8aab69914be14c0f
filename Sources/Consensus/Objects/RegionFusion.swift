import Geometry

/// The region that several drawings of one object stand for.
///
/// Masks: the pixels that `STAPLE` finds from three raters on, else the weighted `PixelVote`. Polygons: the
/// same vote on a grid of their own, traced and simplified. A drawing that is the fused region already
/// stands for it, as its corners are somebody's.
enum RegionFusion {
  /// Cells along the longer side of the polygons' grid, at least a quarter of a pixel each.
  static let gridCells = 512.0
  /// Intersection over union from which on a drawing is the region that was found.
  static let sameRegion = 0.98

  /// - Returns: nil where they are not all masks of one size or all polygons, and where nothing is left.
  static func fuse(_ shapes: [Shape], weights: [Double]) -> Shape? {
    let masks = shapes.compactMap { shape in
      if case .mask(let mask) = shape { mask } else { nil }
    }
    let polygons = shapes.compactMap { shape in
      if case .polygon(let polygon) = shape { polygon } else { nil }
    }
    let fused: Shape?
    if masks.count == shapes.count {
      fused = fuse(masks, weights).map(Shape.mask)
    } else if polygons.count == shapes.count {
      fused = fuse(polygons, weights).map(Shape.polygon)
    } else {
      return nil
    }
    guard let fused, fused.area > 0 else { return nil }
    return shapes.first { $0.intersectionOverUnion(fused) >= sameRegion } ?? fused
  }

  private static func fuse(_ masks: [RunLengthMask], _ weights: [Double]) -> RunLengthMask? {
    guard masks.count > 2 else { return PixelVote.mask(masks, weights: weights) }
    return STAPLE(masks)?.mask ?? PixelVote.mask(masks, weights: weights)
  }

  private static func fuse(_ polygons: [Polygon], _ weights: [Double]) -> Polygon? {
    let box = Box(around: polygons.flatMap { $0.rings.joined() })
    let side = max(box.width, box.height)
    guard side > 0, side.isFinite else { return nil }
    let scale = min(4, gridCells / side)
    func moved(_ polygon: Polygon, _ place: (Point) -> Point) -> Polygon {
      Polygon(rings: polygon.rings.map { $0.map(place) })
    }
    let size = (
      width: Int((box.width * scale).rounded(.up)) + 2,
      height: Int((box.height * scale).rounded(.up)) + 2
    )
    let masks = polygons.map { polygon in
      RunLengthMask(
        moved(polygon) { Point(x: ($0.x - box.x) * scale + 1, y: ($0.y - box.y) * scale + 1) },
        width: size.width, height: size.height)
    }
    let outline = PixelVote.mask(masks, weights: weights)?.outlines.max { $0.area < $1.area }
    return outline.map { outline in
      let plain: Polygon = outline.simplified(tolerance: 1)
      return moved(plain) {
        Point(x: ($0.x - 1) / scale + box.x, y: ($0.y - 1) / scale + box.y)
      }
    }
  }
}
