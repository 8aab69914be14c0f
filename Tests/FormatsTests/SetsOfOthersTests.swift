import Foundation
import Geometry
import Labels
import Notation
import Testing

@testable import Formats

/// Sets as other tools write them, whose parts, classes and frames are where those tools have them.
struct SetsOfOthersTests {
  private let png = PNGWriter.png(
    [UInt8](repeating: 9, count: 100 * 80), width: 100, height: 80, pixels: .grey)

  private func found(
    _ files: [String: String], images: [String] = [], as format: DatasetFormat? = nil
  ) throws -> (format: String, items: [DatasetItem], told: Diagnostics) {
    let folder = try TestFolder()
    for (name, text) in files { try folder.write(text, to: name) }
    for name in images { try folder.write(png, to: name) }
    let set = try DatasetFolder(folder.path)
    let own = try #require(try format ?? DatasetFormat.detected(in: set))
    let diagnostics = Diagnostics(.lenient)
    var reader = try own.reader(of: set, diagnostics)
    var items: [DatasetItem] = []
    while let item = try reader.next() { items.append(item) }
    return (own.id, items.sorted { $0.name < $1.name }, diagnostics)
  }

  private func losses(_ told: Diagnostics) -> String { told.losses.map(\.what).joined(separator: "; ") }

  // MARK: Parts

  @Test(
    arguments: [
      "train: train.txt\nval: val.txt\n", "path: /elsewhere/set\ntrain: train.txt\nval: val.txt\n",
    ])
  func listsOfYOLOSayWhichPartAnImageIsOf(_ splits: String) throws {
    let set = try found(
      [
        "data.yaml": splits + "names: [a]\n", "train.txt": "./images/val/x.png\n",
        "val.txt": "/data/set/images/train/y.png\n", "labels/val/x.txt": "0 0.5 0.5 0.1 0.1\n",
        "labels/train/y.txt": "", "labels/train/z.txt": "",
      ], images: ["images/val/x.png", "images/train/y.png", "images/train/z.png"])
    #expect(set.items.map(\.subset) == ["train", "val", ""])
    #expect(losses(set.told).contains("no list of the set names them"))
  }

  @Test func foldersOfYOLOMayBeSeveralAndAnywhere() throws {
    let set = try found(
      [
        "data.yaml": "train: [../one/images, two/images]\nval: held/images\nnames: [a]\n",
        "one/labels/x.txt": "0 0.5 0.5 0.1 0.1\n", "two/labels/y.txt": "", "held/labels/z.txt": "",
      ], images: ["one/images/x.png", "two/images/y.png", "held/images/z.png", "held/images/zz.png"])
    #expect(set.items.map(\.subset) == ["train", "train", "val", "val"])
  }

  @Test func whatStandsForTwoPartsSaysNothing() throws {
    let set = try found(
      ["data.yaml": "train: images\nval: images\nnames: [a]\n", "labels/x.txt": "0 0.5 0.5 0.1 0.1\n"],
      images: ["images/x.png"])
    #expect(set.items.map(\.subset) == [""])
  }

  @Test func listsOfDarknetSayWhichPartAnImageIsOf() throws {
    let set = try found(
      [
        "obj.names": "a\n", "obj.data": "classes = 1\ntrain = data/train.txt\nval = data/val.txt\n",
        "train.txt": "data/obj_train_data/x.png\n", "val.txt": "data/obj_val_data/s/y.png\n",
        "obj_train_data/x.txt": "0 0.5 0.5 0.1 0.1\n", "obj_val_data/s/y.txt": "",
      ], images: ["obj_train_data/x.png", "obj_val_data/s/y.png"])
    #expect(set.items.map(\.name) == ["s/y.png", "x.png"] && set.items.map(\.subset) == ["val", "train"])
  }

  private func voc(_ name: String, _ edge: Int = 1) -> String {
    """
    <annotation><filename>\(name)</filename><size><width>100</width><height>80</height></size>
    <object><name>cat</name><bndbox><xmin>\(edge)</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox>
    </object></annotation>
    """
  }

