import Foundation
import Geometry
import Labels
import Notation
import Testing

@testable import Formats

/// Files as other tools export them, which were misread or refused.
struct ExportsOfOthersTests {
  private let png = PNGWriter.png(
    [UInt8](repeating: 9, count: 100 * 80), width: 100, height: 80, pixels: .grey)

  private func found(
    _ files: [String: String], images: [String] = []
  ) throws -> (format: String, items: [DatasetItem], names: [String], told: Diagnostics) {
    let folder = try TestFolder()
    for (name, text) in files { try folder.write(text, to: name) }
    for name in images { try folder.write(png, to: name) }
    let set = try DatasetFolder(folder.path)
    let format = try #require(try DatasetFormat.detected(in: set))
    let diagnostics = Diagnostics(.lenient)
    var reader = try format.reader(of: set, diagnostics)
    var items: [DatasetItem] = []
    while let item = try reader.next() { items.append(item) }
    return (
      format.id, items.sorted { $0.name < $1.name }, reader.schema.classes.map(\.name), diagnostics
    )
  }

  // MARK: Images that come again

  @Test func rowsOfOpenImagesThatDoNotStandTogetherAreOfOneItem() throws {
    let rows = ["a", "b", "a", "b", "c"].map { "\($0),x,/m/1,1,0.1,0.2,0.1,0.2,0,0,0,0,0\n" }
    let set = try found(
      ["train-annotations-bbox.csv": OpenImages.header.joined(separator: ",") + "\n" + rows.joined()],
      images: ["images/a.png", "images/b.png", "images/c.png"])
    #expect(set.items.map(\.name) == ["a.png", "b.png", "c.png"])
    #expect(set.items.map(\.labels.count) == [2, 2, 1] && set.told.faultCount == 0)
  }

  @Test func linesOfLabelboxThatDoNotStandTogetherAreOfOneItem() throws {
    let lines = ["a", "b", "a"].enumerated().map { place, key in
      #"{"name":"c\#(place)","dataRow":{"globalKey":"\#(key).jpg"},"#
        + #""bbox":{"top":1,"left":2,"height":3,"width":4}}"#
    }
    let set = try found(["set.ndjson": lines.joined(separator: "\n")])
    #expect(set.items.map(\.name) == ["a.jpg", "b.jpg"] && set.items.map(\.labels.count) == [2, 1])
    #expect(set.items[0].labels.map { set.names[$0.classIndex] } == ["c0", "c2"])
  }

  @Test func aFaultInItemsThatAreReadTwiceIsToldOnce() throws {
    let line = #"{"name":"c","dataRow":{"globalKey":"a.jpg"},"bbox":{"top":1,"left":2}}"#
    let set = try found(["set.ndjson": line + "\n" + line])
    #expect(set.told.faultCount == 2)
  }

  @Test(arguments: [("image", "annotations"), ("imagefilename", "annotation")])
  func createMLIsReadAsItsAppAndAsApplesPagesNameIt(_ image: String, _ annotations: String) throws {
    func one(_ name: String) -> String {
      #"{"\#(image)":"a.png","\#(annotations)":[{"label":"\#(name)","coordinates":"#
        + #"{"x":5,"y":5,"width":4,"height":2}}]}"#
    }
    let set = try found(["set.json": "[\(one("cup")),\(one("pot"))]"], images: ["a.png"])
    #expect(set.format == "createml" && set.items.map(\.labels.count) == [2])
    #expect(set.names == ["cup", "pot"])
  }

  // MARK: YOLO

  @Test(arguments: [
    ["train/_darknet.labels": "cat\ndog\n", "train/a.txt": "1 0.5 0.5 0.2 0.25"],
    ["predefined_classes.txt": "cat\ndog\n", "train/a.txt": "1 0.5 0.5 0.2 0.25"],
    ["train/a.txt": "1 0.5 0.5 0.2 0.25"],
  ])
  func labelsOfYOLOBesideTheirImagesAreRead(_ files: [String: String]) throws {
    let set = try found(files, images: ["train/a.png", "train/b.png"])
    #expect(set.format == "yolo" && set.items.map(\.labels.count) == [1, 0])
    let name = set.items[0].labels.first.map { set.names[$0.classIndex] }
    #expect(name == (files.count == 1 ? "class 1" : "dog"))
    #expect(set.items.map(\.name) == ["a.png", "b.png"] && set.items.map(\.subset) == ["train", "train"])
  }

