import Geometry
import Labels
import Notation
import Testing

@testable import Formats

/// What sets say beside shapes and classes: it is read, or its loss is told.
struct WhatIsReadBesideTests {
  private func read(
    _ files: [String: String], as format: DatasetFormat, _ mode: Diagnostics.Mode = .lenient
  ) throws -> (items: [DatasetItem], schema: DatasetSchema, told: Diagnostics) {
    let folder = try TestFolder()
    for (name, text) in files { try folder.write(text, to: name) }
    let diagnostics = Diagnostics(mode)
    var reader = try format.reader(of: DatasetFolder(folder.path), diagnostics)
    var items: [DatasetItem] = []
    while let item = try reader.next() { items.append(item) }
    return (items, reader.schema, diagnostics)
  }

  private func losses(_ told: Diagnostics) -> String { told.losses.map(\.what).joined(separator: "; ") }

  @Test func bitmapsOfSuperviselyAreMasks() throws {
    let mask = RunLengthMask(
      Polygon([Point(x: 2, y: 1), Point(x: 5, y: 1), Point(x: 5, y: 3), Point(x: 2, y: 3)]),
      width: 8, height: 6)
    let cut = CutMask(mask)
    let grey = PNGWriter.png(cut.pixels, width: cut.width, height: cut.height, pixels: .grey)
    let text = CutMask.base64(Gzip.zlib(grey))
    let set = try read(
      [
        "meta.json": #"{"classes": [{"title": "cat"}]}"#,
        "ds/ann/a.png.json": """
        {"size": {"width": 8, "height": 6}, "tags": [], "objects": [
          {"classTitle": "cat", "geometryType": "bitmap", "tags": [], "description": "half hidden",
           "bitmap": {"origin": [2, 1], "data": "\(text)"}, "instanceId": 7},
          {"classTitle": "cat", "geometryType": "bitmap", "bitmap": {"origin": [2, 1], "data": "!"}}]}
        """,
      ], as: .supervisely)
    let label = try #require(set.items.first?.labels.first)
    #expect(label.value == .shape(.mask(mask)) && label.attribute("description") == "half hidden")
    #expect(set.items[0].labels.count == 1 && set.told.faults[0].place == "objects[1].bitmap.data")
    #expect(losses(set.told).contains("`instanceId` of objects"))
  }

  @Test func masksOfLabelMeReachFromTheirFirstPixelToTheirLast() throws {
    let mask = RunLengthMask(
      Polygon([Point(x: 2, y: 1), Point(x: 5, y: 1), Point(x: 5, y: 3), Point(x: 2, y: 3)]),
      width: 8, height: 6)
    let item = DatasetItem(
      name: "a.png", size: ImageSize(width: 8, height: 6), labels: [DatasetLabel(0, .shape(.mask(mask)))])
    let folder = try TestFolder()
    let sink = try FolderSink(folder.path + "/out")
    _ = try DatasetConversion.run(
      GivenItems(items: [item]), to: .labelMe, sink, WritingOptions(), Diagnostics(.strict))
    try sink.finish()
    let json = try DatasetFolder(folder.path + "/out").json("a.json")
    #expect(json["shapes"]?.array?.first?["points"] == [[2, 1], [4, 2]])
    var reader = try DatasetFormat.labelMe.reader(
      of: DatasetFolder(folder.path + "/out"), Diagnostics(.strict))
    #expect(try reader.next()?.labels == item.labels)
  }

  @Test func whatAnyLabelingSaysOfAShapeIsKept() throws {
    let set = try read(
      [
        "a.json": """
        {"shapes": [
          {"label": "cat", "points": [[0, 0], [9, 0], [9, 9], [0, 9]], "shape_type": "rotation",
           "direction": 0, "score": 0.5, "difficult": true, "attributes": {"fur": "long"},
           "kie_linking": [[1, 2]]},
          {"label": "cat", "points": [[1, 2], [3, 4]], "shape_type": "points"}],
         "imagePath": "a.png", "imageWidth": 10, "imageHeight": 10}
        """
      ], as: .labelMe)
    let label = set.items[0].labels[0]
    #expect(label.value.kind == .rotatedBox && label.score == 0.5)
    #expect(label.attributes == [.init("difficult", true), .init("fur", "long")])
    #expect(set.items[0].labels[1].value.kind == .keypoints)
    #expect(losses(set.told).contains("`kie_linking` of shapes"))
  }

