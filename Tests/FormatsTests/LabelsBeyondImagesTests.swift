import Foundation
import Geometry
import Labels
import Notation
import Testing

@testable import Formats

/// What lies beyond an image, a folder or what is read is told, and costs nothing else.
@Suite struct LabelsBeyondImagesTests {
  @Test(
    arguments: [
      (Box(x: 0, y: 0, width: 100, height: 80), nil),
      (Box(x: -1, y: -1, width: 102, height: 82), nil),
      (Box(x: 90, y: 0, width: 11.5, height: 5), "reaches beyond"),
      (Box(x: -1.5, y: 0, width: 9, height: 5), "reaches beyond"),
      (Box(x: 3, y: 78, width: 9, height: 5), "reaches beyond"),
      (Box(x: 200, y: 0, width: 9, height: 5), "lies outside of"),
      (Box(x: 1e300, y: -1e300, width: 9, height: 5), "lies outside of"),
    ] as [(Box, String?)])
  func aPlaceIsWithinItsImageButForAPixelOfSlack(_ box: Box, _ said: String?) {
    let fault = SoundLabels.fault(box, in: ImageSize(width: 100, height: 80))
    #expect(fault == nil ? said == nil : said.map { fault?.contains($0) == true } == true)
  }

  private func coco() throws -> TestFolder {
    let folder = try TestFolder()
    try folder.write(
      """
      {"images": [{"id": 1, "file_name": "a.jpg", "width": 10, "height": 10}],
       "categories": [{"id": 1, "name": "car"}],
       "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]},
        {"id": 2, "image_id": 1, "category_id": 1, "bbox": [8, 2, 30, 4]}]}
      """, to: "a.json")
    return folder
  }

