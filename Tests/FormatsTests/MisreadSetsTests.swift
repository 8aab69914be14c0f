import Geometry
import Labels
import Notation
import Testing

@testable import Formats

/// What was lost, misread or taken for something else without a word in sets that people have.
struct MisreadSetsTests {
  // MARK: COCO

  @Test func aBoxOfTheWholeObjectStaysBesideItsOutline() throws {
    let folder = try TestFolder()
    try folder.write(
      """
      {"images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 80}],
       "categories": [{"id": 1, "name": "car"}],
       "annotations": [
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 40, 20], "iscrowd": 0, "area": 200,
         "segmentation": [[10, 10, 30, 10, 30, 20, 10, 20]]},
        {"id": 2, "image_id": 1, "category_id": 1, "bbox": [10, 10, 20, 10], "iscrowd": 0, "area": 200,
         "segmentation": [[10, 10, 30, 10, 30, 20, 10, 20]]}]}
      """, to: "a.json")
    let found = try folder.found(.strict)
    let whole = Box(x: 10, y: 10, width: 40, height: 20)
    // One that is the outline's own need not be said.
    #expect(found.items[0].labels.map(\.box) == [whole, nil])
    #expect(found.items[0].labels[0].bounds == whole)
    func written(_ format: DatasetFormat) throws -> (item: DatasetItem?, losses: [String]) {
      let diagnostics = Diagnostics(.lenient)
      let place = "\(folder.path)/\(format.id)"
      let sink = try FolderSink(place)
      _ = try DatasetConversion.run(
        DatasetFormat.coco.reader(of: DatasetFolder(folder.path + "/a.json"), diagnostics), to: format,
        sink, WritingOptions(), diagnostics)
      try sink.finish()
      var reader = try format.reader(of: DatasetFolder(place), Diagnostics(.lenient))
      return (try reader.next(), diagnostics.losses.map(\.what))
    }
    #expect(try written(.coco).item?.labels.map(\.box) == [whole, nil])
    let lost = "boxes that are not those of their outlines left out: LabelMe has none"
    #expect(try written(.labelMe).losses == [lost])
    #expect(try written(.voc).item?.labels[0].bounds == whole)
  }

