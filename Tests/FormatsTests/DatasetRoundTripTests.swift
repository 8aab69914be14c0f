import Foundation
import Geometry
import Labels
import Notation
import Testing

@testable import Formats

/// What is written in a format and read again is the same, as far as the format says that it holds it.
@Suite struct DatasetRoundTripTests {
  /// How far numbers may be from what they were, by format.
  private static let tolerances = [
    "voc": 0.51, "cvat": 0.02, "cvat-video": 0.02, "kitti": 0.006, "yolo-obb": 0.001,
    "cityscapes": 0.51,
  ]
  /// Formats in which a pixel has one class: labels are compared by what is left of them.
  private static let pictures: Set<String> = ["coco-panoptic", "masks"]
  private static let texts: Set<String> = [
    "conll", "brat", "spacy", "docbin", "doccano", "argilla",
  ]

  private static let written = DatasetFormat.all.filter { $0.write != nil }
    .map(\.id)

  @Test(arguments: written)
  func whatIsWrittenIsReadAgain(_ id: String) throws {
    let format = try #require(DatasetFormat.named(id))
    for seed in 1...8 as ClosedRange<UInt64> {
      var samples = DatasetSamples(seed: seed)
      // Frames of a video have one size, in which its masks lie; those here have not.
      let holds = format.facts.holds.subtracting(id == "cvat-video" ? [.mask] : [])
      let items = samples.items(holds, isText: Self.texts.contains(id))
      let folder = try TestFolder()
      try DatasetSamples.putImages(of: items, under: folder.path)
      let given = items.map { item in
        var item = item
        item.media = item.size == nil ? nil : "\(folder.path)/images/\(item.name)"
        return item
      }
      let diagnostics = Diagnostics(.strict)
      let sink = try FolderSink(folder.path + "/out")
      _ = try DatasetConversion.run(
        GivenItems(items: given[...]), to: format, sink, WritingOptions(hasMedia: true), diagnostics
      )
      try sink.finish()
      #expect(
        format.matches(try DatasetFolder(folder.path + "/out")), "\(id) is not told by its files")
      var reader = try format.read(DatasetFolder(folder.path + "/out"), diagnostics)
      var found: [DatasetItem] = []
      while let item = try reader.next() { found.append(item) }
      Self.compare(items, found, reader.schema, id, "\(id), seed \(seed)")
    }
  }

  /// Of each kind of label and each thing said of it: it is there afterwards, or its loss was told.
  @Test(arguments: written)
  func whatIsSaidOfLabelsIsKeptOrItsLossIsTold(_ id: String) throws {
    let format = try #require(DatasetFormat.named(id))
    let isText = Self.texts.contains(id)
    for kind in DatasetLabelKind.allCases where format.facts.holds.contains(kind) {
      for fact in DatasetFact.allCases where fact != .text && (isText || fact != .textName) {
        // A drawn number of labels: of the first seed that has one.
        var samples = DatasetSamples(seed: 5)
        let kinds: Set = isText ? [.span] : [kind]
        guard
          var item = (0..<9).lazy.flatMap({ _ in samples.items(kinds, isText: isText) })
            .first(where: { !$0.labels.isEmpty })
        else { continue }
        item.labels = [item.labels[0]]
        Self.say(fact, of: &item)
        let (found, losses) = try Self.writtenAndRead(item, as: format)
        guard let found else { continue }
        let isTold = losses.contains { $0.what.contains(fact.plural) }
        #expect(
          isTold || Self.says(fact, found),
          "\(id) loses \(fact.plural) of \(kind.plural) without a word")
      }
    }
  }

  @Test(arguments: written)
  func theSubsetOfAnItemIsKeptOrItsLossIsTold(_ id: String) throws {
    let format = try #require(DatasetFormat.named(id))
    var samples = DatasetSamples(seed: 5)
    let isText = Self.texts.contains(id)
    guard
      var item = (0..<9).lazy.flatMap({ _ in samples.items(format.facts.holds, isText: isText) })
        .first(where: { $0.labels.contains { $0.value == .whole } || id != "imagenet" })
    else { return }
    item.subset = "val"
    let (found, losses) = try Self.writtenAndRead(item, as: format)
    let isTold = losses.contains { $0.what.contains("subsets") }
    // One or the other, so that nothing is told as lost that is there.
    #expect(isTold != (found?.subset == "val"), "\(id)")
  }

  /// An item after it was written and read again, and what was told of it.
  private static func writtenAndRead(
    _ item: DatasetItem, as format: DatasetFormat
  ) throws -> (item: DatasetItem?, losses: [Diagnostics.Loss]) {
    var item = item
    let folder = try TestFolder()
    try DatasetSamples.putImages(of: [item], under: folder.path)
    if item.size != nil { item.media = "\(folder.path)/images/\(item.name)" }
    let diagnostics = Diagnostics(.lenient)
    let sink = try FolderSink(folder.path + "/out")
    _ = try DatasetConversion.run(
      GivenItems(items: [item]), to: format, sink, WritingOptions(hasMedia: true), diagnostics)
    try sink.finish()
    var reader = try format.read(DatasetFolder(folder.path + "/out"), Diagnostics(.lenient))
    return (try reader.next(), diagnostics.losses)
  }

  private static func say(_ fact: DatasetFact, of item: inout DatasetItem) {
    switch fact {
    case .text: break
    case .textName: item.name = "chapter/one"
    case .metadata: item.metadata = [.init("licence", "CC BY")]
    case .attributes: item.labels[0].attributes = [.init("colour", "red")]
    case .score: item.labels[0].score = 0.5
    case .group: item.labels[0].group = 3
    case .crowd: item.labels[0].isCrowd = true
    case .track: item.labels[0].track = 7
    case .box where [.polygon, .pieces, .mask].contains(item.labels[0].value.kind):
      item.labels[0].box = otherBox
    case .box: break
    }
  }

  /// Of no outline among the samples.
  private static let otherBox = Box(x: 0.5, y: 0.25, width: 3, height: 2)

  private static func says(_ fact: DatasetFact, _ item: DatasetItem) -> Bool {
    guard fact != .metadata else {
      return item.metadata.contains { $0.name == "licence" && $0.value == "CC BY" }
    }
    if fact == .textName { return item.name == "chapter/one" }
    guard let label = item.labels.first else { return false }
    return switch fact {
    case .text, .textName, .metadata: true
    case .attributes: label.attributes.contains { $0.name == "colour" && $0.value == "red" }
    case .score: label.score == 0.5
    case .group: label.group != nil
    case .crowd: label.isCrowd
    case .track: label.track != nil
    case .box where [.polygon, .pieces, .mask].contains(label.value.kind): label.box == otherBox
    case .box: true
    }
  }

  private static func compare(
    _ before: [DatasetItem], _ after: [DatasetItem], _ schema: DatasetSchema, _ id: String,
    _ place: String
  ) {
    let tolerance = tolerances[id] ?? 1e-5
    // An item without labels has no line in the one, and a folder for each class has one image each.
    let isByLabel = ["labelbox", "imagenet"].contains(id)
    let wanted = isByLabel ? before.filter { !$0.labels.isEmpty } : before
    if id == "imagenet" { return }
    #expect(after.count == wanted.count, "\(place): \(after.count) items, not \(wanted.count)")
    let isNamed = !texts.union(["cvat-video"]).contains(id) || id == "brat"
    for (place2, item) in wanted.enumerated() {
      let other =
        isNamed
        ? after.first { named($0.stem) == named(item.stem) }
        : after.indices.contains(place2) ? after[place2] : nil
      guard let other else {
        Issue.record("\(place): \(item.name) is gone")
        continue
      }
      if pictures.contains(id) {
        #expect(
          drawn(item, DatasetSamples.schema) == drawn(other, schema), "\(place), \(item.name)")
        continue
      }
      if let text = item.text { #expect(other.text == text, "\(place)") }
      #expect(
        other.labels.count == item.labels.count,
        "\(place), \(item.name): \(other.labels.map(\.value.kind))")
      var left = other.labels
      for label in item.labels {
        let name = label.classIndex < 0 ? "" : DatasetSamples.schema.name(label.classIndex)
        let match = left.firstIndex { candidate in
          same(label, candidate, tolerance)
            && plain(schema.name(candidate.classIndex)) == plain(name)
        }
        if let match {
          left.remove(at: match)
        } else {
          Issue.record(
            "\(place), \(item.name): \(name) \(label.value) is not among \(left.map(\.value))")
        }
      }
    }
  }

  /// Some formats have no spaces in names, or an ending of their own.
  private static func named(_ stem: String) -> String {
    stem.replacing("_leftImg8bit", with: "").replacing("_", with: " ").replacing("/", with: " ")
  }

  /// The class of each pixel, the later label over the earlier.
  private static func drawn(_ item: DatasetItem, _ schema: DatasetSchema) -> [UInt32] {
    guard let size = item.size else { return [] }
    let names = DatasetSamples.schema.classes.map(\.name)
    var picture = IndexMask(width: size.width, height: size.height)
    for label in item.labels {
      guard let place = names.firstIndex(of: schema.name(label.classIndex)),
        let region = label.region(size)
      else { continue }
      picture.fill(region, with: UInt32(place + 1))
    }
    return picture.indices
  }

  /// Formats of words have no spaces in names.
  private static func plain(_ name: String) -> String { name.replacing(" ", with: "_") }

  private static func same(_ a: DatasetLabel, _ b: DatasetLabel, _ tolerance: Double) -> Bool {
    func near(_ a: [Point], _ b: [Point]) -> Bool {
      a.count == b.count
        && zip(a, b).allSatisfy { abs($0.x - $1.x) <= tolerance && abs($0.y - $1.y) <= tolerance }
    }
    switch (a.value, b.value) {
    case (.shape(.keypoints(let a)), .shape(.keypoints(let b))):
      return near(a.keypoints.map(\.point), b.keypoints.map(\.point))
        && a.keypoints.map(\.visibility) == b.keypoints.map(\.visibility)
    case (.shape(.mask(let a)), .shape(.mask(let b))): return a == b
    case (.shape(let a), .shape(let b)): return a.kind == b.kind && near(a.points, b.points)
    case (.pieces(let a), .pieces(let b)): return near(a.flatMap(\.outline), b.flatMap(\.outline))
    case (.space(let a), .space(let b)):
      return abs(a.x - b.x) <= tolerance && abs(a.rotation - b.rotation) <= tolerance
        && abs(a.length - b.length) <= tolerance
    default: return a.value == b.value
    }
  }

  /// Attributes, scores, groups and crowds, where a format keeps them.
  @Test(arguments: ["coco", "jsonl", "datumaro", "webdataset"])
  func whatIsSaidBesidesTheShapeIsKept(_ id: String) throws {
    let format = try #require(DatasetFormat.named(id))
    var label = DatasetLabel(0, .shape(.box(Box(x: 1, y: 2, width: 3, height: 4))))
    label.attributes = [.init("pose", "sits"), .init("occluded", true)]
    (label.score, label.group) = (0.75, 7)
    let item = DatasetItem(
      name: "a.png", subset: "val", size: ImageSize(width: 50, height: 40), labels: [label])
    let folder = try TestFolder()
    let sink = try FolderSink(folder.path + "/out")
    _ = try DatasetConversion.run(
      GivenItems(items: [item]), to: format, sink, WritingOptions(), Diagnostics(.strict))
    try sink.finish()
    var reader = try format.read(DatasetFolder(folder.path + "/out"), Diagnostics(.strict))
    let found = try #require(try reader.next())
    #expect(found.labels == [label] && found.subset == "val" && found.size == item.size)
  }

  @Test(arguments: ["supervisely", "cvat", "brat", "kitti", "labelme", "scale", "spacy"])
  func whatIsTrueStaysTrue(_ id: String) throws {
    let isText = Self.texts.contains(id)
    var samples = DatasetSamples(seed: 5)
    let made = (0..<9).lazy.flatMap { _ in samples.items(isText ? [.span] : [.box], isText: isText)
    }
    var item = try #require(made.first { !$0.labels.isEmpty })
    item.labels = [item.labels[0]]
    item.labels[0].attributes = [.init("occluded", true)]
    let (found, _) = try Self.writtenAndRead(item, as: try #require(DatasetFormat.named(id)))
    #expect(found?.labels.first?.has("occluded") == true, "\(id)")
  }

  @Test func whatAFormatCannotHoldIsCountedAndSaidAsWhatItCan() throws {
    let outline = [Point(x: 1, y: 1), Point(x: 9, y: 1), Point(x: 9, y: 9)]
    let hole = [Point(x: 6, y: 2), Point(x: 8, y: 2), Point(x: 8, y: 4)]
    let item = DatasetItem(
      name: "a.png", size: ImageSize(width: 20, height: 20),
      labels: [
        DatasetLabel(0, .shape(.polygon(Polygon(outline, holes: [hole])))),
        DatasetLabel(0, .shape(.point(outline[0]))),
        DatasetLabel(1, .whole),
      ])
    let folder = try TestFolder()
    let diagnostics = Diagnostics(.strict)
    let sink = try FolderSink(folder.path + "/out")
    let count = try DatasetConversion.run(
      GivenItems(items: [item]), to: .yolo, sink, WritingOptions(), diagnostics)
    #expect(count.labels == 1)
    #expect(
      diagnostics.losses == [
        .init(what: "classes of whole items left out: YOLO detection has none", count: 1),
        .init(what: "points left out: YOLO detection has none", count: 1),
        .init(what: "polygons written as boxes", count: 1),
      ])
  }
}
