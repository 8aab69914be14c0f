import Geometry
import Labels
import Notation
import Testing

@testable import Formats

/// What is wrong in a part of a set costs that part, and is told.
struct DamagedCOCOTests {
  private static let head = """
    "images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 80}],
    "categories": [{"id": 3, "name": "cat"}]
    """
  private static let box = #"{"id": 5, "image_id": 1, "category_id": 3, "bbox": [1, 2, 3, 4]}"#

  private func found(
    _ annotations: String, more: String = ""
  ) throws -> (format: String, items: [DatasetItem], names: [String], diagnostics: Diagnostics) {
    let folder = try TestFolder()
    try folder.write(
      "{\(Self.head), \"annotations\": [\(annotations)]\(more)}", to: "instances_train.json")
    return try folder.found()
  }

  @Test(arguments: ["null", "5", "[]", "\"x\""])
  func anAnnotationThatIsNoObjectCostsItself(stranger: String) throws {
    let found = try found("\(stranger), \(Self.box), \(stranger)")
    #expect(found.items.map(\.labels.count) == [1])
    #expect(found.diagnostics.faults.map(\.place) == ["annotations[0]", "annotations[2]"])
  }

  @Test func anAnnotationThatIsNoJSONWithinItsBracketsCostsItself() throws {
    let found = try found(
      Self.box.replacing("4]", with: "4x]") + ", " + Self.box
        + ", {\"image_id\": 1, \"category_id\": 3, \"caption\": \"\\ud800\"}")
    #expect(found.items.map(\.labels.count) == [1] && found.diagnostics.faultCount == 2)
  }

  @Test func anImageThatCannotBeReadCostsItself() throws {
    let folder = try TestFolder()
    try folder.write(
      """
      {"images": [{"id": 1, "file_name": "\\ud800.jpg"}, null, {"id": 2, "file_name": "b.jpg", "width": 9,
       "height": 9}], "annotations": [], "categories": []}
      """, to: "a.json")
    let found = try folder.found()
    #expect(found.items.map(\.name) == ["b.jpg"])
    #expect(found.diagnostics.faults.map(\.place).contains("images[1]"))
    #expect(found.diagnostics.faultCount == 2)
  }

