import Notation
import Testing
import Wire

@Suite struct ScaleTranslationTests {
  private static let boxes: JSON = [
    "geometries": [
      "box": ["objects_to_annotate": ["cow", ["choice": "calf", "subchoices": ["red"]]]]
    ],
    "annotation_attributes": [
      "pose": ["type": "category", "choices": ["sits", "lies"]],
      "age": ["type": "number", "description": "in years"],
    ],
  ]

  private func type(_ name: String) throws -> ScaleType { try #require(ScaleType(name)) }

  @Test func labelsAndAttributesBecomeClasses() throws {
    let ontology = ScaleForm.ontology(try type("imageannotation"), Self.boxes)
    let classes = try #require(ontology["classes"]?.array)
    #expect(classes.compactMap { $0["name"]?.string } == ["cow", "calf", "red"])
    #expect(classes.allSatisfy { $0["kind"]?.string == "box" })
    let attributes = classes[0]["attributes"]?.array ?? []
    #expect(attributes.compactMap { $0["kind"]?.string } == ["category", "text"])
  }

  @Test func aResponseOfBoxesComesBackAsItWas() throws {
    let response = ScaleResponse(try type("imageannotation"), Self.boxes)
    let annotations: [JSON] = [
      ["class": "cow", "box": [2, 4, 3.5, 5], "attributes": ["pose": "sits"]]
    ]
    let said = response.response(annotations, task: "654321000123456789abcdef")
    let object = try #require(said["annotations"]?.array?.first)
    #expect(object["left"]?.number == 2 && object["height"]?.number == 5)
    #expect(object["uuid"]?.string == "65432100-0123-4567-89ab-cdef00000000")
    #expect(response.annotations(said).array == annotations)
  }

  private static let sayings: [(String, JSON, JSON)] = [
    ("categorization", ["categories": ["a", "b"]], ["category": "a"]),
    ("comparison", ["choices": ["yes", "no"]], ["choice": "yes"]),
    (
      "textcollection",
      [
        "fields": [
          [
            "type": "category", "field_id": "q", "title": "Good?",
            "choices": [["label": "Yes", "value": 1], ["label": "No", "value": 0]],
          ], ["type": "text", "field_id": "why", "title": "Good?"],
        ]
      ],
      [
        "annotations": [
          "q": ["type": "category", "field_id": "q", "response": [[0]]],
          "why": ["type": "text", "field_id": "why", "response": [["so"]]],
        ]
      ]
    ),
    (
      "transcription", ["fields": ["title": "…"], "repeatable_fields": ["row": "each row"]],
      ["fields": ["title": "x"], "repeatable_fields": [["row": "a"], ["row": "b"]]]
    ),
    ("datacollection", ["fields": ["page": "…"]], ["fields": ["page": "x"]]),
    ("lidarannotation", ["labels": ["car"]], ["annotations": ["url": "https://x"]]),
  ]

  @Test(arguments: sayings)
  func whatIsSaidComesBack(_ name: String, _ params: JSON, _ response: JSON) throws {
    let translation = ScaleResponse(try type(name), params)
    let annotations = translation.annotations(response).array ?? []
    #expect(translation.response(annotations, task: "654321000123456789abcdef") == response)
  }

  private static let uuid = "65432100-0123-4567-89ab-cdef00000000"
  private static let shapes: [(String, JSON, JSON)] = [
    (
      "imageannotation",
      ["geometries": ["polygon": ["objects_to_annotate": ["road"]], "box": [:]]],
      [
        "annotations": [
          [
            "type": "polygon", "label": "road", "attributes": [:],
            "vertices": [["x": 1, "y": 2], ["x": 3, "y": 4], ["x": 5, "y": 0]],
            "uuid": .string(uuid),
          ]
        ], "global_attributes": [:], "links": [], "is_customer_fix": false,
      ]
    ),
    (
      "imageannotation",
      [
        "geometries": [
          "line": ["objects_to_annotate": ["lane"]], "point": ["objects_to_annotate": ["lane"]],
        ], "annotation_attributes": ["angle": ["type": "angle"]],
        "global_attributes": ["night": ["type": "category", "choices": ["Yes", "No"]]],
      ],
      [
        "annotations": [
          [
            "type": "point", "label": "lane", "attributes": ["angle": 12.5], "x": 10, "y": 20,
            "uuid": .string(uuid),
          ]
        ], "global_attributes": ["night": "No"], "links": [], "is_customer_fix": false,
      ]
    ),
    (
      "lineannotation", ["objects_to_annotate": ["lane"]],
      ["annotations": [["vertices": [["x": 1, "y": 2], ["x": 3, "y": 4]], "label": "lane"]]]
    ),
    (
      "pointannotation", ["objects_to_annotate": ["light"]],
      ["annotations": [["x": 1, "y": 2, "label": "light"]]]
    ),
    (
      "namedentityrecognition",
      ["text": "🐄 Alex Wang", "labels": [["name": "person", "description": "people"]]],
      [
        "annotations": [
          [
            "id": .string(uuid), "start": 2, "end": 11, "text": "Alex Wang", "label": "person",
            "attributes": [:],
          ]
        ], "relationships": [],
      ]
    ),
    (
      "documenttranscription",
      [
        "attachment": "a.jpg", "attachment_type": "image",
        "features": [["type": "block", "label": "total"]],
      ],
      [
        "annotations": [
          [
            "uuid": .string(uuid), "page": 0, "label": "total", "text": "1.00",
            "location": ["type": "box", "left": 1, "top": 2, "width": 3, "height": 4], "refs": [],
          ]
        ]
      ]
    ),
  ]

  @Test(arguments: shapes)
  func shapesAndSpansComeBackAsTheyWere(
    _ name: String, _ params: JSON, _ response: JSON
  ) throws {
    let translation = ScaleResponse(try type(name), params)
    let annotations = translation.annotations(response).array ?? []
    #expect(translation.response(annotations, task: "654321000123456789abcdef") == response)
  }

  @Test func linksJoinAnnotationsByTheirIds() throws {
    let params: JSON = [
      "geometries": ["box": ["objects_to_annotate": ["person", "bag"]]],
      "links": [
        "carries": ["from_allowed_labels": ["person"], "to_allowed_labels": ["bag"]],
        "near": ["is_bidirectional": true],
      ],
    ]
    let kind = try type("imageannotation")
    let classes = ScaleForm.ontology(kind, params)["classes"]?.array ?? []
    let carries = try #require(classes.first { $0["name"]?.string == "carries" })
    #expect(carries["kind"] == "relation" && carries["from"] == ["person"])
    #expect(carries["directed"] == true && classes.last?["directed"] == false)
    let translation = ScaleResponse(kind, params)
    let annotations: [JSON] = [
      ["class": "person", "box": [1, 2, 3, 4]], ["class": "bag", "box": [5, 6, 7, 8]],
      ["class": "carries", "relation": [0, 1]],
    ]
    let said = translation.response(annotations, task: "654321000123456789abcdef")
    let link = try #require(said["links"]?.array?.first)
    #expect(link["label"] == "carries" && link["to"] == said["annotations"]?.array?[1]["uuid"])
    #expect(said["global_attributes"] == [:])
    let back = translation.annotations(said).array ?? []
    #expect(back.map { $0["relation"] } == [nil, nil, [0, 1]])
  }

  @Test func aCuboidKeepsItsSixCornersAndShowsItsEdges() throws {
    let translation = ScaleResponse(
      try type("cuboidannotation"), ["objects_to_annotate": ["car"]])
    let canned = translation.canned.array ?? []
    let said = translation.response(canned, task: "654321000123456789abcdef")
    let cuboid = try #require(said["annotations"]?.array?.first)
    let corners = cuboid["vertices"]?.array ?? []
    #expect(corners.map { $0["description"]?.string }.first == "face-topleft")
    #expect(corners.count == 6 && cuboid["edges"]?.array?.count == 6)
    #expect(translation.annotations(said).array == canned)
  }

  @Test func whatHasNoSurfaceIsAnsweredByAWholeResponse() throws {
    for params in [["geometries": ["blob": ["objects_to_annotate": ["a"]]]], [:]] as [JSON] {
      let ontology = ScaleForm.ontology(try type("imageannotation"), params)
      #expect(ontology["classes"]?.array?.first?["name"]?.string == ScaleForm.responseClass)
    }
  }

  @Test func defaultsAreFilledInAndNothingIsOverwritten() throws {
    let type = try type("imageannotation")
    let params = type.withDefaults([
      "attachment": "a.jpg", "with_labels": false,
      "geometries": ["box": ["objects_to_annotate": ["a"], "min_width": 7]],
    ])
    #expect(params["with_labels"] == false && params["attachment_type"] == "image")
    #expect(params["geometries"]?["box"]?["min_width"] == 7)
    #expect(params["geometries"]?["box"]?["min_height"] == 0)
  }

  @Test func aTypeNobodyKnowsIsNone() { #expect(ScaleType("nonsense") == nil) }
}