  @Test func textsOfAFewNumbersBesideImagesAreTexts() throws {
    #expect(try found(["a.txt": "3\n"], images: ["a.png"]).format == "files")
    #expect(try found(["a.txt": "0 0.5 0.5 0.2 0.2\n", "b.txt": "so"], images: ["a.png"]).format == "files")
  }

  @Test(arguments: [
    ("names: [c]\n", "0 0.1 0.1 0.5 0.1 0.5 0.5 0.75", "yolo-segment", "polygon"),
    ("names: [c]\n", "0 0.1 0.1 0.5 0.1 0.5 0.5 0.1 0.5 0.75", "yolo-obb", "rotatedBox"),
    ("names: [c]\n", "0 0.5 0.5 0.2 0.2 0.75 7", "yolo-segment", "box"),
    ("names: [c]\nkpt_shape: [1, 3]\n", "0 0.5 0.5 0.2 0.2 0.4 0.4 0.9 0.75", "yolo-pose", "keypoints"),
  ])
  func predictionsOfYOLOHaveTheirConfidence(
    _ list: String, _ line: String, _ format: String, _ kind: String
  ) throws {
    let set = try found(["data.yaml": list, "labels/a.txt": line], images: ["images/a.png"])
    #expect(set.format == format && set.told.faultCount == 0, "\(set.told.faults)")
    #expect(set.items.flatMap(\.labels).map(\.score) == [0.75])
    #expect(set.items.flatMap(\.labels).map { $0.value.kind.rawValue } == [kind])
  }

  // MARK: Texts