  @Test func imagesComeInTheOrderOfTheirIdsWhereTheseAreNumbers() throws {
    let folder = try TestFolder()
    func write(_ ids: [String]) throws {
      let images = ids.map {
        #"{"id": \#($0), "file_name": \#($0.hasPrefix("\"") ? $0 : "\"\($0)\""), "width": 9, "height": 9}"#
      }
      try folder.write(
        #"{"images": [\#(images.joined(separator: ","))], "annotations": [], "categories": []}"#,
        to: "a.json")
    }
    try write(["30", "4", "100"])
    #expect(try folder.found(.strict).items.map(\.name) == ["4", "30", "100"])
    try write([#""b""#, #""a""#])
    #expect(try folder.found(.strict).items.map(\.name) == ["b", "a"])
  }

  // MARK: Texts

  @Test func aTokenThatBeginsAsARemarkDoesIsOne() throws {
    let folder = try TestFolder()
    try folder.write(
      "# text = vitamin B-12\n#tag\tB-X\nrocks\tO\n\n#\tO\n\n# newdoc\n# O\nx O\n\n"
        + "# NN B-NP O\nx NN I-NP O\n",
      to: "a.conll")
    let found = try folder.found(.strict)
    #expect(found.items.map(\.text) == ["#tag rocks", "#", "# x", "# x"])
    #expect(found.items[0].labels.map(\.value) == [.spans([0..<4])])
  }

  @Test func lineEndsInTokensEndNoSentence() throws {
    let item = DatasetItem(
      name: "out-1", text: "Bob \n A\tb", tokens: [0..<3, 3..<6, 6..<9],
      labels: [DatasetLabel(0, .spans([6..<9]))])
    let folder = try TestFolder()
    let diagnostics = Diagnostics(.strict)
    let sink = try FolderSink(folder.path + "/out")
    _ = try DatasetConversion.run(
      GivenItems(schema: DatasetSchema(names: ["P"]), items: [item]), to: .conll, sink, WritingOptions(),
      diagnostics)
    try sink.finish()
    var reader = try DatasetFormat.conll.reader(
      of: DatasetFolder(folder.path + "/out"), Diagnostics(.strict))
    let read = try reader.next()
    #expect(read?.text == "Bob A b" && read?.labels.map(\.value) == [.spans([4..<7])])
    #expect(try reader.next() == nil)
    #expect(
      diagnostics.losses.map(\.what).suffix(2) == [
        "tabs and line ends in tokens written as spaces", "tokens left out that are white space",
      ])
  }

  @Test func placesOfLabelStudioAreJudgedByTheirText() throws {
    let folder = try TestFolder()
    func result(_ start: Int, _ end: Int, _ text: String) -> String {
      #"{"id": "\#(start)", "type": "labels", "from_name": "l", "to_name": "t", "value": "#
        + #"{"start": \#(start), "end": \#(end), "text": "\#(text)", "labels": ["P"]}}"#
    }
    // In UTF-16 Bob begins at 5, in characters at 3.
    let results = [
      result(5, 8, "Bob"), result(3, 6, "Bob"), result(0, 2, "Ann"), result(3, 8, #"Bob\\nX"#),
    ]
    try folder.write(
      #"[{"id": 1, "data": {"text": "😀😀 Bob\nX"}, "annotations": [{"result": ["#
        + results.joined(separator: ",") + "]}]}]", to: "a.json")
    let found = try folder.found()
    #expect(
      found.items[0].labels.map(\.value) == [.spans([3..<6]), .spans([3..<6]), .spans([3..<8])])
    #expect(found.diagnostics.faults.map(\.place) == ["task 1, result[2].value.text"])
  }

  @Test func draftsOfArgillaAreNoAnswers() throws {
    let folder = try TestFolder()
    try folder.write(
      """
      [{"id": "a", "fields": {"text": "x"}, "suggestions": {"label": {"value": "good"}},
        "responses": {"label": [{"value": "bad", "status": "discarded"},
                                {"value": "worse", "status": "draft"}]}},
       {"id": "b", "fields": {"text": "y"}, "suggestions": {},
        "responses": {"label": [{"value": "fine", "status": "submitted"}]}}]
      """, to: "records.json")
    let found = try folder.found()
    #expect(found.names == ["good", "fine"] && found.items.map(\.labels.count) == [1, 1])
    #expect(found.diagnostics.losses.map(\.what) == ["responses left out that are drafts or were discarded"])
  }

  // MARK: Others

  @Test func classesAreNotInvented() throws {
    let folder = try TestFolder()
    let values = [#"[]"#, "[5]", #""car""#, "null"].enumerated().map { place, labels in
      #"{"id": "\#(place)", "type": "rectanglelabels", "from_name": "l", "to_name": "i","#
        + #""original_width": 9, "original_height": 9, "value": {"x": 1, "y": 1, "width": 9, "#
        + #""height": 9, "rectanglelabels": \#(labels)}}"#
    }
    try folder.write(
      #"[{"id": 1, "data": {"image": "a.png"}, "annotations": [{"result": ["#
        + values.joined(separator: ",") + "]}]}]", to: "a.json")
    let found = try folder.found()
    #expect(found.names == ["car"] && found.items[0].labels.count == 1)
    #expect(found.diagnostics.faultCount == 3)
  }

  @Test func whatIsDrawnOnASecondImageIsNotOfTheFirst() throws {
    let folder = try TestFolder()
    func box(_ more: String) -> String {
      #"{"id": "r", "type": "rectanglelabels", "from_name": "l", "original_width": 9, "original_height": 9,"#
        + #""value": {"x": 1, "y": 1, "width": 9, "height": 9, "rectanglelabels": ["car"]}, \#(more)}"#
    }
    let results = [
      box(#""to_name": "image""#), box(#""to_name": "img2""#), box(#""to_name": "image", "item_index": 1"#),
    ]
    try folder.write(
      #"[{"id": 1, "data": {"image": "a.png", "other": "b.png"}, "annotations": [{"result": ["#
        + results.joined(separator: ",") + "]}]}]", to: "a.json")
    let found = try folder.found()
    #expect(found.items[0].labels.count == 1)
    #expect(
      found.diagnostics.losses == [
        .init(what: "results left out of images, pages or texts after the first", count: 2)
      ])
  }

  @Test func annotationsOfLabelboxHaveAnswersAndPlacesThatTextsCanHave() throws {
    let folder = try TestFolder()
    let row = #""uuid": "u", "dataRow": {"globalKey": "a"}, "name": "n""#
    try folder.write(
      [
        #"{\#(row), "location": {"start": 0, "end": 9223372036854775807}}"#,
        #"{\#(row), "answer": [{"name": "red"}, {"name": "blue"}]}"#,
        #"{\#(row), "answer": {"name": "big", "confidence": 0.5}}"#,
        #"{\#(row), "bbox": {"left": 1, "top": 1, "width": 3, "height": 3}, "page": 4, "unit": "POINTS"}"#,
        #"{\#(row), "point": {"x": 1, "y": 1}, "classifications": "#
          + #"[{"name": "seen", "answer": {"name": "yes"}}]}"#,
      ].joined(separator: "\n"), to: "a.ndjson")
    let found = try folder.found()
    let labels = found.items.flatMap(\.labels)
    #expect(found.names == ["red", "blue", "big", "n"] && labels.map(\.score) == [nil, nil, 0.5, nil])
    #expect(labels.last?.attributes == [.init("seen", "yes")])
    #expect(found.diagnostics.faultCount == 1 && found.diagnostics.losses.count == 1)
  }

  @Test func pointsOfSkeletonsHaveTracksOfTheirOwnInVideos() throws {
    let folder = try TestFolder()
    func points(_ frame: Int, _ place: String, outside: Int = 0) -> String {
      "<points frame=\"\(frame)\" outside=\"\(outside)\" occluded=\"0\" points=\"\(place)\"></points>"
    }
    try folder.write(
      """
      <annotations><track id="3" label="man">
       <skeleton frame="0" outside="0" keyframe="1" points="1,2;3,4"></skeleton>
       <skeleton frame="1" outside="0" keyframe="0" points="1,2;3,4"></skeleton>
       <track id="0" label="head">\(points(0, "1.00,2.00"))\(points(1, "5.00,6.00"))</track>
       <track id="1" label="hand">\(points(0, "3.00,4.00"))\(points(1, "3.00,4.00", outside: 1))</track>
      </track></annotations>
      """, to: "annotations.xml")
    let found = try folder.found(.strict)
    func places(_ items: [DatasetItem]) -> [[Point]] {
      items.map { item in
        item.labels.flatMap { label -> [Point] in
          guard case .shape(.keypoints(let pose)) = label.value else { return [] }
          return pose.keypoints.filter { $0.visibility == .visible }.map(\.point)
        }
      }
    }
    let wanted = [[Point(x: 1, y: 2), Point(x: 3, y: 4)], [Point(x: 5, y: 6)]]
    #expect(places(found.items) == wanted)
    // As CVAT writes them, and so they are read again.
    let sink = try FolderSink(folder.path + "/out")
    _ = try DatasetConversion.run(
      GivenItems(schema: DatasetSchema([.init("man", keypoints: ["head", "hand"])]), items: found.items[...]),
      to: .cvatVideo, sink, WritingOptions(), Diagnostics(.lenient))
    try sink.finish()
    let again = try DatasetFolder(folder.path + "/out")
    #expect(try again.text("annotations.xml").contains(#"<track id="1" label="hand""#))
    var reader = try DatasetFormat.cvatVideo.reader(of: again, Diagnostics(.strict))
    var items: [DatasetItem] = []
    while let item = try reader.next() { items.append(item) }
    #expect(places(items) == wanted)
  }

  @Test func ofValuesThatHaveOneNameTheLastCounts() throws {
    let folder = try TestFolder()
    try folder.write("hello", to: "a.txt")
    try folder.write("T1\tX 0 5\thello\n#1\tNote T1\tone\n#2\tNote T1\ttwo\n", to: "a.ann")
    let found = try folder.found(.strict)
    #expect(found.items[0].labels[0].attributes == [.init("note", "two")])
    #expect(found.diagnostics.losses == [.init(what: "attributes left out whose name comes again", count: 1)])
  }

  @Test func aRowOfAShardThatHasOtherLabelsKeepsThemAsMetadata() throws {
    let folder = try TestFolder()
    func shard(_ files: [(String, String)]) throws {
      var bytes: [UInt8] = []
      for (name, text) in files {
        bytes += try TarWriter().file(name: name, content: Array(text.utf8), modified: 0)
      }
      try folder.write(bytes + TarWriter().trailer, to: "train-000000.tar")
    }
    try shard([
      ("a.txt", "x"), ("a.json", #"{"k": 1, "labels": "zz"}"#), ("b.txt", "y"), ("b.cls", "-1"),
      ("c.txt", "z"), ("c.json", "[1]"),
    ])
    let found = try folder.found()
    #expect(found.items[0].metadata == [.init("k", 1), .init("labels", "zz")])
    #expect(found.items[1].labels.isEmpty && found.names.isEmpty)
    #expect(found.diagnostics.faults.map(\.place) == ["c.json"])
  }

  @Test(
    arguments: [
      ("track", #""x""#), ("group", "1.5"), ("crowd", #""yes""#), ("attributes", "[1]"), ("area", "-1"),
      ("point", "[1, 1]"), ("colour", #""red""#),
    ])
  func ourOwnLinesHoldNothingThatIsNotRead(member: String, value: String) throws {
    let folder = try TestFolder()
    let box = #""class": "car", "box": [1, 1, 3, 3]"#
    try folder.write(
      #"{"name": "a.jpg", "width": 9, "height": 9, "#
        + #""labels": [{\#(box)}, {\#(box), "\#(member)": \#(value)}]}"#,
      to: "a.jsonl")
    let found = try folder.found()
    #expect(found.items[0].labels.count == 1)
    #expect(found.diagnostics.faults.map(\.place) == ["object 1, labels[1].\(member)"])
  }

  @Test func whatDatumaroSaysOfAnItemIsItsMetadata() throws {
    let folder = try TestFolder()
    try folder.write(
      """
      {"categories": {"label": {"labels": []}}, "items": [{"id": "a", "annotations": [],
       "attr": {"frame": 3, "none": null}, "image": {"path": "../../../etc/passwd", "size": [5, 7]}}]}
      """, to: "a.json")
    let found = try folder.found(.strict)
    #expect(found.items.map(\.name) == ["a.jpg"] && found.items[0].metadata == [.init("frame", 3)])
  }

  @Test(arguments: [("-1 -1 -1", 1), ("1.5 1.6 -3", 0), ("0x10 1 1", 0), ("1.5 1.6 3", 1)])
  func sidesOfABoxInSpaceAreAboveZeroOrAllUnknown(sides: String, labels: Int) throws {
    let folder = try TestFolder()
    try folder.write("Car 0 0 0 1 1 5 5 \(sides) 1 1 9 0\n", to: "label_2/a.txt")
    let found = try folder.found()
    #expect(found.items[0].labels.count == labels && found.diagnostics.faultCount == 1 - labels)
  }

  @Test func anUnsafeNameInAShardCostsItselfAndASubsetCannotLeadOut() throws {
    let folder = try TestFolder()
    var bytes: [UInt8] = []
    for name in ["a.txt", "bxxevil.txt", "c.txt"] {
      bytes += try TarWriter().file(name: name, content: Array("x".utf8), modified: 0)
    }
    // No writer of ours makes such a name; its checksum is that of the header with it.
    let start = 1024
    for (place, byte) in "../".utf8.enumerated() { bytes[start + place] = byte }
    for place in 148..<156 { bytes[start + place] = 0x20 }
    let sum = bytes[start..<start + 512].reduce(0) { $0 + Int($1) }
    let octal = String(sum, radix: 8)
    let field = String(repeating: "0", count: 6 - octal.count) + octal + "\u{0} "
    for (place, byte) in field.utf8.enumerated() { bytes[start + 148 + place] = byte }
    try folder.write(bytes + TarWriter().trailer, to: "train-000000.tar")
    let found = try folder.found()
    #expect(found.items.map(\.name) == ["a", "c"] && found.diagnostics.faultCount == 1)
    let item = DatasetItem(name: "a", subset: "../../evil", text: "x")
    let diagnostics = Diagnostics(.strict)
    let sink = try FolderSink(folder.path + "/out")
    _ = try DatasetConversion.run(
      GivenItems(items: [item]), to: .csv, sink, WritingOptions(), diagnostics)
    try sink.finish()
    #expect(try DatasetFolder(folder.path + "/out").files == ["classes.json", "evil.csv"])
    #expect(diagnostics.losses.map(\.what).contains("subsets renamed that no folder can be called as"))
  }

  @Test func picturesOfSegmentsAreNoImagesOfOpenImages() throws {
    let folder = try TestFolder()
    let png = PNGWriter.png([UInt8](repeating: 9, count: 16), width: 4, height: 4, pixels: .grey)
    for name in ["images/train/a.png", "masks/train/a_m0_1.png"] { try folder.write(png, to: name) }
    try folder.write(
      "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax\na,x,/m/1,1,0.1,0.5,0.1,0.5\n",
      to: "annotations/train-annotations-bbox.csv")
    let found = try folder.found()
    #expect(found.format == "openimages" && found.items.map(\.name) == ["a.png"])
    #expect(found.diagnostics.losses == [.init(what: "masks left out, which are not read", count: 1)])
  }

  @Test func aFolderOfImagesBesideFoldersOfImagesIsNoSetOfClasses() throws {
    let folder = try TestFolder()
    let png = PNGWriter.png([UInt8](repeating: 9, count: 16), width: 4, height: 4, pixels: .grey)
    for name in ["a.png", "left/1.png", "right/1.png"] { try folder.write(png, to: name) }
    let found = try folder.found()
    #expect(found.format == "files" && found.items.map(\.name) == ["a.png", "left/1.png", "right/1.png"])
    var reader = try DatasetFormat.imageNet.reader(
      of: DatasetFolder(folder.path), found.diagnostics)
    while try reader.next() != nil {}
    #expect(
      found.diagnostics.losses == [.init(what: "images left out that lie in no folder of a class", count: 1)])
  }

  @Test func whatLiesBesideATableIsCounted() throws {
    let folder = try TestFolder()
    let png = PNGWriter.png([UInt8](repeating: 9, count: 16), width: 4, height: 4, pixels: .grey)
    for name in ["a.png", "b.png"] { try folder.write(png, to: name) }
    try folder.write("image,label\na.png,x\n", to: "t.csv")
    try folder.write("{\"text\": \"x\"}\n", to: "other.jsonl")
    try folder.write("PK", to: "more.zip")
    let found = try folder.found()
    #expect(found.format == "csv" && found.items.count == 1)
    #expect(
      found.diagnostics.losses.map(\.what) == [
        "archives left out that lie beside the set (.zip): add each by itself",
        "images left out that no row names",
        "tables of another format left out (.jsonl): add them by themselves",
      ])
  }

  @Test func dialoguesAndPromptsAreTexts() throws {
    let folder = try TestFolder()
    try folder.write(
      """
      {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}], "id": "a"}
      {"prompt": "Why?", "response": "Because.", "id": "b"}
      {"conversations": [{"from": "human", "value": "1"}], "id": "c"}
      """, to: "a.jsonl")
    let found = try folder.found(.strict)
    #expect(found.items.map(\.text) == ["user: Hi\n\nassistant: Hello", "Why?", "human: 1"])
    #expect(found.items[1].metadata == [.init("response", "Because.")])
    #expect(found.items[0].metadata.map(\.name) == ["messages"])
  }

  @Test(arguments: ["labelme", "kitti", "createml", "labelbox", "scale"])
  func classesWithoutLabelsAreToldWhereAFormatHasNoListOfThem(_ id: String) throws {
    let item = DatasetItem(
      name: "a.png", size: ImageSize(width: 9, height: 9),
      labels: [DatasetLabel(0, .shape(.box(Box(x: 1, y: 1, width: 3, height: 3))))])
    func losses(_ classes: [String]) throws -> [Diagnostics.Loss] {
      let folder = try TestFolder()
      let diagnostics = Diagnostics(.lenient)
      _ = try DatasetConversion.run(
        GivenItems(schema: DatasetSchema(names: classes), items: [item]),
        to: #require(DatasetFormat.named(id)), FolderSink(folder.path + "/out"), WritingOptions(),
        diagnostics)
      return diagnostics.losses.filter { $0.what.hasPrefix("classes without labels") }
    }
    #expect(try losses(["car", "bus", "tram"]).map(\.count) == [2] && losses(["car"]).isEmpty)
  }
}
