import Geometry
import Labels
import Notation

final class YOLOWriter: DatasetWriting {
  private let task: YOLOTask
  private let sink: any DatasetSink
  private let options: WritingOptions
  private let diagnostics: Diagnostics
  private var subsets: Set<String> = []
  private var keypointCount = 0
  private var stems: Set<String> = []
  /// Of the label that is written.
  private var numbers: [Double] = []

  init(
    _ task: YOLOTask, _ sink: any DatasetSink, _ options: WritingOptions, _ diagnostics: Diagnostics
  ) {
    (self.task, self.sink, self.options, self.diagnostics) = (task, sink, options, diagnostics)
  }

  func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    guard let size = try diagnostics.size(of: item, "of which YOLO's numbers are shares") else {
      return
    }
    let folder = item.subset.isEmpty ? "" : item.subset + "/"
    guard stems.insert(folder + item.stem).inserted else {
      return try diagnostics.leaveOut(
        item, "another image has the name \(item.stem) too, by which YOLO finds labels",
        remedy: "Rename one")
    }
    subsets.insert(item.subset)
    var text: [UInt8] = []
    for label in item.labels where label.classIndex >= 0 { try write(label, size, &text, schema) }
    try sink.write(text, to: "labels/\(folder)\(item.stem).txt")
    if options.hasMedia, let media = item.media {
      try sink.copy(media, to: "images/\(folder)\(item.name)")
    }
  }

  private func write(
    _ label: DatasetLabel, _ size: ImageSize, _ text: inout [UInt8], _ schema: DatasetSchema
  ) throws {
    let (width, height) = (Double(size.width), Double(size.height))
    numbers.removeAll(keepingCapacity: true)
    switch (task, label.value) {
    case (.detect, .shape(.box(let box))):
      let edge = Box(x: 0, y: 0, width: width, height: height)
      let cut = box.intersection(edge)
      if !edge.contains(box) { diagnostics.lose("boxes cut at the edge of the image") }
      guard cut.width > 0 || cut.height > 0 else {
        return diagnostics.lose("boxes left out that are not in the image")
      }
      addCenter(of: cut, width, height)
    case (.segment, .shape(.polygon(let polygon))):
      if !polygon.holes.isEmpty { diagnostics.lose("holes of polygons filled") }
      numbers = polygon.outline.flatMap {
        [min(max($0.x / width, 0), 1), min(max($0.y / height, 0), 1)]
      }
    case (.obb, .shape(.rotatedBox(let box))):
      numbers = box.corners.flatMap { [$0.x / width, $0.y / height] }
    case (.pose, .shape(.keypoints(let keypoints))):
      if !label.outlines.isEmpty { diagnostics.lose("outlines left out of objects with keypoints") }
      addCenter(of: label.bounds ?? keypoints.box, width, height)
      for keypoint in keypoints.keypoints {
        numbers += [
          keypoint.point.x / width, keypoint.point.y / height, Double(keypoint.visibility.rawValue),
        ]
      }
      if keypointCount == 0 { keypointCount = keypoints.keypoints.count }
      guard keypoints.keypoints.count == keypointCount else {
        return diagnostics.lose(
          "objects left out whose number of keypoints differs from the first's")
      }
    default: return
    }
    DecimalText.append(Double(label.classIndex), 0, to: &text)
    for (place, number) in numbers.enumerated() {
      text.append(0x20)
      let isVisibility = task == .pose && place >= 4 && (place - 4) % 3 == 2
      DecimalText.append(number, isVisibility ? 0 : 8, to: &text)
    }
    text.append(0x0A)
  }

  private func addCenter(of box: Box, _ width: Double, _ height: Double) {
    numbers.append((box.x + box.width / 2) / width)
    numbers.append((box.y + box.height / 2) / height)
    numbers.append(box.width / width)
    numbers.append(box.height / height)
  }

  /// The folders to train on, to validate by and to test by, which a trainer wants one of at least of the
  /// first two. Where a subset is called for what it is for, those that are not are in none.
  private func parts() -> [(name: String, folders: String)] {
    func list(_ subsets: [String]) -> String {
      let folders = subsets.sorted().map { $0.isEmpty ? "images" : "images/\($0)" }
      return folders.count == 1
        ? folders[0] : "[" + folders.map { JSON.string($0).text }.joined(separator: ", ") + "]"
    }
    let subsets = self.subsets.isEmpty ? [""] : self.subsets
    let byPart = Dictionary(grouping: subsets) { DatasetItem.part(of: $0) ?? "" }
    let other = byPart[""] ?? []
    let train = byPart["train"] ?? (other.isEmpty ? byPart["val"] ?? byPart["test"] ?? [] : other)
    let val = byPart["val"] ?? train
    if byPart["train"] != nil, !other.isEmpty {
      diagnostics.lose(
        "subsets that data.yaml names in no part, as they are called neither train, val nor test")
    }
    if subsets.contains(""), subsets.count > 1 {
      diagnostics.lose("images of no subset, above the folders of others, which trainers read with them")
    }
    return [("train", list(train)), ("val", list(val))] + (byPart["test"].map { [("test", list($0))] } ?? [])
  }

  func finish(_ schema: DatasetSchema) throws {
    var lines = ["task: \(task.rawValue)", "path: ."] + parts().map { "\($0): \($1)" }
    if task == .pose { lines.append("kpt_shape: [\(keypointCount), 3]") }
    lines += ["nc: \(schema.classes.count)", schema.classes.isEmpty ? "names: {}" : "names:"]
    // Names as JSON strings, which YAML reads as they are.
    lines += schema.classes.enumerated().map {
      "  \($0.offset): \(JSON.string($0.element.name).text)"
    }
    try sink.write(lines.joined(separator: "\n") + "\n", to: "data.yaml")
  }
}

extension Keypoints {
  /// Around those that are there.
  var box: Box { Box(around: points) }
}
