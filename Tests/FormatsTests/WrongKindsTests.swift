import Geometry
import Labels
import Notation
import Testing

@testable import Formats

/// Members that hold something else than their format says are told, and cost no more than what they say.
struct WrongKindsTests {
  private static let head = """
    "images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 80}],
    "categories": [{"id": 3, "name": "cat"}]
    """

  private func coco(_ member: String) throws -> (labels: [DatasetLabel], diagnostics: Diagnostics) {
    let folder = try TestFolder()
    let annotations = [(4, #""bbox": [1, 2, 3, 4]"#), (5, member)].map {
      #"{"id": \#($0.0), "image_id": 1, "category_id": 3, \#($0.1)}"#
    }
    try folder.write(
      "{\(Self.head), \"annotations\": [\(annotations.joined(separator: ", "))]}", to: "a.json")
    let found = try folder.found()
    return (found.items.flatMap(\.labels), found.diagnostics)
  }

  @Test(
    arguments: [
      "segmentation": #""x""#, "score": #""0.5""#, "iscrowd": "2", "keypoints": #""x""#, "area": "[]",
      "bbox": #"{"x": 1}"#,
    ])
  func aMemberOfAnotherKindCostsItsAnnotationAndIsNamed(name: String, value: String) throws {
    let found = try coco("\"\(name)\": \(value)")
    #expect(found.labels.count == 1)
    #expect(found.diagnostics.faults.map(\.place) == ["line 2, annotation 5, \(name)"])
  }

  @Test(
    arguments: [
      #""score": null, "iscrowd": false, "area": null, "keypoints": [], "segmentation": []"#,
      #""attributes": [], "group": null, "track_id": null, "caption": null, "iscrowd": 0.0"#,
    ])
  func whatIsEmptyIsNotSaid(members: String) throws {
    let found = try coco("\"bbox\": [1, 2, 3, 4], \(members)")
    #expect(found.labels.count == 2 && found.labels[0] == found.labels[1])
    #expect(found.diagnostics.faultCount == 0 && found.diagnostics.losses.isEmpty)
  }

  @Test func groupsTracksAndAttributesOfAnotherKindAreCountedAndTheLabelStays() throws {
    let found = try coco(#""bbox": [1, 2, 3, 4], "attributes": 5, "group": "g", "track_id": "t""#)
    #expect(found.labels.count == 2 && found.diagnostics.faultCount == 0)
    #expect(
      found.diagnostics.losses.map(\.what) == [
        "attributes of annotations left out that are no names with values",
        "groups of annotations left out that are no whole numbers",
        "tracks of annotations left out that are no whole numbers",
      ])
  }

  @Test func categoriesOfOneNameAreOneClassAndCounted() throws {
    let folder = try TestFolder()
    try folder.write(
      """
      {"images": [{"id": 1, "file_name": "a.jpg", "width": 9, "height": 9}],
       "categories": [{"id": 0, "name": "fish"}, {"id": 1, "name": "fish"}, {"id": 2}],
       "annotations": [{"id": 1, "image_id": 1, "category_id": 0, "bbox": [1, 2, 3, 4]},
        {"id": 2, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}]}
      """, to: "a.json")
    let found = try folder.found()
    #expect(found.names == ["fish"] && found.items[0].labels.map(\.classIndex) == [0, 0])
    #expect(
      found.diagnostics.losses == [
        .init(what: "categories read as one class as they have one name", count: 1)
      ])
    #expect(found.diagnostics.faults.map(\.place) == ["categories[2]"])
  }

  @Test func aModelThatFoundNothingHasResultsToo() throws {
    let folder = try TestFolder()
    try folder.write("{\(Self.head), \"annotations\": []}", to: "instances.json")
    try folder.write("[]", to: "results.json")
    var reader = try DatasetFormat.cocoResults.read(DatasetFolder(folder.path), Diagnostics(.strict))
    #expect(try reader.next() == nil)
    #expect(!COCOResults.matches(MappedBytes(Array("[]".utf8))))
  }

  // MARK: Panoptic

