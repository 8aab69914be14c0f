import Notation

/// A question of a `textcollection` task: shown by its title and the labels of its choices, answered
/// by its id and their values.
struct ScaleField {
  struct Choice {
    var label: String
    var value: JSON
  }

  var id: String
  /// The class here: the title where no other field has it, else the id.
  var name: String
  /// Like `text` or `category`, as the request says.
  var type: String
  var description: String?
  var choices: [Choice]
  var isRequired: Bool
  /// Whether several choices may be made.
  var isMultiple: Bool

  /// Whether it is answered by its choices.
  var isCategory: Bool { type == "category" && !choices.isEmpty }

  static func all(_ params: JSON) -> [ScaleField] {
    var fields = (params["fields"]?.array ?? []).compactMap(ScaleField.init)
    for place in fields.indices {
      let name = fields[place].name
      let others = fields.indices.filter { $0 != place }
      if others.contains(where: { fields[$0].name == name || fields[$0].id == name }) {
        fields[place].name = fields[place].id
      }
    }
    return fields
  }

  private init?(_ json: JSON) {
    guard let id = json["field_id"]?.string, !id.isEmpty else { return nil }
    self.id = id
    let title = json["title"]?.string ?? ""
    name = title.isEmpty ? id : title
    type = json["type"]?.string ?? "text"
    description = json["description"]?.string
    isRequired = json["required"]?.bool == true
    isMultiple =
      (json["max_selections"]?.integer ?? json["max_responses"]?.integer ?? 1) > 1
    choices = (json["choices"]?.array ?? []).compactMap { item in
      let value = item["value"] ?? item["label"] ?? item
      let text = value.string ?? value.text
      let label = item["label"]?.string ?? text
      return text.isEmpty ? nil : Choice(label: label.isEmpty ? text : label, value: value)
    }
    let labels = choices.map(\.label)
    if Set(labels).count < labels.count {
      for place in choices.indices {
        choices[place].label = choices[place].value.string ?? choices[place].value.text
      }
    }
    var seen: Set<String> = []
    choices.removeAll { !seen.insert($0.label).inserted }
  }

  func value(of label: JSON) -> JSON {
    choices.first { $0.label == label.string }?.value ?? label
  }

  func label(of value: JSON) -> JSON {
    choices.first { $0.value == value }.map { .string($0.label) } ?? value
  }
}
