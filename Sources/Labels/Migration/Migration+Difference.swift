extension Migration {
  /// The steps that lead from one ontology to another whose classes, attributes and options kept their
  /// numbers: what has another name, is gone, or is of another kind; then the other itself.
  ///
  /// - Complexity: O(classes² + options²)
  public init(from old: Ontology, to new: Ontology) {
    steps = Self.steps(old.classes, new.classes) { Place($0) } + (old == new ? [] : [.set(new)])
  }

  private static func steps(
    _ old: [LabelClass], _ new: [LabelClass], _ place: (ClassID) -> Place
  ) -> [Step] {
    var steps: [Step] = []
    for was in old {
      let own = place(was.id)
      guard let now = new.first(where: { $0.id == was.id }), isAlike(now.kind, was.kind) else {
        steps.append(.delete(own))
        continue
      }
      if now.name != was.name { steps.append(.rename(own, to: now.name)) }
      // Options are compared where both have them, or carried by number to what has them now.
      for option in was.options where !now.options.isEmpty {
        let own = Place(own.classID, attribute: own.attribute, option: option.id)
        guard let other = now.options.first(where: { $0.id == option.id }) else {
          steps.append(.delete(own))
          continue
        }
        if other.name != option.name { steps.append(.rename(own, to: other.name)) }
      }
      if isOther(now.kind, than: was.kind) { steps.append(.retype(own, to: now.kind)) }
      if own.attribute == nil {
        steps += Self.steps(was.attributes, now.attributes) { Place(was.id, attribute: $0) }
      }
    }
    return steps
  }

  /// Whether labels of one kind can be said in the other at all.
  private static func isAlike(_ a: LabelClass.Kind, _ b: LabelClass.Kind) -> Bool {
    a.isObject == b.isObject && a.isRelation == b.isRelation
  }

  /// Whether labels of one kind may not be labels of the other.
  private static func isOther(_ new: LabelClass.Kind, than old: LabelClass.Kind) -> Bool {
    switch (old, new) {
    case (.category, .category), (.multiLabel, .multiLabel), (.relation, .relation): false
    default: old != new
    }
  }
}
