import Foundation
import Geometry
import Labels
import Notation
import Testing

@testable import Formats

/// Parts of a set stay apart, and what is in one of them is found there.
@Suite struct SubsetTests {
  private let png = PNGWriter.png(
    [UInt8](repeating: 1, count: 16), width: 4, height: 4, pixels: .grey)

  /// Items after they were written and read again, and what was told.
  private func throughout(
    _ format: DatasetFormat, _ items: [DatasetItem], _ classes: [String] = ["c"]
  ) throws -> (items: [DatasetItem], losses: [String], folder: TestFolder) {
    let folder = try TestFolder()
    let diagnostics = Diagnostics(.strict)
    let sink = try FolderSink(folder.path + "/out")
    try folder.write(png, to: "source/a.png")
    let items = items.map { item in
      var item = item
      if item.size != nil { item.media = folder.path + "/source/a.png" }
      return item
    }
    let given = GivenItems(schema: DatasetSchema(names: classes), items: items[...])
    _ = try DatasetConversion.run(
      given, to: format, sink, WritingOptions(hasMedia: true), diagnostics)
    try sink.finish()
    var reader = try format.reader(of: DatasetFolder(folder.path + "/out"), diagnostics)
    var found: [DatasetItem] = []
    while let item = try reader.next() { found.append(item) }
    return (found, diagnostics.losses.map(\.what), folder)
  }

  private func image(_ name: String, _ subset: String) -> DatasetItem {
    DatasetItem(
      name: name, subset: subset, size: ImageSize(width: 4, height: 4),
      labels: [DatasetLabel(0, .shape(.box(Box(x: 1, y: 1, width: 2, height: 2))))])
  }

  private static let named = DatasetFormat.all.filter {
    $0.write != nil && $0.facts.subsetOfNone != nil
  }.map(\.id)

  @Test(arguments: named) func itemsOfNoSubsetAreNotLostToOneOfTheirFilesName(_ id: String) throws {
    let format = try #require(DatasetFormat.named(id))
    let word = try #require(format.facts.subsetOfNone)
    let isText = !format.facts.holds.contains(.box) && !format.facts.holds.contains(.polygon)
    let items =
      isText
      ? [DatasetItem(name: "a", text: "so"), DatasetItem(name: "b", subset: word, text: "no")]
      : [image("a.png", ""), image("b.png", word)]
    let found = try throughout(format, items)
    #expect(found.items.count == 2, "\(id): \(found.items.map(\.name))")
    // Items of another subset stand beside them, and not with them.
    let other = word == "train" ? "val" : "train"
    var apart = items
    apart[1].subset = other
    let parts = try throughout(format, apart).items.map(\.subset)
    #expect(Set(parts) == [word == "train" ? "train" : "", other], "\(id)")
    #expect(found.losses.contains { $0.contains("subset") }, "\(id): \(found.losses)")
  }

  @Test func theListOfYOLOTrainsOnOneFolderAndValidatesByAnother() throws {
    let cases: [(subsets: [String], lines: [String])] = [
      (["train2017", "val2017"], ["train: images/train2017", "val: images/val2017"]),
      (["train", "other"], ["train: images/train", "val: images/train"]),
      (["", "val"], ["train: images", "val: images/val"]),
      (
        ["a", "b", "test"],
        [
          #"train: ["images/a", "images/b"]"#, #"val: ["images/a", "images/b"]"#, "test: images/test",
        ]
      ),
      ([""], ["train: images", "val: images"]),
    ]
    for (subsets, lines) in cases {
      let found = try throughout(.yolo, subsets.map { image("\($0)x.png", $0) })
      let text = try String(contentsOfFile: found.folder.path + "/out/data.yaml", encoding: .utf8)
      let named = text.split(separator: "\n").map(String.init).filter { $0.contains("images") }
      #expect(named == lines)
      let isTold = found.losses.contains { $0.contains("data.yaml") }
      #expect(isTold == subsets.contains("other"))
    }
  }

  @Test func partsOfAYearKeepTheirNameInYOLO() throws {
    let folder = try TestFolder()
    for part in ["train2017", "val2017"] {
      try folder.write(png, to: "images/\(part)/a.png")
      try folder.write("0 0.5 0.5 0.5 0.5\n", to: "labels/\(part)/a.txt")
    }
    try folder.write(
      "path: .\ntrain: images/train2017\nval: images/val2017\nnames: [c]\n", to: "data.yaml")
    let found = try folder.found()
    #expect(found.items.map(\.name) == ["a.png", "a.png"])
    #expect(found.items.map(\.subset) == ["train2017", "val2017"])
  }

  @Test func listsOfVOCNameImagesWithDotsAndPartsOfAnyName() throws {
    let folder = try TestFolder()
    for stem in ["img0_jpg.rf.abc0", "b", "c"] {
      try folder.write(
        "<annotation><filename>\(stem).jpg</filename><size><width>9</width><height>9</height></size>"
          + "</annotation>", to: "Annotations/\(stem).xml")
    }
    try folder.write("img0_jpg.rf.abc0\n", to: "ImageSets/Main/train.txt")
    try folder.write("b\n", to: "ImageSets/Main/fold1.txt")
    try folder.write("c\n", to: "ImageSets/Main/default.txt")
    let found = try folder.found()
    #expect(found.items.map(\.subset) == ["fold1", "", "train"])
  }

  @Test(arguments: ["datumaro", "openimages", "coco"])
  func imagesOfOneNameAreFoundInTheirPart(_ id: String) throws {
    let format = try #require(DatasetFormat.named(id))
    let found = try throughout(format, ["train", "val"].map { image("a.png", $0) })
    #expect(found.items.map(\.labels.count) == [1, 1], "\(id)")
    // COCO, which names images, has the first one above the others' folders.
    let isOfVal = found.items.map { $0.media?.contains("/val/") == ($0.subset == "val") }
    #expect(isOfVal == [true, true], "\(id): \(found.items.map(\.media))")
  }

  @Test func whatCVATCallsDefaultIsOfNoSubset() throws {
    let folder = try TestFolder()
    try folder.write(
      """
      <annotations><image id="0" name="a.png" subset="default" width="4" height="4"></image>
      <image id="1" name="b.png" subset="Train" width="4" height="4"></image></annotations>
      """, to: "annotations.xml")
    #expect(try folder.found().items.map(\.subset) == ["", "train"])
  }
}
