import Geometry
import Testing

@Suite struct RegionTests {
  private func isNear(_ a: Double, _ b: Double, within tolerance: Double = 1e-6) -> Bool {
    abs(a - b) <= tolerance * max(1, abs(a), abs(b))
  }

  @Test(arguments: 0..<80) func polygonsMergeToTheAreasTheyMust(seed: UInt64) {
    var random = Seeded(seed)
    // Every other time on whole pixels, where edges lie on each other and corners on edges.
    func ring() -> [Point] {
      let ring = Drawn.star(&random, side: 40)
      return seed.isMultiple(of: 2)
        ? ring.map { Point(x: $0.x.rounded(), y: $0.y.rounded()) } : ring
    }
    let (a, b) = (Polygon(ring()), Polygon(ring()))
    guard a.crossing == nil, b.crossing == nil else { return }
    func area(_ merge: RegionMerge) -> Double {
      a.merged(with: b, merge).reduce(0) { $0 + $1.area }
    }
    let shared = a.intersectionArea(b)
    #expect(isNear(area(.intersection), shared, within: 2e-3))
    #expect(isNear(area(.union), a.area + b.area - shared, within: 2e-3))
    #expect(isNear(area(.subtraction), a.area - shared, within: 2e-3))
    #expect(isNear(area(.difference), a.area + b.area - 2 * shared, within: 2e-3))
    for merge in RegionMerge.allCases {
      for piece in a.merged(with: b, merge) { #expect(piece.crossing == nil) }
    }
  }

  @Test func mergingKnowsHolesAndNeighbours() {
    func square(_ x: Double, _ y: Double, _ side: Double) -> [Point] {
      [
        Point(x: x, y: y), Point(x: x + side, y: y), Point(x: x + side, y: y + side),
        Point(x: x, y: y + side),
      ]
    }
    let (whole, part) = (Polygon(square(0, 0, 10)), Polygon(square(3, 3, 4)))
    let ring = whole.merged(with: part, .subtraction)
    #expect(ring.count == 1)
    #expect(ring.first?.holes.count == 1)
    #expect(ring.first?.area == 84)
    // What was cut out fits in again, with no seam left.
    #expect(ring.first?.merged(with: part, .union) == [whole])
    // Neighbours become one; what only touches at a corner stays two.
    #expect(
      Polygon(square(0, 0, 5)).merged(with: Polygon(square(5, 0, 5)), .union).first?.outline.count
        == 4)
    #expect(Polygon(square(0, 0, 5)).merged(with: Polygon(square(5, 5, 5)), .union).count == 2)
    #expect(whole.merged(with: whole, .subtraction).isEmpty)
    #expect(whole.merged(with: whole, .union) == [whole])
    #expect(part.merged(with: Polygon([]), .union) == [part])
  }

  @Test(arguments: 0..<40) func overlapOfEveryPairOfKindsIsSymmetricAndThatOfTheirPixels(
    seed: UInt64
  ) throws {
    var random = Seeded(seed)
    let (first, second) = (Drawn.regions(&random, side: 300), Drawn.regions(&random, side: 300))
    for a in first {
      for b in second {
        let overlap = a.intersectionOverUnion(b)
        #expect((0...1).contains(overlap))
        #expect(isNear(overlap, b.intersectionOverUnion(a), within: 1e-9))
        let (p, q) = (
          try #require(a.mask(width: 300, height: 300)),
          try #require(b.mask(width: 300, height: 300))
        )
        #expect(abs(overlap - p.intersectionOverUnion(q)) < 0.02, "\(a.kind) and \(b.kind)")
        #expect(abs(a.intersectionArea(b) - Double(p.intersectionArea(q))) < 500)
      }
      #expect(isNear(a.intersectionOverUnion(a), 1, within: 1e-9))
    }
  }

