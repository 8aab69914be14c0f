import Notation

/// The ontology, in native notation, by which a task of Scale's API is answered.
package enum ScaleForm {
  /// The class that holds a whole response as JSON text.
  package static let responseClass = "response"
  static let categoryClass = "category"
  static let choiceClass = "choice"

  /// - Returns: an ontology's JSON; one with the response class alone where the params do not say
  ///   what may be answered.
  package static func ontology(_ type: ScaleType, _ params: JSON) -> JSON {
    let classes: [JSON]
    switch type.answer(params) {
    case .objects: classes = objects(type, params)
    case .categories:
      let several = params["allow_multiple"]?.bool == true
      classes = question(categoryClass, names(params["categories"]), several: several)
    case .choice: classes = question(choiceClass, names(params["choices"]), several: false)
    case .fields: classes = ScaleField.all(params).compactMap(field)
    case .values:
      let names = (params["fields"]?.members ?? []).map(\.name) + repeatable(params)
      classes = unique(names).map { text($0) }
    case .response: classes = []
    }
    return ["classes": .array(classes.isEmpty ? [text(responseClass)] : classes)]
  }

  /// Fields that hold any number of entries: texts here, with an entry on each line.
  static func repeatable(_ params: JSON) -> [String] {
    (params["repeatable_fields"]?.members ?? []).map(\.name).filter {
      params["fields"]?[$0] == nil
    }
  }

  private static func objects(_ type: ScaleType, _ params: JSON) -> [JSON] {
    let common = (params["annotation_attributes"]?.members ?? []).filter {
      $0.value["global"]?.bool != true
    }.map(attribute)
    let objects = type.objects(params).map { object -> JSON in
      let own =
        type.name == "documenttranscription"
        ? [transcribed] : attributes(of: object.label, params).map(attribute)
      return [
        "name": .string(object.name), "kind": .string(object.geometry.kind),
        "attributes": .array(common + own),
      ]
    }
    let names = Set(objects.compactMap { $0["name"]?.string })
    let questions = ScaleType.globalAttributes(params).filter { !names.contains($0.name) }
    return objects + questions.map(attribute) + links(type, params, besides: names)
  }

  /// Each link between two classes as a relation.
  private static func links(
    _ type: ScaleType, _ params: JSON, besides taken: Set<String>
  ) -> [JSON] {
    let objects = type.objects(params)
    func classes(_ labels: JSON?) -> JSON {
      let allowed = names(labels)
      return .array(objects.filter { allowed.contains($0.label) }.map { .string($0.name) })
    }
    return ScaleType.links(params).filter { !taken.contains($0.name) }.map { link in
      let value = link.value
      return [
        "name": .string(link.name), "kind": "relation",
        "from": classes(value["from_allowed_labels"] ?? value["source_labels"]),
        "to": classes(value["to_allowed_labels"] ?? value["target_labels"]),
        "directed": .bool(value["is_bidirectional"]?.bool != true),
      ]
    }
  }

  /// What a feature of a document says.
  private static let transcribed: JSON = [
    "name": "text", "kind": "text", "required": true, "maxLength": 100_000,
  ]

  /// What a label of named entities asks of its own.
  private static func attributes(of label: String, _ params: JSON) -> [JSON.Member] {
    let own = params["labels"]?.array?.first { $0["name"]?.string == label }
    return own?["attributes"]?.members ?? []
  }

  /// Labels are strings or `{"choice", "subchoices"}`, as deep as they like.
  static func names(_ json: JSON?) -> [String] {
    func flat(_ item: JSON) -> [String] {
      if let name = item.string { return [name] }
      let name =
        item["choice"]?.string ?? item["value"]?.string ?? item["label"]?.string
        ?? item["name"]?.string ?? item["title"]?.string
      let inner = (item["subchoices"]?.array ?? []).flatMap(flat)
      return (name.map { [$0] } ?? []) + inner
    }
    return unique((json?.array ?? []).flatMap(flat))
  }

  private static func unique(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { !$0.isEmpty && seen.insert($0).inserted }
  }

  private static func attribute(_ member: JSON.Member) -> JSON {
    let choices = names(member.value["choices"])
    if choices.isEmpty { return ["name": .string(member.name), "kind": "text"] }
    let several = member.value["allow_multiple"]?.bool == true
    return [
      "name": .string(member.name), "kind": several ? "multiLabel" : "category",
      "options": .array(choices.map { .string($0) }),
    ]
  }

  private static func field(_ field: ScaleField) -> JSON? {
    guard field.isCategory else { return text(field.name, isRequired: field.isRequired) }
    return question(field.name, field.choices.map(\.label), several: field.isMultiple).first
  }

  /// - Returns: nothing where there is nothing to choose from yet: a project may say so later.
  private static func question(_ name: String, _ options: [String], several: Bool) -> [JSON] {
    guard !options.isEmpty else { return [] }
    return [
      [
        "name": .string(name), "kind": several ? "multiLabel" : "category", "required": true,
        "options": .array(options.map { .string($0) }),
      ]
    ]
  }

  private static func text(_ name: String, isRequired: Bool = false) -> JSON {
    [
      "name": .string(name), "kind": "text", "required": .bool(isRequired),
      "maxLength": 1_000_000,
    ]
  }

  /// What the questions and labels of a task mean, in Markdown for its annotators: the descriptions
  /// that an ontology has no place for.
  package static func explanations(_ type: ScaleType, _ params: JSON) -> String {
    var lines: [String] = []
    func add(_ name: String, _ description: String?) {
      guard let description, !description.isEmpty, description != name else { return }
      lines.append("- **\(name)**: \(description)")
    }
    for field in ScaleField.all(params) { add(field.name, field.description) }
    for field in params["fields"]?.members ?? [] { add(field.name, field.value.string) }
    for field in repeatable(params) {
      let description = params["repeatable_fields"]?[field]?.string ?? ""
      add(field, "\(description) (one entry on each line)")
    }
    for label in params["labels"]?.array ?? [] {
      add(label["name"]?.string ?? "", label["description"]?.string)
    }
    for attribute in params["annotation_attributes"]?.members ?? [] {
      add(attribute.name, attribute.value["description"]?.string)
    }
    return lines.joined(separator: "\n")
  }
}
