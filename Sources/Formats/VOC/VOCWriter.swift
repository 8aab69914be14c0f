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
    let name = diagnostics.flat(item.name)
    let stem = DatasetItem.stem(of: name)
    guard stems.insert(stem).inserted else {
      return try diagnostics.leaveOut(
        item, "another image has the name \(stem) too, by which VOC finds labels",
        remedy: "Rename one")
    }
    subsets[item.subset, default: []].append(stem)
    var text = Array(
      """
      <annotation>
        <folder>JPEGImages</folder>
        <filename>\(XMLText.escaped(name))</filename>
        <size><width>\(size.width)</width><height>\(size.height)</height><depth>3</depth></size>
        <segmented>0</segmented>

      """.utf8)
    for label in item.labels {
      guard case .shape(.box(let box)) = label.value else { continue }
      write(label, box, size, schema, to: &text)
    }
    text += "</annotation>\n".utf8
    try sink.write(text, to: "Annotations/\(stem).xml")
    if options.hasMedia, let media = item.media { try sink.copy(media, to: "JPEGImages/\(name)") }
  }

  private func write(
    _ label: DatasetLabel, _ box: Box, _ size: ImageSize, _ schema: DatasetSchema,
    to text: inout [UInt8]
  ) {
    let edge = Box(x: 0, y: 0, width: Double(size.width), height: Double(size.height))
    let cut = edge.contains(box) ? box : box.intersection(edge)
    if !edge.contains(box) { diagnostics.lose("boxes cut at the edge of the image") }
    text += "  <object>\n    <name>".utf8
    text += XMLText.escaped(schema.name(label.classIndex)).utf8
    text += "</name>\n    <pose>".utf8
    text += XMLText.escaped(label.attribute("pose")?.string ?? "Unspecified").utf8
    text += "</pose>\n    <truncated>".utf8
    text.append(Self.digit(label.has("truncated")))
    text += "</truncated>\n    <difficult>".utf8
    text.append(Self.digit(label.has("difficult")))
    text += "</difficult>\n    <occluded>".utf8
    text.append(Self.digit(label.has("occluded")))
    text += "</occluded>\n    <bndbox><xmin>".utf8
    let edges = edges(of: cut)
    let places = counting == .fromZero ? 6 : 0
    DecimalText.appendShort(edges.0, places, to: &text)
    text += "</xmin><ymin>".utf8
    DecimalText.appendShort(edges.1, places, to: &text)
    text += "</ymin><xmax>".utf8
    DecimalText.appendShort(edges.2, places, to: &text)
    text += "</xmax><ymax>".utf8
    DecimalText.appendShort(edges.3, places, to: &text)
    text += "</ymax></bndbox>\n".utf8
    if !label.attributes.isEmpty { writeOthers(of: label, to: &text) }
    text += "  </object>\n".utf8
  }

  private static func digit(_ isTrue: Bool) -> UInt8 {
    isTrue ? UInt8(ascii: "1") : UInt8(ascii: "0")
  }

  private func edges(of box: Box) -> (Double, Double, Double, Double) {
    guard counting == .fromOne else { return (box.x, box.y, box.maxX, box.maxY) }
    let (left, top) = (box.x.rounded(), box.y.rounded())
    let (right, bottom) = (box.maxX.rounded(), box.maxY.rounded())
    if (left, top, right, bottom) != (box.x, box.y, box.maxX, box.maxY) {
      diagnostics.lose("edges of boxes rounded to whole pixels")
    }
    // The first pixel is 1, and a box has one at least.
    return (left + 1, top + 1, max(right, left + 1), max(bottom, top + 1))
  }

  private func writeOthers(of label: DatasetLabel, to text: inout [UInt8]) {
    let own: Set<String> = ["truncated", "difficult", "occluded", "pose"]
    let others = label.attributes.filter { !own.contains($0.name) }
    guard !others.isEmpty else { return }
    text += "    <attributes>".utf8
    for attribute in others {
      let value = attribute.value.string ?? attribute.value.text
      text += "<attribute><name>\(XMLText.escaped(attribute.name))</name>".utf8
      text += "<value>\(XMLText.escaped(value))</value></attribute>".utf8
    }
    text += "</attributes>\n".utf8
  }

  func finish(_ schema: DatasetSchema) throws {
    for (subset, stems) in subsets.sorted(by: { $0.key < $1.key }) {
      let name = DatasetFormat.voc.facts.fileName(of: subset)
      try sink.write(stems.joined(separator: "\n") + "\n", to: "ImageSets/Main/\(name).txt")
    }
    let names = schema.classes.map(\.name)
    try sink.write(
      VOCLabelMap.text(names) ?? names.joined(separator: "\n") + "\n",
      to: VOCLabelMap.text(names) == nil ? "labels.txt" : VOCLabelMap.file)
  }
}
