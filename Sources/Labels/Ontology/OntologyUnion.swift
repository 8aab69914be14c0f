/// Several ontologies as one, for files that know a single list of classes: classes, options and
/// attributes of one name and kind are one, and what the first does not know is added after it.
public struct OntologyUnion: Sendable {
  public private(set) var ontology: Ontology

  public init(_ first: Ontology) { ontology = first }

  /// - Complexity: O(classes × classes)
  public mutating func add(_ other: Ontology) {
    Self.add(other.classes, to: &ontology.classes)
  }

  static func add(_ new: [LabelClass], to known: inout [LabelClass]) {
    for candidate in new {
      guard let place = known.firstIndex(where: { isSame($0, candidate) }) else {
        var added = candidate
        // Its ends name classes of another ontology.
        if case .relation(let relation) = added.kind {
          added.kind = .relation(.init(isDirected: relation.isDirected))
        }
        added.id = ClassID((known.map { $0.id.number }.max() ?? 0) + 1)
        // Another kind of class has this name already.
        while known.contains(where: { $0.name == added.name }) { added.name += "′" }
        known.append(added)
        continue
      }
      add(candidate.attributes, to: &known[place].attributes)
      known[place].kind = merged(known[place].kind, candidate.kind)
    }
  }

  static func merged(
    _ known: LabelClass.Kind, _ new: LabelClass.Kind
  ) -> LabelClass.Kind {
    func options(_ a: [LabelClass.Option], _ b: [LabelClass.Option]) -> [LabelClass.Option] {
      var all = a
      for option in b where !all.contains(where: { $0.name == option.name }) {
        let id = OptionID((all.map { $0.id.number }.max() ?? 0) + 1)
        all.append(.init(id: id, name: option.name))
      }
      return all
    }
    return switch (known, new) {
    case (.category(let a), .category(let b)): .category(options(a, b))
    case (.multiLabel(let a), .multiLabel(let b)): .multiLabel(options(a, b))
    default: known
    }
  }

  /// Whether two classes are one: of one name (but for the mark of a later kind) and one kind.
  private static func isSame(_ known: LabelClass, _ other: LabelClass) -> Bool {
    var name = known.name[...]
    while name != other.name, name.hasSuffix("′") { name = name.dropLast() }
    return name == other.name && known.kindName == other.kindName
  }

  /// What annotations of one of the ontologies say, in the words of the union.
  public func annotations(
    _ annotations: [Annotation], of other: Ontology
  ) -> [Annotation] {
    annotations.compactMap { annotation in
      guard let old = other[annotation.classID],
        let new = ontology.classes.first(where: { Self.isSame($0, old) })
      else { return nil }
      return Self.moved(annotation, from: old, to: new)
    }
  }

  /// A label of one class said as one of another, which has the attributes and options of the first.
  static func moved(_ label: Annotation, from old: LabelClass, to new: LabelClass) -> Annotation {
    Annotation(
      classID: new.id, value: value(label.value, old, new),
      attributes: label.attributes.compactMap { attribute in
        guard let was = old.attributes.first(where: { $0.id == attribute.id }),
          let now = new.attributes.first(where: { isSame($0, was) })
        else { return nil }
        return .init(id: now.id, value: value(attribute.value, was, now))
      }, group: label.group)
  }

  private static func value(
    _ value: Annotation.Value, _ old: LabelClass, _ new: LabelClass
  ) -> Annotation.Value {
    func moved(_ id: OptionID) -> OptionID {
      let name = old.options.first { $0.id == id }?.name
      return new.options.first { $0.name == name }?.id ?? id
    }
    return switch value {
    case .category(let id): .category(moved(id))
    case .multiLabel(let ids): .multiLabel(ids.map(moved).sorted())
    default: value
    }
  }
}