  /// Of a picture of two pixels, with the numbers 1 and 2.
  private func panoptic(
    _ annotations: String
  ) throws -> (labels: [DatasetLabel], diagnostics: Diagnostics) {
    let folder = try TestFolder()
    try folder.write(
      PNGWriter.png([1, 0, 0, 2, 0, 0], width: 2, height: 1, pixels: .rgb),
      to: "annotations/panoptic_val/1.png")
    try folder.write(
      """
      {"images": [{"id": 1, "file_name": "1.jpg", "width": 2, "height": 1}],
       "categories": [{"id": 3, "name": "cat"}], "annotations": [\(annotations)]}
      """, to: "annotations/panoptic_val.json")
    let diagnostics = Diagnostics(.lenient)
    var reader = try DatasetFormat.cocoPanoptic.reader(of: DatasetFolder(folder.path), diagnostics)
    let item = try reader.next()
    return (try #require(item).labels, diagnostics)
  }

  private static func segments(_ list: String) -> String {
    #"{"image_id": 1, "file_name": "1.png", "segments_info": \#(list)}"#
  }

  @Test func anImageHasOnePanopticAnnotation() throws {
    let both = Self.segments(#"[{"id": 1, "category_id": 3}, {"id": 2, "category_id": 3}]"#)
    let found = try panoptic("\(both), \(both)")
    #expect(found.labels.count == 2 && found.diagnostics.faultCount == 1)
    #expect(found.diagnostics.losses.isEmpty)
  }

  @Test(arguments: ["null", "5"])
  func aPanopticAnnotationMustListItsSegments(list: String) throws {
    let found = try panoptic(Self.segments(list))
    #expect(found.labels.isEmpty && found.diagnostics.faults.map(\.place) == ["1.jpg"])
  }

  @Test func segmentsThatPictureAndListDoNotShareAreTold() throws {
    let found = try panoptic(
      Self.segments(
        """
        [{"id": 1, "category_id": 3}, {"id": 1, "category_id": 3}, {"id": 9, "category_id": 3}, null]
        """))
    #expect(found.labels.count == 1)
    #expect(
      found.diagnostics.faults.map(\.reason) == [
        "another segment of the picture has its number too", "no pixel of the picture has its number",
        "there is no category named",
      ])
    #expect(
      found.diagnostics.losses == [
        .init(what: "segments of pictures left out that no annotation names", count: 1)
      ])
  }

  // MARK: Datumaro

  @Test func itemsOfDatumaroNeedAnIdAndAnnotationsAType() throws {
    let folder = try TestFolder()
    try folder.write(
      """
      {"categories": {"label": {"labels": [{"name": "cat"}]}}, "items": [
       {"annotations": []}, null, {"id": "b", "annotations": "\\ud800"},
       {"id": "a", "annotations": [null, {"label_id": 0}, {"type": "label", "label_id": 0}]}]}
      """, to: "a.json")
    let found = try folder.found()
    #expect(found.format == "datumaro" && found.items.map(\.name) == ["a.jpg"])
    #expect(found.items[0].labels.count == 1)
    #expect(
      found.diagnostics.faults.map(\.reason).map { $0.prefix(20) } == [
        "the item has no id", "it is no object", "it is not JSON: bad ", "it is no object",
        "there is no type",
      ])
  }

  // MARK: All

  @Test func aLabelFartherThanAnyImageIsLeftOutAndNotCalledKept() throws {
    let found = try coco(#""bbox": [1e300, 2, 3, 4]"#)
    #expect(found.labels.count == 1)
    #expect(found.diagnostics.faults.map(\.remedy) == ["Put it right; it is left out."])
  }

  @Test func strictlyTheLastWordIsNotThatTheWorkGoesOn() throws {
    for (mode, remedy) in [
      (Diagnostics.Mode.strict, "Put it right."), (.lenient, "Put it right; it is left out."),
    ] {
      let diagnostics = Diagnostics(mode)
      do {
        try diagnostics.report("a", "", "wrong", remedy: "Put it right; it is left out.")
        #expect(diagnostics.faults.map(\.remedy) == [remedy])
      } catch {
        #expect(error.remedy == remedy && mode == .strict)
      }
    }
  }
}
