import Formats
import Labels
import Notation

/// The classes of an ontology as those of a labelled set: objects, relations, and each option of a question
/// that a whole item answers.
struct ExportedClasses {
  private(set) var schema = DatasetSchema()
  private let ontology: Ontology
  private var classes: [ClassID: Int] = [:]
  private var options: [ClassID: [OptionID: Int]] = [:]

  /// - Parameter holds: what the format holds; classes that it can say nothing of are left out.
  init(_ ontology: Ontology, for holds: Set<DatasetLabelKind>) {
    self.ontology = ontology
    for one in ontology.classes {
      switch one.kind {
      case .shape(let kind):
        guard DatasetLabelKind(kind).canBeSaid(in: holds) else { continue }
        classes[one.id] = schema.add(
          .init(
            one.name, keypoints: one.skeleton?.names ?? [],
            skeleton: one.skeleton?.lines.map { [Int($0.from), Int($0.to)] } ?? []))
      case .span:
        if holds.contains(.span) { classes[one.id] = schema.index(of: one.name) }
      case .relation:
        if holds.contains(.relation) { classes[one.id] = schema.index(of: one.name) }
      case .category, .multiLabel:
        guard holds.contains(.whole) else { continue }
        let isAlone = ontology.questions.count { !$0.options.isEmpty } == 1
        options[one.id] = [:]
        for option in one.options {
          let name = isAlone ? option.name : "\(one.name): \(option.name)"
          options[one.id]?[option.id] = schema.index(of: name)
        }
      default: continue
      }
    }
  }

  func item(_ task: ExportedTask, _ annotations: [Annotation], named name: String) -> DatasetItem {
    var item = DatasetItem(
      name: name, size: task.row.size, text: task.content.image == nil ? task.content.text : nil)
    var places: [Int: Int] = [:]
    for (place, annotation) in annotations.enumerated() where annotation.isObject {
      guard let index = classes[annotation.classID] else { continue }
      places[place] = item.labels.count
      item.labels.append(object(annotation, index))
    }
    for annotation in annotations where !annotation.isObject { add(annotation, to: &item, places) }
    return item
  }

  private func object(_ annotation: Annotation, _ index: Int) -> DatasetLabel {
    var label = DatasetLabel(index, .whole, group: annotation.group.map { Int($0) })
    switch annotation.value {
    case .shape(let shape): label.value = .shape(shape)
    case .span(let span): label.value = .spans(span.pieces.map { $0.start..<$0.end })
    default: break
    }
    if !annotation.attributes.isEmpty {
      let named = AnnotationNotation.json([annotation], ontology: ontology, style: .names)
      label.attributes = named.array?.first?["attributes"]?.members ?? []
    }
    return label
  }

  private func add(_ annotation: Annotation, to item: inout DatasetItem, _ places: [Int: Int]) {
    switch annotation.value {
    case .category(let option):
      if let index = options[annotation.classID]?[option] {
        item.labels.append(DatasetLabel(index, .whole))
      }
    case .multiLabel(let chosen):
      for option in chosen {
        if let index = options[annotation.classID]?[option] {
          item.labels.append(DatasetLabel(index, .whole))
        }
      }
    case .relation(let from, let to):
      guard let index = classes[annotation.classID], let from = places[from], let to = places[to]
      else { return }
      item.labels.append(DatasetLabel(index, .relation(from: from, to: to)))
    case .text(let text):
      var label = DatasetLabel(-1, .caption(text))
      // Which of several it answers.
      if ontology.questions.count(where: \.isOfText) > 1 {
        label.attributes = [.init("question", .string(ontology[annotation.classID]?.name ?? ""))]
      }
      item.labels.append(label)
    case .rating(let number), .number(let number):
      item.metadata.append(.init(ontology[annotation.classID]?.name ?? "", .double(number)))
    case .boolean(let isTrue):
      item.metadata.append(.init(ontology[annotation.classID]?.name ?? "", .bool(isTrue)))
    case .shape, .span, .files: break
    }
  }
}

extension LabelClass {
  fileprivate var isOfText: Bool { if case .text = kind { true } else { false } }
}
