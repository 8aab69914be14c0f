import Geometry
import Notation

/// The steps of a migration as JSON, taken one after the other:
///
/// ```json
/// [ { "rename": "cat", "to": "feline" },
///   { "rename": ["feline", "pose", "sits"], "to": "sitting" },
///   { "merge": ["dog", "puppy"], "into": "dog" },
///   { "split": "vehicle", "by": "type", "into": { "car": "car", "bus": "coach" } },
///   { "retype": "sign", "to": "polygon" },
///   { "retype": ["sign", "height"], "to": { "kind": "rating", "min": 1, "max": 5 } },
///   { "delete": ["dog", "mood"] },
///   { "become": { "classes": [] } } ]
/// ```
/// The last kind of step says the ontology as it shall be then; where what it names differs by its number
/// from what there was, that becomes steps of its own.
/// A place is a class, or an array from the class to its attribute or option, each by name or number.
/// Without `into` a split makes a class of every option, named like it.
package enum MigrationNotation {
  /// Steps that an ontology may take at once.
  package static let stepLimit = 1_000

  /// - Throws: `NotationFault` with the path `steps[i].member`.
  package static func migration(
    from json: JSON, of ontology: Ontology
  ) throws(NotationFault) -> Migration {
    guard let list = json.array, list.count <= stepLimit else {
      throw NotationFault(path: "steps", problem: "must be an array of at most \(stepLimit) steps")
    }
    var (steps, current): ([Migration.Step], Ontology) = ([], ontology)
    for (index, item) in list.enumerated() {
      let path = "steps[\(index)]"
      if let asked = item["become"] {
        let next = try OntologyNotation.ontology(from: asked, predecessor: current)
        steps += Migration(from: current, to: next).steps
        current = next
        continue
      }
      let step = try step(item, path, current)
      do {
        current = try current.after(step)
      } catch {
        throw NotationFault(path: path, problem: error.problem)
      }
      steps.append(step)
    }
    return Migration(steps)
  }

  private static func step(
    _ json: JSON, _ path: String, _ ontology: Ontology
  ) throws(NotationFault) -> Migration.Step {
    func to() throws(NotationFault) -> String {
      guard let name = json["to"]?.string else {
        throw NotationFault(path: path + ".to", problem: "must be a name")
      }
      return name
    }
    let verbs = ["rename", "delete", "merge", "split", "retype", "become"]
    guard let verb = verbs.first(where: { json[$0] != nil }), let what = json[verb] else {
      throw NotationFault(path: path, problem: "must have one of \(verbs.joined(separator: ", "))")
    }
    try OntologyNotation.refuseUnknown(json, [verb, "to", "into", "by"], path: path)
    switch verb {
    case "rename": return .rename(try place(what, path + ".rename", ontology), to: try to())
    case "delete": return .delete(try place(what, path + ".delete", ontology))
    case "merge":
      var merged: [Migration.Place] = []
      let target = try place(json["into"] ?? .null, path + ".into", ontology)
      for (index, item) in (what.array ?? [what]).enumerated() {
        let found = try place(item, "\(path).merge[\(index)]", ontology)
        if found != target { merged.append(found) }
      }
      return .merge(merged, into: target)
    case "split": return try split(what, json, path, ontology)
    default:
      let place = try place(what, path + ".retype", ontology)
      return .retype(place, to: try kind(json["to"] ?? .null, path + ".to", place, ontology))
    }
  }

  private static func split(
    _ what: JSON, _ json: JSON, _ path: String, _ ontology: Ontology
  ) throws(NotationFault) -> Migration.Step {
    let id = try place(what, path + ".split", ontology).classID
    let by = try place([what, json["by"] ?? .null], path + ".by", ontology)
    guard let attribute = by.attribute, let options = ontology.definition(at: by)?.options else {
      throw NotationFault(path: path + ".by", problem: "must be an attribute of the class")
    }
    var names: [(OptionID, String)] = []
    if let into = json["into"]?.members {
      for member in into {
        let found = try option(.string(member.name), path + ".into", options)
        guard let name = member.value.string else {
          throw NotationFault(path: "\(path).into.\(member.name)", problem: "must be a name")
        }
        names.append((found, name))
      }
    } else {
      names = options.map { ($0.id, $0.name) }
    }
    var next = (ontology.classes.map { $0.id.number }.max() ?? 0) + 1
    var parts: [Migration.Part] = []
    for (option, name) in names {
      parts.append(.init(option: option, classID: ClassID(next), name: name))
      next += 1
    }
    return .split(id, by: attribute, into: parts)
  }

  private static func kind(
    _ json: JSON, _ path: String, _ place: Migration.Place, _ ontology: Ontology
  ) throws(NotationFault) -> LabelClass.Kind {
    let definition = ontology.definition(at: place)
    var members = json.string.map { [JSON.Member("kind", .string($0))] } ?? json.members ?? []
    members.append(.init("name", .string(definition?.name ?? "")))
    let isChoice = json.string == "category" || json.string == "multiLabel"
    if isChoice, let definition {
      // A choice keeps its options; yes or no become two.
      let list: [JSON] =
        definition.options.isEmpty
        ? ["Yes", "No"]
        : definition.options.map { ["id": .int(Int64($0.id.number)), "name": .string($0.name)] }
      members.append(.init("options", .array(list)))
    }
    let wrapped = JSON.object([.init("classes", [.object(members)])])
    do {
      return try OntologyNotation.ontology(from: wrapped).classes[0].kind
    } catch {
      throw NotationFault(path: path, problem: error.problem)
    }
  }

  // MARK: Places

  private static func place(
    _ json: JSON, _ path: String, _ ontology: Ontology
  ) throws(NotationFault) -> Migration.Place {
    let keys = json.array ?? [json]
    guard let first = keys.first, keys.count <= 3,
      let labelClass = ontology.classes.first(where: { matches(first, $0.name, $0.id.number) })
    else { throw NotationFault(path: path, problem: "\(json.text) is no class of the ontology") }
    var place = Migration.Place(labelClass.id)
    if keys.count == 1 { return place }
    if labelClass.kind.isObject {
      let attribute = labelClass.attributes.first { matches(keys[1], $0.name, $0.id.number) }
      guard let attribute else {
        throw NotationFault(
          path: path, problem: "\(keys[1].text) is no attribute of “\(labelClass.name)”")
      }
      place.attribute = attribute.id
      if keys.count == 3 { place.option = try option(keys[2], path, attribute.options) }
    } else {
      guard keys.count == 2 else {
        throw NotationFault(
          path: path, problem: "“\(labelClass.name)” has options, and no attributes")
      }
      place.option = try option(keys[1], path, labelClass.options)
    }
    return place
  }

  private static func option(
    _ json: JSON, _ path: String, _ options: [LabelClass.Option]
  ) throws(NotationFault) -> OptionID {
    guard let found = options.first(where: { matches(json, $0.name, $0.id.number) }) else {
      throw NotationFault(path: path, problem: "\(json.text) is no option there")
    }
    return found.id
  }

  private static func matches(_ key: JSON, _ name: String, _ number: Int32) -> Bool {
    key.string == name || key.integer == Int64(number) || key.string == String(number)
  }

  // MARK: Writing

  /// By numbers: what is stored.
  package static func json(_ migration: Migration) -> JSON {
    .array(migration.steps.map { json($0) })
  }

  package static func json(_ step: Migration.Step) -> JSON {
    json(step, place: json) { id, attribute, parts in
      [
        "split": .int(Int64(id.number)), "by": .int(Int64(attribute.number)),
        "into": .array(
          parts.map {
            [
              "option": .int(Int64($0.option.number)), "class": .int(Int64($0.classID.number)),
              "name": .string($0.name),
            ]
          }),
      ]
    }
  }

  private static func json(
    _ step: Migration.Step, place: (Migration.Place) -> JSON,
    split: (ClassID, ClassID, [Migration.Part]) -> JSON
  ) -> JSON {
    switch step {
    case .rename(let what, let name): ["rename": place(what), "to": .string(name)]
    case .delete(let what): ["delete": place(what)]
    case .merge(let places, let target):
      ["merge": .array(places.map(place)), "into": place(target)]
    case .split(let id, let attribute, let parts): split(id, attribute, parts)
    case .retype(let what, let kind): ["retype": place(what), "to": OntologyNotation.json(kind)]
    case .set(let ontology): ["become": OntologyNotation.json(ontology)]
    }
  }

  private static func json(_ place: Migration.Place) -> JSON {
    let parts = [place.classID.number, place.attribute?.number, place.option?.number]
    return .array(parts.map { number in number.map { .int(Int64($0)) } ?? .null })
  }

  /// By names: what people read, and `migration(from:of:)` again.
  package static func named(_ step: Migration.Step, in ontology: Ontology) -> JSON {
    func place(_ place: Migration.Place) -> JSON {
      let labelClass = ontology[place.classID]
      let definition = ontology.definition(at: place)
      var names = [JSON.string(labelClass?.name ?? String(place.classID.number))]
      if place.attribute != nil { names.append(.string(definition?.name ?? "")) }
      if let option = place.option {
        let found = definition?.options.first { $0.id == option }
        names.append(.string(found?.name ?? String(option.number)))
      }
      return names.count == 1 ? names[0] : .array(names)
    }
    return json(step, place: place) { id, attribute, parts in
      let by = Migration.Place(id, attribute: attribute)
      let options = ontology.definition(at: by)?.options ?? []
      let into = parts.map { part in
        JSON.Member(options.first { $0.id == part.option }?.name ?? "", .string(part.name))
      }
      return [
        "split": place(Migration.Place(id)),
        "by": .string(ontology.definition(at: by)?.name ?? ""), "into": .object(into),
      ]
    }
  }

  /// What `json` wrote.
  package static func migration(stored json: JSON) -> Migration? {
    var steps: [Migration.Step] = []
    for item in json.array ?? [] {
      guard let step = step(stored: item) else { return nil }
      steps.append(step)
    }
    return Migration(steps)
  }

  private static func step(stored json: JSON) -> Migration.Step? {
    if let place = place(stored: json["rename"]), let name = json["to"]?.string {
      return .rename(place, to: name)
    }
    if let place = place(stored: json["delete"]) { return .delete(place) }
    if let ontology = json["become"] {
      return (try? OntologyNotation.ontology(from: ontology)).map { .set($0) }
    }
    if let places = json["merge"]?.array, let target = place(stored: json["into"]) {
      return .merge(places.compactMap { place(stored: $0) }, into: target)
    }
    if let id = number(json["split"]), let attribute = number(json["by"]) {
      let parts = (json["into"]?.array ?? []).compactMap { part -> Migration.Part? in
        guard let option = number(part["option"]), let id = number(part["class"]) else {
          return nil
        }
        return .init(
          option: OptionID(option), classID: ClassID(id), name: part["name"]?.string ?? "")
      }
      return .split(ClassID(id), by: ClassID(attribute), into: parts)
    }
    if let place = place(stored: json["retype"]), let members = json["to"]?.members {
      let named = JSON.object(members + [.init("name", "kind")])
      let wrapped = JSON.object([.init("classes", [named])])
      guard let kind = try? OntologyNotation.ontology(from: wrapped).classes.first?.kind else {
        return nil
      }
      return .retype(place, to: kind)
    }
    return nil
  }

  private static func number(_ json: JSON?) -> Int32? {
    json?.integer.flatMap { Int32(exactly: $0) }
  }

  private static func place(stored json: JSON?) -> Migration.Place? {
    guard let parts = json?.array, parts.count == 3, let id = number(parts[0]) else { return nil }
    return Migration.Place(
      ClassID(id), attribute: number(parts[1]).map { ClassID($0) },
      option: number(parts[2]).map { OptionID($0) })
  }
}

extension MigrationFault {
  /// A clause that says why.
  package var problem: String {
    switch self {
    case .unknownPlace: "names no class, attribute or option of the ontology as it is then"
    case .notAlike(let name, let into):
      "cannot merge “\(name)” into “\(into)”: classes must be of one kind (retype first), options of "
        + "one question"
    case .notSplittable(let name):
      "cannot split “\(name)” so: it takes a single choice of the class, and for each option one new name"
    case .notConvertible(let name):
      "cannot retype “\(name)” so: a question stays a question, and what is drawn or marked stays that"
    case .relationWithoutEnds(let name):
      "would leave “\(name)” without classes to join; delete it first, or give it others"
    }
  }
}
