import Geometry
import Labels
import Testing

@testable import Consensus

@Suite struct DistanceAlphaTests {
  @Test func withTheDistanceNotTheSameItIsNominalAlpha() throws {
    var generator = SeededGenerator(seed: 4)
    let units = (0..<15).map { task in
      (0..<Int(generator.next() % 3) + 1).map { _ in
        generator.next() % 3 == 0 ? Double(generator.next() % 4) : Double(task % 4)
      }
    }
    let alpha = try #require(DistanceAlpha(units) { $0 == $1 ? 0 : 1 })
    let nominal = try #require(KrippendorffAlpha.alpha(units, level: .nominal))
    #expect(abs(alpha.value - nominal) < 1e-12)
    let interval = try #require(alpha.interval)
    #expect(interval.contains(alpha.value) && interval.lowerBound < interval.upperBound)
  }

  @Test func whereNothingCanBeComparedThereIsNone() {
    #expect(DistanceAlpha([[1.0], [2.0], []]) { $0 == $1 ? 0 : 1 } == nil)
    #expect(DistanceAlpha([[1.0, 1], [1, 1]]) { $0 == $1 ? 0 : 1 }?.value == 1)
    #expect((DistanceAlpha([[1.0, 2], [2, 1]]) { $0 == $1 ? 0 : 1 }?.value ?? 1) < 0)
  }

  private func box(_ x: Double, class id: Int32 = 1) -> Annotation {
    Annotation(classID: ClassID(id), value: .box(Box(x: x, y: 0, width: 10, height: 10)))
  }

  @Test func objectsAreAsFarAsTheyDoNotOverlap() throws {
    let same = ObjectOverlap([box(0), box(50)], [box(50), box(0)])
    #expect(same.distance == 0 && same.meanIoU == 1 && same.meanDice == 1)
    // Half of each box is shared: 50 of 150.
    let shifted = ObjectOverlap([box(0)], [box(5, class: 2)])
    #expect(abs(shifted.distance - 2.0 / 3) < 1e-12)
    #expect(abs((shifted.meanDice ?? 0) - 0.5) < 1e-12)
    #expect(shifted.pairs.map(\.second) == [ClassID(2)])
    #expect(abs(ObjectOverlap([box(0), box(50)], [box(0)]).distance - 0.5) < 1e-12)
    let none = ObjectOverlap([], [])
    #expect(none.distance == 0 && none.meanIoU == nil && none.meanDice == nil)
    #expect(ObjectOverlap([box(0)], [box(5)], threshold: 0.5).pairs.isEmpty)
    // Annotators who draw the same agree far beyond those who draw anywhere.
    let units = (0..<20).map { [[box(Double($0) * 30)], [box(Double($0) * 30 + 1)]] }
    let alpha = try #require(DistanceAlpha(units) { ObjectOverlap($0, $1).distance })
    #expect(alpha.value > 0.8 && alpha.units == 20)
  }
}
