import Labels

struct BratWriter: DatasetWriting {
  let sink: any DatasetSink
  let diagnostics: Diagnostics
  var relations: Set<String> = []
  var attributes: Set<String> = []
  var names: Set<String> = []

  mutating func add(_ item: DatasetItem, _ schema: DatasetSchema) throws {
    guard let text = diagnostics.text(of: item) else { return }
    let stem = (item.subset.isEmpty ? "" : item.subset + "/") + item.name
    guard names.insert(stem).inserted else {
      return try diagnostics.leaveOut(
        item, "another text has this name too", remedy: "Rename one")
    }
    try sink.write(text, to: stem + ".txt")
    let scalars = Array(text.unicodeScalars)
    var (lines, counts) = ("", (relations: 0, attributes: 0, notes: 0))
    var ids: [Int: Int] = [:]
    for (place, label) in item.labels.enumerated() {
      guard case .spans(let ranges) = label.value else { continue }
      ids[place] = ids.count + 1
      let id = "T\(ids.count)"
      let quoted = ranges.map { range in
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[range.clamped(to: 0..<scalars.count)])
        return String(view).replacing("\r\n", with: "  ").replacing("\n", with: " ").replacing(
          "\r", with: " ")
      }.joined(separator: " ")
      let places = ranges.map { "\($0.lowerBound) \($0.upperBound)" }.joined(separator: ";")
      lines += "\(id)\t\(plain(schema.name(label.classIndex))) \(places)\t\(quoted)\n"
      for attribute in label.attributes {
        if attribute.name == "note", let note = attribute.value.string {
          counts.notes += 1
          lines += "#\(counts.notes)\tAnnotatorNotes \(id)\t\(note.replacing("\n", with: " "))\n"
        } else if attribute.value != .bool(false) {
          counts.attributes += 1
          attributes.insert(plain(attribute.name))
          let value =
            attribute.value == .bool(true)
            ? "" : " " + plain(attribute.value.string ?? attribute.value.text)
          lines += "A\(counts.attributes)\t\(plain(attribute.name)) \(id)\(value)\n"
        }
      }
    }
    for label in item.labels {
      guard case .relation(let from, let to) = label.value, let from = ids[from], let to = ids[to]
      else { continue }
      counts.relations += 1
      let name = plain(schema.name(label.classIndex))
      relations.insert(name)
      lines += "R\(counts.relations)\t\(name) Arg1:T\(from) Arg2:T\(to)\n"
    }
    try sink.write(lines, to: stem + ".ann")
  }

  private func plain(_ name: String) -> String {
    diagnostics.plain(name, in: .brat) { $0.isWhitespace || $0 == ":" }
  }

  func finish(_ schema: DatasetSchema) throws {
    let entities = schema.classes.map { plain($0.name) }.filter { !relations.contains($0) }
    let text = """
      [entities]
      \(entities.joined(separator: "\n"))
      [relations]
      \(relations.sorted().map { "\($0)\tArg1:<ENTITY>, Arg2:<ENTITY>" }.joined(separator: "\n"))
      [events]
      [attributes]
      \(attributes.sorted().map { "\($0)\tArg:<ENTITY>" }.joined(separator: "\n"))

      """
    try sink.write(text, to: "annotation.conf")
  }
}
