import Geometry
import Labels
import Testing

@Suite struct ShapeValidationTests {
  private let size = ImageSize(width: 100, height: 80)

  private func fault(
    _ kind: LabelClass.Kind, _ value: Annotation.Value, textLength: Int? = nil
  ) -> AnnotationFault.Reason? {
    let ontology = Ontology(classes: [LabelClass(id: ClassID(1), name: "a", kind: kind)])
    do throws(AnnotationFault) {
      try ontology.validate(
        [Annotation(classID: ClassID(1), value: value)], imageSize: size, textLength: textLength)
      return nil
    } catch { return error.reason }
  }

  private func points(_ numbers: Double...) -> [Point] {
    stride(from: 0, to: numbers.count, by: 2).map { Point(x: numbers[$0], y: numbers[$0 + 1]) }
  }

  @Test func aPolygonNeedsThreePointsAndAnArea() {
    let kind = LabelClass.Kind.shape(.polygon)
    #expect(fault(kind, .shape(.polygon(Polygon(points(0, 0, 10, 0, 0, 10))))) == nil)
    #expect(
      fault(kind, .shape(.polygon(Polygon(points(0, 0, 10, 0))))) == .tooFewPoints(least: 3))
    #expect(fault(kind, .shape(.polygon(Polygon(points(0, 0, 10, 0, 20, 0))))) == .noArea)
    #expect(
      fault(kind, .shape(.polygon(Polygon(points(0, 0, 101, 0, 0, 10)))))
        == .outOfImage(width: 100, height: 80))
    #expect(fault(kind, .shape(.polygon(Polygon(points(0, 0, .nan, 0, 0, 10))))) == .notFinite)
    #expect(fault(kind, .box(Box(x: 0, y: 0, width: 1, height: 1))) == .wrongKind(expected: "polygon"))
  }

  @Test func aLineNeedsTwoPointsAndAPointOne() {
    #expect(
      fault(.shape(.polyline), .shape(.polyline(Polyline(points(0, 0)))))
        == .tooFewPoints(least: 2))
    #expect(fault(.shape(.polyline), .shape(.polyline(Polyline(points(0, 0, 0, 9))))) == nil)
    #expect(fault(.shape(.point), .shape(.point(Point(x: 100, y: 80)))) == nil)
    #expect(
      fault(.shape(.point), .shape(.point(Point(x: 102, y: 80))))
        == .outOfImage(width: 100, height: 80))
  }

  @Test func aShapeHasAtMostSoManyPoints() {
    func line(_ count: Int) -> Annotation.Value {
      .shape(.polyline(Polyline((0..<count).map { Point(x: Double($0 % 90), y: 1) })))
    }
    #expect(fault(.shape(.polyline), line(Ontology.pointLimit)) == nil)
    #expect(
      fault(.shape(.polyline), line(Ontology.pointLimit + 1))
        == .tooManyPoints(limit: Ontology.pointLimit))
  }

  @Test func aRelationJoinsTwoObjectsThatItMayJoin() {
    let (person, thing) = (ClassID(1), ClassID(2))
    let ontology = Ontology(classes: [
      LabelClass(id: person, name: "person", kind: .span),
      LabelClass(id: thing, name: "thing", kind: .span),
      LabelClass(
        id: ClassID(3), name: "owns", kind: .relation(.init(from: [person], to: [thing]))),
    ])
    func fault(_ from: Int, _ to: Int) -> AnnotationFault.Reason? {
      let objects = [person, thing, person].enumerated().map { place, id in
        Annotation(classID: id, value: .span(TextSpan(start: place, end: place + 1)))
      }
      let relation = Annotation(classID: ClassID(3), value: .relation(from: from, to: to))
      do throws(AnnotationFault) {
        try ontology.validate(objects + [relation, relation], imageSize: nil)
        return nil
      } catch { return error.reason }
    }
    #expect(fault(0, 1) == nil && fault(2, 1) == nil)
    #expect(fault(1, 0) == .notJoinable && fault(0, 2) == .notJoinable)
    for ends in [(0, 0), (0, 3), (0, 9), (-1, 1)] {
      #expect(fault(ends.0, ends.1) == .notTwoObjects)
    }
  }

  @Test func aSpanLiesInItsText() {
    #expect(fault(.span, .span(TextSpan(start: 0, end: 5)), textLength: 5) == nil)
    #expect(
      fault(.span, .span(TextSpan(start: 0, end: 6)), textLength: 5) == .outOfText(length: 5))
    #expect(fault(.span, .span(TextSpan(start: 3, end: 3))) == .emptySpan)
    #expect(fault(.span, .span(TextSpan(start: -1, end: 3))) == .emptySpan)
  }
}
