import Foundation
import Geometry
import Labels
import Notation
import Testing

@testable import Formats

/// Labels that went to another class, another point or another place in a text.
@Suite struct WhatWasMisplacedTests {
  private let png = PNGWriter.png(
    [UInt8](repeating: 1, count: 16), width: 4, height: 4, pixels: .grey)

  @Test(arguments: [
    ("data.yaml", "names: ['dog', 'dog', 'cat']\n", ["dog", "cat"]),
    ("classes.txt", "dog\n\ncat\n\n", ["dog", "class 1", "cat"]),
  ])
  func aClassOfYOLOIsTheLineThatItStandsIn(_ list: String, _ text: String, _ names: [String]) throws {
    let folder = try TestFolder()
    try folder.write(text, to: list)
    try folder.write(png, to: "images/a.png")
    try folder.write("0 0.5 0.5 0.2 0.2\n1 0.5 0.5 0.2 0.2\n2 0.5 0.5 0.2 0.2\n", to: "labels/a.txt")
    let found = try folder.found()
    #expect(found.names == names && found.diagnostics.faultCount == 0)
    let second = names.count == 2 ? "dog" : "class 1"
    #expect(found.items[0].labels.map { names[$0.classIndex] } == ["dog", second, "cat"])
  }

  @Test func pointsOfSkeletonsOfCVATAreThoseOfTheirLabels() throws {
    let folder = try TestFolder()
    func point(_ name: String, _ x: Int) -> String {
      "<points label=\"\(name)\" outside=\"0\" occluded=\"0\" points=\"\(x),1\"></points>"
    }
    func image(_ number: Int, _ points: String) -> String {
      "<image id=\"\(number)\" name=\"\(number).png\" width=\"50\" height=\"50\"><skeleton label=\"cat\">"
        + points + "</skeleton></image>"
    }
    let edge = #"&lt;line data-type="edge" data-node-from="1" data-node-to="2"/&gt;"#
    let nodes =
      #"&lt;circle data-node-id="1" data-label-name="tail"/&gt;"#
      + #"&lt;circle data-node-id="2" data-label-name="nose"/&gt;"#
    let meta = """
      <meta><task><labels>
      <label><name>cat</name><type>skeleton</type><svg>\(edge)\(nodes)</svg></label>
      <label><name>nose</name><parent>cat</parent></label>
      <label><name>tail</name><parent>cat</parent></label>
      </labels></task></meta>
      """
    let images = [
      image(1, point("nose", 1) + point("tail", 2)), image(2, point("tail", 2) + point("nose", 1)),
      image(3, point("tail", 2)),
    ].joined()
    try folder.write("<annotations>" + meta + images + "</annotations>", to: "annotations.xml")
    let place = try DatasetFolder(folder.path)
    var reader = try DatasetFormat.cvat.reader(of: place, Diagnostics(.strict))
    var places: [[Double]] = []
    while let item = try reader.next() {
      guard case .shape(.keypoints(let pose))? = item.labels.first?.value else { continue }
      places.append(pose.keypoints.map { $0.visibility == .absent ? -1 : $0.point.x })
    }
    #expect(places == [[1, 2], [1, 2], [-1, 2]])
    #expect(reader.schema.classes.map(\.skeleton) == [[[1, 0]]])
  }

  @Test func jointsOfDatumaroCountFromOne() throws {
    func set(_ joints: String) -> String {
      """
      {"categories": {"label": {"labels": [{"name": "cat"}]}, "points": {"items": [
      {"label_id": 0, "labels": ["nose", "tail"], "joints": \(joints)}]}},
       "items": [{"id": "a", "image": {"path": "a.png", "size": [9, 9]}, "annotations": []}]}
      """
    }
    for joints in ["[[1, 2]]", "[[0, 1]]"] {
      let folder = try TestFolder()
      try folder.write(set(joints), to: "annotations/train.json")
      let place = try DatasetFolder(folder.path)
      var reader = try DatasetFormat.datumaro.reader(of: place, Diagnostics(.strict))
      while try reader.next() != nil {}
      #expect(reader.schema.classes.map(\.skeleton) == [[[0, 1]]])
      let sink = try FolderSink(folder.path + "/out")
      let write = try #require(DatasetFormat.datumaro.write)
      var writer = try write(sink, WritingOptions(), Diagnostics(.strict))
      try writer.finish(reader.schema)
      try sink.finish()
      let file = folder.path + "/out/annotations/default.json"
      let written = try String(contentsOfFile: file, encoding: .utf8)
      #expect(written.contains("\"joints\":[[1,2]]"))
    }
  }

  @Test func textsOfWebDatasetKeepEverySign() throws {
    let text = "\u{FEFF}a\r\nb Anna\rBob\nZoë"
    let item = DatasetItem(
      name: "t", text: text,
      labels: [DatasetLabel(0, .spans([6..<10])), DatasetLabel(0, .spans([15..<18]))])
    let folder = try TestFolder()
    let sink = try FolderSink(folder.path + "/out")
    let given = GivenItems(schema: DatasetSchema(names: ["NAME"]), items: [item])
    _ = try DatasetConversion.run(
      given, to: .webDataset, sink, WritingOptions(), Diagnostics(.strict))
    try sink.finish()
    let place = try DatasetFolder(folder.path + "/out")
    var reader = try DatasetFormat.webDataset.reader(of: place, Diagnostics(.strict))
    let found = try #require(try reader.next())
    let scalars = found.text.map { Array($0.unicodeScalars) }
    #expect(scalars == Array(text.unicodeScalars))
    #expect(found.labels.map(\.value) == item.labels.map(\.value))
  }