  @Test func imagesOfVOCInFoldersKeepTheirNamesAndParts() throws {
    let set = try found(
      [
        "Annotations/a/1.xml": voc("1.png"), "Annotations/b/1.xml": voc("1.png"),
        "ImageSets/Segmentation/train.txt": "a/1\n", "ImageSets/Segmentation/val.txt": "b/1\n",
      ], images: ["JPEGImages/a/1.png", "JPEGImages/b/1.png", "JPEGImages/c/2.png"])
    #expect(set.format == "voc" && set.items.map(\.name) == ["a/1.png", "b/1.png", "c/2.png"])
    #expect(set.items.map(\.subset) == ["train", "val", ""])
  }

  @Test func partsOfRoboflowsVOCAreItsFoldersAndItCountsFromZero() throws {
    let set = try found(
      ["train/x.xml": voc("x.png", 0), "valid/y.xml": voc("y.png")], images: ["train/x.png", "valid/y.png"])
    #expect(set.format == "voc-zero" && set.items.map(\.subset) == ["train", "val"])
    #expect(set.items[0].labels[0].bounds == Box(x: 0, y: 1, width: 9, height: 8))
    let wrong = try found(["train/x.xml": voc("x.png", 0)], as: .voc)
    #expect(losses(wrong.told).contains("edge of 0"))
  }

  @Test func classesOfVOCAreWrittenAsDatumaroReadsThem() {
    let text = VOCLabelMap.text(["cat", "sky blue"])
    #expect(text?.hasSuffix("background:0,0,0::\ncat:128,0,0::\nsky blue:0,128,0::\n") == true)
    #expect(VOCLabelMap.text(["a:b"]) == nil && VOCLabelMap.text(["background"]) == nil)
  }

  // MARK: COCO

  @Test func captionsHaveAFileOfTheirOwnAndThoseOfObjectsAreAttributes() throws {
    let item = DatasetItem(
      name: "a.png", subset: "train", size: ImageSize(width: 9, height: 9),
      labels: [
        DatasetLabel(0, .shape(.box(Box(x: 1, y: 1, width: 2, height: 2)))),
        DatasetLabel(-1, .caption("a cat")),
      ])
    let folder = try TestFolder()
    let sink = try FolderSink(folder.path + "/out")
    _ = try DatasetConversion.run(
      GivenItems(items: [item]), to: .coco, sink, WritingOptions(), Diagnostics(.strict))
    try sink.finish()
    let out = try DatasetFolder(folder.path + "/out")
    #expect(out.files == ["annotations/captions_train.json", "annotations/instances_train.json"])
    for annotation in try out.json(out.files[1])["annotations"]?.array ?? [] {
      #expect(annotation["category_id"] != nil)
    }
    var reader = try DatasetFormat.coco.reader(of: out, Diagnostics(.strict))
    #expect(try reader.next()?.labels.count == 2)

    let set = try found([
      "a.json": """
      {"images": [{"id": 1, "file_name": "a.png", "width": 9, "height": 9}],
       "categories": [{"id": 1, "name": "cat"}],
       "annotations": [
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 2, 2], "caption": "red"},
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 3, 3]}]}
      """
    ])
    #expect(set.items[0].labels.map(\.value.kind) == [.box, .box])
    #expect(set.items[0].labels[0].attributes == [.init("caption", "red")])
    #expect(set.told.faults.map(\.reason) == ["another annotation has the id 1 too"])
  }

