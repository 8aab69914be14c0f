import Foundation
import Notation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// A labelling config of Label Studio, as its editor takes it (tags: labelstud.io/tags).
///
/// Each control with labels becomes classes of one kind; `Choices`, `Rating`, `Number`, `TextArea`,
/// `Taxonomy` and `Pairwise` become questions, or attributes where they are `perRegion`; `Relation`s join
/// any objects. `visibleWhen` and the `when…` attributes become conditions. What is only shown (`Header`,
/// `Style`, …) is not read.
package enum LabelStudioConfig {
  /// Bytes of a config.
  package static let limit = 1 << 20

  package static func read(_ text: String) throws(OntologyReadingFault) -> OntologyReading {
    let root = try XMLTree.parse(text)
    var reader = Reader()
    reader.walk(root)
    reader.attachPerRegion()
    guard !reader.classes.isEmpty else {
      let reasons = reader.notes.prefix(3).map { "\($0.place) \($0.problem)" }.joined(separator: "; ")
      throw OntologyReadingFault(
        "config", "has no control that Assay knows" + (reasons.isEmpty ? "" : ": " + reasons))
    }
    return OntologyReading(
      ontology: ["classes": .array(reader.classes.map { $0.json })], notes: reader.notes)
  }

  /// A class on its way into notation.
  fileprivate struct Draft {
    var members: [JSON.Member]
    var name: String
    var isObject: Bool
    /// The control it came of.
    var control: String
    var attributes: [JSON] = []

    var json: JSON {
      .object(members + (attributes.isEmpty ? [] : [.init("attributes", .array(attributes))]))
    }
  }

  /// Tags with labels of their own, and the kind of what they mark.
  fileprivate static let labelled = [
    "RectangleLabels": "box", "PolygonLabels": "polygon", "EllipseLabels": "ellipse",
    "KeyPointLabels": "point", "BrushLabels": "mask", "BitmaskLabels": "mask",
    "VectorLabels": "polyline", "HyperTextLabels": "span",
  ]
  /// Tags that draw, for the `Labels` beside them.
  fileprivate static let drawing = [
    "Rectangle": "box", "Polygon": "polygon", "Ellipse": "ellipse", "KeyPoint": "point",
    "Brush": "mask", "Bitmask": "mask", "Vector": "polyline", "MagicWand": "mask",
  ]
  fileprivate static let shown: Set<String> = [
    "View", "Header", "Style", "Filter", "Collapse", "Panel", "Label", "Choice", "Shortcut",
    "Markdown",
    "Image", "Text", "HyperText", "Relation", "RelationTag", "Column", "Repeater",
  ]
  fileprivate static let elsewhere: Set<String> = [
    "Audio", "AudioPlus", "Video", "TimeSeries", "Paragraphs", "Table", "PDF", "Chat", "List",
  ]
}

/// Goes through the tree and collects classes.
private struct Reader {
  var classes: [LabelStudioConfig.Draft] = []
  var notes: [OntologyReading.Note] = []
  private var perRegion: [(tag: XMLTree, question: [JSON.Member])] = []
  private var objectTags: [String: String] = [:]
  private var taken: [String: Int] = [:]
  /// Kinds that are drawn on each object, by its name.
  private var drawn: [String: [String]] = [:]
  private var attributeCount = 0

  /// Classes, and attributes of all of them, that are read of a config.
  private static let classLimit = 2_000
  private static let attributeLimit = 20_000

  mutating func walk(_ root: XMLTree) {
    let all = root.flattened
    for tag in all
    where LabelStudioConfig.elsewhere.contains(tag.name) || tag["value"]?.hasPrefix("$") == true {
      if let name = tag["name"] { objectTags[name] = tag.name }
    }
    for tag in all {
      guard let kind = LabelStudioConfig.drawing[tag.name], let target = tag["toName"] else { continue }
      if drawn[target]?.contains(kind) != true { drawn[target, default: []].append(kind) }
    }
    let labelled = Set(all.filter { $0.name == "Labels" }.compactMap { $0["toName"] })
    for tag in all where classes.count < Self.classLimit { read(tag, labelled: labelled) }
    if classes.count >= Self.classLimit {
      notes.append(.init("config", "has more than \(Self.classLimit) classes; the rest is left out"))
    }
  }

  private mutating func note(_ tag: XMLTree, _ problem: String) {
    notes.append(
      .init("line \(tag.line): \(tag.name)\(tag["name"].map { " “\($0)”" } ?? "")", problem))
  }

