import Geometry
import Labels
import Notation

extension KITTI {
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
    // Swift reads numbers to the base of sixteen too.
    let numbers = words.dropFirst().compactMap { $0.contains("x") ? nil : Double($0) }
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
    let sides = numbers[7...9]
    let isMeasured = sides.allSatisfy { $0 > 0 }
    guard isMeasured || sides.allSatisfy({ $0 == -1 || $0 == 0 }) else {
      throw NotationFault(path: "", problem: "height, width and length must be above 0, or -1 all three")
    }
    if isMeasured {
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
