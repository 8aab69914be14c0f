import Testing

@testable import Geometry

@Suite struct BoxTests {
  private func boxes() -> [Box] {
    (0..<200).map { _ in
      Box(
        x: .random(in: -50...50), y: .random(in: -50...50), width: .random(in: 0.1...80),
        height: .random(in: 0.1...80))
    }
  }

  @Test func intersectionOverUnionIsSymmetricAndOneWithItself() {
    for (a, b) in zip(boxes(), boxes()) {
      #expect(abs(a.intersectionOverUnion(b) - b.intersectionOverUnion(a)) < 1e-12)
      #expect(abs(a.intersectionOverUnion(a) - 1) < 1e-12)
      #expect((0...1).contains(a.intersectionOverUnion(b)))
    }
  }

  @Test func anIntersectionLiesInBoth() {
    for (a, b) in zip(boxes(), boxes()) {
      let shared = a.intersection(b)
      #expect(shared.area <= min(a.area, b.area) + 1e-9)
    }
  }

  @Test func knownOverlap() {
    let a = Box(x: 0, y: 0, width: 10, height: 10)
    #expect(a.intersectionOverUnion(Box(x: 5, y: 0, width: 10, height: 10)) == 1.0 / 3)
    #expect(a.intersectionOverUnion(Box(x: 10, y: 0, width: 5, height: 5)) == 0)
  }

  @Test func liesInItsImageUpToTheTolerance() {
    let box = Box(x: 0, y: 0, width: 640.4, height: 480)
    #expect(box.lies(inWidth: 640, height: 480, tolerance: 0.5))
    #expect(!box.lies(inWidth: 640, height: 480, tolerance: 0.3))
  }
}
