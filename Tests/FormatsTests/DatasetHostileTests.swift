import Foundation
import Geometry
import Labels
import Notation
import Testing

@testable import Formats

/// Files that are broken, wrong or meant to harm end in a fault with its place, and leave nothing behind.
@Suite struct DatasetHostileTests {
  private func read(
    _ format: DatasetFormat, _ folder: TestFolder, _ mode: Diagnostics.Mode = .lenient
  ) throws -> (items: [DatasetItem], diagnostics: Diagnostics) {
    let diagnostics = Diagnostics(mode)
    var reader = try format.read(DatasetFolder(folder.path), diagnostics)
    var items: [DatasetItem] = []
    while let item = try reader.next() { items.append(item) }
    return (items, diagnostics)
  }

  /// Bytes that are lost, turned or put in anywhere: what comes of it is a fault or a set, never a crash.
  @Test(arguments: DatasetFormat.all.filter { $0.write != nil }.map(\.id))
  func whateverHappensToAFileItEndsInWords(_ id: String) throws {
    let format = try #require(DatasetFormat.named(id))
    let isText = ["conll", "brat", "spacy", "doccano"].contains(id)
    var samples = DatasetSamples(seed: 99)
    let items = samples.items(format.facts.holds, count: 3, isText: isText)
    let source = try TestFolder()
    try DatasetSamples.putImages(of: items, under: source.path)
    let given = items.map { item in
      var item = item
      item.media = item.size == nil ? nil : "\(source.path)/images/\(item.name)"
      return item
    }
    let sink = try FolderSink(source.path + "/out")
    _ = try DatasetConversion.run(
      GivenItems(items: given[...]), to: format, sink, WritingOptions(hasMedia: true),
      Diagnostics(.lenient))
    try sink.finish()
    let names = try DatasetFolder(source.path + "/out").files
    for round in 0..<60 {
      let folder = try TestFolder()
      let victim = names[samples.number(0...names.count - 1)]
      for name in names {
        var bytes = [UInt8](
          try Data(contentsOf: URL(fileURLWithPath: "\(source.path)/out/\(name)")))
        if name == victim, !bytes.isEmpty {
          switch round % 4 {
          case 0: bytes.removeLast(samples.number(1...bytes.count))
          case 1:
            for _ in 0..<4 {
              bytes[samples.number(0...bytes.count - 1)] = UInt8(samples.number(0...255))
            }
          case 2:
            bytes.insert(
              contentsOf: Array("\u{0}-1e999,\"[{<&".utf8), at: samples.number(0...bytes.count))
          default:
            bytes.removeSubrange(
              samples.number(0...bytes.count - 1)..<bytes.count * 3 / 4 + bytes.count / 4)
          }
        }
        try folder.write(bytes, to: name)
      }
      do {
        _ = try read(format, folder)
      } catch let fault as FormatFault {
        #expect(!fault.reason.isEmpty && !fault.remedy.isEmpty)
      }
    }
  }

