import Formats
import Notation

/// What the classes of a set turn out to be, for a project that is made of it.
package struct SurveyedClasses {
  private var kinds: [(name: String, kind: DatasetLabelKind, attributes: [String: JSON])] = []
  private var places: [String: Int] = [:]
  private var schema = DatasetSchema()
  private var wholes: [String] = []
  /// Of each class, the most keypoints that a label has.
  private var keypointCounts: [String: Int] = [:]
  private var hasSeveralWholes = false
  private var hasCaptions = false

  package init() {}

  package mutating func see(_ item: DatasetItem, _ schema: DatasetSchema) {
    self.schema = schema
    if item.labels.count(where: { $0.value == .whole }) > 1 { hasSeveralWholes = true }
    for label in item.labels {
      let name = schema.name(label.classIndex)
      switch label.value {
      case .whole: if !wholes.contains(name) { wholes.append(name) }
      case .caption: hasCaptions = true
      default:
        let kind = TaskTarget.kind(label.value)
        let key = TaskTarget.name(name, kind)
        if case .shape(.keypoints(let keypoints)) = label.value {
          keypointCounts[name] = max(keypointCounts[name] ?? 0, keypoints.keypoints.count)
        }
        let place = places[key] ?? kinds.count
        if place == kinds.count {
          places[key] = place
          kinds.append((name, kind, [:]))
        }
        for attribute in label.attributes {
          kinds[place].attributes[attribute.name] = attribute.value
        }
      }
    }
  }

  /// The request that makes the project. A class of two kinds becomes two classes.
  package func project(named name: String) -> JSON {
    var counts: [String: Int] = [:]
    for one in kinds { counts[one.name, default: 0] += 1 }
    var classes: [JSON] = kinds.map { one in
      let isAlone = counts[one.name] == 1
      var members: [JSON.Member] = [
        .init("name", .string(isAlone ? one.name : TaskTarget.name(one.name, one.kind))),
        .init("kind", .string(one.kind == .relation ? "relation" : one.kind.rawValue)),
      ]
      if one.kind == .keypoints, let index = schema.find(one.name) {
        // Those that nobody named have their numbers.
        var names = schema.classes[index].keypoints
        let count = max(names.count, keypointCounts[one.name] ?? 0, 1)
        names += (names.count..<count).map { "\($0 + 1)" }
        members.append(.init("keypoints", .array(names.map { .string($0) })))
        members.append(
          .init(
            "skeleton",
            .array(schema.classes[index].skeleton.map { .array($0.map { .int(Int64($0)) }) })))
      }
      if !one.attributes.isEmpty {
        members.append(
          .init(
            "attributes",
            .array(
              one.attributes.sorted { $0.key < $1.key }.map { name, value in
                let kind = value.bool != nil ? "boolean" : value.number != nil ? "number" : "text"
                return ["name": .string(name), "kind": .string(kind)]
              })))
      }
      return .object(members)
    }
    if !wholes.isEmpty {
      classes.append([
        "name": "class", "kind": .string(hasSeveralWholes ? "multiLabel" : "category"),
        "options": .array(wholes.map { .string($0) }),
      ])
    }
    if hasCaptions { classes.append(["name": "caption", "kind": "text"]) }
    return ["name": .string(name), "ontology": ["classes": .array(classes)]]
  }
}
