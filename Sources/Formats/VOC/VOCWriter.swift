import Geometry
import Labels
import Notation

final class VOCWriter: DatasetWriting {
  private let counting: VOCCounting
  private let sink: any DatasetSink
  private let options: WritingOptions
  private let diagnostics: Diagnostics
  private var subsets: [String: [String]] = [:]
  private var stems: Set<String> = []

  init(
    _ counting: VOCCounting, _ sink: any DatasetSink, _ options: WritingOptions,
    _ diagnostics: Diagnostics
  ) {
    (self.counting, self.sink, self.options, self.diagnostics) = (
      counting, sink, options, diagnostics
    )
  }

  func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    guard let size = try diagnostics.size(of: item, "which VOC must say") else { return }
    // VOC knows no folders below its own.
    let name = item.name.replacing("/", with: "_")
    let stem = DatasetItem.stem(of: name)
    guard stems.insert(stem).inserted else {
      return try diagnostics.report(
        item.name, "", "another image has the name \(stem) too, by which VOC finds labels",
        remedy: "Rename one; it is left out.")
    }
    subsets[item.subset, default: []].append(stem)
    var text = """
      <annotation>
        <folder>JPEGImages</folder>
        <filename>\(XMLText.escaped(name))</filename>
        <size><width>\(size.width)</width><height>\(size.height)</height><depth>3</depth></size>
        <segmented>0</segmented>

      """
    for label in item.labels {
      guard case .shape(.box(let box)) = label.value else { continue }
      text += object(label, box, size, schema)
    }
    text += "</annotation>\n"
    try sink.write(text, to: "Annotations/\(stem).xml")
    if options.hasMedia, let media = item.media { try sink.copy(media, to: "JPEGImages/\(name)") }
  }

  private func object(
    _ label: DatasetLabel, _ box: Box, _ size: ImageSize, _ schema: DatasetSchema
  ) -> String {
    let edge = Box(x: 0, y: 0, width: Double(size.width), height: Double(size.height))
    let cut = edge.contains(box) ? box : box.intersection(edge)
    if !edge.contains(box) { diagnostics.lose("boxes cut at the edge of the image") }
    let edges: [String]
    switch counting {
    case .fromOne:
      let whole = [cut.x.rounded(), cut.y.rounded(), cut.maxX.rounded(), cut.maxY.rounded()]
      if whole != [cut.x, cut.y, cut.maxX, cut.maxY] {
        diagnostics.lose("edges of boxes rounded to whole pixels")
      }
      // The first pixel is 1, and a box has one at least.
      edges = [
        whole[0] + 1, whole[1] + 1, max(whole[2], whole[0] + 1), max(whole[3], whole[1] + 1),
      ].map { "\(Int($0))" }
    case .fromZero: edges = [cut.x, cut.y, cut.maxX, cut.maxY].map { DecimalText.short($0, 6) }
    }
    var text = "  <object>\n    <name>\(XMLText.escaped(schema.name(label.classIndex)))</name>\n"
    text +=
      "    <pose>\(XMLText.escaped(label.attribute("pose")?.string ?? "Unspecified"))</pose>\n"
    for flag in ["truncated", "difficult", "occluded"] {
      text += "    <\(flag)>\(label.has(flag) ? 1 : 0)</\(flag)>\n"
    }
    text += "    <bndbox><xmin>\(edges[0])</xmin><ymin>\(edges[1])</ymin>"
    text += "<xmax>\(edges[2])</xmax><ymax>\(edges[3])</ymax></bndbox>\n"
    let own: Set<String> = ["truncated", "difficult", "occluded", "pose"]
    let others = label.attributes.filter { !own.contains($0.name) }
    if !others.isEmpty {
      text += "    <attributes>"
      for attribute in others {
        let value = attribute.value.string ?? attribute.value.text
        text +=
          "<attribute><name>\(XMLText.escaped(attribute.name))</name>"
          + "<value>\(XMLText.escaped(value))</value></attribute>"
      }
      text += "</attributes>\n"
    }
    return text + "  </object>\n"
  }

  func finish(_ schema: DatasetSchema) throws {
    for (subset, stems) in subsets.sorted(by: { $0.key < $1.key }) {
      let name = subset.isEmpty ? "default" : subset
      try sink.write(stems.joined(separator: "\n") + "\n", to: "ImageSets/Main/\(name).txt")
    }
    try sink.write(schema.classes.map(\.name).joined(separator: "\n") + "\n", to: "labels.txt")
  }
}
