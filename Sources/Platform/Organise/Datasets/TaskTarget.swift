import Formats
import Geometry
import Labels
import Notation

/// What the labels of a set become in tasks that are made of it.
package enum TaskLabels: String, Hashable, Sendable, CaseIterable {
  /// What annotators begin with.
  case prelabels
  /// Tasks that are answered already.
  case answers
  /// Known answers, hidden among others.
  case gold
  /// Images and texts alone.
  case none
}

/// A project, and how items of a set become tasks of it.
package struct TaskTarget: Sendable {
  package let project: String
  private struct Known: Sendable {
    var kind: String
    var options: Set<String>
    var attributes: Set<String>
    /// How many keypoints each of its objects has.
    var keypoints: Int
  }
  private var classes: [String: Known] = [:]

  /// - Parameter json: the project as the API shows it.
  /// - Throws: `.invalid` where that has no ontology.
  package init(_ json: JSON) throws {
    guard let id = json["id"]?.string, let list = json["ontology"]?["classes"]?.array else {
      throw Refusal.invalid(path: "project", problem: "has no id with an ontology")
    }
    project = id
    for one in list {
      guard let name = one["name"]?.string, let kind = one["kind"]?.string else { continue }
      let options = (one["options"]?.array ?? []).compactMap { $0.string ?? $0["name"]?.string }
      let attributes = (one["attributes"]?.array ?? []).compactMap { $0["name"]?.string }
      classes[name] = Known(
        kind: kind, options: Set(options), attributes: Set(attributes),
        keypoints: one["keypoints"]?.array?.count ?? 0)
    }
  }

  /// The kind that a label is of in a project.
  static func kind(_ value: DatasetLabel.Value) -> DatasetLabelKind {
    switch value {
    case .pieces: .mask
    case .space: .box
    default: value.kind
    }
  }

  static func name(_ name: String, _ kind: DatasetLabelKind) -> String {
    "\(name) (\(kind.rawValue))"
  }

  /// The line by which an item is imported.
  ///
  /// - Parameters:
  ///   - image: its asset or URL.
  ///   - uniqueID: the task's; nil for the item's name in the project.
  package func line(
    _ item: DatasetItem, _ schema: DatasetSchema, image: String?, _ role: TaskLabels,
    uniqueID: String? = nil, _ diagnostics: Diagnostics
  ) -> JSON {
    var members: [JSON.Member] =
      item.text.map { [.init("text", .string($0))] } ?? [
        .init("image", .string(image ?? item.name))
      ]
    if let size = item.size, item.text == nil, item.media == nil {
      members += [
        .init("width", .int(Int64(size.width))), .init("height", .int(Int64(size.height))),
      ]
    }
    // Of its project: another may have an image of the same name.
    let key = uniqueID ?? "\(project)/\(item.name.suffix(400))"
    members.append(.init("unique_id", .string(key)))
    var metadata = item.metadata + [.init("name", .string(item.name))]
    if !item.subset.isEmpty { metadata.append(.init("subset", .string(item.subset))) }
    members.append(.init("metadata", .object(metadata)))
    guard role != .none else { return .object(members) }
    let annotations = JSON.array(annotations(item, schema, diagnostics))
    switch role {
    case .prelabels: members.append(.init("prelabels", annotations))
    case .answers:
      members.append(.init("answers", [["annotator": "import", "annotations": annotations]]))
    case .gold: members.append(.init("gold", ["kind": "evaluation", "annotations": annotations]))
    case .none: break
    }
    return .object(members)
  }

  private func annotations(
    _ item: DatasetItem, _ schema: DatasetSchema, _ diagnostics: Diagnostics
  ) -> [JSON] {
    var places: [Int: Int] = [:]
    var annotations: [JSON] = []
    for (place, label) in item.labels.enumerated() {
      guard let made = annotation(label, item, schema, diagnostics) else { continue }
      places[place] = annotations.count
      annotations.append(made)
    }
    for label in item.labels {
      guard case .relation(let from, let to) = label.value else { continue }
      let name = schema.name(label.classIndex)
      guard classes[name]?.kind == "relation", let from = places[from], let to = places[to] else {
        diagnostics.lose("relations left out that the project has not, or whose ends are")
        continue
      }
      annotations.append([
        "class": .string(name), "relation": [.int(Int64(from)), .int(Int64(to))],
      ])
    }
    return annotations + questions(item, schema, diagnostics)
  }

  private func annotation(
    _ label: DatasetLabel, _ item: DatasetItem, _ schema: DatasetSchema, _ diagnostics: Diagnostics
  ) -> JSON? {
    switch label.value {
    case .whole, .caption, .relation: return nil
    default: break
    }
    let kind = Self.kind(label.value)
    let own = schema.name(label.classIndex)
    let name = classes[own]?.kind == kind.rawValue ? own : Self.name(own, kind)
    guard let known = classes[name], known.kind == kind.rawValue else {
      diagnostics.lose(
        "labels left out of “\(own)”: the project has no such class of \(kind.plural)")
      return nil
    }
    var out = JSONWriter()
    switch label.value {
    case .shape(let shape):
      guard let shape = Self.within(shape, item.size) else {
        diagnostics.lose("labels left out that lie outside of their images")
        return nil
      }
      ShapeNotation.write(Self.filled(shape, to: known.keypoints), to: &out)
    case .pieces(let pieces):
      guard let mask = label.mask(of: pieces, item.size) else { return nil }
      ShapeNotation.write(.mask(mask), to: &out)
    case .space:
      guard let box = label.box else { return nil }
      ShapeNotation.write(.box(box), to: &out)
    case .spans(let ranges):
      out.value(
        JSON.array(ranges.map { [.int(Int64($0.lowerBound)), .int(Int64($0.upperBound))] }))
    default: return nil
    }
    guard let value = try? JSON(parsing: out.bytes) else { return nil }
    var members: [JSON.Member] = [.init("class", .string(name)), .init(kind.rawValue, value)]
    let attributes = label.attributes.filter { known.attributes.contains($0.name) }
    if attributes.count < label.attributes.count {
      diagnostics.lose(
        "attributes left out that the project has not",
        count: label.attributes.count - attributes.count)
    }
    if !attributes.isEmpty { members.append(.init("attributes", .object(attributes))) }
    return .object(members)
  }

  /// An object with fewer keypoints than its class has lacks the last ones.
  private static func filled(_ shape: Shape, to count: Int) -> Shape {
    guard case .keypoints(let found) = shape, found.keypoints.count < count else { return shape }
    let absent = Keypoints.Keypoint(Point(x: 0, y: 0), .absent)
    return .keypoints(
      Keypoints(found.keypoints + Array(repeating: absent, count: count - found.keypoints.count)))
  }

  /// A shape cut at the edge of its image, beyond which models and people draw; nil where nothing of it is
  /// inside.
  private static func within(_ shape: Shape, _ size: ImageSize?) -> Shape? {
    guard let size else { return shape }
    let bounds = shape.bounds
    let image = Box(x: 0, y: 0, width: Double(size.width), height: Double(size.height))
    let inside = image.intersection(bounds)
    if inside == bounds { return shape }
    guard bounds.x <= image.width, bounds.y <= image.height, bounds.maxX >= 0, bounds.maxY >= 0 else {
      return nil
    }
    func cut(_ point: Point) -> Point {
      Point(x: min(max(point.x, 0), image.width), y: min(max(point.y, 0), image.height))
    }
    switch shape {
    case .box: return .box(inside)
    case .polygon(let polygon) where polygon.holes.isEmpty:
      return .polygon(Polygon(polygon.outline.map(cut)))
    case .polyline(let line): return .polyline(Polyline(line.points.map(cut)))
    default: return shape
    }
  }

  /// Classes of the whole as answers to the first question that has such an option, captions as its text.
  private func questions(
    _ item: DatasetItem, _ schema: DatasetSchema, _ diagnostics: Diagnostics
  ) -> [JSON] {
    var answers: [JSON] = []
    var chosen: [String: [String]] = [:]
    for label in item.labels {
      if label.value == .whole {
        let name = schema.name(label.classIndex)
        let question = classes.sorted { $0.key < $1.key }.first { $0.value.options.contains(name) }
        guard let question else {
          diagnostics.lose("classes of whole items left out that no question of the project has")
          continue
        }
        chosen[question.key, default: []].append(name)
      } else if case .caption(let text) = label.value {
        guard
          let question = classes.sorted(by: { $0.key < $1.key }).first(where: {
            $0.value.kind == "text"
          })
        else {
          diagnostics.lose("captions left out: the project asks for no text")
          continue
        }
        guard !answers.contains(where: { $0["class"]?.string == question.key }) else {
          diagnostics.lose("captions left out after the first")
          continue
        }
        answers.append(["class": .string(question.key), "text": .string(text)])
      }
    }
    for (question, options) in chosen.sorted(by: { $0.key < $1.key }) {
      if classes[question]?.kind == "multiLabel" {
        answers.append(["class": .string(question), "options": .array(options.map { .string($0) })])
      } else {
        if options.count > 1 {
          diagnostics.lose("classes left out after the first of a single choice")
        }
        answers.append(["class": .string(question), "option": .string(options[0])])
      }
    }
    return answers
  }
}
