import Notation
import Testing

@testable import Wire

/// A definition of Scale's as an ontology to go on with.
@Suite struct ScaleDefinitionTests {
  @Test func limitsNumbersAndConditionsAreKept() throws {
    let definition = ScaleDefinition([
      "geometries": [
        "box": [
          "objects_to_annotate": ["car", "bus"], "min_width": 10, "min_height": 0,
          "can_rotate": true, "integer_pixels": true,
        ],
        "line": [
          "objects_to_annotate": ["car", ["choice": "road", "subchoices": ["lane"]]],
          "min_vertices": 3, "max_vertices": 9,
        ],
      ],
      "annotation_attributes": [
        "lit": ["type": "category", "choices": ["red", "green"], "description": "Which light"],
        "speed": [
          "type": "number", "min": 0, "max": 300,
          "conditions": [["label_condition": ["label": "car"]]],
        ],
        "why": ["type": "text", "conditions": [["attribute_conditions": ["lit": ["red"]]]]],
        "weather": ["choices": ["sun", "rain"], "global": true], "edge": ["type": "x_line"],
      ],
      "links": [
        "tows": [
          "from_allowed_labels": ["car"], "to_allowed_labels": ["bus"], "is_bidirectional": false,
        ]
      ],
      "camera": 3,
    ])
    let classes = definition.classes
    #expect(
      classes.compactMap { $0["name"]?.string } == [
        "car", "bus", "car (polyline)", "road", "lane", "weather", "tows",
      ])
    #expect(
      classes.compactMap { $0["kind"]?.string } == [
        "rotatedBox", "rotatedBox", "polyline", "polyline", "polyline", "category", "relation",
      ])
    #expect(classes[0]["rules"] == ["minWidth": 10, "wholePixels": true])
    #expect(classes[2]["rules"] == ["minPoints": 3, "maxPoints": 9])
    #expect(
      classes[0]["attributes"]?.array?.compactMap { $0["name"]?.string } == ["lit", "speed", "why"])
    #expect(classes[1]["attributes"]?.array?.compactMap { $0["name"]?.string } == ["lit", "why"])
    #expect(classes[1]["attributes"]?.array?[1]["when"] == ["name": "lit", "is": ["red"]])
    #expect(
      classes[6]["from"] == ["car"] && classes[6]["to"] == ["bus"] && classes[6]["directed"] == true
    )
    #expect(
      definition.notes.map(\.place) == [
        "annotation_attributes.lit.description", "annotation_attributes.edge",
        "geometries.line.objects_to_annotate", "camera",
      ])
  }

  @Test func geometriesThatAreNotDrawnAreSaid() {
    let definition = ScaleDefinition([
      "params": ["geometries": ["cube": ["objects_to_annotate": ["a"]], "point": [:]]]
    ])
    #expect(
      definition.classes.isEmpty
        && definition.notes.map(\.place) == ["geometries.cube", "geometries.point"])
  }
}
