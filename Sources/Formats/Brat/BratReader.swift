import Labels
import Notation

extension Brat {
  static func item(
    _ file: String, _ folder: DatasetFolder, _ schema: inout DatasetSchema,
    _ diagnostics: Diagnostics
  ) throws -> DatasetItem? {
    let stem = DatasetItem.stem(of: file)
    let text = try folder.open(text(of: file)).withBuffer { String(decoding: $0, as: UTF8.self) }
    let scalars = Array(text.unicodeScalars)
    let (name, subset) = DatasetItem.place(of: stem)
    var item = DatasetItem(name: name, subset: subset, text: text)
    var places: [String: Int] = [:]
    var later: [(number: Int, fields: [Substring])] = []
    let bytes = try folder.open(file)
    var lines = bytes.lines()
    while let line = lines.next() {
      let fields = String(decoding: line, as: UTF8.self).split(
        separator: "\t", omittingEmptySubsequences: false)
      guard let id = fields.first, !id.isEmpty else { continue }
      guard id.hasPrefix("T") else {
        later.append((lines.number, fields))
        continue
      }
      do {
        item.labels.append(try span(fields, scalars, &schema))
        if places[String(id)] == nil {
          places[String(id)] = item.labels.count - 1
        } else {
          try diagnostics.report(
            file, "line \(lines.number)", "another span has the id \(id) too",
            remedy: "Give it one of its own; what is said of it is said of the first.")
        }
      } catch let error as NotationFault {
        try diagnostics.report(
          file, "line \(lines.number)", error.problem, remedy: "Put the line right; it is left out."
        )
      }
    }
    for (number, fields) in later {
      do {
        try add(fields, to: &item, places, &schema, diagnostics)
      } catch {
        try diagnostics.report(
          file, "line \(number)", error.problem, remedy: "Put the line right; it is left out.")
      }
    }
    return item
  }

  private static func span(
    _ fields: [Substring], _ scalars: [Unicode.Scalar], _ schema: inout DatasetSchema
  ) throws(NotationFault) -> DatasetLabel {
    guard fields.count >= 2, let space = fields[1].firstIndex(of: " ") else {
      throw NotationFault(path: "", problem: "a span must have a type and places, parted by tabs")
    }
    var ranges: [Range<Int>] = []
    for part in fields[1][space...].split(separator: ";") {
      let ends = part.split(separator: " ").compactMap { Int($0) }
      guard ends.count == 2, ends[0] >= 0, ends[0] < ends[1], ends[1] <= scalars.count else {
        throw NotationFault(
          path: "", problem: "\(part) is no place in the text of \(scalars.count) characters")
      }
      ranges.append(ends[0]..<ends[1])
    }
    if fields.count >= 3 {
      let own = ranges.map { range in
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[range])
        return String(view)
      }.joined(separator: " ")
      let plain = { (text: String) in
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      }
      guard plain(own) == plain(String(fields[2])) else {
        throw NotationFault(
          path: "", problem: "the text there is “\(own.prefix(40))”, not “\(fields[2].prefix(40))”")
      }
    }
    return DatasetLabel(schema.index(of: String(fields[1][..<space])), .spans(ranges))
  }

  private static func add(
    _ fields: [Substring], to item: inout DatasetItem, _ places: [String: Int],
    _ schema: inout DatasetSchema,
    _ diagnostics: Diagnostics
  ) throws(NotationFault) {
    guard fields.count >= 2, let kind = fields[0].first else {
      throw NotationFault(path: "", problem: "there must be two parts at least, parted by a tab")
    }
    let words = fields[1].split(separator: " ")
    switch kind {
    case "R":
      let ends = words.dropFirst().compactMap { word in
        word.split(separator: ":").last.flatMap { places[String($0)] }
      }
      guard let name = words.first, ends.count == 2 else {
        throw NotationFault(path: "", problem: "a relation must join two spans that are there")
      }
      item.labels.append(
        DatasetLabel(schema.index(of: String(name)), .relation(from: ends[0], to: ends[1])))
    case "*":
      let ends = words.dropFirst().compactMap { places[String($0)] }
      guard let name = words.first, ends.count == words.count - 1 else {
        throw NotationFault(path: "", problem: "an equivalence must name spans that are there")
      }
      for (from, to) in zip(ends, ends.dropFirst()) {
        item.labels.append(
          DatasetLabel(schema.index(of: String(name)), .relation(from: from, to: to)))
      }
    case "A", "M":
      guard words.count >= 2, let place = places[String(words[1])] else {
        return diagnostics.lose("attributes left out of what is no span")
      }
      let value: JSON = words.count > 2 ? .string(String(words[2])) : true
      item.labels[place].attributes.append(.init(String(words[0]), value))
    case "#":
      guard words.count >= 2, let place = places[String(words[1])], fields.count >= 3 else {
        return diagnostics.lose("notes left out on what is no span")
      }
      item.labels[place].attributes.append(.init("note", .string(String(fields[2]))))
    default: diagnostics.lose("events and normalisations left out")
    }
  }
}