  @Test func pointsAndLinesCoverNothing() {
    let point = Shape.point(Point(x: 3, y: 3))
    let keypoints = Shape.keypoints(Keypoints([.init(Point(x: 3, y: 3))]))
    let box = Shape.box(Box(x: 0, y: 0, width: 9, height: 9))
    for shape in [point, keypoints, .polyline(Polyline([Point(x: 0, y: 0), Point(x: 9, y: 9)]))] {
      #expect(shape.intersectionOverUnion(box) == 0 && box.intersectionOverUnion(shape) == 0)
      #expect(shape.area == 0 && shape.mask(width: 9, height: 9) == nil)
    }
  }

  @Test(arguments: 0..<30) func simplifyingStaysWithinItsTolerance(seed: UInt64) {
    var random = Seeded(seed)
    let line = Polyline(
      (0..<200).map { Point(x: Double($0), y: .random(in: 0...20, using: &random)) })
    let simple = line.simplified(tolerance: 4)
    #expect(simple.points.count < line.points.count)
    #expect(simple.points.first == line.points.first && simple.points.last == line.points.last)
    for point in line.points {
      let distance = zip(simple.points, simple.points.dropFirst()).map {
        point.distance(toSegment: $0, $1)
      }.min()
      #expect(distance ?? .infinity <= 4)
    }
    let ring = Polygon(Drawn.star(&random, side: 100, points: 200))
    #expect(ring.simplified(tolerance: 1e9).outline.count >= 3)
    #expect(ring.simplified(tolerance: 0) == ring)
  }

  @Test func anOutlineThatCrossesItselfSaysWhere() {
    let bow = Polygon([
      Point(x: 0, y: 0), Point(x: 10, y: 10), Point(x: 10, y: 0), Point(x: 0, y: 10),
    ])
    #expect(bow.crossing == Point(x: 5, y: 5))
    #expect(Polygon([Point(x: 0, y: 0), Point(x: 10, y: 0), Point(x: 10, y: 10)]).crossing == nil)
    // A hole that leaves the outline crosses it too; one that touches it does not.
    let triangle = [Point(x: 0, y: 0), Point(x: 20, y: 0), Point(x: 0, y: 20)]
    #expect(
      Polygon(triangle, holes: [[Point(x: 1, y: 1), Point(x: 18, y: 18), Point(x: 1, y: 4)]])
        .crossing != nil)
    #expect(
      Polygon(triangle, holes: [[Point(x: 0, y: 0), Point(x: 4, y: 4), Point(x: 1, y: 4)]]).crossing
        == nil)
  }

  @Test func cuboidsInSpaceShareVolume() {
    let a = Cuboid3D(x: 0, y: 0, z: 0, length: 4, width: 2, height: 2, yaw: 0)
    #expect(a.volume == 16)
    #expect(isNear(a.intersectionOverUnion(a), 1))
    var b = a
    b.z = 1
    #expect(isNear(a.intersectionOverUnion(b), 8.0 / 24))
    b.z = 2
    #expect(a.intersectionOverUnion(b) == 0)
    b = a
    b.yaw = .pi / 2
    #expect(isNear(a.intersectionOverUnion(b), 8.0 / 24))
  }

  @Test func keypointsAreAsAlikeAsTheirDistances() {
    let one = Keypoints([
      .init(Point(x: 0, y: 0)), .init(Point(x: 100, y: 100)), .init(Point(x: 0, y: 0), .absent),
    ])
    #expect(one.similarity(to: one) == 1)
    var other = one
    other.keypoints[0].visibility = .absent
    #expect(one.similarity(to: other) == 0.5)
    // By the formula: d = 10, s² = 100², k = 0.14.
    other = one
    other.keypoints[0].point = Point(x: 10, y: 0)
    let wanted = (1 + 0.774_837_428_6) / 2
    #expect(isNear(one.similarity(to: other), wanted, within: 1e-9))
    #expect(one.similarity(to: Keypoints([])) == 0)
  }
}
