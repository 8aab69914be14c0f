import Geometry
import Labels
import Testing

@Suite struct OntologyUnionTests {
  private func box(_ id: Int32, _ name: String, _ attributes: [LabelClass] = []) -> LabelClass {
    LabelClass(id: ClassID(id), name: name, kind: .box, attributes: attributes)
  }

  private func category(_ id: Int32, _ name: String, _ options: [String]) -> LabelClass {
    LabelClass(
      id: ClassID(id), name: name,
      kind: .category(
        options.enumerated().map { .init(id: OptionID(Int32($0.offset + 1)), name: $0.element) }))
  }

  @Test func classesOfOneNameAreOneAndNewOnesComeAfter() {
    var union = OntologyUnion(Ontology(classes: [box(1, "cat"), box(2, "dog")]))
    union.add(Ontology(classes: [box(1, "dog"), box(2, "cow")]))
    #expect(union.ontology.classes.map(\.name) == ["cat", "dog", "cow"])
    #expect(union.ontology.classes.map(\.id.number) == [1, 2, 3])
    #expect(union.ontology.fault == nil)
  }

  @Test func annotationsKeepWhatTheySay() {
    let pose = category(1, "pose", ["lies", "sits"])
    var union = OntologyUnion(Ontology(classes: [box(1, "cat", [category(7, "pose", ["sits"])])]))
    let other = Ontology(classes: [box(5, "cat", [pose])])
    union.add(other)
    let said = Annotation(
      classID: ClassID(5), value: .box(Box(x: 0, y: 0, width: 1, height: 1)),
      attributes: [.init(id: ClassID(1), value: .category(OptionID(1)))])
    let moved = union.annotations([said], of: other)
    #expect(moved.first?.classID == ClassID(1))
    #expect(moved.first?.attributes == [.init(id: ClassID(7), value: .category(OptionID(2)))])
  }

  @Test func oneNameOfTwoKindsStaysTwoClasses() {
    var union = OntologyUnion(Ontology(classes: [box(1, "state")]))
    let other = Ontology(classes: [category(1, "state", ["new"])])
    union.add(other)
    union.add(other)
    #expect(union.ontology.classes.map(\.name) == ["state", "state′"])
    let moved = union.annotations(
      [Annotation(classID: ClassID(1), value: .category(OptionID(1)))], of: other)
    #expect(moved == [Annotation(classID: ClassID(2), value: .category(OptionID(1)))])
  }
}