  @Test func aCuboidOfCVATIsItsFaceAndTheSideThatIsSeen() throws {
    let set = try read(
      [
        "annotations.xml": """
        <annotations><image id="0" name="a.png" width="100" height="100">
        <cuboid label="car" xtl1="10" ytl1="10" xbl1="10" ybl1="50" xtr1="40" ytr1="10" xbr1="40" ybr1="50"
          xtl2="5" ytl2="12" xbl2="5" ybl2="45" xtr2="35" ytr2="12" xbr2="35" ybr2="45" z_order="2"/>
        </image></annotations>
        """
      ], as: .cvat)
    guard case .shape(.cuboid(let cuboid))? = set.items.first?.labels.first?.value else {
      Issue.record("no cuboid")
      return
    }
    #expect(!cuboid.isSideRight && cuboid.sideTop == Point(x: 5, y: 12))
    #expect(cuboid.faceBottomRight == Point(x: 40, y: 50))
    let written = Dictionary(
      CVATCuboid.attributes(of: cuboid).map { ($0.name, $0.value) }, uniquingKeysWith: { a, _ in a })
    #expect(written["xtr2"] == 35 && written["ybr2"] == 45)
    #expect(losses(set.told).contains("z_order"))
  }

  @Test func classesThatNoLabelIsOfAreReadFromTheListsBeside() throws {
    for format in [DatasetFormat.cityscapes, .labelStudio] {
      let polygon = Polygon([Point(x: 1, y: 1), Point(x: 9, y: 1), Point(x: 9, y: 9)])
      let item = DatasetItem(
        name: "a.png", size: ImageSize(width: 20, height: 20),
        labels: [DatasetLabel(2, .shape(.polygon(polygon)))])
      let folder = try TestFolder()
      let sink = try FolderSink(folder.path + "/out")
      _ = try DatasetConversion.run(
        GivenItems(items: [item]), to: format, sink, WritingOptions(), Diagnostics(.strict))
      try sink.finish()
      var reader = try format.reader(of: DatasetFolder(folder.path + "/out"), Diagnostics(.strict))
      let label = try #require(try reader.next()?.labels.first)
      #expect(reader.schema.classes.map(\.name) == DatasetSamples.schema.classes.map(\.name))
      #expect(label.classIndex == 2, "\(format.id)")
    }
  }

  @Test func objectsThatCityscapesDeletedAreNone() throws {
    let set = try read(
      [
        "gtFine/train/a/a_gtFine_polygons.json": """
        {"imgHeight": 20, "imgWidth": 20, "objects": [
          {"label": "car", "polygon": [[1, 1], [9, 1], [9, 9]], "deleted": 1},
          {"label": "car", "polygon": [[1, 1], [9, 1], [9, 9]], "deleted": 0, "verified": 1}]}
        """
      ], as: .cityscapes)
    #expect(set.items[0].labels.count == 1 && losses(set.told).contains("marked as deleted"))
  }

  @Test func whatAReaderKnowsNothingOfIsCounted() throws {
    let createML = try read(
      [
        "a.json": """
        [{"image": "a.png", "annotations": [{"label": "cat", "confidence": 0.25, "blur": 1,
          "coordinates": {"x": 5, "y": 5, "width": 2, "height": 2}}]}]
        """
      ], as: .createML)
    #expect(createML.items[0].labels[0].score == 0.25)
    #expect(losses(createML.told).contains("`blur` of annotations"))

    let voc = try read(
      [
        "Annotations/a.xml": """
        <annotation><filename>a.jpg</filename><object><name>person</name>
        <bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox>
        <part><name>head</name></part></object></annotation>
        """
      ], as: .voc)
    #expect(voc.items[0].labels.count == 1 && losses(voc.told).contains("<part>"))

    let openImages = try read(
      [
        "images/a.png": "", "annotations/train-annotations-bbox.csv": """
        ImageID,LabelName,XMin,XMax,YMin,YMax,Mood
        a,/m/1,0,1,0,1,glad
        """
      ], as: .openImages)
    #expect(losses(openImages.told).contains("columns `Mood`"))
  }

