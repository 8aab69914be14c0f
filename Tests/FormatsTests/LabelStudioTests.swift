import Foundation
import Geometry
import Labels
import Notation
import Testing

@testable import Formats

@Suite struct LabelStudioTests {
  private func found(
    _ tasks: String
  ) throws -> (format: String, items: [DatasetItem], names: [String], diagnostics: Diagnostics) {
    let folder = try TestFolder()
    try folder.write(tasks, to: "tasks.json")
    return try folder.found()
  }

  /// As `label_studio_sdk.converter.brush.encode_rle` writes rows 1 and 2, columns 2 to 4, of 8 × 6 pixels.
  private static let packed =
    "[0,0,0,192,57,27,254,39,0,183,255,132,192,45,255,230,176,0]"

  private static let mask = RunLengthMask(width: 8, height: 6, counts: [13, 2, 4, 2, 4, 2, 21])

  @Test func aBrushIsAMask() throws {
    let found = try found(
      """
      [{"id": 1, "data": {"image": "/data/upload/1/a.png"}, "annotations": [{"result": [
        {"id": "b", "type": "brushlabels", "from_name": "b", "to_name": "image", "original_width": 8,
         "original_height": 6, "value": {"format": "rle", "rle": \(Self.packed), "brushlabels": ["car"]}},
        {"id": "c", "type": "brushlabels", "from_name": "b", "to_name": "image", "original_width": 8,
         "original_height": 7, "value": {"format": "rle", "rle": \(Self.packed), "brushlabels": ["car"]}},
        {"id": "d", "type": "brushlabels", "from_name": "b", "to_name": "image", "original_width": 8,
         "original_height": 6, "value": {"format": "rle", "rle": [0,0,0,192,57,27], "brushlabels": ["car"]}}
      ]}]}]
      """)
    #expect(found.format == "labelstudio" && found.names == ["car"])
    #expect(
      found.items[0].labels.map(\.value) == [.shape(.mask(try #require(Self.mask)))])
    #expect(
      found.diagnostics.faults.map(\.place) == [
        "task 1, result[1].value.rle", "task 1, result[2].value.rle",
      ])
  }

  @Test func aMaskIsPackedSoThatItIsTheSame() throws {
    let wide = RunLengthMask(width: 700, height: 500, counts: [0, 350_000])
    let none = RunLengthMask(emptyWidth: 5, height: 4)
    let corner = RunLengthMask(width: 3, height: 2, counts: [5, 1])
    for mask in [try #require(Self.mask), try #require(wide), none, try #require(corner)] {
      let size = ImageSize(width: mask.width, height: mask.height)
      #expect(LabelStudioBrush.mask(LabelStudioBrush.packed(mask), size) == mask)
    }
    // Of a run of values that is all of one picture only every fourth is its opacity.
    let opacities = RowRuns.runs(ofImageOf: try #require(Self.mask))
    #expect(opacities == [10, 3, 5, 3, 27])
  }

  @Test func theShortFormIsReadAsTheLongOne() throws {
    let region = """
      {"x": 10, "y": 10, "width": 20, "height": 20, "rotation": 0, "rectanglelabels": ["Car"],
       "original_width": 800, "original_height": 600}
      """
    let found = try found(
      """
      [{"image": "/data/upload/1/a.png", "note": "hi", "id": 7, "label": [\(region)], "q": "a",
        "many": {"choices": ["x", "y"]}, "rate": [{"rating": 4}],
        "annotator": 1, "annotation_id": 2, "created_at": "x", "updated_at": "x", "lead_time": 1.0},
       {"image": "/data/upload/1/a.png", "id": 7, "annotator": 2, "annotation_id": 3, "lead_time": 1.0},
       {"text": "so be it", "id": 8, "words": [{"start": 3, "end": 5, "text": "be", "labels": ["verb"]}],
        "annotator": 1, "annotation_id": 4, "lead_time": 1.0}]
      """)
    #expect(found.format == "labelstudio" && found.names == ["Car", "x", "y", "verb"])
    #expect(found.items.map(\.name) == ["a.png", "task-8"])
    #expect(
      found.items[0].labels.map(\.value) == [
        .shape(.box(Box(x: 80, y: 60, width: 160, height: 120))), .whole, .whole,
      ])
    #expect(found.items[0].metadata.map(\.name) == ["note", "q", "rate"])
    #expect(found.items[1].labels.map(\.value) == [.spans([3..<5])])
    #expect(found.diagnostics.losses.map(\.count) == [1])
  }

  @Test func whatIsAskedOfARegionIsSaidOfIt() throws {
    let box = #""x": 10, "y": 10, "width": 20, "height": 20, "rotation": 0"#
    func result(_ type: String, _ value: String, _ name: String) -> String {
      """
      {"id": "r", "type": "\(type)", "from_name": "\(name)", "to_name": "image",
       "original_width": 100, "original_height": 100, "value": {\(box), \(value)}}
      """
    }
    let results = [
      result("choices", #""choices": ["red"]"#, "colour"),
      result("rectangle", #""text": ["so"]"#, "box"),
      result("labels", #""labels": ["Word"]"#, "kind"),
      result("textarea", #""text": ["so", "on"]"#, "transcription"),
      result("taxonomy", #""taxonomy": [["a", "b"], ["c"]]"#, "place"),
      result("rating", #""rating": 4"#, "clear"),
      #"{"id": "w", "type": "choices", "from_name": "all", "value": {"choices": ["form"]}}"#,
      #"{"id": "n", "type": "number", "from_name": "pages", "value": {"number": 3}}"#,
    ]
    let found = try found(
      """
      [{"id": 1, "data": {"image": "a.png", "source": "scan", "nothing": null},
        "annotations": [{"result": [\(results.joined(separator: ","))]}],
        "predictions": [{"result": []}]}]
      """)
    let item = found.items[0]
    #expect(found.names == ["Word", "form"] && item.labels.map(\.classIndex) == [0, 1])
    #expect(
      item.labels[0].attributes == [
        .init("colour", "red"), .init("transcription", "so\non"), .init("place", "a/b, c"),
        .init("clear", 4),
      ])
    #expect(item.metadata == [.init("source", "scan"), .init("pages", 3)])
    // Predictions beside answers are told, since only one of them is read.
    #expect(found.diagnostics.losses.map(\.count) == [1] && found.diagnostics.faultCount == 0)
  }

  @Test func aTextWithAnAddressIsAText() throws {
    let found = try found(
      """
      [{"id": 1, "data": {"text": "so", "url": "https://example.org/a", "photo": "x.jpg"}, "annotations": []},
       {"id": 2, "data": {"url": "https://example.org/b.jpg"}, "annotations": []}]
      """)
    #expect(found.items.map(\.text) == ["so", nil])
    #expect(found.items[0].metadata.map(\.name) == ["url", "photo"])
    #expect(found.items[1].name == "b.jpg" && found.items[1].metadata.isEmpty)
    #expect(found.items[1].media == "https://example.org/b.jpg")
  }

  @Test func predictionsBesideAnnotationsAreReadWhereTheyAreAskedFor() throws {
    func result(_ x: Int) -> String {
      """
      {"id": "r\(x)", "type": "rectanglelabels", "from_name": "l", "to_name": "i", "original_width": 100,
       "original_height": 100, "value": {"x": \(x), "y": 1, "width": 5, "height": 5,
       "rectanglelabels": ["car"]}}
      """
    }
    let folder = try TestFolder()
    try folder.write(
      """
      [{"id": 1, "data": {"image": "a.png"}, "annotations": [{"result": [\(result(10))]}],
        "predictions": [{"score": 0.5, "result": [\(result(20))]}, {"result": []}]},
       {"id": 2, "data": {"image": "b.png"}, "annotations": [{"result": [\(result(30))]}]}]
      """, to: "tasks.json")
    func read(_ format: DatasetFormat) throws -> (labels: [[Double]], scores: [Double?], lost: [String]) {
      let diagnostics = Diagnostics(.strict)
      var reader = try format.reader(of: DatasetFolder(folder.path), diagnostics)
      var found: (labels: [[Double]], scores: [Double?]) = ([], [])
      while let item = try reader.next() {
        found.labels.append(item.labels.compactMap { $0.bounds?.x })
        found.scores += item.labels.map(\.score)
      }
      return (found.labels, found.scores, diagnostics.losses.map(\.what))
    }
    let truth = try read(.labelStudio)
    #expect(truth.labels == [[10], [30]] && truth.scores == [nil, nil])
    #expect(truth.lost == ["predictions left out beside annotations, or after the first"])
    let predicted = try read(.labelStudioPredictions)
    #expect(predicted.labels == [[20], []] && predicted.scores == [0.5])
    #expect(predicted.lost == ["predictions left out after the first of a task"])
  }
}