  @Test(arguments: DatasetFormat.all.map(\.id))
  func whereNothingOfAFormatIsItSaysWhatIsLookedFor(_ id: String) throws {
    let format = try #require(DatasetFormat.named(id))
    let folder = try TestFolder()
    try folder.write("# About this set\n", to: "README.md")
    let fault = #expect(throws: FormatFault.self) {
      var reader = try format.reader(of: DatasetFolder(folder.path), Diagnostics(.lenient))
      _ = try reader.next()
    }
    #expect(fault?.remedy.isEmpty == false && fault?.file.isEmpty == false)
  }

  private static let images = #""images":[{"id":1,"file_name":"a.jpg","width":10,"height":10}]"#
  private static let categories = #""categories":[{"id":1,"name":"x"}]"#

  private func coco(_ annotations: String) throws -> TestFolder {
    let folder = try TestFolder()
    try folder.write(
      "{\(Self.images),\"annotations\":[\(annotations)],\(Self.categories)}", to: "a.json")
    return folder
  }

  @Test(
    arguments: [
      (#"{"id":1,"image_id":1,"category_id":1,"bbox":[1,2,-3,4]}"#, "below zero"),
      (#"{"id":1,"image_id":1,"category_id":1,"bbox":[1,2,3]}"#, "four numbers"),
      (#"{"id":1,"image_id":1,"category_id":1,"bbox":[1,2,3,1e400]}"#, "four numbers"),
      (#"{"id":1,"image_id":1,"category_id":1,"bbox":[1,2,3,NaN]}"#, "four numbers"),
      (#"{"id":1,"image_id":1,"category_id":9,"bbox":[1,2,3,4]}"#, "no category 9"),
      (#"{"id":1,"image_id":7,"category_id":1,"bbox":[1,2,3,4]}"#, "no image with the id 7"),
      (#"{"id":1,"image_id":1,"category_id":1,"segmentation":[[1,2,3,4]]}"#, "three pairs"),
      (
        #"{"id":1,"image_id":1,"category_id":1,"segmentation":{"size":[10,10],"counts":[5]}}"#,
        "run lengths"
      ),
      (
        #"{"id":1,"image_id":1,"category_id":1,"segmentation":{"size":[9999999,9999999],"counts":"0"}}"#,
        "run lengths"
      ),
    ])
  func aWrongCOCOAnnotationIsToldWithItsPlace(_ annotation: String, _ words: String) throws {
    let folder = try coco(annotation)
    let fault = #expect(throws: FormatFault.self) { try read(.coco, folder, .strict) }
    let sentence = try #require(fault).sentence
    #expect(sentence.contains(words) && sentence.contains("a.json"), "\(sentence)")
    // Leniently the rest is read.
    let (items, diagnostics) = try read(.coco, folder)
    #expect(items.count == 1 && items[0].labels.isEmpty && diagnostics.faultCount == 1)
  }

  @Test func annotationsMayComeInAnyOrderAndBeforeTheirImages() throws {
    let folder = try TestFolder()
    let images = (1...3).map {
      #"{"id":\#($0 * 7),"file_name":"\#($0).jpg","width":10,"height":10}"#
    }
    let annotations = [21, 7, 21, 14].enumerated().map {
      #"{"id":\#($0.offset),"image_id":\#($0.element),"category_id":1,"bbox":[\#($0.offset),0,1,1]}"#
    }
    try folder.write(
      "{\(Self.categories),\"annotations\":[\(annotations.joined(separator: ","))],"
        + "\"images\":[\(images.joined(separator: ","))]}",
      to: "a.json")
    #expect(try read(.coco, folder, .strict).items.map(\.labels.count) == [1, 1, 2])
  }

  @Test func aByteOrderMarkAndWindowsPathsAndLineEndsAreTaken() throws {
    let folder = try TestFolder()
    let body =
      #"{"images":[{"id":1,"file_name":"C:\\set\\a.jpg","width":9,"height":9}],"#
      + #""annotations":[],"categories":[]}"#
    try folder.write([0xEF, 0xBB, 0xBF] + Array(body.utf8), to: "a.json")
    try folder.write([1], to: "a.jpg")
    let items = try read(.coco, folder, .strict).items
    #expect(items[0].media?.hasSuffix("/a.jpg") == true)
    #expect(DatasetPath.cleaned(items[0].name) == "set/a.jpg")
    let yolo = try TestFolder()
    try yolo.write("cat\r\ndog\r\n", to: "classes.txt")
    try yolo.write("0 0.5 0.5 0.2 0.2\r\n1 0.5 0.5 0.1 0.1\r\n", to: "labels/a.txt")
    try yolo.write(
      PNGWriter.png([0, 0, 0, 0], width: 2, height: 2, pixels: .grey), to: "images/a.png")
    #expect(try read(.yolo, yolo, .strict).items[0].labels.count == 2)
  }

  @Test(arguments: [
    "../../etc/passwd.jpg", "/etc/passwd.jpg", "..\\..\\x.jpg", "a/../../b.jpg", "C:/x.jpg", ".",
  ])
  func namesNeverLeadOutOfTheSet(_ name: String) throws {
    let folder = try TestFolder()
    let item = DatasetItem(
      name: name, size: ImageSize(width: 9, height: 9),
      labels: [DatasetLabel(0, .shape(.box(Box(x: 1, y: 1, width: 2, height: 2))))])
    for format in [DatasetFormat.yolo, .voc, .labelMe, .kitti, .supervisely] {
      let target = folder.path + "/\(format.id)"
      let sink = try FolderSink(target)
      _ = try DatasetConversion.run(
        GivenItems(items: [item]), to: format, sink, WritingOptions(), Diagnostics(.strict))
      try sink.finish()
      let files = try DatasetFolder(target).files
      #expect(!files.isEmpty && files.allSatisfy { !$0.contains("..") })
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 5)
  }

  @Test func linksOutOfAFolderAreNotFollowed() throws {
    let (inside, outside) = (try TestFolder(), try TestFolder())
    try outside.write("{}", to: "secret.json")
    try FileManager.default.createSymbolicLink(
      atPath: inside.path + "/link.json", withDestinationPath: outside.path + "/secret.json")
    try inside.write("{}", to: "own.json")
    #expect(try DatasetFolder(inside.path).files == ["own.json"])
  }

  @Test func documentTypesAndEntitiesAreRefused() throws {
    let bomb = "<!DOCTYPE a [<!ENTITY x \"y\">]><annotation><filename>&x;</filename></annotation>"
    var scanner = MappedBytes(Array(bomb.utf8)).xml()
    let fault = #expect(throws: XMLScanner.Fault.self) { try scanner.next() }
    #expect(fault?.problem.contains("refused") == true)
    let deep = String(repeating: "<a>", count: XMLScanner.depthLimit + 1)
    #expect(throws: XMLScanner.Fault.self) {
      try XMLElement(parsing: MappedBytes(Array(deep.utf8)))
    }
    let fits =
      String(repeating: "<a>", count: XMLScanner.depthLimit)
      + String(repeating: "</a>", count: XMLScanner.depthLimit)
    #expect(throws: Never.self) { try XMLElement(parsing: MappedBytes(Array(fits.utf8))) }
  }

  @Test func aConversionThatFailsLeavesNothingBehind() throws {
    let folder = try coco(#"{"id":1,"image_id":1,"category_id":1,"bbox":[1,2,-3,4]}"#)
    let place = try TestFolder()
    #expect(throws: FormatFault.self) {
      let diagnostics = Diagnostics(.strict)
      let sink = try FolderSink(place.path + "/out")
      let reader = try DatasetFormat.coco.read(DatasetFolder(folder.path), diagnostics)
      _ = try DatasetConversion.run(reader, to: .voc, sink, WritingOptions(), diagnostics)
      try sink.finish()
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: place.path) == [])
  }

  @Test func whatIsThereIsNotOverwritten() throws {
    let place = try TestFolder()
    try place.write("mine", to: "out/a.txt")
    #expect(throws: FormatFault.self) { try FolderSink(place.path + "/out") }
  }

  @Test(
    arguments: [
      ("5 0.5 0.5 0.1 0.1", "no class"), ("0 0.5 0.5 0.1", "not four"),
      ("0 0.5 x 0.1 0.1", "not a number"),
      ("0 50 50 20 20", "not pixels"), ("0 0.5 0.5 -0.1 0.1", "below 0"),
      ("0 nan 0.5 0.1 0.1", "not a number"),
    ])
  func aWrongLineOfYOLOIsToldWithItsNumber(_ line: String, _ words: String) throws {
    let folder = try TestFolder()
    try folder.write("names: {0: cat}\n", to: "data.yaml")
    try folder.write("0 0.5 0.5 0.2 0.2\n" + line + "\n", to: "labels/a.txt")
    try folder.write(
      PNGWriter.png([0, 0, 0, 0], width: 2, height: 2, pixels: .grey), to: "images/a.png")
    let (items, diagnostics) = try read(.yolo, folder)
    #expect(items[0].labels.count == 1)
    let sentence = diagnostics.faults.first?.sentence ?? ""
    #expect(sentence.contains("labels/a.txt: line 2") && sentence.contains(words), "\(sentence)")
  }

  @Test(arguments: [
    #"{"images":[],"annotations":[],"categories":[]}"#, #"{"categories":{},"items":[]}"#,
    #"[{"data":{"text":"a"},"annotations":[{"result":[]}]}]"#,
  ])
  func whatFollowsTheEndOfASetIsTold(_ set: String) throws {
    for (rest, faults) in [(" \r\n", 0), ("]", 1), (#"{"more":1}"#, 1)] {
      let folder = try TestFolder()
      try folder.write(set + rest, to: "a.json")
      let format = try #require(DatasetFormat.of(DatasetFolder(folder.path)))
      let told = try read(format, folder).diagnostics.faults
      #expect(told.count == faults, "\(format.id) \(rest)")
      #expect(told.allSatisfy { $0.sentence.contains("there is more text after the value") })
    }
  }

  @Test func annotationsOfATextThatIsNotThereAreTold() throws {
    let folder = try TestFolder()
    try folder.write("a word", to: "a.txt")
    for name in ["a.ann", "b.ann"] { try folder.write("T1\tx 0 1\ta\n", to: name) }
    let (items, diagnostics) = try read(.brat, folder)
    #expect(items.map(\.name) == ["a"])
    #expect(diagnostics.faults.map(\.sentence).first?.contains("b.ann: there is no b.txt") == true)
  }

  @Test func onlySoManyFaultsAreKeptAndAllAreCounted() throws {
    let diagnostics = Diagnostics(.lenient)
    for place in 0...Diagnostics.keptLimit {
      try diagnostics.report("f", "\(place)", "wrong", remedy: "Right it.")
    }
    #expect(
      diagnostics.faults.count == Diagnostics.keptLimit
        && diagnostics.faultCount == Diagnostics.keptLimit + 1)
  }
}