  @Test func aLabelBeyondItsImageIsToldWithItsPlaceAndKept() throws {
    let folder = try coco()
    let diagnostics = Diagnostics(.lenient)
    var reader = try DatasetFormat.coco.reader(of: DatasetFolder(folder.path), diagnostics)
    #expect(try reader.next()?.labels.count == 2)
    #expect(
      diagnostics.faults.map(\.sentence) == [
        "a.jpg: label 2, car: it reaches beyond its image: x 8…38, y 2…6 of 10 × 10. "
          + "Put its place or the image's size right; it is kept as it is."
      ])
    var strict = try DatasetFormat.coco.reader(of: DatasetFolder(folder.path), Diagnostics(.strict))
    #expect(throws: FormatFault.self) { try strict.next() }
  }

  @Test func linksOutOfAFolderAndInAnArchiveAreTold() throws {
    let folder = try TestFolder()
    try folder.write("names: [x]\n", to: "set/data.yaml")
    try folder.write("secret", to: "secret.png")
    try folder.write(
      PNGWriter.png([UInt8](repeating: 9, count: 64), width: 8, height: 8, pixels: .grey),
      to: "set/images/b.png")
    try folder.write("0 .5 .5 .1 .1\n", to: "set/labels/b.txt")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/set/images/a.png", withDestinationPath: folder.path + "/secret.png")
    let diagnostics = Diagnostics(.lenient)
    var reader = try DatasetFormat.yolo.reader(of: DatasetFolder(folder.path + "/set"), diagnostics)
    while try reader.next() != nil {}
    #expect(diagnostics.faults.map(\.file) == ["images/a.png"])
    #expect(diagnostics.faults.first?.reason.hasPrefix("it is a link") == true)
    let tar = Process()
    tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    tar.arguments = ["tar", "-C", folder.path + "/set", "-cf", folder.path + "/set.tar", "."]
    try tar.run()
    tar.waitUntilExit()
    let packed = Diagnostics(.lenient)
    reader = try DatasetFormat.yolo.reader(of: DatasetFolder(folder.path + "/set.tar"), packed)
    var items = 0
    while try reader.next() != nil { items += 1 }
    #expect(items == 1 && packed.faults.map(\.file) == ["images/a.png"])
  }

  @Test func aLinkDoesNotHideThatThereIsNothingAndOneToAFolderOfTheSetIsNone() throws {
    let folder = try TestFolder()
    try folder.write("x", to: "v1/a.md")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/latest", withDestinationPath: folder.path + "/v1")
    let none = Diagnostics(.strict)
    _ = try DatasetFormat.plainFiles.reader(of: DatasetFolder(folder.path), none)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/gone", withDestinationPath: folder.path + "/nothing")
    let diagnostics = Diagnostics(.lenient)
    var reader = try DatasetFormat.csv.reader(of: DatasetFolder(folder.path), diagnostics)
    #expect(throws: FormatFault.self) { try reader.next() }
    #expect(diagnostics.faults.map(\.file) == ["gone"])
  }

  @Test func aLabelThatIsNoShapeIsLeftOutWithItsRelationsAndTheOthersStay() throws {
    let folder = try TestFolder()
    let lines = (0..<3).map { "<points label=\"p\" points=\"\($0),1\"/>" }.joined()
    try folder.write(
      """
      <annotations><version>1.1</version><image id="0" name="a.png" width="9" height="9">
      <polyline label="way" points="1,1"/><polyline label="way" points="1,1;2,2"/>\(lines)
      </image></annotations>
      """, to: "annotations.xml")
    let diagnostics = Diagnostics(.lenient)
    var reader = try DatasetFormat.cvat.reader(of: DatasetFolder(folder.path), diagnostics)
    #expect(try reader.next()?.labels.count == 4)
    #expect(
      diagnostics.faults.map(\.sentence) == [
        "a.png: label 1, way: its polyline must have at least two points. Put it right; it is left out."
      ])
    var item = DatasetItem(name: "a")
    item.labels = [
      DatasetLabel(0, .relation(from: 1, to: 2)), DatasetLabel(0, .whole), DatasetLabel(1, .whole),
      DatasetLabel(0, .relation(from: 2, to: 3)), DatasetLabel(0, .relation(from: 2, to: 2)),
    ]
    #expect(item.replaceLabels { place, label in place == 1 ? [] : [label] } == 1)
    #expect(
      item.labels.map(\.value) == [.whole, .relation(from: 0, to: 1), .relation(from: 0, to: 0)])
  }

  @Test func filesThatAreNoImagesOrTextsAreCountedAndImagesWithoutAKindAreSniffed() throws {
    let folder = try TestFolder()
    let png = PNGWriter.png([UInt8](repeating: 9, count: 64), width: 8, height: 8, pixels: .grey)
    try folder.write(png, to: "one/plain")
    try folder.write("x", to: "one/a.HEIC")
    try folder.write("x", to: "one/b.heic")
    try folder.write("no image", to: "one/LICENSE")
    try folder.write("a text", to: "two/a.TXT")
    let place = try DatasetFolder(folder.path)
    let diagnostics = Diagnostics(.strict)
    #expect(DatasetFormat.of(place) == .plainFiles)
    var reader = try DatasetFormat.plainFiles.reader(of: place, diagnostics)
    var items: [DatasetItem] = []
    while let item = try reader.next() { items.append(item) }
    #expect(items.map(\.name) == ["one/plain", "two/a.TXT"] && items[0].size?.width == 8)
    #expect(items[1].text == "a text")
    #expect(
      diagnostics.losses.map { "\($0.count) \($0.what.prefix(40))" } == [
        "2 files with .heic left out: no images or ", "1 files with no kind in their names left o",
      ])
  }

  @Test func shapesThatAreNoneAreLeftOutOfLinesAndMasksHaveTheSizeOfTheirImage() throws {
    var schema = DatasetSchema()
    var told: [String] = []
    let item = try DatasetLineNotation.item(
      JSON(
        parsing: """
          {"name": "a", "width": 4, "height": 2, "labels": [
           {"class": "x", "polygon": [[1, 1], [2, 2]]}, {"class": "x", "polyline": [[1, 1]]},
           {"class": "x", "pieces": []}, {"class": "x", "mask": {"size": [4, 4], "counts": [16]}},
           {"class": "x", "mask": {"size": [2, 4], "counts": [8]}},
           {"class": "x", "polygon": [[1, 1], [2, 2], [1, 2]]}]}
          """), &schema
    ) { told.append("\($0.path) \($0.problem)") }
    #expect(item.labels.map(\.value.kind) == [.mask, .polygon])
    #expect(
      told == [
        "labels[0].polygon must have at least three points",
        "labels[1].polyline must have at least two points",
        "labels[2].pieces must be outlines of at least three points each",
        "labels[3].mask must be of the image's 4 × 2 pixels, not of 4 × 4",
      ])
  }
}
