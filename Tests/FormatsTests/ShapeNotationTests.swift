import Formats
import Geometry
import Labels
import Notation
import Testing

@Suite struct ShapeNotationTests {
  private func ontology() throws -> Ontology {
    let kinds = ShapeKind.allCases.map(\.rawValue) + ["span"]
    return try OntologyNotation.ontology(
      from: ["classes": .array(kinds.map { ["name": .string($0), "kind": .string($0)] })])
  }

  @Test(arguments: [
    #"{"class":"box","box":[1,2,3.5,4]}"#,
    #"{"class":"polygon","polygon":[[0,0],[10,0],[0,10.25]]}"#,
    #"{"class":"polygon","polygon":[[[0,0],[10,0],[0,10]],[[1,1],[2,1],[1,2]]]}"#,
    #"{"class":"polyline","polyline":[[0,0],[10,5]]}"#, #"{"class":"point","point":[3,4]}"#,
    #"{"class":"ellipse","ellipse":[50,40,30,20]}"#,
    #"{"class":"ellipse","ellipse":[50,40,30,20,0.5]}"#,
    #"{"class":"cuboid","cuboid":[[0,1],[1,1],[1,2],[0,2],[2,0],[2,1]]}"#,
    #"{"class":"span","span":[3,8]}"#,
  ])
  func whatIsReadIsWrittenAgain(text: String) throws {
    let ontology = try ontology()
    let annotations = try AnnotationNotation.annotations(
      from: JSON(parsing: "[\(text)]"), ontology: ontology)
    let written = AnnotationNotation.json(annotations, ontology: ontology, style: .names)
    #expect(
      try AnnotationNotation.annotations(from: written, ontology: ontology) == annotations)
    #expect(written.text.replacing(".0", with: "") == "[\(text)]")
  }

  @Test func aRelationNamesItsEndsByClassAndByPlace() throws {
    let ontology = try OntologyNotation.ontology(
      from: JSON(
        parsing: """
          {"classes": [{"name": "owns", "kind": "relation", "from": ["a"], "directed": false},
            {"name": "a", "kind": "span"}]}
          """))
    #expect(ontology.classes[0].kind == .relation(.init(from: [ClassID(2)], isDirected: false)))
    let again = try OntologyNotation.ontology(from: OntologyNotation.json(ontology))
    #expect(again == ontology)
    let text =
      #"[{"class":"a","span":[0,1]},{"class":"a","span":[2,3]},"#
      + #"{"class":"owns","relation":[0,1]}]"#
    let annotations = try AnnotationNotation.annotations(
      from: JSON(parsing: text), ontology: ontology)
    #expect(annotations.last?.value == .relation(from: 0, to: 1))
    #expect(AnnotationNotation.json(annotations, ontology: ontology, style: .names).text == text)
    let unknown: JSON = ["classes": [["name": "r", "kind": "relation", "from": ["nobody"]]]]
    #expect(throws: NotationFault.self) { try OntologyNotation.ontology(from: unknown) }
  }

  @Test(arguments: [
    (#"{"class":"polygon","polygon":[[0,0],[10],[0,10]]}"#, "annotations[0].polygon[1]"),
    (#"{"class":"polygon","polygon":7}"#, "annotations[0].polygon"),
    (#"{"class":"polygon","polygon":[[[0,0]],[[1,"a"]]]}"#, "annotations[0].polygon[1][0]"),
    (#"{"class":"point","point":[[1,2]]}"#, "annotations[0].point"),
    (#"{"class":"ellipse","ellipse":[1,2,3]}"#, "annotations[0].ellipse"),
    (#"{"class":"cuboid","cuboid":[[1,2]]}"#, "annotations[0].cuboid"),
    (#"{"class":"span","span":[1,2.5]}"#, "annotations[0].span"),
    (#"{"class":"span","span":[1]}"#, "annotations[0].span"),
    (#"{"class":"polygon","box":[1,2,3,4]}"#, "annotations[0].box"),
  ])
  func saysWhereItIsWrong(text: String, path: String) throws {
    let json = try JSON(parsing: "[\(text)]")
    let ontology = try ontology()
    do {
      _ = try AnnotationNotation.annotations(from: json, ontology: ontology)
      Issue.record("accepted \(text)")
    } catch { #expect(error.path == path) }
  }
}
