import Foundation
import Geometry
import Labels
import Notation

extension DatasetFormat {
  package static let kitti = DatasetFormat(
    facts: DatasetFormatFacts(
      id: "kitti", name: "KITTI object", layout: "`label_2/STEM.txt`, `image_2/…`",
      source: "cvlibs.net/datasets/kitti, object development kit", holds: [.box, .space],
      carries: [.attributes, .score],
      notes: """
        Numbers have 2 decimals. Boxes in space lie in the camera's coordinates, by the middle of their \
        bottom face. Spaces in class names become underscores. truncated and occluded are attributes, \
        others are left out. DontCare regions are crowds of that class.
        """, isFilePerItem: true),
    matches: { !KITTI.files($0).isEmpty },
    read: { folder, diagnostics in
      WithUnlabelledImages(
        ItemFiles(KITTI.files(folder), folder, DatasetSchema(), diagnostics, item: KITTI.item),
        folder,
        labels: KITTI.files(folder)
      ) { image in
        guard image.contains("image_2/") else { return nil }
        return (image.split(separator: "/").last.map(String.init) ?? image, KITTI.subset(of: image))
      }
    },
    write: { sink, options, diagnostics in
      KITTIWriter(sink: sink, options: options, diagnostics: diagnostics)
    })
}

private enum KITTI {
  static func files(_ folder: DatasetFolder) -> [String] {
    folder.files(ending: ".txt").filter { $0.contains("label_2/") }
  }

  static func subset(of path: String) -> String {
    let known: Set<String> = ["train", "val", "test"]
    return path.split(separator: "/").map(String.init).first { known.contains($0) } ?? ""
  }

  static func item(
    _ file: String, _ folder: DatasetFolder, _ schema: inout DatasetSchema,
    _ diagnostics: Diagnostics
  ) throws -> DatasetItem? {
    let bytes = try folder.open(file)
    let stem = DatasetItem.stem(of: file.split(separator: "/").last.map(String.init) ?? file)
    let media = folder.image(named: stem, like: file)
    let kind =
      media.flatMap { path in path.lastIndex(of: ".").map { String(path[$0...]) } } ?? ".png"
    var item = DatasetItem(
      name: stem + kind, subset: subset(of: file), size: media.flatMap(folder.size),
      media: media.map(folder.fullPath))
    var lines = bytes.lines()
    while let line = lines.next() {
      let words = line.words
      guard !words.isEmpty else { continue }
      do {
        item.labels.append(try label(words, &schema))
      } catch {
        try diagnostics.report(
          file, "line \(lines.number)", error.problem, remedy: "Put the line right; it is left out."
        )
      }
    }
    return item
  }

  private static func label(
    _ words: [Substring], _ schema: inout DatasetSchema
  ) throws(NotationFault) -> DatasetLabel {
    let numbers = words.dropFirst().compactMap { Double($0) }
    guard words.count == 15 || words.count == 16, numbers.count == words.count - 1,
      numbers.allSatisfy(\.isFinite)
    else {
      throw NotationFault(
        path: "",
        problem:
          "there must be a class without spaces and 14 or 15 numbers, not \(words.count) words")
    }
    guard numbers[5] >= numbers[3], numbers[6] >= numbers[4] else {
      throw NotationFault(path: "", problem: "the box ends before it begins")
    }
    let box = Box(
      x: numbers[3], y: numbers[4], width: numbers[5] - numbers[3], height: numbers[6] - numbers[4])
    var label = DatasetLabel(schema.index(of: String(words[0])), .shape(.box(box)))
    label.isCrowd = words[0] == "DontCare"
    // −1 and −1000 stand where nothing was measured.
    if numbers[7] > 0, numbers[8] > 0, numbers[9] > 0 {
      label.value = .space(
        SpaceBox(
          x: numbers[10], y: numbers[11], z: numbers[12], height: numbers[7], width: numbers[8],
          length: numbers[9], rotation: numbers[13]))
      label.box = box
    }
    if numbers[0] > 0 { label.attributes.append(.init("truncated", .double(numbers[0]))) }
    if numbers[1] > 0 {
      label.attributes.append(
        .init("occluded", Int64(exactly: numbers[1]).map { .int($0) } ?? .double(numbers[1])))
    }
    if numbers.count == 15 { label.score = numbers[14] }
    return label
  }
}

private struct KITTIWriter: DatasetWriting {
  let sink: any DatasetSink
  let options: WritingOptions
  let diagnostics: Diagnostics
  var names: Set<String> = []

  mutating func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    let subset = item.subset.isEmpty ? "" : item.subset + "/"
    let stem = diagnostics.flat(item.stem)
    guard names.insert(subset + stem).inserted else {
      return try diagnostics.leaveOut(
        item, "another image has the name \(stem) too, by which KITTI finds labels",
        remedy: "Rename one")
    }
    var text = ""
    for label in item.labels where label.classIndex >= 0 { text += line(label, schema) }
    try sink.write(text, to: "\(subset)label_2/\(stem).txt")
    if options.hasMedia, let media = item.media {
      let kind = item.name.dropFirst(item.stem.count)
      try sink.copy(media, to: "\(subset)image_2/\(stem)\(kind)")
    }
  }

  private func line(_ label: DatasetLabel, _ schema: DatasetSchema) -> String {
    guard let box = label.bounds else { return "" }
    var name = schema.name(label.classIndex)
    if name.contains(where: \.isWhitespace) {
      diagnostics.lose("spaces in class names written as underscores")
      name = String(name.map { $0.isWhitespace ? "_" : $0 })
    }
    let truncated = label.attribute("truncated").map { $0.number ?? ($0.bool == true ? 1 : 0) } ?? 0
    let occluded = label.attribute("occluded").map { $0.integer ?? ($0.bool == true ? 1 : 0) } ?? 0
    if label.attributes.contains(where: { $0.name != "truncated" && $0.name != "occluded" }) {
      diagnostics.lose("attributes left out that KITTI does not know")
    }
    var numbers: [Double] = [box.x, box.y, box.maxX, box.maxY]
    if case .space(let space) = label.value {
      let alpha = space.rotation - atan2(space.x, space.z)
      numbers.insert(atan2(sin(alpha), cos(alpha)), at: 0)
      numbers += [
        space.height, space.width, space.length, space.x, space.y, space.z, space.rotation,
      ]
    } else {
      numbers.insert(-10, at: 0)
      numbers += [-1, -1, -1, -1000, -1000, -1000, -10]
    }
    if let score = label.score { numbers.append(score) }
    return "\(name) \(DecimalText.fixed(truncated, 2)) \(occluded) "
      + numbers.map { DecimalText.fixed($0, 2) }.joined(separator: " ") + "\n"
  }

  func finish(_ schema: DatasetSchema) {}
}