  @Test func scoresInTablesAreThoseOfTheirLabels() throws {
    let boxes = try TestFolder()
    try boxes.write(
      "filename,width,height,class,xmin,ymin,xmax,ymax,Confidence,note\na.png,9,9,c,1,1,2,2,0.25,x\n"
        + "a.png,9,9,c,1,1,2,2,,\na.png,9,9,c,1,1,2,2,7,\n", to: "boxes.csv")
    let found = try boxes.found()
    #expect(found.items.flatMap { $0.labels.map(\.score) } == [0.25, nil, nil])
    let losses = found.diagnostics.losses.map(\.what)
    #expect(
      losses.sorted() == [
        "columns `note` left out, which are not read", "scores left out that are not 0…1",
      ])
    let classes = try TestFolder()
    try classes.write("name,text,label,score\na,x,good,0.5\nb,y,bad,7\n", to: "all.csv")
    #expect(try classes.found().items.flatMap { $0.labels.map(\.score) } == [0.5, nil])
    #expect(try classes.found().items.map { $0.metadata.map(\.name) } == [["score"], ["score"]])
  }

  @Test func whatIsWrongWithTheOnlyFileIsTold() throws {
    func fault(_ text: String, _ name: String) throws -> FormatFault? {
      let folder = try TestFolder()
      try folder.write(text, to: name)
      do {
        _ = try DatasetFormat.detected(in: DatasetFolder(folder.path + "/" + name))
        return nil
      } catch let fault as FormatFault { return fault }
    }
    let cut = try #require(try fault("{\"images\": [", "a.json"))
    #expect(cut.file == "a.json" && cut.place.contains("byte"))
    let folder = try TestFolder()
    try folder.write(png, to: "a.png")
    try folder.write("<!DOCTYPE annotation [<!ENTITY a \"b\">]>\n<annotation/>", to: "a.xml")
    #expect(throws: FormatFault.self) { try DatasetFormat.detected(in: DatasetFolder(folder.path)) }
  }

  @Test func jointsThatNoSkeletonHasAreLeftOut() throws {
    for joints in ["[[-9223372036854775808, 1]]", "[[0, 9223372036854775807]]", "[[1, 3]]"] {
      let folder = try TestFolder()
      try folder.write(
        """
        {"categories": {"label": {"labels": [{"name": "cat"}]}, "points": {"items": [
        {"label_id": 0, "labels": ["nose", "tail"], "joints": \(joints)}]}}, "items": []}
        """, to: "annotations/train.json")
      let place = try DatasetFolder(folder.path)
      var reader = try DatasetFormat.datumaro.read(place, Diagnostics(.lenient))
      while try reader.next() != nil {}
      #expect(reader.schema.classes.map(\.skeleton) == [[]])
    }
  }

  /// What is drawn of a skeleton, and the names of a table's columns, are looked through once.
  @Test(.timeLimit(.minutes(1))) func hostileDrawingsAndHeadersEnd() throws {
    let folder = try TestFolder()
    let drawing = String(repeating: "&lt;circle", count: 500_000)
    try folder.write(
      "<annotations><meta><task><labels><label><name>cat</name><svg>\(drawing)</svg></label></labels></task>"
        + "</meta><image id=\"0\" name=\"a.png\" width=\"4\" height=\"4\"></image></annotations>",
      to: "annotations.xml")
    #expect(try folder.found().items.count == 1)
    let table = try TestFolder()
    try table.write(
      "text," + String(repeating: "a,", count: 300_000) + "b\nso\n", to: "all.csv")
    #expect(try table.found().items.map(\.text) == ["so"])
  }

  @Test func aSmallPictureAboveTheFoldersIsNotTheImage() throws {
    let index = ImageIndex(["7.jpg", "images/train/7.jpg", "images/val/7.jpg", "labels/7.jpg"])
    #expect(index.path("7", like: "labels/train/7.txt") == "images/train/7.jpg")
    let voc = ImageIndex(["VOC/JPEGImages/a.jpg", "VOC/a.jpg"])
    #expect(voc.path("a", like: "VOC/Annotations/a.xml") == "VOC/JPEGImages/a.jpg")
  }

  @Test func listsOfSomeImagesTakeNoneFromTheirPart() throws {
    let folder = try TestFolder()
    for stem in ["a", "b"] {
      try folder.write(
        "<annotation><filename>\(stem).jpg</filename><size><width>9</width><height>9</height></size>"
          + "</annotation>", to: "Annotations/\(stem).xml")
    }
    try folder.write("a\n", to: "ImageSets/Main/train.txt")
    try folder.write("a\nb\n", to: "ImageSets/Main/trainval_mini.txt")
    #expect(try folder.found().items.map(\.subset) == ["train", "trainval_mini"])
  }

  @Test func imagesThatAreHiddenAreTold() throws {
    let folder = try TestFolder()
    for name in ["a.png", ".b.png", "..c.png", "._a.png", "more/.d.png", ".git/e.png"] {
      try folder.write(png, to: name)
    }
    let found = try folder.found()
    #expect(found.items.map(\.name) == ["a.png"])
    #expect(found.diagnostics.faults.map(\.file) == ["..c.png", ".b.png", "more/.d.png"])
  }
}
