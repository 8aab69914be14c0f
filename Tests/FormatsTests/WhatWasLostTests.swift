import Foundation
import Geometry
import Labels
import Notation
import Testing

@testable import Formats

/// Sets that lost labels or images without a word, or gave them to others.
@Suite struct WhatWasLostTests {
  private let png = PNGWriter.png(
    [UInt8](repeating: 1, count: 16), width: 4, height: 4, pixels: .grey)

  @Test func aRelationJoinsWhatItNamesWhateverIsLeftOutBeforeIt() throws {
    let folder = try TestFolder()
    try folder.write(
      """
      {"name": "f", "text": "abcdefghij", "labels": [{"class": "r", "relation": [2, 9]},
       {"class": "bad", "span": [[0, 99]]}, {"class": "A", "span": [[0, 2]]},
       {"class": "B", "span": [[3, 5]]}, {"class": "r", "relation": [2, 3]},
       {"class": "r", "relation": [1, 2]}]}
      """.replacing("\n", with: " "), to: "items.jsonl")
    let found = try folder.found()
    #expect(
      found.items[0].labels.map(\.value) == [
        .spans([0..<2]), .spans([3..<5]), .relation(from: 0, to: 1),
      ])
    #expect(
      found.diagnostics.faults.map(\.place) == [
        "object 1, labels[1].span[0]", "object 1, labels[0].relation",
        "object 1, labels[5].relation",
      ])
  }

  @Test func anImageIsFoundWhereItLiesThoughAnotherOfItsNameLiesDeeper() throws {
    let folder = try TestFolder()
    for path in ["images/a.png", "images/s/a.png", "images/train/b.png", "images/val/b.png"] {
      try folder.write(png, to: path)
    }
    let place = try DatasetFolder(folder.path)
    #expect(place.image(named: "a", like: "labels/a.txt") == "images/a.png")
    #expect(place.image(named: "a", like: "labels/s/a.txt") == "images/s/a.png")
    #expect(place.image(named: "a.png") == "images/a.png")
    #expect(place.image(named: "s/a.png", like: "images/x") == "images/s/a.png")
    // Which of two beside each other is meant nobody knows.
    #expect(place.image(named: "b.png") == nil)
  }

  @Test func oneBrokenFileOfLabelMeCostsItself() throws {
    let folder = try TestFolder()
    try folder.write("{\"shapes\": [", to: "a.json")
    try folder.write(
      """
      {"imagePath": "b.png", "imageWidth": 4, "imageHeight": 4, "shapes": [
       {"label": "c", "shape_type": "rectangle", "points": [[0, 0], [2, 2]]}]}
      """, to: "b.json")
    for name in ["a", "b"] { try folder.write(png, to: "\(name).png") }
    let found = try folder.found()
    #expect(found.format == "labelme" && found.items.map(\.labels.count).reduce(0, +) == 1)
    #expect(found.diagnostics.faults.map(\.file) == ["a.json"])
  }

  @Test func whatLiesBetweenImagesOfClassesIsToldAndNoClass() throws {
    let folder = try TestFolder()
    for path in ["train/cat/a.png", "train/dog/b.png", "val/cat/c.png", "test/x.png"] {
      try folder.write(png, to: path)
    }
    try folder.write("x", to: "train/cat/Thumbs.db")
    let found = try folder.found()
    #expect(found.format == "imagenet" && found.names == ["cat", "dog"])
    #expect(found.items.map(\.name) == ["x.png", "a.png", "b.png", "c.png"])
    #expect(found.items.map(\.labels.count) == [0, 1, 1, 1] && found.items[0].subset == "test")
    #expect(found.diagnostics.losses.map(\.count) == [1])
    let masks = try TestFolder()
    for path in ["img_dir/train/a.png", "ann_dir/train/a.png"] { try masks.write(png, to: path) }
    #expect(try masks.found().format != "imagenet")
  }

  @Test func choicesAndCatsOfTextsAreClasses() throws {
    let folder = try TestFolder()
    try folder.write(
      """
      {"text": "a", "options": [{"id": "POS", "text": "Positive"}], "accept": ["POS"], "answer": "accept"}
      """, to: "a.jsonl")
    let choices = try folder.found()
    #expect(
      choices.format == "spacy" && choices.names == ["POS"] && choices.items[0].labels.count == 1)
    try folder.write(
      """
      {"text": "exampleA", "entities": [[0, 1, "LOC"]], "cats": ["positive"]}
      {"text": "exampleB", "cats": ["positive"]}
      """, to: "a.jsonl")
    let cats = try folder.found()
    #expect(cats.format == "doccano" && cats.names == ["LOC", "positive"])
    #expect(cats.items.map { $0.labels.map(\.value) } == [[.spans([0..<1]), .whole], [.whole]])
    #expect(cats.diagnostics.faultCount == 0)
  }

  @Test func imagesOfOneStemAreTwoInOpenImagesAndNamesStayWhatTheyAre() throws {
    let folder = try TestFolder()
    let write = try #require(DatasetFormat.openImages.write)
    let sink = try FolderSink(folder.path + "/out")
    let diagnostics = Diagnostics(.strict)
    var writer = try write(sink, WritingOptions(), diagnostics)
    let schema = DatasetSchema(names: ["=c"])
    for name in ["a.jpg", "a.png", "-0fE3.jpg"] {
      let box = Box(x: 1, y: 1, width: 2, height: 2)
      try writer.add(
        DatasetItem(
          name: name, size: ImageSize(width: 4, height: 4),
          labels: [DatasetLabel(0, .shape(.box(box)))]), schema)
    }
    try writer.finish(schema)
    try sink.finish()
    let out = try DatasetFolder(folder.path + "/out")
    var reader = try DatasetFormat.openImages.reader(of: out, diagnostics)
    var names: [String] = []
    while let item = try reader.next() { names.append(item.name) }
    #expect(names.map(DatasetItem.stem) == ["a", "a", "-0fE3"] && names[1] == "a.png")
    #expect(reader.schema.classes.map(\.name) == ["=c"])
    #expect(diagnostics.losses.map(\.count) == [1])
  }

  @Test func aLineThatIsCutOffDoesNotTakeTheNextAlong() throws {
    for line in ["{\"name\": \"%\", \"text\": \"t\"", "{\"id\": \"%\", \"text\": \"t\", \"k\": 1"] {
      func whole(_ name: String) -> String { line.replacing("%", with: name) + "}" }
      let folder = try TestFolder()
      let lines = [whole("a"), line.replacing("%", with: "b") + ",", whole("c"), whole("d")]
      try folder.write(lines.joined(separator: "\n") + "\n", to: "items.jsonl")
      let found = try folder.found()
      #expect(found.items.map(\.name) == ["a", "c", "d"])
      #expect(found.diagnostics.faults.map { $0.place.prefix(6) } == ["line 2"])
    }
  }

  @Test func aRowKeepsItsImageAndTellsOfLabelsThatAreNone() throws {
    let folder = try TestFolder()
    try folder.write(png, to: "imgs/a.png")
    try folder.write("id,image,label\n1,imgs/a.png,cat\n", to: "a.csv")
    let found = try folder.found()
    #expect(found.items.map(\.name) == ["1"] && found.items[0].size?.width == 4)
    #expect(found.items[0].media?.hasSuffix("imgs/a.png") == true)
    try folder.write("name,labels,metadata\na,\"[{\"\"class\"\": \"\"c\"\"\",{}\n", to: "a.csv")
    #expect(try folder.found().diagnostics.faults.map(\.place) == ["row 1, labels"])
    // As spreadsheets of some countries and Label Studio call what has tabs.
    try folder.write("name\ttext\tlabel\na\tso, it is\tgood\n", to: "a.csv")
    let tabbed = try folder.found()
    #expect(tabbed.format == "csv" && tabbed.items.map(\.text) == ["so, it is"])
  }

  @Test func oneBoxThatIsNoneCostsItself() throws {
    let folder = try TestFolder()
    func box(_ width: Int) -> String {
      #"{"label": "c", "coordinates": {"x": 5, "y": 5, "width": \#(width), "height": 2}}"#
    }
    try folder.write(
      #"[{"image": "a.png", "annotations": [\#(box(2)), \#(box(-5))]}]"#, to: "a.json")
    let found = try folder.found()
    #expect(found.format == "createml" && found.items.map(\.labels.count) == [1])
    #expect(
      found.diagnostics.faults.map(\.place) == ["element 1, annotations[1].coordinates"])
  }

  @Test func aTagThatIsNoneIsToldWithItsOwnLine() throws {
    let folder = try TestFolder()
    try folder.write("John B-PER\nBar XYZ\n\nFoo B-LOC\nBaz QQQ\n", to: "a.conll")
    #expect(try folder.found().diagnostics.faults.map(\.place) == ["line 2", "line 5"])
  }

  @Test func aSampleOfAnyLoaderHasItsClass() throws {
    let folder = try TestFolder()
    let tar = TarWriter()
    var bytes: [UInt8] = []
    for (name, content) in [
      ("0.txt", "so"), ("0.json", "{\"label\": \"pos\", \"from\": 7}"), ("1.txt", "no"),
      ("1.json", "{\"from\": 8}"), ("1.cls", "2"),
    ] { bytes += try tar.file(name: name, content: Array(content.utf8), modified: 0) }
    try folder.write(bytes + tar.trailer, to: "train-000000.tar")
    let found = try folder.found()
    #expect(found.names == ["pos", "class 2"] && found.items.map(\.labels.count) == [1, 1])
    #expect(found.items.map { $0.metadata.map(\.name) } == [["from"], ["from"]])
  }

  @Test func aLicenceAndWhatElseIsKnownOfAnImageStayWithIt() throws {
    let folder = try TestFolder()
    try folder.write(
      """
      {"licenses": [{"id": 4, "name": "CC BY 4.0"}], "categories": [{"id": 1, "name": "c"}],
       "images": [{"id": 1, "file_name": "a.png", "width": 4, "height": 4, "license": 4,
                   "metadata": {"city": "Bonn"}},
                  {"id": 2, "file_name": "b.png", "width": 4, "height": 4, "license": 9}],
       "annotations": []}
      """, to: "a.json")
    let found = try folder.found()
    #expect(found.format == "coco" && found.items[1].metadata.isEmpty)
    #expect(
      found.items[0].metadata == [.init("city", "Bonn"), .init("license", "CC BY 4.0")])
    let write = try #require(DatasetFormat.coco.write)
    let sink = try FolderSink(folder.path + "/out")
    var writer = try write(sink, WritingOptions(), Diagnostics(.strict))
    for item in found.items { try writer.add(item, DatasetSchema(names: ["c"])) }
    try writer.finish(DatasetSchema(names: ["c"]))
    try sink.finish()
    let out = try DatasetFolder(folder.path + "/out")
    var reader = try DatasetFormat.coco.reader(of: out, Diagnostics(.strict))
    #expect(try reader.next()?.metadata == found.items[0].metadata)
    #expect(try reader.next()?.metadata == [])
  }

  @Test func whatIsSaidOfAnObjectOfLabelboxStaysWithIt() throws {
    let folder = try TestFolder()
    try folder.write(
      """
      {"data_row": {"external_id": "a.png"}, "media_attributes": {"width": 9, "height": 9}, "projects":
       {"p": {"labels": [{"annotations": {"objects": [{"name": "car", "bounding_box":
       {"left": 1, "top": 1, "width": 2, "height": 2}, "classifications": [
       {"name": "colour", "radio_answer": {"name": "red"}},
       {"name": "note", "text_answer": {"content": "old"}}]}],
       "classifications": [{"name": "seen", "text_answer": {"content": "at dusk"}}]}}]}}}
      """.replacing("\n", with: " "), to: "a.ndjson")
    let found = try folder.found()
    #expect(found.format == "labelbox")
    #expect(found.items[0].labels.map(\.value.kind) == [.box, .caption])
    #expect(
      found.items[0].labels[0].attributes == [.init("colour", "red"), .init("note", "old")])
  }

  @Test(arguments: [("GBK", [0xC6, 0xFB, 0xB3, 0xB5]), ("Big5", [0xBF, 0xDF]), ("windows-1251", [0xEA])])
  func anEncodingThatIsNamedIsRead(_ encoding: String, _ bytes: [UInt8]) throws {
    let folder = try TestFolder()
    let (head, tail) = (
      """
      <?xml version="1.0" encoding="\(encoding)"?><annotation><filename>a.png</filename>
      <size><width>9</width><height>9</height></size><object><name>
      """,
      "</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></object></annotation>"
    )
    try folder.write(Array(head.utf8) + bytes + Array(tail.utf8), to: "Annotations/a.xml")
    let names = try folder.found().names
    #expect(names == [["GBK": "汽车", "Big5": "貓", "windows-1251": "к"][encoding]])
  }
}