  @Test func catsMayBeTruths() throws {
    let set = try found(["a.jsonl": #"{"text":"good","cats":{"POS":true,"NEG":false}}"#])
    #expect(set.items[0].labels.map { set.names[$0.classIndex] } == ["POS"])
    #expect(set.items[0].labels[0].score == nil)
    #expect(MessagePack.bool(true).number == 1 && MessagePack.bool(false).number == 0)
  }

  @Test func aDocOfSpaCyAsJSONHasEntitiesAndGroups() throws {
    let set = try found([
      "a.jsonl":
        #"{"text":"Ann met Bob","ents":[{"start":0,"end":3,"label":"PER"}],"spans":"#
        + #"{"sc":[{"start":8,"end":11,"label":"MAN"}]},"tokens":[{"id":0,"start":0,"end":3}]}"#
    ])
    #expect(set.format == "spacy" && set.told.faultCount == 0)
    #expect(set.items[0].labels.map(\.value) == [.spans([0..<3]), .spans([8..<11])])
  }

  @Test func eachLabelOfArgillaHasItsScoreOrNone() throws {
    func scores(_ labels: [DatasetLabel]) throws -> (scores: [Double?], losses: [String]) {
      let folder = try TestFolder()
      let diagnostics = Diagnostics(.lenient)
      let schema = DatasetSchema(names: ["a", "b"])
      let place = folder.path + "/set"
      let sink = try FolderSink(place)
      let writer = ArgillaWriter(sink, diagnostics)
      writer.add(labels, schema)
      try writer.finish(schema)
      try sink.finish()
      var reader = try DatasetFormat.argilla.reader(of: DatasetFolder(place), Diagnostics(.strict))
      return (try reader.next()?.labels.map(\.score) ?? [], diagnostics.losses.map(\.what))
    }
    let spans = [0.5, 0.7].enumerated().map { DatasetLabel($0, .spans([$0..<$0 + 1]), score: $1) }
    #expect(try scores(spans).scores == [0.5, 0.7])
    let wholes = [0.4, 0.9].enumerated().map { DatasetLabel($0, .whole, score: $1) }
    #expect(try scores(wholes).scores == [0.4, 0.9])
    let some = try scores([DatasetLabel(0, .whole), DatasetLabel(1, .whole, score: 0.4)])
    #expect(some.scores == [nil, nil] && some.losses == ["scores left out beside labels that have none"])
  }

  @Test func textsOfBratWithoutAnnotationsAreTold() throws {
    let set = try found(["a.txt": "Ann", "a.ann": "T1\tP 0 3\tAnn\n", "b.txt": "Bob", "README.txt": "x"])
    #expect(set.told.losses.map(\.count) == [1] && set.items.count == 1)
  }

  // MARK: Records

  @Test func objectsMayBeAListOfRecords() throws {
    let set = try found([
      "train.jsonl":
        #"{"image":"https://x.org/a.jpg","objects":[{"bbox":[1,2,3,4],"category":"cup"},"#
        + #"{"bbox":[5,6,7,8],"category":"pot"}]}"#
    ])
    #expect(set.items[0].labels.map { set.names[$0.classIndex] } == ["cup", "pot"])
    #expect(set.items[0].metadata.isEmpty)
  }

  @Test func tokensWithTagsNeedNoName() throws {
    let set = try found(["a.jsonl": #"{"tokens":["Ann","ran"],"ner_tags":["B-PER","O"]}"#])
    #expect(set.items[0].text == "Ann ran" && set.items[0].labels.map(\.value) == [.spans([0..<3])])
  }

  @Test func classesOfATableMayBeAListInAText() throws {
    let set = try found(["a.csv": "name,text,labels\na,so,\"[\"\"x\"\",\"\"y\"\"]\"\n"])
    #expect(set.items[0].labels.map { set.names[$0.classIndex] } == ["x", "y"])
    #expect(set.told.faultCount == 0)
  }

  @Test func notationInAColumnIsNoNameOfAClass() throws {
    let cell = "\"[{\"\"start\"\": 0, \"\"labels\"\": [\"\"P\"\"]}]\""
    let set = try found(["a.csv": "id,text,label\n1,so,\(cell)\n"])
    #expect(set.items[0].labels.isEmpty && set.items[0].metadata.map(\.name) == ["label"])
  }

  @Test(arguments: ["instanceIds", "labelIds"])
  func picturesOfCityscapesAreReadWhereThereAreNoOutlines(_ kind: String) throws {
    let folder = try TestFolder()
    // 26 is a car: one object by its number, or all of them.
    let values: [UInt8] = kind == "labelIds" ? [0, 7, 26, 26] : [0, 7, 26, 24]
    let picture = PNGWriter.png(values, width: 4, height: 1, pixels: .grey)
    try folder.write(picture, to: "gtFine/val/bonn/bonn_1_gtFine_\(kind).png")
    try folder.write(png, to: "leftImg8bit/val/bonn/bonn_1_leftImg8bit.png")
    let set = try DatasetFolder(folder.path)
    #expect(try DatasetFormat.detected(in: set) == .cityscapes)
    var reader = try DatasetFormat.cityscapes.reader(of: set, Diagnostics(.strict))
    let item = try #require(try reader.next())
    #expect(item.name == "bonn_1_leftImg8bit.png" && item.subset == "val" && item.media != nil)
    let names = item.labels.map { reader.schema.name($0.classIndex) }
    #expect(names == (kind == "labelIds" ? ["road", "car"] : ["road", "person", "car"]))
    #expect(item.labels.map(\.isCrowd) == (kind == "labelIds" ? [false, false] : [false, true, true]))
    #expect(try reader.next() == nil)
  }

  // MARK: Others

  @Test func captionsOfCOCOAreReadWhereDatumaroGivesThemACategoryOfNone() throws {
    let set = try found([
      "annotations/captions_train.json":
        #"{"categories": [], "images": [{"id": 5, "width": 10, "height": 5, "file_name": "a.jpg"}],"#
        + #" "annotations": [{"id": 1, "image_id": 5, "category_id": 0, "caption": "hello"}]}"#
    ])
    #expect(set.items[0].labels.map(\.value) == [.caption("hello")] && set.told.faultCount == 0)
  }

  @Test func aRowOfLabelboxHasItsImageOrItsText() throws {
    func row(_ data: String) -> String {
      #"{"data_row":{"external_id":"a","row_data":"\#(data)"},"projects":{}}"#
    }
    #expect(try found(["a.ndjson": row("https://x.org/a.jpg")]).items[0].media == "https://x.org/a.jpg")
    #expect(try found(["a.ndjson": row("Ann met Bob")]).items[0].text == "Ann met Bob")
  }

  @Test func imagesWithoutAFileOfVOCAreItemsWhereverTheyLie() throws {
    let xml = """
      <annotation><filename>a.png</filename><size><width>100</width><height>80</height></size></annotation>
      """
    #expect(try found(["a.xml": xml], images: ["a.png", "b.png"]).items.map(\.name) == ["a.png", "b.png"])
  }
}

extension ArgillaWriter {
  fileprivate func add(_ labels: [DatasetLabel], _ schema: DatasetSchema) {
    try? add(DatasetItem(name: "t", text: "abc", labels: labels), schema)
  }
}
