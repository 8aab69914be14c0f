import Geometry
import Testing

@testable import Labels

private let ontology = Ontology(classes: [
  LabelClass(
    id: ClassID(1), name: "cat", kind: .box,
    attributes: [
      LabelClass(
        id: ClassID(1), name: "pose", kind: .category([.init(id: OptionID(1), name: "sits")]),
        isRequired: true)
    ]),
  LabelClass(
    id: ClassID(2), name: "mood",
    kind: .category([.init(id: OptionID(1), name: "good"), .init(id: OptionID(2), name: "bad")]),
    isRequired: true),
  LabelClass(id: ClassID(3), name: "tags", kind: .multiLabel([.init(id: OptionID(7), name: "x")])),
  LabelClass(id: ClassID(4), name: "stars", kind: .rating(.init(minimum: -4, maximum: 4))),
  LabelClass(id: ClassID(5), name: "note", kind: .text(maxLength: 3)),
])

private let mood = Annotation(classID: ClassID(2), value: .category(OptionID(1)))

private func cat(_ box: Box, pose: Bool = true) -> Annotation {
  Annotation(
    classID: ClassID(1), value: .box(box),
    attributes: pose ? [.init(id: ClassID(1), value: .category(OptionID(1)))] : [])
}

@Suite struct AnnotationValidationTests {
  private let size = ImageSize(width: 100, height: 50)

  private func reason(
    _ annotations: [Annotation], isPartial: Bool = false
  ) -> AnnotationFault.Reason? {
    do throws(AnnotationFault) {
      try ontology.validate(annotations, imageSize: size, isPartial: isPartial)
      return nil
    } catch { return error.reason }
  }

  @Test func acceptsACompleteAnswer() {
    #expect(reason([mood, cat(Box(x: 0, y: 0, width: 100, height: 50))]) == nil)
  }

  @Test func refusesWhatDoesNotFit() {
    let one = ClassID(1)
    #expect(reason([Annotation(classID: ClassID(9), value: .rating(1))]) == .unknownClass(9))
    #expect(
      reason([Annotation(classID: one, value: .rating(1))]) == .wrongKind(expected: "box"))
    #expect(reason([mood, mood]) == .answeredTwice)
    #expect(
      reason([Annotation(classID: ClassID(2), value: .category(OptionID(3)))])
        == .unknownOption(3))
    #expect(
      reason([Annotation(classID: ClassID(3), value: .multiLabel([OptionID(7), OptionID(7)]))])
        == .repeatedOption(7))
    #expect(reason([Annotation(classID: ClassID(4), value: .rating(4.5))]) == .offScale)
    #expect(reason([Annotation(classID: ClassID(4), value: .rating(.nan))]) == .offScale)
    #expect(reason([mood, cat(Box(x: .nan, y: 0, width: 1, height: 1))]) == .notFinite)
    #expect(reason([mood, cat(Box(x: 0, y: 0, width: 0, height: 1))]) == .noArea)
    #expect(
      reason([mood, cat(Box(x: 60, y: 0, width: 41, height: 1))])
        == .outOfImage(width: 100, height: 50))
    #expect(reason([]) == .missing)
    #expect(
      reason([mood, cat(Box(x: 0, y: 0, width: 1, height: 1), pose: false)]) == .missing)
  }

  @Test func aTextMayBeAsLongAsItsLimitAndNoLonger() {
    #expect(reason([mood, Annotation(classID: ClassID(5), value: .text("abc"))]) == nil)
    #expect(
      reason([mood, Annotation(classID: ClassID(5), value: .text("abcd"))]) == .tooLong(limit: 3))
  }

  @Test func aDraftMayBeIncomplete() {
    #expect(reason([], isPartial: true) == nil)
  }

  @Test func boxesMayLeaveTheImageByRoundingOnly() {
    #expect(reason([mood, cat(Box(x: 0, y: 0, width: 100.5, height: 50))]) == nil)
    #expect(
      reason([mood, cat(Box(x: 0, y: 0, width: 100.6, height: 50))])
        == .outOfImage(width: 100, height: 50))
  }
}

@Suite struct OntologyValidationTests {
  private func fault(_ classes: LabelClass...) -> OntologyFault? {
    Ontology(classes: classes).fault
  }

  @Test func acceptsAnOntologyThatCanBeUsed() { #expect(ontology.fault == nil) }

  @Test func refusesOneThatCannot() {
    let box = LabelClass(id: ClassID(1), name: "a", kind: .box)
    #expect(Ontology(classes: []).fault == .noClasses)
    #expect(fault(box, box) == .repeatedID(1))
    #expect(fault(box, .init(id: ClassID(2), name: "a", kind: .box)) == .repeatedName("a"))
    #expect(fault(.init(id: ClassID(0), name: "a", kind: .box)) == .idNotPositive(name: "a"))
    #expect(fault(.init(id: ClassID(1), name: "", kind: .box)) == .emptyName(id: 1))
    #expect(fault(.init(id: ClassID(1), name: "a", kind: .category([]))) == .noOptions(name: "a"))
    #expect(
      fault(.init(id: ClassID(1), name: "a", kind: .rating(.init(minimum: 3, maximum: 1))))
        == .badScale(name: "a"))
    #expect(
      fault(.init(id: ClassID(1), name: "a", kind: .box, attributes: [box]))
        == .objectAttribute(name: "a"))
    #expect(
      fault(.init(id: ClassID(1), name: "a", kind: .text(maxLength: 5), attributes: [box]))
        == .attributesOfValue(name: "a"))
  }

  @Test func aScaleKnowsItsSteps() {
    let scale = LabelClass.Scale(minimum: -1, maximum: 1, step: 0.1)
    #expect(scale.count == 21)
    for index in 0..<21 { #expect(scale.index(of: scale.value(at: index)) == index) }
    #expect(scale.index(of: 0.05) == nil)
    #expect(scale.index(of: 1.1) == nil)
  }
}
