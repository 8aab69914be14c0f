import Foundation
import Testing

@testable import Formats

/// Sets as people have them: with folders, systems' leavings, old encodings and several files.
@Suite struct DatasetFolderTests {
  private func read(
    _ format: DatasetFormat, _ folder: TestFolder, _ mode: Diagnostics.Mode = .lenient
  ) throws -> (items: [DatasetItem], diagnostics: Diagnostics, reader: any DatasetReading) {
    let diagnostics = Diagnostics(mode)
    var reader = try format.reader(of: DatasetFolder(folder.path), diagnostics)
    var items: [DatasetItem] = []
    while let item = try reader.next() { items.append(item) }
    return (items, diagnostics, reader)
  }

  private func png(_ width: Int, _ height: Int) -> [UInt8] {
    PNGWriter.png(
      [UInt8](repeating: 9, count: width * height), width: width, height: height, pixels: .grey)
  }

  // Which image labels are of.

  @Test(arguments: [
    ["images/train/1.png", "images/val/1.png", "labels/train/1.txt", "labels/val/1.txt"],
    ["train/images/1.png", "valid/images/1.png", "train/labels/1.txt", "valid/labels/1.txt"],
    [
      "images/train/s1/1.png", "images/train/s2/1.png", "labels/train/s1/1.txt",
      "labels/train/s2/1.txt",
    ],
  ])
  func ofImagesThatAreCalledAlikeLabelsAreOfTheOneInTheSameFolder(_ names: [String]) throws {
    let folder = try TestFolder()
    try folder.write("names: [x]\n", to: "data.yaml")
    try folder.write(png(100, 50), to: names[0])
    try folder.write(png(20, 10), to: names[1])
    for label in names[2...] { try folder.write("0 .5 .5 .1 .1\n", to: label) }
    let sizes = try read(.yolo, folder).items.map { $0.size?.width }
    #expect(sizes == [100, 20])
  }

  @Test func whereNothingTellsImagesApartNoneIsTaken() {
    let index = ImageIndex(["a/1.png", "b/1.png", "images/c/2.jpg", "panoptic/c/2.png", "x.v1.jpg"])
    #expect(index.path("1.png", like: "") == nil)
    #expect(index.path("b/1.png", like: "") == "b/1.png")
    #expect(index.path("1", like: "labels/a/1.txt") == "a/1.png")
    #expect(index.path("2.jpg", like: "") == "images/c/2.jpg")
    #expect(index.path("2", like: "") == "images/c/2.jpg")
    #expect(index.path("x.v1", like: "") == "x.v1.jpg")
    #expect(index.path("C:\\data\\x.v1.jpg", like: "") == "x.v1.jpg")
    #expect(index.path("x", like: "") == nil)
    let other = ImageIndex(["train/图片一.jpg", "val/图片一.jpg"])
    #expect(other.path("图片一.jpg", like: "") == nil)
    #expect(other.path("图片一.jpg", like: "labels/val/图片一.txt") == "val/图片一.jpg")
  }

  @Test func imagesWithoutLabelsAreItems() throws {
    let folder = try TestFolder()
    try folder.write("x\n", to: "classes.txt")
    for name in ["a", "empty"] { try folder.write(png(9, 9), to: "images/\(name).png") }
    try folder.write("0 .5 .5 .1 .1\n", to: "labels/a.txt")
    let items = try read(.yolo, folder).items
    #expect(items.map(\.name) == ["a.png", "empty.png"])
    #expect(items.map(\.labels.count) == [1, 0])
  }

  // What else lies there.

  @Test func aSetInTheOnlyFolderIsReadAndWhatSystemsLeaveIsNot() throws {
    let folder = try TestFolder()
    try folder.write("x\n", to: "set/classes.txt")
    try folder.write(png(9, 9), to: "set/images/a.png")
    try folder.write("0 .5 .5 .1 .1\n", to: "set/labels/a.txt")
    for name in ["__MACOSX/set/labels/._a.txt", "set/labels/._a.txt", "set/.git/x.txt"] {
      try folder.write("junk", to: name)
    }
    #expect(DatasetFormat.of(try DatasetFolder(folder.path)) == .yolo)
    let found = try read(.yolo, folder)
    #expect(found.items.map(\.name) == ["a.png"] && found.diagnostics.faultCount == 0)
  }

