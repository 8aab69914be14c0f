import Geometry
import Labels
import Testing

@testable import Platform

@Suite struct PrelabelRulesTests {
  private func box(_ x: Double, label: Int32 = 1) -> Annotation {
    Annotation(classID: ClassID(label), value: .box(Box(x: x, y: 0, width: 10, height: 10)))
  }

  private func violation(
    _ answer: [Annotation], add: Bool = true, edit: Bool = false, relabel: Bool = false,
    delete: Bool = false
  ) -> String? {
    PrelabelRules(mayAdd: add, mayEdit: edit, mayRelabel: relabel, mayDelete: delete)
      .violation(answer, of: [box(0), box(50)])
  }

  @Test func whatStaysAsItIsBreaksNoRule() {
    #expect(violation([box(50), box(0)]) == nil && violation([box(0.01), box(50)]) == nil)
  }

  @Test func eachDeedNeedsItsLeave() {
    #expect(violation([box(0)]) != nil && violation([box(0)], delete: true) == nil)
    #expect(violation([box(0), box(52)]) != nil)
    #expect(violation([box(0), box(52)], edit: true) == nil)
    #expect(violation([box(0), box(50, label: 2)]) != nil)
    #expect(violation([box(0), box(50, label: 2)], relabel: true) == nil)
    #expect(violation([box(0), box(52, label: 2)], relabel: true) != nil)
    #expect(violation([box(0), box(50), box(90)], add: false) != nil)
    #expect(violation([box(0), box(50), box(90)]) == nil)
  }
}