  private mutating func read(_ tag: XMLTree, labelled: Set<String>) {
    if let kind = LabelStudioConfig.labelled[tag.name] { return labels(tag, kind) }
    switch tag.name {
    case "Labels", "ParagraphLabels", "TimeSeriesLabels", "VideoRectangle":
      plainLabels(tag)
    case "Choices", "Taxonomy", "Rating", "Number", "TextArea", "DateTime", "Pairwise":
      guard let question = question(tag) else { return }
      let isOfObjects =
        tag["perRegion"] == "true" || tag["visibleWhen"] == "region-selected"
        || tag["whenLabelValue"] != nil
      if isOfObjects { perRegion.append((tag, question)) } else { ask(tag, question) }
    case "Relations":
      for relation in tag.children where relation.name == "Relation" { join(relation) }
    case "Ranker", "Bucket": note(tag, "ranking more than two is not a question here yet")
    case _ where LabelStudioConfig.drawing[tag.name] != nil: loneDrawing(tag, labelled)
    case _ where LabelStudioConfig.elsewhere.contains(tag.name):
      note(
        tag, "tasks of this kind of data are not drawn by this surface; its controls are left out")
    case _ where LabelStudioConfig.shown.contains(tag.name): break
    default: note(tag, "is not known here and was left out")
    }
  }

  // MARK: Objects

  /// `Labels` mark spans of a text, or shapes where a drawing tag of the same image stands beside it.
  private mutating func plainLabels(_ tag: XMLTree) {
    let target = tag["toName"] ?? ""
    if let source = objectTags[target], LabelStudioConfig.elsewhere.contains(source) {
      return note(tag, "labels of \(source) are left out")
    }
    let drawn = drawn[target] ?? []
    if drawn.isEmpty, objectTags[target] == "Image" {
      return note(tag, "has no tag that draws on the image")
    }
    for kind in drawn.isEmpty ? ["span"] : drawn { labels(tag, kind) }
  }

  /// A drawing tag without any labels marks things of one class.
  private mutating func loneDrawing(_ tag: XMLTree, _ labelled: Set<String>) {
    let hasLabels = labelled.contains(tag["toName"] ?? "")
    guard !hasLabels, let kind = LabelStudioConfig.drawing[tag.name], let name = tag["name"] else {
      return
    }
    add(
      [.init("name", .string(unique(name))), .init("kind", .string(kind))], isObject: true,
      control: name)
  }

  private mutating func labels(_ tag: XMLTree, _ kind: String) {
    if tag["canRotate"] == "true", kind == "box" {
      note(tag, "boxes stand upright; a class of rotatedBox turns")
    }
    if tag["choice"] == "multiple" {
      note(tag, "an object has one class here; several labels on one region are not carried over")
    }
    for label in tag.children where label.name == "Label" && classes.count < Self.classLimit {
      guard let value = label["value"] else {
        note(label, "has no value")
        continue
      }
      if value.hasPrefix("$") {
        note(label, "takes its labels from the tasks' data")
        continue
      }
      var members: [JSON.Member] = [
        .init("name", .string(unique(value, or: kind))), .init("kind", .string(kind)),
      ]
      if let background = label["background"] ?? tag["fillColor"] {
        if let color = WebColor.hexadecimal(background) {
          members.append(.init("color", .string(color)))
        } else {
          note(label, "the colour “\(background)” is not known")
        }
      }
      if let hotkey = label["hotkey"] { members.append(.init("hotkey", .string(Self.key(hotkey)))) }
      if let most = (label["maxUsages"] ?? tag["maxUsages"]).flatMap({ Int64($0) }) {
        members.append(.init("rules", ["maxCount": .int(most)]))
      }
      if let alias = label["alias"], alias != value {
        note(label, "its alias “\(alias)” is not kept; exports say “\(value)”")
      }
      add(members, isObject: true, control: tag["name"] ?? "")
    }
  }

  private mutating func join(_ relation: XMLTree) {
    guard let value = relation["value"] else { return note(relation, "has no value") }
    add(
      [.init("name", .string(unique(value))), .init("kind", "relation")], isObject: false,
      control: "")
  }

  private mutating func add(_ members: [JSON.Member], isObject: Bool, control: String) {
    let name = members.first { $0.name == "name" }?.value.string ?? ""
    classes.append(.init(members: members, name: name, isObject: isObject, control: control))
  }

  // MARK: Questions

  private mutating func question(_ tag: XMLTree) -> [JSON.Member]? {
    var members: [JSON.Member] = [.init("name", .string(tag["name"] ?? tag.name.lowercased()))]
    switch tag.name {
    case "Choices":
      let several = tag["choice"] == "multiple"
      guard let options = options(tag) else { return nil }
      members += [
        .init("kind", several ? "multiLabel" : "category"), .init("options", .array(options)),
      ]
    case "Taxonomy":
      guard let options = options(tag) else { return nil }
      let isOne = tag["maxUsages"] == "1"
      members += [
        .init("kind", isOne ? "category" : "multiLabel"), .init("options", .array(options)),
      ]
      if tag["leafsOnly"] == "true" { note(tag, "leafsOnly: a branch can be chosen here as well") }
    case "Rating":
      let most = tag["maxRating"].flatMap { Int64($0) } ?? 5
      members += [.init("kind", "rating"), .init("min", 1), .init("max", .int(most))]
    case "Number":
      members.append(.init("kind", "number"))
      for name in ["min", "max"] {
        if let bound = tag[name].flatMap({ Double($0) }) {
          members.append(.init(name, .double(bound)))
        }
      }
      if let step = tag["step"].flatMap({ Double($0) }), step == step.rounded(), tag["min"] != nil {
        members.append(.init("whole", true))
      }
    case "TextArea":
      members.append(.init("kind", "text"))
      if (tag["maxSubmissions"].flatMap { Int($0) } ?? 2) > 1 {
        note(tag, "takes one text here; several go on lines of it")
      }
    case "DateTime":
      members.append(.init("kind", "text"))
      note(tag, "dates are written as text")
    default:
      members += [.init("kind", "category"), .init("options", ["left", "right"])]
      note(tag, "a comparison's sides come from `candidates` of the task")
    }
    if tag["required"] == "true" { members.append(.init("required", true)) }
    return members
  }