  @Test func namesOfMembersMayBeWrittenWithEscapes() throws {
    let found = try found(
      Self.box.replacing("bbox", with: "b\\u0062ox").replacing("image_id", with: "image\\u005fid"))
    #expect(
      found.items[0].labels.map(\.value) == [.shape(.box(Box(x: 1, y: 2, width: 3, height: 4)))])
    #expect(found.diagnostics.faultCount == 0)
  }

  @Test func aSecondListIsTold() throws {
    let found = try found(Self.box, more: ", \"annotations\": [\(Self.box), \(Self.box)]")
    #expect(found.items[0].labels.count == 1)
    #expect(found.diagnostics.faults.map(\.place) == ["annotations"])
  }

  @Test func whatElseAnImageSaysIsMetadataAndOfAnAnnotationItIsCounted() throws {
    let folder = try TestFolder()
    try folder.write(
      """
      {"images": [{"id": 1, "file_name": "a.jpg", "width": 9, "height": 9, "location": "N4",
        "seq": 3, "sun": null, "lens": [1], "metadata": {"seq": 2}}],
       "categories": [{"id": 3, "name": "cat"}],
       "annotations": [{"id": 1, "image_id": 1, "category_id": 3, "bbox": [1, 2, 3, 4], "foo": 1, "bar": 2,
        "num_keypoints": 0}]}
      """, to: "a.json")
    let found = try folder.found()
    #expect(found.items[0].metadata == [.init("seq", 2), .init("location", "N4")])
    #expect(
      found.diagnostics.losses == [
        .init(what: "members of annotations left out that COCO does not know", count: 1),
        .init(what: "members of images left out that are lists or objects", count: 1),
      ])
  }

  @Test func aFileThatIsCutOffIsToldWithItsPlaceAndNotAsOfAnotherFormat() throws {
    let folder = try TestFolder()
    try folder.write("{\(Self.head.prefix(60))", to: "a.json")
    let fault = #expect(throws: FormatFault.self) {
      try DatasetFormat.coco.reader(of: DatasetFolder(folder.path), Diagnostics(.lenient))
    }
    #expect(fault?.place == "line 1, byte 61" && fault?.file == "a.json")
  }

  @Test(arguments: ["labelstudio", "datumaro", "coco"])
  func aBrokenFileBesideASoundOneIsTold(format: String) throws {
    let whole = [
      "labelstudio": #"[{"id": 1, "data": {"text": "a"}, "annotations": []}]"#,
      "datumaro":
        #"{"categories": {"label": {"labels": []}}, "items": [{"id": "a", "annotations": []}]}"#,
      "coco": "{\(Self.head), \"annotations\": []}",
    ]
    let folder = try TestFolder()
    let text = try #require(whole[format])
    try folder.write(text, to: "a.json")
    for broken in [String(text.prefix(30)), "hello", ""] {
      try folder.write(broken, to: "b.json")
      let chosen = try #require(DatasetFormat.named(format))
      #expect(throws: FormatFault.self, "\(broken)") {
        try chosen.reader(of: DatasetFolder(folder.path), Diagnostics(.strict))
      }
      let diagnostics = Diagnostics(.lenient)
      var reader = try chosen.reader(of: DatasetFolder(folder.path), diagnostics)
      #expect(try reader.next() != nil && diagnostics.faults.map(\.file) == ["b.json"])
    }
  }

  @Test func resultsMustSayWhereAndHowSure() throws {
    let folder = try TestFolder()
    try folder.write("{\(Self.head), \"annotations\": []}", to: "instances.json")
    try folder.write(
      """
      [{"image_id": 1, "category_id": 3, "bbox": [1, 2, 3, 4], "score": 0.5},
       {"image_id": 1, "category_id": 3, "score": 0.5},
       {"image_id": 1, "category_id": 3, "bbox": [1, 2, 3, 4]}] x
      """, to: "results.json")
    let diagnostics = Diagnostics(.lenient)
    var reader = try DatasetFormat.cocoResults.reader(of: DatasetFolder(folder.path), diagnostics)
    #expect(try reader.next()?.labels.count == 1)
    #expect(diagnostics.faults.map(\.place) == ["[1].bbox", "[2].score", "line 3, byte 180"])
  }

  @Test(arguments: ["datumaro", "cvat", "cvat-video", "yolo-pose"])
  func boxesAndOutlinesOfPeopleAreCountedOnceWhereOnlyTheirKeypointsAreWritten(to: String) throws {
    let folder = try TestFolder()
    try folder.write(
      """
      {"images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 80}],
       "categories": [{"id": 3, "name": "person", "keypoints": ["nose"]}],
       "annotations": [{"id": 1, "image_id": 1, "category_id": 3, "bbox": [1, 1, 8, 8],
        "keypoints": [3, 3, 2], "segmentation": [[1, 1, 9, 1, 9, 9]]}]}
      """, to: "a.json")
    let diagnostics = Diagnostics(.lenient)
    _ = try DatasetConversion.run(
      DatasetFormat.coco.reader(of: DatasetFolder(folder.path), diagnostics),
      to: #require(DatasetFormat.named(to)), FolderSink(folder.path + "/out"), WritingOptions(),
      diagnostics)
    let losses = diagnostics.losses.filter { $0.what.contains("objects with keypoints") }
    #expect(losses.allSatisfy { $0.count == 1 } && losses.count == (to == "yolo-pose" ? 1 : 2))
  }

  @Test func linesAreFoundInAnyOrder() {
    let bytes = MappedBytes(Array("a\nb\n\ncd\n".utf8))
    for place in [0, 7, 3, 100, 1, 2, 5, 4, 8, -1] {
      let before = Array("a\nb\n\ncd\n".utf8).prefix(max(0, place)).count { $0 == 0x0A }
      #expect(bytes.line(of: place) == before + 1, "\(place)")
    }
  }
}