  @Test func sharesOfClassesAreScores() throws {
    let set = try read(
      ["a.jsonl": #"{"text": "good", "cats": {"glad": 0.75, "sad": 0.25}, "spans": [], "rank": 4}"#],
      as: .spacy)
    #expect(set.items[0].labels.map(\.score) == [0.75])
    #expect(set.schema.classes.map(\.name) == ["glad", "sad"] && losses(set.told).contains("`rank` of texts"))
  }

  @Test func remarksOfDoccanoAreMetadata() throws {
    let set = try read(
      [
        "a.jsonl": """
        {"id": 1, "text": "good", "label": [], "Comments": ["why?"], "annotation_approver": "ada"}
        """
      ], as: .doccano)
    #expect(set.items[0].metadata.map(\.name) == ["Comments", "annotation_approver"])
  }

  @Test(arguments: ["{\"n\": 1, \"text\":", "{\"n\": 1, \"text\": [1,", "{\"n\": 1, \"text\": \"on"])
  func aLineThatIsCutDoesNotTakeTheNextAlong(_ cut: String) throws {
    let set = try read(
      ["a.jsonl": "\(cut)\n{\"text\": \"one\", \"spans\": []}\n{\"text\": \"two\", \"spans\": []}\n"],
      as: .spacy)
    #expect(set.items.map(\.text) == ["one", "two"] && set.told.faults.count == 1)
    #expect(set.told.faults[0].place.hasPrefix("line 1"))
  }

  @Test func aListThatIsNoneIsTold() throws {
    let set = try read(
      ["a.jsonl": #"{"text": "one", "spans": {"start": 1}}"# + "\n" + #"{"text": "two", "spans": null}"#],
      as: .spacy)
    #expect(set.items.map(\.text) == ["two"])
    #expect(set.told.faults.map(\.place) == ["object 1, spans"])
  }
}

/// What is said of classes besides their names.
struct ClassFactTests {
  @Test(arguments: DatasetFormat.all.filter { $0.write != nil }.map(\.id))
  func factsOfClassesAreKeptOrTheirLossIsTold(_ id: String) throws {
    let format = try #require(DatasetFormat.named(id))
    guard format.facts.holds.contains(.box) || format.facts.holds.contains(.keypoints),
      !["labelbox", "scale"].contains(id)
    else { return }
    let schema = DatasetSchema([
      .init("cat", supercategory: "animal", keypoints: ["nose", "tail"], skeleton: [[0, 1]])
    ])
    let pose = Keypoints([.init(Point(x: 2, y: 2)), .init(Point(x: 8, y: 8), .hidden)])
    let box = Box(x: 1, y: 1, width: 9, height: 9)
    let value: Shape = format.facts.holds.contains(.keypoints) ? .keypoints(pose) : .box(box)
    let item = DatasetItem(
      name: "a.png", size: ImageSize(width: 20, height: 20),
      labels: [DatasetLabel(0, .shape(value), box: format.facts.holds.contains(.keypoints) ? box : nil)])
    let folder = try TestFolder()
    try DatasetSamples.putImages(of: [item], under: folder.path)
    var given = item
    given.media = folder.path + "/images/a.png"
    let diagnostics = Diagnostics(.lenient)
    let sink = try FolderSink(folder.path + "/out")
    _ = try DatasetConversion.run(
      GivenItems(schema: schema, items: [given]), to: format, sink, WritingOptions(hasMedia: true),
      diagnostics)
    try sink.finish()
    var reader = try format.reader(of: DatasetFolder(folder.path + "/out"), Diagnostics(.lenient))
    _ = try reader.next()
    let found = try #require(reader.schema.classes.first)
    let told = diagnostics.losses.map(\.what).joined(separator: "; ")
    #expect(found.supercategory == "animal" || told.contains(ClassFact.supercategory.plural), "\(id)")
    guard format.facts.holds.contains(.keypoints) else { return }
    #expect(found.keypoints == ["nose", "tail"] || told.contains(ClassFact.keypointNames.plural), "\(id)")
    #expect(found.skeleton == [[0, 1]] || told.contains(ClassFact.skeleton.plural), "\(id)")
  }
}