  /// The choices under a tag, those under a choice with it as their parent.
  private mutating func options(_ tag: XMLTree) -> [JSON]? {
    if let value = tag["value"], value.hasPrefix("$") {
      note(tag, "takes its choices from the tasks' data")
      return nil
    }
    var options: [JSON] = []
    var names: Set<String> = []
    func collect(_ parent: XMLTree, _ above: String?) {
      for choice in parent.children where choice.name == "Choice" {
        guard var name = choice["value"] ?? choice["alias"], !name.isEmpty else { continue }
        // One name twice in a tree is told apart by what stands over it.
        if !names.insert(name).inserted { name = (above.map { "\($0) / " } ?? "") + name }
        while !names.insert(name).inserted, options.contains(where: { $0["name"]?.string == name })
        { name += "′" }
        let parent: [JSON.Member] = above.map { [.init("parent", .string($0))] } ?? []
        options.append(.object([.init("name", .string(name))] + parent))
        collect(choice, name)
      }
    }
    collect(tag, nil)
    if options.isEmpty { note(tag, "has no choices") }
    return options.isEmpty ? nil : options
  }

  private mutating func ask(_ tag: XMLTree, _ question: [JSON.Member]) {
    var members = question
    let name = question[0].value.string ?? ""
    members[0] = .init("name", .string(unique(name)))
    if tag["visibleWhen"] == "choice-selected", let on = tag["whenTagName"] {
      if let known = classes.first(where: { $0.control == on && !$0.isObject }) {
        members.append(Self.condition(on: known.name, tag))
      } else {
        note(tag, "visibleWhen: “\(on)” is no question before it, so it is asked always")
      }
    } else if let when = tag["visibleWhen"] {
      note(tag, "visibleWhen=\"\(when)\" is not known, so it is asked always")
    }
    add(members, isObject: false, control: tag["name"] ?? name)
  }

  private static func condition(on name: String, _ tag: XMLTree) -> JSON.Member {
    let options = (tag["whenChoiceValue"] ?? "").split(separator: ",").map {
      JSON.string($0.trimmingCharacters(in: .whitespaces))
    }
    return .init(
      "when",
      options.isEmpty ? ["name": .string(name)] : ["name": .string(name), "is": .array(options)])
  }

  /// What is asked of each object becomes an attribute of the classes it is asked of.
  mutating func attachPerRegion() {
    for (tag, question) in perRegion {
      let controls = tag["whenTagName"].map { [$0] } ?? []
      let labels = tag["whenLabelValue"].map { text in
        text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      }
      var count = 0
      for index in classes.indices where classes[index].isObject {
        let isOfControl = controls.isEmpty || controls.contains(classes[index].control)
        guard isOfControl, labels?.contains(classes[index].name) ?? true else { continue }
        var members = question
        let known = classes[index].attributes.compactMap { $0["name"]?.string }
        if let on = tag["whenTagName"], known.contains(on) {
          members.append(Self.condition(on: on, tag))
        }
        guard !known.contains(question[0].value.string ?? "") else { continue }
        attributeCount += 1
        guard attributeCount <= Self.attributeLimit else { return }
        classes[index].attributes.append(.object(members))
        count += 1
      }
      if count == 0 {
        // Of another attribute's answer: it is asked wherever that one is.
        for index in classes.indices where classes[index].isObject {
          let known = classes[index].attributes.compactMap { $0["name"]?.string }
          guard let on = controls.first, known.contains(on) else { continue }
          classes[index].attributes.append(.object(question + [Self.condition(on: on, tag)]))
          count += 1
        }
      }
      if count == 0 { note(tag, "is asked of regions, but no labels of its kind are here") }
    }
  }

  // MARK: Names

  /// A name no class has; a second one says its kind.
  private mutating func unique(_ name: String, or kind: String? = nil) -> String {
    var name = name
    if taken[name] != nil, let kind { name = "\(name) (\(kind))" }
    // The second of a name is told apart by a number.
    while let count = taken[name] {
      taken[name] = count + 1
      name = "\(name) \(count + 1)"
    }
    taken[name] = 1
    return name
  }

  /// Label Studio writes `ctrl+a`, Assay `Ctrl+A`.
  private static func key(_ text: String) -> String {
    text.split(separator: "+").map { part in
      part.count == 1 ? part.uppercased() : part.prefix(1).uppercased() + part.dropFirst()
    }.joined(separator: "+")
  }
}
