import Geometry
import Labels
import Notation
import Testing

@testable import Formats

private func ontology() throws -> Ontology {
  try OntologyNotation.ontology(
    from: JSON(
      parsing: """
        {"classes": [
          {"name": "cat", "kind": "box", "attributes": [
            {"name": "pose", "kind": "category", "options": ["sits", "lies"]}]},
          {"name": "mood", "kind": "category", "options": ["good", "bad"], "required": true},
          {"name": "tags", "kind": "multiLabel", "options": ["x", "y"]},
          {"name": "stars", "kind": "rating", "min": -4, "max": 4},
          {"name": "note", "kind": "text", "maxLength": 10}]}
        """))
}

@Suite struct OntologyNotationTests {
  @Test func idsAreGivenInOrderAndSurviveTheRoundTrip() throws {
    let ontology = try ontology()
    #expect(ontology.classes.map(\.id.number) == [1, 2, 3, 4, 5])
    #expect(ontology.fault == nil)
    let again = try OntologyNotation.ontology(from: OntologyNotation.json(ontology))
    #expect(again == ontology)
  }

  @Test func aNameThatWasThereKeepsItsNumberAndANewOneGetsANewOne() throws {
    let before = try ontology()
    let after = try OntologyNotation.ontology(
      from: JSON(
        parsing: """
          {"classes": [{"name": "dog", "kind": "box"},
            {"name": "mood", "kind": "category", "options": ["fair", "bad"]}]}
          """), predecessor: before)
    #expect(after.named("mood")?.id == before.named("mood")?.id)
    #expect(after.named("dog")?.id.number == 6)
    #expect(after.named("mood")?.options.map(\.id.number) == [3, 2])
  }

  @Test(arguments: [
    (#"{"classes": 3}"#, "ontology.classes"), (#"{"clases": []}"#, "ontology.clases"),
    (#"{"classes": [{"kind": "box"}]}"#, "ontology.classes[0].name"),
    (#"{"classes": [{"name": "a", "kind": "blob"}]}"#, "ontology.classes[0].kind"),
    (#"{"classes": [{"name": "a", "kind": "category"}]}"#, "ontology.classes[0].options"),
    (#"{"classes": [{"name": "a", "kind": "box", "id": -1}]}"#, "ontology.classes[0].id"),
  ])
  func saysWhereItIsWrong(text: String, path: String) throws {
    let json = try JSON(parsing: text)
    do {
      _ = try OntologyNotation.ontology(from: json)
      Issue.record("accepted \(text)")
    } catch { #expect(error.path == path) }
  }
}

@Suite struct AnnotationNotationTests {
  @Test func namesAndNumbersMeanTheSame() throws {
    let ontology = try ontology()
    let byName = try AnnotationNotation.annotations(
      from: JSON(
        parsing: """
          [{"class": "cat", "box": {"x": 1, "y": 2, "width": 3, "height": 4},
            "attributes": {"pose": "lies"}},
           {"class": "mood", "option": "bad"}, {"class": "tags", "options": ["y", "x"]},
           {"class": "stars", "rating": -2}, {"class": "note", "text": "hi"}]
          """), ontology: ontology)
    let byNumber = try AnnotationNotation.annotations(
      from: AnnotationNotation.json(byName, ontology: ontology, style: .numbers),
      ontology: ontology)
    #expect(byName == byNumber)
    let named = AnnotationNotation.json(byName, ontology: ontology, style: .names)
    #expect(try AnnotationNotation.annotations(from: named, ontology: ontology) == byName)
    #expect(named.array?[1]["option"]?.string == "bad")
  }

  @Test(arguments: [
    (#"{}"#, "annotations"), (#"[3]"#, "annotations[0]"), (#"[{}]"#, "annotations[0].class"),
    (#"[{"class": "dog", "box": [1,2,3,4]}]"#, "annotations[0].class"),
    (#"[{"class": "cat", "box": [1,2,3]}]"#, "annotations[0].box"),
    (#"[{"class": "cat", "box": [1,2,3,"4"]}]"#, "annotations[0].box"),
    (#"[{"class": "mood", "option": "odd"}]"#, "annotations[0].option"),
    (#"[{"class": "mood", "rating": 1}]"#, "annotations[0].rating"),
    (#"[{"class": "stars", "rating": "1"}]"#, "annotations[0].rating"),
    (
      #"[{"class": "cat", "box": [1,2,3,4], "attributes": {"size": 1}}]"#,
      "annotations[0].attributes.size"
    ),
  ])
  func saysWhereItIsWrong(text: String, path: String) throws {
    let json = try JSON(parsing: text)
    let ontology = try ontology()
    do {
      _ = try AnnotationNotation.annotations(from: json, ontology: ontology)
      Issue.record("accepted \(text)")
    } catch { #expect(error.path == path) }
  }
}
