import Geometry
import Notation

/// Annotations as JSON: an array with one object a statement.
///
/// ```json
/// [ { "class": "cat", "box": [12, 30, 200, 150], "attributes": { "pose": "sits" } },
///   { "class": "mood", "rating": -2 } ]
/// ```
/// Classes, attributes and options are named by name or by number. Shapes are in pixels:
///
/// - `box`: `[x, y, width, height]`, or an object with those names;
/// - `polygon`: `[[x, y], …]`, or with holes `[[[x, y], …], …]`, the outline first;
/// - `polyline`: `[[x, y], …]`; `point`: `[x, y]`;
/// - `ellipse`: `[x, y, radiusX, radiusY]` round its centre, and its rotation clockwise in radians;
/// - `rotatedBox`: `[x, y, width, height, rotation]` round its centre, clockwise in radians;
/// - `keypoints`: `[[x, y, visibility], …]` in the skeleton's order, with COCO's visibility: 0 absent,
///   1 hidden, 2 visible;
/// - `mask`: `{"size": [height, width], "counts": …}`, COCO's run lengths, compressed text or numbers;
/// - `cuboid`: six points: the face's top left, top right, bottom right and bottom left corner,
///   then top and bottom of the far edge of the side that is seen;
/// - `span`: `[start, end]` in Unicode scalars of the text, the end not included, or a list of such
///   pairs. Exports say beside it where it lies in UTF-8 and UTF-16 (`utf8`, `utf16`), and its `text`;
///   these are not read.
///
/// Contributed `files` are the ids that the server gave them.
///
/// A `relation` is `[from, to]`: the places in the array, from 0, of the objects it joins. Objects of one
/// `group`, a number from 1, belong together.
package enum AnnotationNotation {
  // MARK: Reading

  /// - Throws: `NotationFault` with the path `annotations[i].member`.
  /// - Complexity: O(annotations × classes)
  package static func annotations(
    from json: JSON, ontology: Ontology
  ) throws(NotationFault) -> [Annotation] {
    guard let list = json.array else {
      throw NotationFault(
        path: "annotations", problem: "must be an array, not \(json.kindName)")
    }
    var result: [Annotation] = []
    result.reserveCapacity(list.count)
    for (index, item) in list.enumerated() {
      do {
        result.append(try annotation(item, ontology))
      } catch {
        let path = error.path.isEmpty ? "" : ".\(error.path)"
        throw NotationFault(path: "annotations[\(index)]\(path)", problem: error.problem)
      }
    }
    return result
  }

  private static func annotation(
    _ json: JSON, _ ontology: Ontology
  ) throws(NotationFault) -> Annotation {
    guard let members = json.members else {
      throw NotationFault(path: "", problem: "must be an object, not \(json.kindName)")
    }
    guard let key = json["class"] else {
      throw NotationFault(path: "class", problem: "is missing")
    }
    let labelClass = try find(key, in: ontology.classes, path: "class", what: "class")
    var attributes: [Annotation.Attribute] = []
    var group: Int32?
    for member in members {
      switch member.name {
      case "class", valueName(labelClass.kind): break
      case let name where labelClass.kind == .span && spanNotes.contains(name): break
      case "attributes": attributes = try self.attributes(member.value, of: labelClass)
      case "group" where labelClass.kind.isObject: group = try self.group(member.value)
      default: throw stranger(member.name, labelClass)
      }
    }
    let name = valueName(labelClass.kind)
    guard let value = json[name] else {
      throw NotationFault(path: name, problem: "is missing")
    }
    return Annotation(
      classID: labelClass.id, value: try self.value(value, of: labelClass, path: name),
      attributes: attributes, group: group)
  }

  /// What exports say of a span beside its places.
  private static let spanNotes = ["utf8", "utf16", "text"]

  private static func stranger(_ name: String, _ labelClass: LabelClass) -> NotationFault {
    NotationFault(
      path: name,
      problem: "does not belong to a \(labelClass.kindName) (expected \(valueName(labelClass.kind)))")
  }

  private static func group(_ json: JSON) throws(NotationFault) -> Int32? {
    if json == .null { return nil }
    guard let number = json.integer.flatMap({ Int32(exactly: $0) }), number > 0 else {
      throw NotationFault(path: "group", problem: "must be a whole number from 1")
    }
    return number
  }

  private static func attributes(
    _ json: JSON, of labelClass: LabelClass
  ) throws(NotationFault) -> [Annotation.Attribute] {
    guard let members = json.members else {
      throw NotationFault(path: "attributes", problem: "must be an object, not \(json.kindName)")
    }
    var result: [Annotation.Attribute] = []
    for member in members {
      let path = "attributes.\(member.name)"
      let definition = try find(
        .string(member.name), in: labelClass.attributes, path: path, what: "attribute")
      result.append(
        .init(id: definition.id, value: try value(member.value, of: definition, path: path)))
    }
    return result
  }

  private static func value(
    _ json: JSON, of labelClass: LabelClass, path: String
  ) throws(NotationFault) -> Annotation.Value {
    switch labelClass.kind {
    case .shape(let kind): return .shape(try ShapeNotation.shape(json, kind, path))
    case .relation:
      guard let ends = json.array, ends.count == 2, let from = ends[0].integer,
        let to = ends[1].integer
      else { throw NotationFault(path: path, problem: "must be two whole numbers [from, to]") }
      return .relation(from: Int(clamping: from), to: Int(clamping: to))
    case .span: return .span(try span(json, path))
    case .category(let options): return .category(try option(json, options, path))
    case .multiLabel(let options):
      guard let list = json.array else {
        throw NotationFault(path: path, problem: "must be an array, not \(json.kindName)")
      }
      var chosen: [OptionID] = []
      for item in list { chosen.append(try option(item, options, path)) }
      return .multiLabel(chosen.sorted())
    case .rating: return .rating(try number(json, path))
    case .number: return .number(try number(json, path))
    case .boolean:
      guard let isTrue = json.bool else {
        throw NotationFault(path: path, problem: "must be true or false, not \(json.kindName)")
      }
      return .boolean(isTrue)
    case .text:
      guard let text = json.string else {
        throw NotationFault(path: path, problem: "must be a string, not \(json.kindName)")
      }
      return .text(text)
    case .files:
      var files: [String] = []
      for item in json.array ?? [.null] {
        guard let file = item.string else {
          throw NotationFault(path: path, problem: "must be an array of the ids of files")
        }
        files.append(file)
      }
      return .files(files)
    }
  }

  private static func number(_ json: JSON, _ path: String) throws(NotationFault) -> Double {
    guard let number = json.number else {
      throw NotationFault(path: path, problem: "must be a number, not \(json.kindName)")
    }
    return number
  }

  /// `[start, end]`, or a list of such.
  private static func span(_ json: JSON, _ path: String) throws(NotationFault) -> TextSpan {
    let isList = json.array?.first?.array != nil
    var pieces: [TextSpan.Piece] = []
    for item in isList ? json.array ?? [] : [json] {
      guard let ends = item.array, ends.count == 2, let start = ends[0].integer,
        let end = ends[1].integer
      else {
        throw NotationFault(
          path: path, problem: "must be two whole numbers [start, end], or a list of such pairs")
      }
      pieces.append(.init(start: Int(clamping: start), end: Int(clamping: end)))
    }
    return TextSpan(pieces)
  }

  private static func option(
    _ json: JSON, _ options: [LabelClass.Option], _ path: String
  ) throws(NotationFault) -> OptionID {
    if let name = json.string, let option = options.first(where: { $0.name == name }) {
      return option.id
    }
    if let number = json.integer,
      let option = options.first(where: { Int64($0.id.number) == number })
    {
      return option.id
    }
    throw NotationFault(path: path, problem: "\(shown(json)) is not an option")
  }

  private static func find(
    _ key: JSON, in classes: [LabelClass], path: String, what: String
  ) throws(NotationFault) -> LabelClass {
    if let name = key.string, let found = classes.first(where: { $0.name == name }) {
      return found
    }
    if let number = key.integer ?? key.string.flatMap({ Int64($0) }),
      let found = classes.first(where: { Int64($0.id.number) == number })
    {
      return found
    }
    throw NotationFault(path: path, problem: "\(shown(key)) is not a known \(what)")
  }

  private static func shown(_ json: JSON) -> String {
    let text = json.text
    return text.count > 80 ? String(text.prefix(80)) + "…" : text
  }

  private static func valueName(_ kind: LabelClass.Kind) -> String {
    switch kind {
    case .shape(let kind): kind.rawValue
    case .span: "span"
    case .relation: "relation"
    case .category: "option"
    case .multiLabel: "options"
    case .rating: "rating"
    case .number: "number"
    case .boolean: "boolean"
    case .text: "text"
    case .files: "files"
    }
  }

  // MARK: Writing

  package enum Style: Sendable {
    /// By number: what is stored, safe against renames.
    case numbers
    /// By name: what people and programs read.
    case names
  }

  package static func json(
    _ annotations: [Annotation], ontology: Ontology, style: Style
  ) -> JSON {
    var writer = JSONWriter()
    write(annotations, ontology: ontology, style: style, to: &writer)
    return (try? JSON(parsing: writer.bytes)) ?? .null
  }

  /// - Parameter offsets: of the text, where spans are to say how other programs count them.
  package static func write(
    _ annotations: [Annotation], ontology: Ontology, style: Style, offsets: TextOffsets? = nil,
    to writer: inout JSONWriter
  ) {
    writer.beginArray()
    for annotation in annotations {
      guard let labelClass = ontology[annotation.classID] else { continue }
      writer.beginObject()
      writer.name("class")
      name(labelClass, style, to: &writer)
      writer.name(valueName(labelClass.kind))
      write(annotation.value, of: labelClass, style, to: &writer)
      if case .span(let span) = annotation.value, let offsets { write(span, offsets, to: &writer) }
      if !annotation.attributes.isEmpty {
        writer.name("attributes")
        writer.beginObject()
        for attribute in annotation.attributes {
          guard let definition = labelClass.attributes.first(where: { $0.id == attribute.id })
          else { continue }
          writer.name(
            style == .names ? definition.name : String(definition.id.number))
          write(attribute.value, of: definition, style, to: &writer)
        }
        writer.endObject()
      }
      if let group = annotation.group {
        writer.name("group")
        writer.value(Int64(group))
      }
      writer.endObject()
    }
    writer.endArray()
  }

  private static func write(
    _ span: TextSpan, _ offsets: TextOffsets, to writer: inout JSONWriter
  ) {
    func pairs(_ name: String, _ place: (Int) -> Int?) {
      writer.name(name)
      writePairs(span.pieces.map { (place($0.start) ?? 0, place($0.end) ?? 0) }, to: &writer)
    }
    guard span.end >= 0, offsets.utf8(span.end) != nil else { return }
    pairs("utf8", offsets.utf8)
    pairs("utf16", offsets.utf16)
    writer.name("text")
    writer.value(offsets.text(of: span))
  }

  /// One pair by itself, several as a list of them.
  private static func writePairs(_ pairs: [(Int, Int)], to writer: inout JSONWriter) {
    if pairs.count != 1 { writer.beginArray() }
    for (first, second) in pairs {
      writer.beginArray()
      writer.value(Int64(first))
      writer.value(Int64(second))
      writer.endArray()
    }
    if pairs.count != 1 { writer.endArray() }
  }

  private static func name(
    _ labelClass: LabelClass, _ style: Style, to writer: inout JSONWriter
  ) {
    switch style {
    case .names: writer.value(labelClass.name)
    case .numbers: writer.value(Int64(labelClass.id.number))
    }
  }

  private static func write(
    _ value: Annotation.Value, of labelClass: LabelClass, _ style: Style,
    to writer: inout JSONWriter
  ) {
    func write(_ id: OptionID) {
      let option = labelClass.options.first { $0.id == id }
      if style == .names, let option {
        writer.value(option.name)
      } else {
        writer.value(Int64(id.number))
      }
    }
    switch value {
    case .shape(let shape): ShapeNotation.write(shape, to: &writer)
    case .span(let span): writePairs(span.pieces.map { ($0.start, $0.end) }, to: &writer)
    case .relation(let from, let to): writePairs([(from, to)], to: &writer)
    case .category(let id): write(id)
    case .multiLabel(let ids):
      writer.beginArray()
      for id in ids { write(id) }
      writer.endArray()
    case .rating(let number), .number(let number): writer.value(number)
    case .boolean(let isTrue): writer.value(isTrue)
    case .text(let text): writer.value(text)
    case .files(let files):
      writer.beginArray()
      for file in files { writer.value(file) }
      writer.endArray()
    }
  }
}
