import Foundation
import Geometry
import Labels

struct KITTIWriter: DatasetWriting {
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
