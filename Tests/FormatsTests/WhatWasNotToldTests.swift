import Foundation
import Geometry
import Labels
import Notation
import Testing

@testable import Formats

/// What formats left out, changed or misread without a word.
@Suite struct WhatWasNotToldTests {
  private let png = PNGWriter.png(
    [UInt8](repeating: 1, count: 16), width: 4, height: 4, pixels: .grey)

  /// What a format says that it does not keep of items.
  private func losses(_ format: DatasetFormat, _ items: [DatasetItem], _ classes: [String]) throws
    -> [String]
  {
    let folder = try TestFolder()
    let sink = try FolderSink(folder.path + "/out")
    let diagnostics = Diagnostics(.strict)
    let write = try #require(format.write)
    var writer = try write(sink, WritingOptions(), diagnostics)
    for item in items { try writer.add(item, DatasetSchema(names: classes)) }
    try writer.finish(DatasetSchema(names: classes))
    return diagnostics.losses.map(\.what)
  }

  private func item(_ name: String, _ boxes: [Box] = []) -> DatasetItem {
    DatasetItem(
      name: name, size: ImageSize(width: 9, height: 9),
      labels: boxes.map { DatasetLabel(0, .shape(.box($0))) })
  }

  @Test(arguments: [DatasetFormat.voc, .kitti, .supervisely, .cityscapes])
  func foldersInNamesAreToldWhereAFormatHasNone(_ format: DatasetFormat) throws {
    let told = try losses(format, [item("a/b.png"), item("c.png")], ["c"])
    #expect(told == ["folders in names written as underscores"])
    #expect(try losses(format, [item("c.png")], ["c"]).isEmpty)
  }