  @Test func imagesWhoseAnnotationsAreSecretAreASet() throws {
    let set = try found(["image_info_test.json": #"{"images": [{"id": 1, "file_name": "a.png"}]}"#])
    #expect(set.format == "coco" && set.items.map(\.name) == ["a.png"])
  }

  @Test func aCutFileOfLabelsIsNoSetWithoutLabels() throws {
    #expect(throws: FormatFault.self) {
      try found(["annotations/a.json": #"{"images": [{"id": 1, "#], images: ["images/a.png"])
    }
    let asked = try found(
      ["annotations/a.json": #"{"images": [{"id": 1, "#], images: ["images/a.png"], as: .plainFiles)
    #expect(asked.items.count == 1)
  }

  // MARK: Videos, questions, samples

  @Test func videosOfAProjectAreKeptApart() throws {
    func task(_ id: Int, _ subset: String, _ width: Int) -> String {
      """
      <task><id>\(id)</id><name>v\(id)</name><size>2</size><mode>interpolation</mode>
      <subset>\(subset)</subset>
      <original_size><width>\(width)</width><height>80</height></original_size></task>
      """
    }
    func track(_ task: Int, _ x: Int) -> String {
      """
      <track id="\(task)" label="car" task_id="\(task)">
      <box frame="0" outside="0" occluded="0" keyframe="1" xtl="\(x)" ytl="0" xbr="\(x + 9)" ybr="9"/></track>
      """
    }
    let set = try found([
      "annotations.xml": """
      <annotations><meta><project><tasks>
      \(task(3, "Train", 100))\(task(4, "Test", 50))</tasks></project></meta>
      \(track(3, 1))\(track(4, 2))</annotations>
      """
    ])
    #expect(
      set.items.map(\.name) == [
        "v3/frame_000000.png", "v3/frame_000001.png", "v4/frame_000000.png", "v4/frame_000001.png",
      ])
    #expect(set.items.map(\.subset) == ["train", "train", "test", "test"])
    #expect(set.items.map { $0.size?.width } == [100, 100, 50, 50])
    #expect(set.items.map(\.labels.count) == [1, 0, 1, 0] && set.items[2].labels[0].bounds?.x == 2)
  }

  @Test func spansOfAnotherTextAreNotLaidOnTheOne() throws {
    func span(_ control: String, _ start: Int, _ end: Int) -> String {
      """
      {"id": "\(control)", "type": "labels", "from_name": "l", "to_name": "\(control)",
       "value": {"start": \(start), "end": \(end), "labels": ["LOC"]}}
      """
    }
    let set = try found([
      "tasks.json": """
      [{"id": 1, "data": {"text": "Anna went to Berlin", "title": "Berlin diary"},
        "annotations": [{"result": [\(span("title", 0, 6)), \(span("text", 13, 19))]}]}]
      """
    ])
    #expect(set.items[0].text == "Berlin diary" && set.items[0].labels.count == 1)
    #expect(losses(set.told).contains("texts after the first"))
  }

  @Test func whichQuestionWasAnsweredIsKeptWhereThereAreSeveral() throws {
    func choice(_ question: String, _ answer: String) -> String {
      """
      {"type": "choices", "from_name": "\(question)", "to_name": "text", "value": {"choices": ["\(answer)"]}}
      """
    }
    let set = try found([
      "tasks.json": """
      [{"id": 1, "data": {"text": "one"},
        "annotations": [{"result": [\(choice("blurry", "yes")), \(choice("indoor", "no"))]}]},
       {"id": 2, "data": {"text": "two"}, "annotations": [{"result": [\(choice("blurry", "yes"))]}]}]
      """
    ])
    #expect(set.items[0].labels.map { $0.attribute("question") } == ["blurry", "indoor"])
    #expect(set.items[1].labels.map(\.attributes) == [[]])
  }

  @Test func fourCornersThatAreNoRectangleAreReadAsTheSmallestBoxAroundThem() throws {
    let corners = [Point(x: 10, y: 10), Point(x: 60, y: 15), Point(x: 55, y: 40), Point(x: 8, y: 25)]
    let box = RotatedBox(around: corners)
    #expect(!RotatedBox.areOfRectangle(corners) && RotatedBox.areOfRectangle(box.corners))
    // As cv2.minAreaRect has it.
    #expect(abs(min(box.width, box.height) - 25.495) < 0.01 && abs(max(box.width, box.height) - 50.01) < 0.01)
  }

  @Test func classesOfShardsKeepTheirNumbers() throws {
    func tar(_ files: [(String, [UInt8])]) throws -> [UInt8] {
      let writer = TarWriter()
      var out: [UInt8] = []
      for (name, bytes) in files { out += try writer.file(name: name, content: bytes, modified: 0) }
      return out + writer.trailer
    }
    let folder = try TestFolder()
    try folder.write(
      tar([
        ("a.png", png), ("a.cls", Array("3".utf8)), ("b.png", png), ("b.cls", Array("1".utf8)),
        ("c.png", png),
      ]),
      to: "set.tar")
    let set = try DatasetFolder(folder.path + "/set.tar", keepsImages: true)
    #expect(try DatasetFormat.detected(in: set) == .webDataset)
    var reader = try DatasetFormat.webDataset.reader(of: set, Diagnostics(.strict))
    let items = try [reader.next(), reader.next(), reader.next()].compactMap { $0 }
    let names = items.map { $0.labels.first.map { reader.schema.name($0.classIndex) } }
    #expect(names == ["class 3", "class 1", nil])
    #expect(WebDataset.number(in: "class 3") == 3 && WebDataset.number(in: "7") == 7)
    #expect(WebDataset.number(in: "cat") == nil && WebDataset.number(in: "-1") == nil)
  }

  // MARK: Hostile ones

  @Test func aMaskOfAnImageThatNoneIsAsLargeAsIsTold() throws {
    let picture = CutMask.base64(PNGWriter.png([1], width: 1, height: 1, pixels: .grey))
    for side in ["4000000000", "1000000"] {
      let set = try found([
        "a.json": """
        {"shapes": [{"label": "cat", "points": [[0, 0], [0, 0]], "shape_type": "mask", "mask": "\(picture)"}],
         "imagePath": "a.png", "imageWidth": \(side), "imageHeight": \(side)}
        """
      ])
      #expect(set.told.faults.map(\.place) == ["shapes[0].mask"] && set.items[0].labels.isEmpty)
    }
  }

  @Test(arguments: [("2", 0), ("3", 1), ("two", 0)])
  func classesThatYOLOCountsOtherwiseThanItNamesThemAreTold(_ count: String, _ faults: Int) throws {
    let set = try found(
      ["data.yaml": "nc: \(count)\nnames: [cat, dog]\n", "labels/x.txt": "1 0.5 0.5 0.2 0.25"],
      images: ["images/x.png"])
    #expect(set.told.faults.map(\.place) == Array(repeating: "nc", count: faults))
    #expect(set.items.flatMap(\.labels).count == 1)
  }

  @Test func theSharedTasksOwnFilesAreRead() throws {
    let text = "-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\nrejects VBZ B-VP O\n\nBonn NNP B-NP B-LOC\n"
    let names = ["eng.train", "eng.testa", "eng.testb"]
    let set = try found(Dictionary(uniqueKeysWithValues: names.map { ($0, text) }))
    #expect(set.format == "conll" && set.items.count == 6 && Set(set.items.map(\.name)).count == 6)
    #expect(set.items.map(\.subset) == ["val", "val", "test", "test", "train", "train"])
    let texts = try found(["train.txt": text, "valid.txt": text, "test.txt": text])
    #expect(texts.format == "conll" && Set(texts.items.map(\.subset)) == ["train", "val", "test"])
    // Texts that only end as a tag does are texts.
    #expect(try found(["a.txt": "Blood of type O\n", "b.txt": "He said: no -\n"]).format == "files")
  }

  @Test func aLicenceThatAnotherFileOfTheSetNamesIsKept() throws {
    let image = #"{"id": 1, "file_name": "a.png", "width": 100, "height": 80, "license": 4}"#
    func file(_ licenses: String) -> String {
      #"{"licenses": [\#(licenses)], "categories": [{"id": 1, "name": "c"}], "images": [\#(image)], "#
        + #""annotations": []}"#
    }
    let set = try found([
      "annotations/captions_val.json": file(""),
      "annotations/instances_val.json": file(#"{"id": 4, "name": "CC BY 4.0"}"#),
    ])
    #expect(set.items.map(\.metadata) == [[.init("license", "CC BY 4.0")]])
  }

  @Test func framesOfAllVideosOfAProjectHaveOneLimit() throws {
    let tasks = (0..<50).map {
      "<task><id>\($0)</id><name>same</name><size>900000</size><mode>interpolation</mode></task>"
    }
    let meta = "<meta><project><tasks>\(tasks.joined())</tasks></project></meta>"
    var scanner = MappedBytes(Array("<annotations>\(meta)</annotations>".utf8)).xml()
    _ = try scanner.next()
    guard case .open("meta", let attributes) = try scanner.next() else { return }
    let element = try XMLElement("meta", attributes, from: &scanner)
    let videos = CVATVideo.all(CVATReader.all("task", in: element))
    #expect(videos.map(\.frames).reduce(0, +) == 900_000 && Set(videos.map(\.name)).count == 50)
  }

  @Test(.timeLimit(.minutes(1))) func aPathOfVeryManyFoldersCostsNothing() throws {
    let path = String(repeating: "a/", count: 200_000)
    let many = (0..<20_000).map { "f\($0)" }.joined(separator: ", ")
    for splits in ["train: \(path)images", "train: [\(many)]"] {
      let set = try found(
        ["data.yaml": "\(splits)\nnames: [a]\n", "labels/x.txt": "0 0.5 0.5 0.1 0.1\n"],
        images: ["images/x.png"])
      #expect(set.items.map(\.name) == ["x.png"])
    }
  }
}
