import Geometry
import Testing

@Suite struct TrackTests {
  @Test(arguments: 0..<20) func betweenKeyframesAShapeIsOnTheWay(seed: UInt64) {
    var random = Seeded(seed)
    for (a, b) in zip(Drawn.regions(&random, side: 100), Drawn.regions(&random, side: 100)) {
      #expect(a.interpolated(to: b, at: 0) == a)
      #expect(a.interpolated(to: b, at: 1) == b)
      #expect(a.interpolated(to: a, at: 0.3).similarity(to: a) > 0.999)
      let half = a.interpolated(to: b, at: 0.5)
      #expect(half.kind == a.kind && half.isFinite)
    }
  }

  @Test func rotationTakesTheShorterWay() {
    func box(_ rotation: Double) -> Shape {
      .rotatedBox(RotatedBox(center: Point(x: 0, y: 0), width: 4, height: 2, rotation: rotation))
    }
    guard case .rotatedBox(let half) = box(0.1).interpolated(to: box(2 * .pi - 0.1), at: 0.5) else {
      Issue.record("not a rotated box")
      return
    }
    #expect(abs(half.rotation) < 1e-9)
  }

  @Test func polygonsOfDifferentNumbersOfPointsMeetWhereTheyLie() {
    let square = [Point(x: 0, y: 0), Point(x: 10, y: 0), Point(x: 10, y: 10), Point(x: 0, y: 10)]
    let other = [
      Point(x: 10, y: 5), Point(x: 10, y: 10), Point(x: 0, y: 10), Point(x: 0, y: 0),
      Point(x: 10, y: 0),
    ]
    let half = Shape.polygon(Polygon(square)).interpolated(to: .polygon(Polygon(other)), at: 0.5)
    #expect(half.similarity(to: .polygon(Polygon(square))) > 0.8)
  }

  @Test func aTrackIsThereFromItsFirstKeyframeUntilItLeaves() {
    func box(_ x: Double) -> Shape { .box(Box(x: x, y: 0, width: 2, height: 2)) }
    var track = Track([
      .init(frame: 20, shape: box(20), isOutside: true), .init(frame: 10, shape: box(0)),
      .init(frame: 30, shape: box(5)),
    ])
    #expect(track.keyframes.map(\.frame) == [10, 20, 30])
    #expect(track.shape(at: 9) == nil)
    #expect(track.shape(at: 10) == box(0))
    #expect(track.shape(at: 15) == box(10))
    #expect(track.shape(at: 20) == nil && track.shape(at: 29) == nil)
    #expect(track.shape(at: 99) == box(5))
    track.set(.init(frame: 10, shape: box(10)))
    #expect(track.shape(at: 15) == box(15))
    track.remove(frame: 20)
    track.remove(frame: 21)
    #expect(track.shape(at: 20) == box(7.5))
  }
}