  @Test func whatLiesOverOtherLabelsIsTold() throws {
    func square(_ x: Double) -> DatasetLabel {
      DatasetLabel(
        0, .shape(.polygon(Polygon([(x, 0), (x + 3, 0), (x + 3, 3), (x, 3)].map(Point.init(x:y:))))))
    }
    func labels(_ places: [Double]) -> DatasetItem {
      var item = item("a.png")
      for (number, place) in places.enumerated() {
        var label = square(place)
        label.classIndex = number
        item.labels.append(label)
      }
      return item
    }
    for format in [DatasetFormat.indexMasks, .cocoPanoptic] {
      #expect(try losses(format, [labels([0, 4])], ["a", "b"]).isEmpty)
      #expect(
        try losses(format, [labels([0, 2])], ["a", "b"]) == ["labels written over parts of others"])
    }
  }

  @Test func whatIsNotWrittenDoesNotCount() throws {
    let folder = try TestFolder()
    func box(_ image: Int) -> String {
      #"{"id": \#(image), "image_id": \#(image), "category_id": 1, "bbox": [1, 1, 2, 2]}"#
    }
    try folder.write(
      """
      {"categories": [{"id": 1, "name": "c"}], "annotations": [\(box(1)), \(box(2)), \(box(3))],
       "images": [{"id": 1, "file_name": "a.png", "width": 9, "height": 9}, {"id": 2, "file_name": "b.png"},
                  {"id": 3, "file_name": "a.jpg", "width": 9, "height": 9}]}
      """, to: "a.json")
    let diagnostics = Diagnostics(.lenient)
    let place = try DatasetFolder(folder.path)
    let count = try DatasetConversion.run(
      DatasetFormat.coco.reader(of: place, diagnostics), to: .voc, FolderSink(folder.path + "/out"),
      WritingOptions(), diagnostics)
    #expect(count.items == 1 && count.labels == 1 && diagnostics.leftOut == (2, 2))
  }

  @Test func twoSpansOfOneIdAreToldAndBothStay() throws {
    let folder = try TestFolder()
    try folder.write("ab cd ef", to: "a.txt")
    try folder.write(
      "T1\tX 0 2\tab\nT1\tY 3 5\tcd\nT2\tX 6 8\tef\nR1\tr Arg1:T1 Arg2:T2\n", to: "a.ann")
    let found = try folder.found()
    #expect(found.items[0].labels.map(\.value).last == .relation(from: 0, to: 2))
    #expect(found.items[0].labels.count == 4)
    #expect(found.diagnostics.faults.map(\.place) == ["line 2"])
    #expect(throws: FormatFault.self) { try folder.found(.strict) }
  }

  @Test func spansWithGapsAndEmptyTextsAreTold() throws {
    let gaps = DatasetItem(
      name: "t", text: "abcdef", labels: [DatasetLabel(0, .spans([0..<1, 3..<5]))])
    #expect(
      try losses(.labelStudio, [gaps], ["c"]) == ["spans with gaps written as one span a piece"])
    for format in [DatasetFormat.csv, .parquet, .arrow, .huggingFace] {
      let told = try losses(format, [DatasetItem(name: "t", text: "")], [])
      #expect(told == ["empty texts written as none"])
    }
  }

  @Test func anImageOfTwoClassesIsToldWhereEachHasAFolder() throws {
    let folder = try TestFolder()
    try folder.write(png, to: "a.png")
    let item = DatasetItem(
      name: "a.png", labels: [DatasetLabel(0, .whole), DatasetLabel(1, .whole)],
      media: folder.path + "/a.png")
    #expect(
      try losses(.imageNet, [item], ["x", "y"])
        == ["images of several classes written once for each"])
  }

  @Test func jsonThatIsNoUTF8IsReadAsLatin1AndTold() throws {
    let folder = try TestFolder()
    let (head, tail) = (
      #"{"categories": [{"id": 1, "name": "Stra"#,
      """
      e"}, {"id": 2, "name": "été"}], "images": [{"id": 1, "file_name": "a.png", "width": 9, "height": 9}],
      "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 2, 2]}]}
      """.replacing("\n", with: " ")
    )
    try folder.write(Array(head.utf8) + [0xDF] + Array(tail.utf8), to: "a.json")
    let found = try folder.found()
    // What is UTF-8 in the same line stays.
    #expect(found.format == "coco" && found.names == ["Straße", "été"])
    #expect(found.diagnostics.losses.map(\.what) == ["lines with bytes read as Latin-1 that are no UTF-8"])
    #expect(found.diagnostics.faultCount == 0)
  }

  @Test func bytesAreUTF8WhereTheLibrarySaysSo() {
    var chance = Chance(seed: 8)
    let texts = ["a", "ascii of some length", "é", "雨", "😀", "\u{7FF}\u{800}\u{FFFF}\u{10FFFF}"]
    let none: [[UInt8]] = [
      [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
    ]
    let parts = texts.map { Array($0.utf8) } + none
    for _ in 0..<20_000 {
      var bytes = (0..<Int.random(in: 0...6, using: &chance)).flatMap { _ in
        parts[Int.random(in: 0..<parts.count, using: &chance)]
      }
      if !bytes.isEmpty, Bool.random(using: &chance) {
        bytes[Int.random(in: 0..<bytes.count, using: &chance)] = .random(in: 0...255, using: &chance)
      }
      if Bool.random(using: &chance) { bytes.removeLast(min(bytes.count, 1)) }
      let isText = String(validating: bytes, as: UTF8.self) != nil
      #expect(bytes.withUnsafeBufferPointer(UTF8Check.isWhole) == isText, "\(bytes)")
    }
  }

  @Test func aFileThatIsNoJSONBesideImagesIsAFault() throws {
    let folder = try TestFolder()
    try folder.write(png, to: "a.png")
    try folder.write("", to: "empty.json")
    for text in [#"{"shapes": [{"label": "c", "#, #"{"shapes": [{"label" 1}]}"#, "<html>"] {
      try folder.write(text, to: "a.json")
      let found = try folder.found()
      #expect(found.format == "files" && found.diagnostics.faults.map(\.file) == ["a.json"])
      #expect(throws: FormatFault.self) { try folder.found(.strict) }
    }
  }

  @Test(arguments: [DatasetFormat.labelMe, .boxTable, .voc, .kitti, .coco])
  func imagesAloneAreNoSetOfTheFormatThatWasNamed(_ format: DatasetFormat) throws {
    let folder = try TestFolder()
    for name in ["a.png", "JPEGImages/b.png", "image_2/c.png"] { try folder.write(png, to: name) }
    #expect(throws: FormatFault.self) {
      var reader = try format.reader(of: DatasetFolder(folder.path), Diagnostics(.lenient))
      while try reader.next() != nil {}
    }
  }

  @Test func shardsOfTFRecordAreKnownByTheirNames() throws {
    for name in [
      "train.record", "TRAIN.TFRECORD", "train.record-00000-of-00010", "a.tfrecord-00001-of-00002",
      "a.tfrecords",
    ] {
      let folder = try TestFolder()
      try folder.write("", to: name)
      try folder.write("", to: "record-of-work")
      #expect(DatasetFormat.of(try DatasetFolder(folder.path)) == .tfRecord)
    }
    for name in ["a.recording", "a.record-1-of", "a.record-x-of-2"] {
      let other = try TestFolder()
      try other.write("", to: name)
      #expect(DatasetFormat.of(try DatasetFolder(other.path)) != .tfRecord)
    }
  }

  @Test(arguments: [DatasetFormat.yolo, .yoloSegment, .yoloPose, .yoloOBB])
  func aSetOnWhichNothingIsSeenIsOneOfWhateverIsNamed(_ format: DatasetFormat) throws {
    let folder = try TestFolder()
    try folder.write("names: [a]\n", to: "data.yaml")
    try folder.write(png, to: "images/a.png")
    try folder.write("", to: "labels/a.txt")
    var reader = try format.reader(of: DatasetFolder(folder.path), Diagnostics(.strict))
    #expect(try reader.next()?.labels.count == 0)
    #expect(try reader.next() == nil)
  }

  @Test func aLineOfTextInLatin1IsReadWhole() throws {
    let folder = try TestFolder()
    // What would be UTF-8 in it, as DF BB and C9 A0, is not.
    try folder.write([0xAB] + Array("Spa".utf8) + [0xDF, 0xBB, 0x20, 0xC9, 0xA0], to: "a.txt")
    #expect(try folder.found().items.map(\.text) == ["«Spaß» É\u{A0}"])
  }

  @Test func aSampleOfTextKeepsItsNameBesideAPicture() throws {
    let folder = try TestFolder()
    let tar = TarWriter()
    var bytes: [UInt8] = []
    for (name, content) in [("0.txt", Array("so".utf8)), ("0.mask.png", png), ("1", [])] {
      bytes += try tar.file(name: name, content: content, modified: 0)
    }
    try folder.write(bytes + tar.trailer, to: "a.tar")
    let found = try folder.found()
    #expect(found.items.map(\.name) == ["0", "1"] && found.items[0].text == "so")
    #expect(
      found.diagnostics.losses.map(\.what) == ["files of samples left out: .mask.png"])
  }

  @Test func aSampleWithTwoImagesHasItsFirstAndTellsOfTheOther() throws {
    let folder = try TestFolder()
    let tar = TarWriter()
    var bytes: [UInt8] = []
    for name in ["0.left.png", "0.right.png", "0.depth.npy", "1.seg.png", "1.png"] {
      bytes += try tar.file(name: name, content: png, modified: 0)
    }
    try folder.write(bytes + tar.trailer, to: "a.tar")
    let found = try folder.found()
    #expect(found.items.map(\.name) == ["0.left.png", "1.png"])
    #expect(found.items.map(\.size?.width) == [4, 4])
    #expect(
      found.diagnostics.losses.map { "\($0.count) \($0.what)" } == [
        "1 files of samples left out: .depth.npy", "2 images of a sample after its first",
      ])
  }

  @Test func classesAndTheirColoursAreWhatTheLabelMapSays() throws {
    let folder = try TestFolder()
    let map = "# label:color_rgb:parts:actions\nbackground:0,0,0::\ndog:255,0,0::\ncat:0,0,128::\n"
    // Red is no void, though its number is 255.
    let pixels: [UInt8] = [255, 0, 0, 0, 0, 0, 0, 0, 128, 9, 9, 9]
    let colored = PNGWriter.png(pixels, width: 2, height: 2, pixels: .rgb)
    try folder.write(map, to: "labelmap.txt")
    try folder.write(colored, to: "SegmentationClass/a.png")
    let found = try folder.found()
    #expect(found.format == "masks" && found.names == ["dog", "cat"])
    #expect(found.items[0].labels.map(\.classIndex) == [0, 1])
    #expect(
      found.diagnostics.faults.map(\.reason) == [
        "pixels have the colour #090909, for which labelmap.txt has no line"
      ])
    // What it names is a class, though others leave it out.
    try folder.write("dog:255,0,0\nroad:0,0,0\nnone:9,9,9\ncat:0,0,128\n", to: "labelmap.txt")
    #expect(try folder.found().items[0].labels.count == 4)
    // Without it, classes are called by their colours.
    try FileManager.default.removeItem(atPath: folder.path + "/labelmap.txt")
    #expect(try folder.found().names == ["#ff0000", "#090909", "#000080"])
    // Where classes have numbers, red is the number.
    try folder.write("background\ncat\n", to: "classes.txt")
    let red: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0]
    try folder.write(
      PNGWriter.png(red, width: 2, height: 2, pixels: .rgb), to: "SegmentationClass/a.png")
    #expect(try folder.found(.strict).items[0].labels.map(\.classIndex) == [0])
  }

  @Test(arguments: [
    ("labelmap.txt", "background:0,0,0::\ndog:1,0,0::\ncat:2,0,0::\n"),
    ("labels.txt", "background\ndog\ncat\n"),
  ])
  func classesOfVOCAreInTheOrderOfTheirList(_ file: String, _ list: String) throws {
    let folder = try TestFolder()
    try folder.write(list, to: file)
    try folder.write(
      """
      <annotation><filename>a.png</filename><size><width>9</width><height>9</height></size><object>
      <name>cat</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox>
      </object></annotation>
      """, to: "Annotations/a.xml")
    try folder.write(png, to: "SegmentationClass/a.png")
    let found = try folder.found()
    #expect(found.format == "voc" && found.names == ["dog", "cat"])
    #expect(found.items[0].labels.map(\.classIndex) == [1])
  }

  @Test func resultsBesideTheirAnnotationFileArePredictions() throws {
    let folder = try TestFolder()
    try folder.write(
      """
      {"categories": [{"id": 3, "name": "c"}],
       "images": [{"id": 7, "file_name": "a.png", "width": 9, "height": 9}],
       "annotations": [{"id": 1, "image_id": 7, "category_id": 3, "bbox": [0, 0, 1, 1]}]}
      """, to: "instances.json")
    // By itself such a folder is a set of COCO, whatever lies beside.
    try folder.write(
      #"[{"image_id": 7, "category_id": 3, "bbox": [1, 2, 3, 4], "score": 0.5}]"#, to: "yolo.json")
    #expect(try folder.found().items.map { $0.labels.map(\.score) } == [[nil]])
    let place = try DatasetFolder(folder.path)
    var reader = try DatasetFormat.cocoResults.reader(of: place, Diagnostics(.strict))
    let item = try #require(try reader.next())
    #expect(item.name == "a.png" && item.labels.map(\.score) == [0.5] && item.size?.width == 9)
    #expect(try reader.next() == nil)
    try folder.write("[1]", to: "yolo.json")
    #expect(throws: FormatFault.self) {
      try DatasetFormat.cocoResults.reader(of: DatasetFolder(folder.path), Diagnostics(.lenient))
    }
  }

  @Test func columnsOfCoNLLThatAreNotReadAreTold() throws {
    let folder = try TestFolder()
    let told = "columns beside a token and its tag left out, which are not read"
    try folder.write("EU NNP I-NP B-ORG\nrejects VBZ I-VP O\n\n", to: "train.conll")
    #expect(try folder.found().diagnostics.losses == [.init(what: told, count: 2)])
    try folder.write("1\tEU\tB-ORG\t_\n2\trejects\tO\tnote\n\n", to: "train.conll")
    #expect(try folder.found().diagnostics.losses == [.init(what: told, count: 1)])
    try folder.write("EU _ _ B-ORG\nrejects - O\n\n", to: "train.conll")
    #expect(try folder.found().diagnostics.losses.isEmpty)
  }

  @Test func whatLabelMeSaysOfAWholeImageIsTold() throws {
    let folder = try TestFolder()
    try folder.write(
      """
      {"version": "5.5.0", "flags": {}, "shapes": [{"label": "c", "points": [[1, 1], [2, 2]],
       "shape_type": "rectangle", "group_id": 3, "flags": {}}], "imagePath": "a.png", "imageData": null,
       "imageHeight": 4, "imageWidth": 4, "description": "at night"}
      """, to: "val/a.json")
    let found = try folder.found()
    #expect(
      found.diagnostics.losses.map(\.what) == ["`description` of images left out, which is not read"])
    #expect(found.items.map(\.name) == ["a.png"] && found.items.map(\.subset) == ["val"])
  }

  @Test func namesOfClassesThatAreChangedAreTold() throws {
    let text = DatasetItem(name: "t", text: "ab", labels: [DatasetLabel(0, .spans([0..<2]))])
    for format in [DatasetFormat.brat, .conll] {
      let lost = try losses(format, [text], ["a b"])
      #expect(lost.contains { $0.hasPrefix("names of classes") }, "\(format.id)")
      #expect(try losses(format, [text], ["a_b"]).isEmpty)
    }
    #expect(try losses(.indexMasks, [item("a.png", [Box(x: 0, y: 0, width: 2, height: 2)])], ["background"])
      == ["regions of the class background left out, which is what is in none"])
  }

  @Test func aShardWithoutItsEndIsToldAndRead() throws {
    let folder = try TestFolder()
    let sink = try FolderSink(folder.path + "/out")
    let given = GivenItems(items: [DatasetItem(name: "a", text: "so"), DatasetItem(name: "b", text: "no")])
    _ = try DatasetConversion.run(
      given, to: .webDataset, sink, WritingOptions(), Diagnostics(.strict))
    try sink.finish()
    let listing = try DatasetFolder(folder.path + "/out").files(ending: ".tar")
    let path = folder.path + "/out/" + (try #require(listing.first))
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    var end = whole.count
    while whole[(end - 512)..<end].allSatisfy({ $0 == 0 }) { end -= 512 }
    try whole.prefix(end).write(to: URL(fileURLWithPath: path))
    let diagnostics = Diagnostics(.lenient)
    var reader = try DatasetFormat.webDataset.reader(of: DatasetFolder(folder.path + "/out"), diagnostics)
    var names: [String] = []
    while let item = try reader.next() { names.append(item.name) }
    #expect(names == ["a", "b"] && diagnostics.faults.map(\.place) == ["byte \(end)"])
  }

  @Test func decimalsKeepAllTheirDigits() {
    func value(_ number: Int128, _ scale: Int) -> JSON {
      let bytes = (0..<16).map { UInt8(truncatingIfNeeded: number >> (8 * (15 - $0))) }
      return RecordValue.decimal(bytes, scale: scale).json
    }
    #expect(value(-9_999_999_999_999_999_999_999, 2) == "-99999999999999999999.99")
    // Places that hold nothing make no number longer.
    #expect(value(1_000_000_000_000_000_000, 18) == .double(1))
    #expect(value(250_000_000_000_000_000, 18) == .double(0.25))
    #expect(value(12_345, 2) == .double(123.45) && value(-5, 0) == .double(-5))
    #expect(value(9_007_199_254_740_993, 18) == "0.009007199254740993")
  }
}
