import Notation

/// The `geometries`, `annotation_attributes` and `links` of a task or project of Scale's as an ontology to
/// go on with, and what could not be carried over. Other than `ScaleForm`, by which tasks of Scale's API
/// are answered in Scale's own words, it keeps limits, numbers and conditions.
package struct ScaleDefinition {
  package private(set) var classes: [JSON] = []
  package private(set) var notes: [(place: String, problem: String)] = []

  package var ontology: JSON { ["classes": .array(classes)] }

  /// - Parameter json: a task's params, or an object with any of the members named above.
  package init(_ json: JSON) {
    let params = json["params"] ?? json
    let attributes = (params["annotation_attributes"]?.members ?? []).filter {
      $0.value["global"]?.bool != true
    }
    let common = attributes.prefix(Self.attributeLimit).compactMap {
      attribute($0, "annotation_attributes.\($0.name)")
    }
    var taken: Set<String> = []
    if attributes.count > Self.attributeLimit {
      note("annotation_attributes", "are more than \(Self.attributeLimit); the rest is left out")
    }
    for geometry in params["geometries"]?.members ?? [] {
      objects(geometry, common, &taken)
    }
    for member in ScaleType.globalAttributes(params) {
      if let question = attribute(member, "annotation_attributes.\(member.name)"),
        taken.insert(member.name).inserted
      {
        classes.append(.object(question))
      }
    }
    links(params, taken)
    let known: Set<String> = [
      "geometries", "annotation_attributes", "global_attributes", "links", "relationships",
      "instruction",
      "attachment", "attachment_type", "attachments", "callback_url", "project", "batch",
      "metadata",
      "unique_id", "priority", "tags", "type", "params",
    ]
    for member in params.members ?? [] where !known.contains(member.name) {
      note(member.name, "is no part of an ontology here")
    }
  }

  private mutating func note(_ place: String, _ problem: String) { notes.append((place, problem)) }

  /// Classes, and attributes of each, that are read of a definition.
  private static let classLimit = 2_000
  private static let attributeLimit = 100

  // MARK: Objects

  private static let limits = [
    "min_width": "minWidth", "min_height": "minHeight", "min_vertices": "minPoints",
    "max_vertices": "maxPoints", "integer_pixels": "wholePixels",
  ]

  private mutating func objects(
    _ geometry: JSON.Member, _ common: [[JSON.Member]], _ taken: inout Set<String>
  ) {
    let path = "geometries.\(geometry.name)"
    guard let known = ScaleGeometry(rawValue: geometry.name), known != .span else {
      return note(path, "is no geometry that Assay draws")
    }
    var kind = known.kind
    var rules: [JSON.Member] = []
    for member in geometry.value.members ?? [] {
      switch member.name {
      case "objects_to_annotate": break
      case "can_rotate":
        if member.value.bool == true { kind = "rotatedBox" }
      case let name where Self.limits[name] != nil:
        let isNothing =
          member.value == .null || member.value.number == 0 || member.value.bool == false
        let isUsual = name == "min_vertices" && (member.value.integer ?? 0) <= 1
        if !isNothing, !isUsual { rules.append(.init(Self.limits[name] ?? "", member.value)) }
      case "examples", "description": note("\(path).\(member.name)", "belongs in the instructions")
      default: note("\(path).\(member.name)", "has no place in an ontology here")
      }
    }
    let labels = geometry.value["objects_to_annotate"]
    if ScaleForm.names(labels).isEmpty { note(path, "names no objects to annotate") }
    for item in labels?.array ?? [] where item["subchoices"]?.array?.isEmpty == false {
      note("\(path).objects_to_annotate", "what stands under a label became a class beside it")
    }
    for label in ScaleForm.names(labels) where classes.count < Self.classLimit {
      let name = taken.insert(label).inserted ? label : "\(label) (\(kind))"
      taken.insert(name)
      let own = common.filter { Self.isFor(label, $0) }.map {
        JSON.object($0.filter { $0.name != "labels" })
      }
      var members: [JSON.Member] = [.init("name", .string(name)), .init("kind", .string(kind))]
      if !rules.isEmpty { members.append(.init("rules", .object(rules))) }
      if !own.isEmpty { members.append(.init("attributes", .array(own))) }
      classes.append(.object(members))
    }
  }

  /// Whether an attribute is asked of a label: of every one where it does not say.
  private static func isFor(_ label: String, _ attribute: [JSON.Member]) -> Bool {
    guard let only = attribute.first(where: { $0.name == "labels" })?.value.array else {
      return true
    }
    return only.contains(.string(label))
  }

  // MARK: Attributes

  private mutating func attribute(_ member: JSON.Member, _ path: String) -> [JSON.Member]? {
    let value = member.value
    var members: [JSON.Member] = [.init("name", .string(member.name))]
    switch value["type"]?.string ?? "category" {
    case "category":
      let options = options(value["choices"])
      guard !options.isEmpty else {
        members.append(.init("kind", "text"))
        note(path, "has no choices, so it is a text here")
        break
      }
      let several = value["allow_multiple"]?.bool == true
      members += [
        .init("kind", several ? "multiLabel" : "category"), .init("options", .array(options)),
      ]
    case "number":
      members.append(.init("kind", "number"))
      for (name, own) in [
        ("min", "min"), ("max", "max"), ("min_value", "min"), ("max_value", "max"),
      ] {
        if let bound = value[name], bound.number != nil { members.append(.init(own, bound)) }
      }
    case "angle": members += [.init("kind", "number"), .init("min", 0), .init("max", 360)]
    case "boolean": members.append(.init("kind", "boolean"))
    case "text": members.append(.init("kind", "text"))
    case let type:
      note(path, "attributes of type \(type) are not known here")
      return nil
    }
    if value["required"]?.bool == true { members.append(.init("required", true)) }
    conditions(value, path, &members)
    for inner in value.members ?? [] where !Self.attributeMembers.contains(inner.name) {
      note("\(path).\(inner.name)", "has no place in an ontology here")
    }
    if value["description"]?.string?.isEmpty == false {
      note("\(path).description", "belongs in the instructions")
    }
    return members
  }

  private static let attributeMembers: Set<String> = [
    "type", "description", "choices", "allow_multiple", "global", "min", "max", "min_value",
    "max_value",
    "required", "conditions",
  ]

  /// `{"label_condition": {"label": …}}` says whose it is, `{"attribute_conditions": {name: values}}` when.
  private mutating func conditions(_ value: JSON, _ path: String, _ members: inout [JSON.Member]) {
    let all = value["conditions"]?.array ?? value["conditions"].map { [$0] } ?? []
    var labels: [JSON] = []
    var asked: JSON?
    for condition in all {
      let label = condition["label_condition"]?["label"] ?? condition["label"]
      labels += label?.array ?? label.map { [$0] } ?? []
      for other in condition["attribute_conditions"]?.members ?? [] {
        if asked != nil { note("\(path).conditions", "only one other attribute is looked at here") }
        asked =
          asked ?? ["name": .string(other.name), "is": .array(other.value.array ?? [other.value])]
      }
    }
    if !labels.isEmpty { members.append(.init("labels", .array(labels))) }
    if let asked { members.append(.init("when", asked)) }
  }

  /// Choices, those under a choice with it as their parent.
  private mutating func options(_ json: JSON?) -> [JSON] {
    var options: [JSON] = []
    var taken: Set<String> = []
    func add(_ item: JSON, _ above: String?) {
      let name = item.string ?? ScaleForm.names([item]).first
      guard var name, !name.isEmpty else { return }
      if taken.contains(name), let above { name = "\(above) / \(name)" }
      guard taken.insert(name).inserted else { return }
      options.append(above.map { ["name": .string(name), "parent": .string($0)] } ?? .string(name))
      for inner in item["subchoices"]?.array ?? [] { add(inner, name) }
    }
    for item in json?.array ?? [] { add(item, nil) }
    return options
  }

  private mutating func links(_ params: JSON, _ taken: Set<String>) {
    let known = Set(
      classes.filter { $0["kind"]?.string.map { ScaleGeometry.kinds.contains($0) } == true }
        .compactMap { $0["name"]?.string })
    for link in ScaleType.links(params) where !taken.contains(link.name) {
      func ends(_ labels: JSON?) -> JSON {
        .array(ScaleForm.names(labels).filter { known.contains($0) }.map { .string($0) })
      }
      classes.append([
        "name": .string(link.name), "kind": "relation",
        "from": ends(link.value["from_allowed_labels"] ?? link.value["source_labels"]),
        "to": ends(link.value["to_allowed_labels"] ?? link.value["target_labels"]),
        "directed": .bool(link.value["is_bidirectional"]?.bool != true),
      ])
    }
  }
}

extension ScaleGeometry {
  /// Every kind of shape that a geometry may become.
  fileprivate static let kinds = Set(allCases.map(\.kind) + ["rotatedBox"])
}