  @Test func severalFilesOfAKindAreOneSet() throws {
    let folder = try TestFolder()
    for part in ["train", "valid"] {
      try folder.write(
        #"[{"image":"\#(part).jpg","annotations":[]}]"#, to: "\(part)/_annotations.createml.json")
    }
    let items = try read(.createML, folder).items
    #expect(items.map(\.name) == ["train.jpg", "valid.jpg"])
    #expect(items.map(\.subset) == ["train", "val"])
  }

  @Test func cocoFilesOfOneSubsetAreOneSetOfImages() throws {
    let folder = try TestFolder()
    let images = #""images":[{"id":7,"file_name":"a.jpg","width":50,"height":50}]"#
    let box = #""id":1,"image_id":7,"category_id":1,"bbox":[1,2,3,4]"#
    try folder.write(
      #"{\#(images),"annotations":[{\#(box)},{"id":2,"image_id":7,"category_id":1,"bbox":[5,5,5,5]}],"#
        + #""categories":[{"id":1,"name":"p"}]}"#, to: "annotations/instances_train.json")
    try folder.write(
      #"{\#(images),"annotations":[{\#(box),"keypoints":[1,2,2]}],"#
        + #""categories":[{"id":1,"name":"p","keypoints":["head"]}]}"#,
      to: "annotations/person_keypoints_train.json")
    try folder.write(
      #"{\#(images),"annotations":[{"id":1,"image_id":7,"caption":"hello"}]}"#,
      to: "annotations/captions_train.json")
    let found = try read(.coco, folder)
    #expect(found.items.count == 1)
    #expect(
      Set(found.items[0].labels.map(\.value.kind)) == [.caption, .keypoints, .box]
        && found.items[0].labels.count == 3)
    #expect(found.reader.schema.classes.first?.keypoints == ["head"])
  }

  @Test func cocoFilesOfSeveralFoldersAreSetsOfTheirOwn() throws {
    let folder = try TestFolder()
    for (task, width) in [("task1", 100), ("task2", 20)] {
      try folder.write(
        #"{"images":[{"id":1,"file_name":"frame.png"}],"categories":[{"id":1,"name":"p"}],"#
          + #""annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[1,2,3,4]}]}"#,
        to: "\(task)/annotations/instances_default.json")
      try folder.write(png(width, 9), to: "\(task)/images/frame.png")
    }
    let items = try read(.coco, folder).items
    #expect(items.map(\.size?.width) == [100, 20] && items.map(\.labels.count) == [1, 1])
  }

  @Test func anImageWhoseLabelsAreDamagedIsNotOneThatNothingIsSeenOn() throws {
    let folder = try TestFolder()
    for name in ["a", "b"] { try folder.write(png(9, 9), to: "JPEGImages/\(name).png") }
    try folder.write("<annotation><obj", to: "Annotations/a.xml")
    try folder.write("<annotation><filename>c.png</filename></annotation>", to: "Annotations/c.xml")
    let found = try read(.voc, folder)
    #expect(found.items.map(\.name) == ["c.png", "b.png"] && found.diagnostics.faultCount == 1)
  }

  @Test(arguments: ["kpt_shape: [-1, 3]", "kpt_shape: [9223372036854775807, 3]", "task: pose", ""])
  func hostileKeypointsAreFaults(_ shape: String) throws {
    let folder = try TestFolder()
    try folder.write("names: [x]\n\(shape)\n", to: "data.yaml")
    try folder.write(png(9, 9), to: "images/a.png")
    try folder.write(
      "0 0.5\n0 .5 .5 .1 .1 .5 .5 1e10\n0 .5 .5 .1 .1 .5 .5 -1\n0\n", to: "labels/a.txt")
    #expect(try read(.yoloPose, folder).diagnostics.faultCount > 0)
  }

  @Test func manyItemsOfOneNameAreToldApart() {
    var names = DistinctNames()
    let diagnostics = Diagnostics(.strict)
    let given = (0..<20_000).map { _ in names.name(of: DatasetItem(name: "a.jpg"), diagnostics) }
    #expect(Set(given).count == 20_000 && given[..<3] == ["a.jpg", "a-2.jpg", "a-3.jpg"])
    let other = DatasetItem(name: "a.jpg", subset: "val")
    #expect(names.name(of: other, diagnostics) == "val/a.jpg")
  }

  @Test func subsetsWithSlashesHaveFilesInOneFolder() throws {
    let folder = try TestFolder()
    let sink = try FolderSink(folder.path + "/out")
    var items = [DatasetItem(name: "a", text: "t"), DatasetItem(name: "b", text: "t")]
    (items[0].subset, items[1].subset) = ("train/day", "train_day")
    _ = try DatasetConversion.run(
      GivenItems(items: items[...]), to: .jsonLines, sink, WritingOptions(), Diagnostics(.strict))
    try sink.finish()
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/out").sorted()
    #expect(names == ["classes.json", "train_day.jsonl"])
    var reader = try DatasetFormat.jsonLines.reader(
      of: DatasetFolder(folder.path + "/out"), Diagnostics(.strict))
    #expect(try reader.next()?.subset == "train/day" && reader.next()?.subset == "train_day")
  }

  @Test func aFileThatIsCutOffIsToldBesideOneThatIsWhole() throws {
    let folder = try TestFolder()
    try folder.write(#"{"images":[],"annotations":[],"categories":[]}"#, to: "instances_train.json")
    try folder.write(#"{"images":[{"id":1,"#, to: "instances_val.json")
    #expect(try read(.coco, folder).diagnostics.faults.map(\.file) == ["instances_val.json"])
    #expect(throws: FormatFault.self) { try read(.coco, folder, .strict) }
  }

  // Lines.

  @Test(arguments: ["first", "middle", "last"])
  func aDamagedLineCostsItselfAlone(_ place: String) throws {
    let folder = try TestFolder()
    var lines = (0..<3).map { #"{"text":"Ada \#($0) met","label":[[0,3,"PER"]]}"# }
    let number = ["first": 0, "middle": 1, "last": 2][place] ?? 0
    lines[number] = #"{"text":"B"#
    try folder.write(lines.joined(separator: "\n") + "\n", to: "train.jsonl")
    let found = try read(.doccano, folder)
    #expect(found.items.count == 2 && found.diagnostics.faultCount == 1)
    #expect(found.diagnostics.faults[0].place.hasPrefix("line \(number + 1)"))
    #expect(throws: FormatFault.self) { try read(.doccano, folder, .strict) }
  }

  @Test func aTableWithTextAndLabelIsNoDoccanoAndAnAnswerToProdigyNeither() throws {
    func format(_ line: String) throws -> DatasetFormat? {
      let folder = try TestFolder()
      try folder.write(line + "\n", to: "a.jsonl")
      return DatasetFormat.of(try DatasetFolder(folder.path))
    }
    #expect(try format(#"{"name":"r","text":"t","label":"pos","score":0.5}"#) == .jsonRecords)
    #expect(try format(#"{"id":1,"text":"t","label":"pos"}"#) == .doccano)
    #expect(try format(#"{"text":"t","label":"A","_task_hash":1,"answer":"reject"}"#) == .spacy)
  }

  // Encodings.

  @Test func textInOldEncodingsIsRead() throws {
    let folder = try TestFolder()
    try folder.write(
      Array("name,text\na,caf".utf8) + [0xE9, 0x0A] + Array("b,été\n".utf8), to: "l.csv")
    let latin = try read(.csv, folder)
    #expect(latin.items.map(\.text) == ["café", "été"])
    #expect(latin.diagnostics.losses.map(\.count) == [1])
    let other = try TestFolder()
    try other.write(
      [0xFF, 0xFE] + "name,text\na,猫\n".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] },
      to: "u.csv")
    #expect(try read(.csv, other).items.map(\.text) == ["猫"])
    let declared = try TestFolder()
    try declared.write(
      Array(
        #"<?xml version="1.0" encoding="windows-1251"?><annotation><filename>a.jpg</filename>"#.utf8
      )
        + Array("<size><width>9</width><height>9</height></size><object><name>".utf8)
        + [0xEA, 0xEE, 0xF2]
        + Array("</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>5</xmax>".utf8)
        + Array("<ymax>5</ymax></bndbox></object></annotation>".utf8), to: "Annotations/a.xml")
    #expect(try read(.voc, declared).reader.schema.classes.map(\.name) == ["кот"])
  }

  // Archives.

  private func tar(_ files: [(String, [UInt8])], _ folder: TestFolder) throws -> DatasetFolder {
    let tar = TarWriter()
    var bytes: [UInt8] = []
    for (name, content) in files {
      bytes += try tar.file(name: name, content: content, modified: 0)
    }
    try folder.write(bytes + tar.trailer, to: "x.tar")
    return try DatasetFolder(folder.path + "/x.tar")
  }

  @Test func filesInATarAreSamplesOnlyWhereTheyLookLikeSome() throws {
    let image = png(9, 9)
    let json = Array("{}".utf8)
    let voc = Array("<annotation/>".utf8)
    let cases: [([(String, [UInt8])], Bool)] = [
      ([("a.png", image), ("a.json", json), ("b.png", image), ("b.json", json)], true),
      ([("a.png", image), ("a.cls", [0x30])], true),
      ([("Shot at 12.30.45.png", image), ("Shot at 12.30.46.png", image)], false),
      ([("a.png", image), ("a.jpg", image)], false), ([("a.png", image)], false),
      ([("a.png", image), ("a.xml", voc)], false),
      ([("a.png", image), ("a.json", Array(#"{"shapes":[]}"#.utf8))], false),
      ([("classes.txt", [0x78]), ("a.png", image), ("a.txt", [])], false),
    ]
    for (files, isShard) in cases {
      let folder = try tar(files, try TestFolder())
      #expect((folder.file != nil) == isShard, "\(files.map(\.0))")
    }
  }

  @Test func archivesOfOtherToolsAreRead() throws {
    let long = String(repeating: "a", count: 130)
    let folder = try TestFolder()
    let set = try tar(
      [("\(long).png", png(9, 9)), ("\(long).json", Array(#"{"labels":[]}"#.utf8))], folder)
    var reader = try DatasetFormat.webDataset.reader(of: set, Diagnostics(.strict))
    #expect(try reader.next()?.name == "\(long).png")
    #expect(try reader.next() == nil)
  }

  // What no image has.

  @Test(arguments: ["masks", "coco-panoptic", "coco", "cityscapes", "voc", "yolo-segment"])
  func sizesAndPlacesThatNoImageHasEndNoWriter(_ id: String) throws {
    let format = try #require(DatasetFormat.named(id))
    let folder = try TestFolder()
    try folder.write(
      #"{"images":[{"id":1,"file_name":"a.jpg","width":1000000,"height":1000000},"#
        + #"{"id":2,"file_name":"b.jpg","width":10,"height":10}],"categories":[{"id":1,"name":"x"}],"#
        + #""annotations":[{"id":1,"image_id":1,"category_id":1,"segmentation":[[0,0,9,0,9,9]]},"#
        + #"{"id":2,"image_id":2,"category_id":1,"bbox":[1e19,1,5,5]},"#
        + #"{"id":3,"image_id":2,"category_id":1,"bbox":[1,1,5,5]}]}"#, to: "a.json")
    let diagnostics = Diagnostics(.lenient)
    let reader = try DatasetFormat.coco.reader(of: DatasetFolder(folder.path), diagnostics)
    let sink = try FolderSink(folder.path + "/out/")
    _ = try DatasetConversion.run(reader, to: format, sink, WritingOptions(), diagnostics)
    try sink.finish()
    #expect(diagnostics.faults.contains { $0.reason.contains("no image is large enough") })
    #expect(diagnostics.losses.contains { $0.what.contains("sizes left out") })
  }
}
