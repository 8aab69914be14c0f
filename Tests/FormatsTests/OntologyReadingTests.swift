import Labels
import Notation
import Testing

@testable import Formats

/// Ontologies in the words of other tools.
@Suite struct OntologyReadingTests {
  private func read(_ config: String) throws -> (Ontology, [OntologyReading.Note]) {
    let reading = try LabelStudioConfig.read(config)
    let ontology = try OntologyNotation.ontology(from: reading.ontology)
    #expect(ontology.fault == nil)
    return (ontology, reading.notes)
  }

  @Test func labelsBecomeClassesOfTheirControlsKind() throws {
    let (ontology, notes) = try read(
      """
      <View>
        <Image name="img" value="$image"/>
        <RectangleLabels name="b" toName="img"><Label value="Car" background="#FFA39E" hotkey="c"/>
          <Label value="Tree" background="rgba(0, 128, 255, 0.5)" maxUsages="2"/></RectangleLabels>
        <PolygonLabels name="p" toName="img"><Label value="Tree" background="green"/></PolygonLabels>
        <BrushLabels name="m" toName="img"><Label value="Sky"/></BrushLabels>
        <KeyPointLabels name="k" toName="img"><Label value="Nose" background="unheard"/></KeyPointLabels>
        <Choices name="sides" toName="img" perRegion="true" whenTagName="b"
          whenLabelValue="Car" required="true">
          <Choice value="left"/><Choice value="right"/></Choices>
        <Relations><Relation value="hides"/></Relations>
      </View>
      """)
    #expect(
      ontology.classes.map(\.name) == ["Car", "Tree", "Tree (polygon)", "Sky", "Nose", "hides"])
    #expect(
      ontology.classes.prefix(5).map(\.kindName) == ["box", "box", "polygon", "mask", "point"])
    #expect(ontology.classes[0].look == ClassLook(color: "#ffa39e", hotkey: "C"))
    #expect(
      ontology.classes[1].look.color == "#0080ff" && ontology.classes[1].rules.maximumCount == 2)
    #expect(
      ontology.classes[0].attributes.map(\.name) == ["sides"]
        && ontology.classes[0].attributes[0].isRequired)
    #expect(ontology.classes[1].attributes.isEmpty && ontology.classes[5].kind.isRelation)
    #expect(notes.count == 1 && notes[0].place.hasPrefix("line 7: Label"))
  }

  @Test func questionsKeepTheirConditionsAndTrees() throws {
    let (ontology, notes) = try read(
      """
      <View><Text name="t" value="$text"/>
        <Choices name="mood" toName="t" choice="single"><Choice value="good"/><Choice value="bad"/></Choices>
        <TextArea name="why" toName="t" visibleWhen="choice-selected" whenTagName="mood"
          whenChoiceValue="bad" maxSubmissions="1"/>
        <Taxonomy name="kind" toName="t">
          <Choice value="Animal"><Choice value="Cat"/><Choice value="Other"/></Choice>
          <Choice value="Plant"><Choice value="Other"/></Choice></Taxonomy>
        <Rating name="stars" toName="t" maxRating="4"/><Number name="n" toName="t" min="0" max="9" step="1"/>
        <Labels name="ner" toName="t"><Label value="PER"/></Labels>
      </View>
      """)
    #expect(
      ontology.classes.map(\.kindName) == [
        "category", "text", "multiLabel", "rating", "number", "span",
      ])
    #expect(ontology.classes[1].condition == Condition(on: ClassID(1), options: [OptionID(2)]))
    let kinds = ontology.classes[2].options
    #expect(kinds.map(\.name) == ["Animal", "Cat", "Other", "Plant", "Plant / Other"])
    #expect(kinds.map { $0.parent?.number } == [nil, 1, 1, nil, 4])
    #expect(
      ontology.classes[4].kind == .number(.init(minimum: 0, maximum: 9, isWhole: true))
        && notes.isEmpty)
  }

  @Test func whatIsNotCarriedOverIsSaidWithItsLine() throws {
    let (_, notes) = try read(
      """
      <View><Audio name="a" value="$audio"/>
      <Labels name="l" toName="a"><Label value="speech"/></Labels>
      <Choices name="c" toName="a"><Choice value="x"/></Choices>
      <Choices name="d" toName="a" value="$options"/>
      <Sparkle name="s"/></View>
      """)
    #expect(notes.map { $0.place.prefix { $0 != " " } } == ["line", "line", "line", "line"])
    #expect(notes.map { String($0.place.dropFirst(5).prefix(1)) } == ["1", "2", "4", "5"])
  }

  @Test(arguments: [
    ("<View><Image></View>", "line 1"), ("<View/>", "config"), ("", "line"), ("no xml", "line"),
    ("<!DOCTYPE v [<!ENTITY a 'b'>]><View/>", "config"),
    (String(repeating: "<View>", count: 200) + String(repeating: "</View>", count: 200), "line"),
    (String(repeating: " ", count: LabelStudioConfig.limit + 1), "config"),
  ])
  func brokenConfigsAreRefusedWithTheirPlace(config: String, place: String) {
    do {
      _ = try LabelStudioConfig.read(config)
      Issue.record("read: \(config.prefix(80))")
    } catch {
      #expect(error.place.hasPrefix(place), "\(error)")
    }
  }

  @Test func yamlSaysTheSameAsJSON() throws {
    let json: JSON = [
      "classes": [
        [
          "name": "yes", "kind": "category",
          "options": ["on", "off", "1", "a: b", "null", "é 水", "-x", ""],
        ],
        ["name": "Größe", "kind": "number", "min": -1.5, "max": 1_000_000, "whole": false],
        [
          "name": "a\nb\"c", "kind": "text", "maxLength": 5, "when": ["name": "yes", "is": ["on"]],
          "x": .null,
        ],
      ]
    ]
    let text = YAMLNotation.text(json)
    #expect(try YAMLNotation.json(text) == json, "\(text)")
    let written =
      "classes:\n- name: yes\n  kind: box # a comment\n  rules: {minWidth: 4, wholePixels: true}\n"
    #expect(
      try YAMLNotation.json(written) == [
        "classes": [["name": "yes", "kind": "box", "rules": ["minWidth": 4, "wholePixels": true]]]
      ])
  }

  @Test func namesMayHaveSignsOfAliasesInThem() throws {
    let written = "names: [R&B, Café&Bar, a*b, C&A]"
    #expect(
      try YAMLNotation.json(written) == ["names": ["R&B", "Café&Bar", "a*b", "C&A"]])
  }

  @Test func yamlThatWouldGrowIsRefused() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<9 {
      let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(aliases)]\n"
    }
    // YAML 1.1 has more ends of lines than one, and names that begin with a hyphen.
    let strange = ["a: [\u{2028}&a 1]", "a: [\u{85}*a]", "a: &-a 1", "\u{FEFF}&a 1"]
    for bad in strange + [
      text, "", "a: [", "? [1]\n: 2", "a: *nothing", String(repeating: "[", count: 500),
    ] {
      #expect(throws: OntologyReadingFault.self) { try YAMLNotation.json(bad) }
    }
  }
}
