import Foundation
import Geometry
import Labels
import Notation
import Testing

@testable import Formats

/// Sets as tools and people write them, which are not quite as their formats say.
@Suite struct SlightlyWrongSetsTests {
  private func image(_ folder: TestFolder, _ names: String...) throws {
    let png = PNGWriter.png(
      [UInt8](repeating: 9, count: 100 * 80), width: 100, height: 80, pixels: .grey)
    for name in names { try folder.write(png, to: name) }
  }

  // MARK: COCO

  @Test func aCOCOSetOfFoldersKeepsItsSubsetsAndIdsMayBeTexts() throws {
    let folder = try TestFolder()
    for part in ["train", "valid", "test"] {
      try folder.write(
        """
        {"images": [{"id": "a-\(part)", "file_name": "\(part).jpg", "width": 10, "height": 10}],
         "categories": [{"id": "c", "name": "car"}],
         "annotations": [{"id": "x", "image_id": "a-\(part)", "category_id": "c", "bbox": [1, 2, 3, 4]}]}
        """, to: "\(part)/_annotations.coco.json")
    }
    let found = try folder.found(.strict)
    #expect(found.format == "coco" && found.names == ["car"])
    #expect(found.items.map(\.subset).sorted() == ["test", "train", "val"])
    #expect(found.items.allSatisfy { $0.labels.count == 1 })
  }

  @Test func oneNumberThatIsNoneCostsItsAnnotationAndAPieceOfTwoPointsItself() throws {
    let folder = try TestFolder()
    try folder.write(
      """
      {"images": [{"id": 1, "file_name": "a.jpg", "width": 10, "height": 10}],
       "categories": [{"id": 1, "name": "car"}],
       "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, NaN, 4]},
        {"id": 2, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, -Infinity]},
        {"id": 3, "image_id": 1, "category_id": 1, "bbox": [1, 1, 4, 4],
         "segmentation": [[1, 1, 5, 1, 5, 5], [1, 1, 5, 5]]}]}
      """, to: "a.json")
    let found = try folder.found()
    let triangle = Polygon([Point(x: 1, y: 1), Point(x: 5, y: 1), Point(x: 5, y: 5)])
    #expect(found.items[0].labels.map(\.value) == [.shape(.polygon(triangle))])
    #expect(found.diagnostics.faultCount == 2 && found.diagnostics.losses.first?.count == 1)
  }

  @Test func theAreaThatASetSaysIsKeptWhereTheShapeHasAnother() throws {
    let folder = try TestFolder()
    try folder.write(
      """
      {"images": [{"id": 1, "file_name": "a.jpg", "width": 10, "height": 10}],
       "categories": [{"id": 1, "name": "car"}],
       "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "area": 7.5},
        {"id": 2, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "area": 12}]}
      """, to: "a.json")
    let found = try folder.found(.strict)
    #expect(found.items[0].labels.map(\.area) == [7.5, nil])
    // Through our own lines, and back.
    for format in [DatasetFormat.jsonLines, .coco] {
      let sink = try FolderSink("\(folder.path)/\(format.id)")
      var reader = try DatasetFormat.coco.reader(
        of: DatasetFolder(folder.path), Diagnostics(.strict))
      let write = try #require(format.write)
      var writer = try write(sink, WritingOptions(hasMedia: false), Diagnostics(.strict))
      while let item = try reader.next() { try writer.add(item, reader.schema) }
      try writer.finish(reader.schema)
      try sink.finish()
      var again = try format.reader(
        of: DatasetFolder("\(folder.path)/\(format.id)"), Diagnostics(.strict))
      #expect(try again.next()?.labels.map(\.area) == [7.5, nil])
      try FileManager.default.removeItem(atPath: "\(folder.path)/\(format.id)")
    }
  }

  @Test func aPanopticSetIsToldHoweverLongItsListOfImagesIs() throws {
    let folder = try TestFolder()
    let images = (1...20_000).map {
      #"{"id":\#($0),"file_name":"images of a set/\#($0).jpg","width":10,"height":10}"#
    }
    try folder.write(
      #"{"images":[\#(images.joined(separator: ","))],"annotations":[{"image_id":1,"#
        + #""file_name":"1.png","segments_info":[]}],"categories":[]}"#,
      to: "annotations/panoptic_val.json")
    #expect(DatasetFormat.of(try DatasetFolder(folder.path)) == .cocoPanoptic)
  }

  // MARK: YOLO

  @Test func boxesAndOutlinesMayBeInOneSetOfYOLO() throws {
    let folder = try TestFolder()
    try folder.write("names: [cat, dog]\n", to: "data.yaml")
    try image(folder, "images/train/a.png")
    try folder.write(
      "0 .5 .5 .2\n0 .5 .5 .2 .2\n1 .1 .1 .5 .1 .5 .5\n1.000000 .5 .5 .2 .2\n",
      to: "labels/train/a.txt")
    let found = try folder.found()
    #expect(found.items[0].labels.map(\.value.kind) == [.box, .polygon, .box])
    #expect(found.items[0].labels.map(\.classIndex) == [0, 1, 1])
    // The line that is cut off is all that is lost.
    #expect(found.diagnostics.faultCount == 1 && found.items[0].subset == "train")
  }

  @Test func aSetOfYOLOWithoutNamesHasNumbersForThem() throws {
    let folder = try TestFolder()
    try image(folder, "images/a.png")
    try folder.write("2 .5 .5 .2 .2\n0 .5 .5 .2\n", to: "labels/a.txt")
    let found = try folder.found()
    #expect(found.format == "yolo" && found.names == ["class 0", "class 1", "class 2"])
    #expect(found.items.count == 1 && found.items[0].labels.map(\.classIndex) == [2])
    #expect(throws: FormatFault.self) { try folder.found(.strict) }
    // A list that cannot be read is told, not passed over.
    try folder.write("names: [cat, dog\n", to: "data.yaml")
    let fault = #expect(throws: FormatFault.self) { try folder.found() }
    #expect(fault?.sentence.contains("data.yaml") == true)
  }

