import Geometry
import Notation

/// Why a JSON value does not have the form asked for, and at which member.
package struct NotationFault: Error, Hashable, Sendable {
  /// Like `classes[2].options`.
  package let path: String
  /// A clause: "must be a string".
  package let problem: String

  package init(path: String, problem: String) {
    self.path = path
    self.problem = problem
  }
}

/// An ontology as JSON:
///
/// ```json
/// { "classes": [
///   { "name": "cat", "kind": "box", "attributes": [
///       { "name": "pose", "kind": "category", "options": ["sits", "lies"] } ] },
///   { "name": "mood", "kind": "rating", "min": -4, "max": 4, "step": 1, "required": true } ] }
/// ```
/// An attribute or a question with `"when": {"name": "pose", "is": ["lies"]}` is asked only then. A
/// class of shapes takes `rules` (`minWidth`, `minHeight`, `minArea`, `minPoints`, `maxPoints`,
/// `maxCount`, `wholePixels`, `selfCrossing`), one of keypoints `keypoints` (names) and `skeleton`
/// (pairs of their places), any class `color` and `hotkey`, an option of a taxonomy a `parent`.
///
/// Ids may be left out: they are given in order, and a name that `predecessor` knows keeps its id.
package enum OntologyNotation {
  package static func ontology(
    from json: JSON, predecessor: Ontology? = nil
  ) throws(NotationFault) -> Ontology {
    guard json.members != nil else {
      throw NotationFault(path: "ontology", problem: "must be an object, not \(json.kindName)")
    }
    try refuseUnknown(json, ["classes"], path: "ontology")
    var ontology = Ontology(
      classes: try classes(
        json["classes"], path: "ontology.classes", predecessors: predecessor?.classes ?? []))
    for (index, item) in (json["classes"]?.array ?? []).enumerated() {
      guard case .relation = ontology.classes[index].kind else { continue }
      let path = "ontology.classes[\(index)]"
      ontology.classes[index].kind = .relation(
        .init(
          from: try ends(item["from"], path + ".from", ontology),
          to: try ends(item["to"], path + ".to", ontology),
          isDirected: item["directed"]?.bool ?? true))
    }
    return ontology
  }

  /// Classes of objects, by name or number.
  private static func ends(
    _ json: JSON?, _ path: String, _ ontology: Ontology
  ) throws(NotationFault) -> [ClassID] {
    guard let json else { return [] }
    guard let list = json.array else {
      throw NotationFault(path: path, problem: "must be an array of classes")
    }
    var ends: [ClassID] = []
    for item in list {
      let found = ontology.objects.first {
        $0.name == item.string || Int64($0.id.number) == item.integer
      }
      guard let found else {
        throw NotationFault(path: path, problem: "\(item.text) is no class of objects")
      }
      ends.append(found.id)
    }
    return ends
  }

  private static func classes(
    _ json: JSON?, path: String, predecessors: [LabelClass]
  ) throws(NotationFault) -> [LabelClass] {
    guard let list = json?.array else {
      throw NotationFault(path: path, problem: "must be an array of classes")
    }
    var numbers = Numbering(
      taken: list.compactMap { $0["id"]?.integer }, predecessors: predecessors.map { $0.id.number })
    var result: [LabelClass] = []
    for (index, item) in list.enumerated() {
      let place = "\(path)[\(index)]"
      try refuseUnknown(item, known, path: place)
      guard let name = item["name"]?.string else {
        throw NotationFault(path: place + ".name", problem: "must be a string")
      }
      let predecessor = predecessors.first { $0.name == name }
      let kind = try kind(item, place, predecessor)
      let id = try numbers.id(item["id"], path: place, predecessor: predecessor?.id.number)
      let attributes: [LabelClass] =
        item["attributes"] == nil
        ? []
        : try classes(
          item["attributes"], path: place + ".attributes",
          predecessors: predecessor?.attributes ?? [])
      var labelClass = LabelClass(
        id: ClassID(id), name: name, kind: kind, isRequired: item["required"]?.bool ?? false,
        attributes: attributes)
      labelClass.condition = try ClassNotation.condition(item["when"], among: result, place + ".when")
      labelClass.rules = try ClassNotation.rules(item["rules"], place + ".rules")
      labelClass.skeleton = try ClassNotation.skeleton(item, place)
      labelClass.look = ClassLook(color: item["color"]?.string, hotkey: item["hotkey"]?.string)
      result.append(labelClass)
    }
    return result
  }

  private static let known = [
    "id", "name", "kind", "required", "attributes", "options", "min", "max", "step", "maxLength",
    "from", "to", "directed", "accepts", "keepsPlace", "whole", "labels", "when", "rules",
    "keypoints", "skeleton", "color", "hotkey",
  ]

  private static func kind(
    _ json: JSON, _ path: String, _ predecessor: LabelClass?
  ) throws(NotationFault) -> LabelClass.Kind {
    switch json["kind"]?.string {
    case let name? where ShapeKind(rawValue: name) != nil:
      return .shape(ShapeKind(rawValue: name) ?? .box)
    case "span": return .span
    case "relation": return .relation(.init())
    case "category": return .category(try options(json, path, predecessor))
    case "multiLabel": return .multiLabel(try options(json, path, predecessor))
    case "rating":
      guard let minimum = json["min"]?.number, let maximum = json["max"]?.number else {
        throw NotationFault(path: path, problem: "a rating needs the numbers min and max")
      }
      return .rating(
        .init(
          minimum: minimum, maximum: maximum, step: json["step"]?.number ?? 1,
          labels: (json["labels"]?.array ?? []).compactMap { $0.string }))
    case "number":
      return .number(
        .init(
          minimum: json["min"]?.number, maximum: json["max"]?.number, isWhole: json["whole"]?.bool ?? false))
    case "boolean": return .boolean
    case "text":
      return .text(maxLength: json["maxLength"]?.integer.flatMap { Int(exactly: $0) } ?? 10_000)
    case "files": return .files(try ClassNotation.files(json, path))
    default:
      throw NotationFault(
        path: path + ".kind",
        problem: "must be \(ShapeKind.allCases.map { $0.rawValue }.joined(separator: ", ")), span, "
          + "relation, category, multiLabel, rating, number, boolean, text or files")
    }
  }

  private static func options(
    _ json: JSON, _ path: String, _ predecessor: LabelClass?
  ) throws(NotationFault) -> [LabelClass.Option] {
    guard let list = json["options"]?.array else {
      throw NotationFault(path: path + ".options", problem: "must be an array of names")
    }
    let before = predecessor?.options ?? []
    var numbers = Numbering(
      taken: list.compactMap { $0["id"]?.integer }, predecessors: before.map { $0.id.number })
    var result: [LabelClass.Option] = []
    for (index, item) in list.enumerated() {
      let place = "\(path).options[\(index)]"
      guard let name = item.string ?? item["name"]?.string else {
        throw NotationFault(path: place, problem: "must be a name or {\"id\", \"name\"}")
      }
      let old = before.first { $0.name == name }?.id.number
      let id = OptionID(try numbers.id(item["id"], path: place, predecessor: old))
      var parent: OptionID?
      if let key = item["parent"], key != .null {
        parent = result.first { $0.name == key.string || Int64($0.id.number) == key.integer }?.id
        if parent == nil {
          throw NotationFault(path: place + ".parent", problem: "\(key.text) is no option before this one")
        }
      }
      result.append(.init(id: id, name: name, parent: parent))
    }
    return result
  }

  /// Gives ids to what has none: the predecessor's, else the next one never used.
  private struct Numbering {
    var next: Int32

    init(taken: [Int64], predecessors: [Int32]) {
      let largest = max(taken.max() ?? 0, predecessors.map(Int64.init).max() ?? 0)
      next = Int32(clamping: largest) &+ 1
    }

    mutating func id(
      _ json: JSON?, path: String, predecessor: Int32?
    ) throws(NotationFault) -> Int32 {
      guard let json else {
        if let predecessor { return predecessor }
        defer { next &+= 1 }
        return next
      }
      guard let number = json.integer, let id = Int32(exactly: number), id > 0 else {
        throw NotationFault(path: path + ".id", problem: "must be a positive integer")
      }
      return id
    }
  }

  package static func refuseUnknown(
    _ json: JSON, _ known: [String], path: String
  ) throws(NotationFault) {
    for member in json.members ?? [] where !known.contains(member.name) {
      throw NotationFault(
        path: "\(path).\(member.name)",
        problem: "is not known; known are \(known.joined(separator: ", "))")
    }
  }

  package static func json(_ ontology: Ontology) -> JSON {
    .object([.init("classes", .array(ontology.classes.map { json($0) }))])
  }

  private static func json(_ labelClass: LabelClass) -> JSON {
    var members: [JSON.Member] = [
      .init("id", .int(Int64(labelClass.id.number))),
      .init("name", .string(labelClass.name)),
      .init("kind", .string(labelClass.kindName)),
      .init("required", .bool(labelClass.isRequired)),
    ]
    if labelClass.kind.isObject {
      members.append(.init("attributes", .array(labelClass.attributes.map { json($0) })))
    }
    members += kindMembers(labelClass.kind)
    return .object(members + ClassNotation.members(labelClass))
  }

  /// The members that say the kind, by themselves.
  static func json(_ kind: LabelClass.Kind) -> JSON {
    let named = LabelClass(id: ClassID(1), name: "", kind: kind)
    return .object([.init("kind", .string(named.kindName))] + kindMembers(kind))
  }

  private static func kindMembers(_ kind: LabelClass.Kind) -> [JSON.Member] {
    var members: [JSON.Member] = []
    switch kind {
    case .shape, .span, .boolean: break
    case .category(let options), .multiLabel(let options):
      let list = options.map { option in
        let parent = option.parent.map { [JSON.Member("parent", .int(Int64($0.number)))] } ?? []
        return JSON.object(
          [.init("id", .int(Int64(option.id.number))), .init("name", .string(option.name))] + parent)
      }
      members.append(.init("options", .array(list)))
    case .rating(let scale):
      members.append(.init("min", .double(scale.minimum)))
      members.append(.init("max", .double(scale.maximum)))
      members.append(.init("step", .double(scale.step)))
      if !scale.labels.isEmpty {
        members.append(.init("labels", .array(scale.labels.map { .string($0) })))
      }
    case .number(let range):
      if let minimum = range.minimum { members.append(.init("min", .double(minimum))) }
      if let maximum = range.maximum { members.append(.init("max", .double(maximum))) }
      if range.isWhole { members.append(.init("whole", true)) }
    case .text(let maxLength):
      members.append(.init("maxLength", .int(Int64(maxLength))))
    case .files(let rules): members += ClassNotation.members(rules)
    case .relation(let relation):
      func numbers(_ ids: [ClassID]) -> JSON { .array(ids.map { .int(Int64($0.number)) }) }
      members.append(.init("from", numbers(relation.from)))
      members.append(.init("to", numbers(relation.to)))
      members.append(.init("directed", .bool(relation.isDirected)))
    }
    return members
  }
}
