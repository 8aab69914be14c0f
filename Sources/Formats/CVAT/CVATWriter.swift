/// Writes images; the list of labels stands before them, so they are spooled.
final class CVATWriter: DatasetWriting {
  private let sink: any DatasetSink
  private let options: WritingOptions
  private let diagnostics: Diagnostics
  private let spooled = SpooledBytes()
  private var text: [UInt8] = []
  private var count = 0
  private var elements = CVATElements()

  init(_ sink: any DatasetSink, _ options: WritingOptions, _ diagnostics: Diagnostics) {
    (self.sink, self.options, self.diagnostics) = (sink, options, diagnostics)
  }

  private func put(_ more: String) { text.append(contentsOf: more.utf8) }

  func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    guard let size = try diagnostics.size(of: item, "which CVAT must say") else { return }
    if options.hasMedia, let media = item.media { try sink.copy(media, to: "images/\(item.name)") }
    let subset = item.subset.isEmpty ? "" : " subset=\"\(XMLText.escaped(item.subset))\""
    put(
      "  <image id=\"\(count)\" name=\"\(XMLText.escaped(item.name))\"\(subset)"
        + " width=\"\(size.width)\" height=\"\(size.height)\">\n"
    )
    count += 1
    for (order, label) in item.labels.enumerated() where label.classIndex >= 0 {
      write(label, order, schema)
    }
    put("  </image>\n")
    if text.count > 1 << 16 {
      try spooled.append(text)
      text.removeAll(keepingCapacity: true)
    }
  }

  private func write(_ label: DatasetLabel, _ order: Int, _ schema: DatasetSchema) {
    var common = " label=\"\(XMLText.escaped(schema.name(label.classIndex)))\" source=\"manual\""
    if label.value != .whole {
      common += " occluded=\"\(label.has("occluded") ? 1 : 0)\""
      if let group = label.group { common += " group_id=\"\(group)\"" }
      common += " z_order=\"\(order)\""
    }
    diagnostics.loseExtent(of: label)
    if let text = elements.text(label, common: common, schema, diagnostics) { put(text) }
  }

  func finish(_ schema: DatasetSchema) throws {
    let stream = try sink.open("annotations.xml")
    var head = """
      <?xml version="1.0" encoding="utf-8"?>
      <annotations>
        <version>1.1</version>
        <meta>
          <task>
            <name>Assay</name>
            <size>\(count)</size>
            <mode>annotation</mode>
            <labels>

      """
    head += elements.labels(of: schema)
    head += "      </labels>\n    </task>\n  </meta>\n"
    try stream.append(Array(head.utf8))
    try spooled.append(text)
    try spooled.drain(stream.append)
    try stream.append(Array("</annotations>\n".utf8))
    try stream.close()
  }
}