  // MARK: Others

  @Test func oneClassInFoldersOfSubsetsIsAClassAndMasksAreNone() throws {
    let folder = try TestFolder()
    try image(folder, "train/cat/1.png", "val/cat/2.png")
    let found = try folder.found(.strict)
    #expect(found.format == "imagenet" && found.names == ["cat"])
    let other = try TestFolder()
    try image(other, "images/1.png", "masks/1.png")
    #expect(DatasetFormat.of(try DatasetFolder(other.path))?.id != "imagenet")
  }

  @Test func aRowWithAFieldTooManyIsLeftOutAndTheRestIsRead() throws {
    let folder = try TestFolder()
    try folder.write("id,text,label\n1,a,pos\n2,b,neg,extra\n3,c\n4,d,neg\n", to: "a.csv")
    let found = try folder.found()
    #expect(found.items.map(\.name) == ["1", "3", "4"] && found.diagnostics.faultCount == 2)
    #expect(throws: FormatFault.self) { try folder.found(.strict) }
  }

  @Test func spansOfTextsComeBackFromShards() throws {
    let folder = try TestFolder()
    let item = DatasetItem(
      name: "t", text: "a schön day", labels: [DatasetLabel(0, .spans([2..<7]))])
    let sink = try FolderSink(folder.path + "/out")
    let write = try #require(DatasetFormat.webDataset.write)
    var writer = try write(sink, WritingOptions(hasMedia: false), Diagnostics(.strict))
    try writer.add(item, DatasetSchema(names: ["word"]))
    try writer.finish(DatasetSchema(names: ["word"]))
    try sink.finish()
    var reader = try DatasetFormat.webDataset.reader(
      of: DatasetFolder(folder.path + "/out"), Diagnostics(.strict))
    #expect(try reader.next() == item)
    // A shard that is cut off within a record is told.
    let path = folder.path + "/out/000000.tar"
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    try bytes.prefix(700).write(to: URL(fileURLWithPath: path))
    #expect(throws: FormatFault.self) {
      var cut = try DatasetFormat.webDataset.reader(
        of: DatasetFolder(folder.path + "/out"), Diagnostics(.strict))
      while try cut.next() != nil {}
    }
  }

  @Test func aShardHasAsManySamplesAsAreAskedFor() throws {
    let folder = try TestFolder()
    let sink = try FolderSink(folder.path + "/out")
    let write = try #require(DatasetFormat.webDataset.write)
    var writer = try write(sink, WritingOptions(samplesOfShard: 2), Diagnostics(.strict))
    for name in ["a", "b", "c", "d", "e"] {
      try writer.add(DatasetItem(name: name, subset: "train", text: name), DatasetSchema())
    }
    try writer.finish(DatasetSchema())
    try sink.finish()
    let out = try DatasetFolder(folder.path + "/out")
    #expect(
      out.files(ending: ".tar") == ["train-000000.tar", "train-000001.tar", "train-000002.tar"])
    var reader = try DatasetFormat.webDataset.reader(of: out, Diagnostics(.strict))
    var names: [String] = []
    while let item = try reader.next() { names.append(item.name) }
    #expect(names == ["a", "b", "c", "d", "e"])
  }

  @Test func pointsOfCVATStayPointsAndNamedOnesASkeleton() throws {
    let folder = try TestFolder()
    let seen = Keypoints((1...3).map { .init(Point(x: Double($0), y: 2)) })
    var schema = DatasetSchema(names: ["loose"])
    let named = schema.add(.init("body", keypoints: ["head", "hip", "foot"]))
    let item = DatasetItem(
      name: "a.jpg", size: ImageSize(width: 10, height: 10),
      labels: [
        DatasetLabel(0, .shape(.keypoints(seen))), DatasetLabel(named, .shape(.keypoints(seen))),
      ])
    let sink = try FolderSink(folder.path + "/out")
    let write = try #require(DatasetFormat.cvat.write)
    var writer = try write(sink, WritingOptions(hasMedia: false), Diagnostics(.strict))
    try writer.add(item, schema)
    try writer.finish(schema)
    try sink.finish()
    let text = try String(contentsOfFile: folder.path + "/out/annotations.xml", encoding: .utf8)
    #expect(text.contains("points=\"1.00,2.00;2.00,2.00;3.00,2.00\""))
    #expect(text.components(separatedBy: "<skeleton").count == 2)
    var reader = try DatasetFormat.cvat.reader(
      of: DatasetFolder(folder.path + "/out"), Diagnostics(.strict))
    #expect(try reader.next()?.labels.map(\.value) == item.labels.map(\.value))
  }

  @Test func ownLinesMayBeginWithAnItemWithoutLabels() throws {
    let folder = try TestFolder()
    try folder.write(
      #"{"name":"a","text":"x y"}"# + "\n"
        + #"{"name":"b","text":"x y","labels":[{"class":"w","span":[0,1]}]}"# + "\n",
      to: "items.jsonl")
    let found = try folder.found(.strict)
    #expect(found.format == "jsonl" && found.items.map(\.labels.count) == [0, 1])
    #expect(found.items[1].labels[0].value == .spans([0..<1]) && found.items[1].metadata.isEmpty)
  }

  @Test func aTableOfWhichNothingCanBeReadIsNoSet() throws {
    let folder = try TestFolder()
    try folder.write([UInt8]("PAR1".utf8) + [UInt8](repeating: 7, count: 40), to: "a.parquet")
    #expect(throws: FormatFault.self) { try folder.found() }
  }
}
