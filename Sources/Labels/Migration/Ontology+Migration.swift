extension Ontology {
  /// The ontology after one step. Colours, keys and rules stay as they are.
  ///
  /// - Complexity: O(classes + attributes + options)
  public func after(_ step: Migration.Step) throws(MigrationFault) -> Ontology {
    var next = self
    switch step {
    case .rename(let place, let name): try next.rename(place, to: name)
    case .delete(let place): try next.delete(place)
    case .merge(let places, let target): try next.merge(places, into: target)
    case .split(let id, let attribute, let parts): try next.split(id, by: attribute, into: parts)
    case .retype(let place, let kind): try next.retype(place, to: kind)
    case .set(let ontology): next = ontology
    }
    return next
  }

  /// The ontology after all steps. What one of them leaves as no ontology can be, a later one that says
  /// the whole mends.
  public func after(_ migration: Migration) throws(MigrationFault) -> Ontology {
    var next = self
    for (number, step) in migration.steps.enumerated() {
      do {
        next = try next.after(step)
      } catch {
        let isMended = migration.steps[number...].contains {
          if case .set = $0 { true } else { false }
        }
        if !isMended { throw error }
      }
    }
    return next
  }

  /// The class or attribute that a place is in.
  public func definition(at place: Migration.Place) -> LabelClass? {
    guard let attribute = place.attribute else { return self[place.classID] }
    return self[place.classID]?.attributes.first { $0.id == attribute }
  }

  private mutating func edit(
    _ place: Migration.Place, _ body: (inout LabelClass) throws(MigrationFault) -> Void
  ) throws(MigrationFault) {
    guard let index = classes.firstIndex(where: { $0.id == place.classID }) else {
      throw .unknownPlace
    }
    guard let attribute = place.attribute else { return try body(&classes[index]) }
    let inner = classes[index].attributes.firstIndex { $0.id == attribute }
    guard let inner else { throw .unknownPlace }
    try body(&classes[index].attributes[inner])
  }

  private mutating func rename(_ place: Migration.Place, to name: String) throws(MigrationFault) {
    try edit(place) { (definition) throws(MigrationFault) in
      guard let option = place.option else {
        definition.name = name
        return
      }
      try definition.editOptions { (options) throws(MigrationFault) in
        guard let index = options.firstIndex(where: { $0.id == option }) else {
          throw .unknownPlace
        }
        options[index].name = name
      }
    }
  }

  // MARK: Deleting

  private mutating func delete(_ place: Migration.Place) throws(MigrationFault) {
    guard definition(at: place) != nil else { throw .unknownPlace }
    if let option = place.option {
      try edit(place) { (definition) throws(MigrationFault) in try definition.remove([option]) }
      dropConditions(at: place.definition, options: [option])
    } else if let attribute = place.attribute {
      try edit(Migration.Place(place.classID)) { (labelClass) throws(MigrationFault) in
        labelClass.attributes.removeAll { $0.id == attribute }
      }
      dropConditions(at: place, options: nil)
    } else {
      classes.removeAll { $0.id == place.classID }
      dropConditions(at: place, options: nil)
      try redirectRelations([place.classID], to: nil)
    }
  }

  /// Whoever was asked only where something was answered that is no more is asked always.
  private mutating func dropConditions(at place: Migration.Place, options: [OptionID]?) {
    editConditions(on: place) { before in
      guard let options else { return nil }
      let left = before.filter { !options.contains($0) }
      return left.isEmpty && !before.isEmpty ? nil : left
    }
  }

  /// Gives those asked under a condition on a class or attribute other options that answer it.
  ///
  /// - Parameter edit: nil takes the condition away.
  private mutating func editConditions(
    on place: Migration.Place, _ edit: ([OptionID]) -> [OptionID]?
  ) {
    func apply(to definitions: inout [LabelClass], on: ClassID) {
      for index in definitions.indices {
        guard let condition = definitions[index].condition, condition.on == on else { continue }
        if let options = edit(condition.options) {
          definitions[index].condition?.options = options
        } else {
          definitions[index].condition = nil
        }
      }
    }
    guard let attribute = place.attribute else { return apply(to: &classes, on: place.classID) }
    for index in classes.indices where classes[index].id == place.classID {
      apply(to: &classes[index].attributes, on: attribute)
    }
  }

  /// Ends of relations that were of these classes are of another one, or of none.
  private mutating func redirectRelations(_ ids: [ClassID], to target: ClassID?)
    throws(MigrationFault)
  {
    for index in classes.indices {
      guard case .relation(var relation) = classes[index].kind else { continue }
      func redirect(_ ends: [ClassID]) throws(MigrationFault) -> [ClassID] {
        guard ends.contains(where: ids.contains) else { return ends }
        var left = ends.filter { !ids.contains($0) }
        if let target, !left.contains(target) { left.append(target) }
        if left.isEmpty { throw .relationWithoutEnds(name: classes[index].name) }
        return left
      }
      relation.from = try redirect(relation.from)
      relation.to = try redirect(relation.to)
      classes[index].kind = .relation(relation)
    }
  }

  // MARK: Merging

  private mutating func merge(
    _ places: [Migration.Place], into target: Migration.Place
  ) throws(MigrationFault) {
    guard let into = definition(at: target) else { throw .unknownPlace }
    if let option = target.option {
      let merged = try places.map { (place) throws(MigrationFault) in
        guard place.definition == target.definition, let id = place.option, id != option else {
          throw .notAlike(into.name, into.name)
        }
        return id
      }
      try edit(target) { (definition) throws(MigrationFault) in
        guard definition.options.contains(where: { $0.id == option }) else { throw .unknownPlace }
        try definition.remove(merged, standIn: option)
      }
      redirectConditions(at: target.definition, merged, to: option)
      return
    }
    guard target.attribute == nil else { throw .notAlike(into.name, into.name) }
    for place in places {
      guard let source = definition(at: place) else { throw .unknownPlace }
      guard place.attribute == nil, place.option == nil, place != target,
        source.kindName == into.kindName
      else { throw .notAlike(source.name, into.name) }
      try edit(target) { (definition) throws(MigrationFault) in definition.absorb(source) }
      classes.removeAll { $0.id == place.classID }
      dropConditions(at: place, options: nil)
    }
    try redirectRelations(places.map { $0.classID }, to: target.classID)
  }

  private mutating func redirectConditions(
    at place: Migration.Place, _ merged: [OptionID], to option: OptionID
  ) {
    editConditions(on: place) { before in
      guard before.contains(where: merged.contains) else { return before }
      return before.filter { !merged.contains($0) && $0 != option } + [option]
    }
  }

  // MARK: Splitting and retyping

  private mutating func split(
    _ id: ClassID, by attribute: ClassID, into parts: [Migration.Part]
  ) throws(MigrationFault) {
    guard let index = classes.firstIndex(where: { $0.id == id }) else { throw .unknownPlace }
    let whole = classes[index]
    guard let deciding = whole.attributes.first(where: { $0.id == attribute }),
      case .category(let options) = deciding.kind, !parts.isEmpty,
      Set(parts.map { $0.option }).count == parts.count,
      Set(parts.map { $0.classID }).count == parts.count,
      parts.allSatisfy({ part in
        options.contains { $0.id == part.option } && self[part.classID] == nil
      })
    else { throw .notSplittable(name: whole.name) }
    var piece = whole
    piece.attributes.removeAll { $0.id == attribute }
    for inner in piece.attributes.indices where piece.attributes[inner].condition?.on == attribute {
      piece.attributes[inner].condition = nil
    }
    piece.look = ClassLook()
    piece.isRequired = false
    var pieces: [LabelClass] = []
    for part in parts {
      piece.id = part.classID
      piece.name = part.name
      pieces.append(piece)
    }
    let left = options.filter { option in !parts.contains { $0.option == option.id } }
    if left.isEmpty {
      try delete(Migration.Place(id, attribute: attribute))
    } else {
      try edit(Migration.Place(id, attribute: attribute)) { (definition) throws(MigrationFault) in
        try definition.remove(parts.map { $0.option })
      }
      dropConditions(
        at: Migration.Place(id, attribute: attribute), options: parts.map { $0.option })
    }
    classes.insert(contentsOf: pieces, at: index + 1)
    for index in classes.indices {
      guard case .relation(var relation) = classes[index].kind else { continue }
      if relation.from.contains(id) { relation.from += parts.map { $0.classID } }
      if relation.to.contains(id) { relation.to += parts.map { $0.classID } }
      classes[index].kind = .relation(relation)
    }
  }

  private mutating func retype(
    _ place: Migration.Place, to kind: LabelClass.Kind
  ) throws(MigrationFault) {
    try edit(place) { (definition) throws(MigrationFault) in
      let isAlike =
        definition.kind.isObject == kind.isObject
        && !definition.kind.isRelation && !kind.isRelation && place.option == nil
      guard isAlike else { throw .notConvertible(name: definition.name) }
      definition.kind = kind
      if kind != .shape(.keypoints) { definition.skeleton = nil }
    }
  }
}

extension LabelClass {
  /// Changes the options of a choice.
  fileprivate mutating func editOptions(
    _ body: (inout [Option]) throws(MigrationFault) -> Void
  ) throws(MigrationFault) {
    var list = options
    try body(&list)
    switch kind {
    case .category: kind = .category(list)
    case .multiLabel: kind = .multiLabel(list)
    default: throw .unknownPlace
    }
  }

  /// Takes options away; those under them stand under what they stood under, or under the stand-in.
  fileprivate mutating func remove(
    _ ids: [OptionID], standIn: OptionID? = nil
  ) throws(MigrationFault) {
    try editOptions { (options) throws(MigrationFault) in
      for id in ids {
        guard let gone = options.first(where: { $0.id == id }) else { throw .unknownPlace }
        options.removeAll { $0.id == id }
        for index in options.indices where options[index].parent == id {
          let parent = standIn ?? gone.parent
          options[index].parent = parent == options[index].id ? nil : parent
        }
      }
    }
  }

  /// Takes over the attributes and options of a class that becomes this one.
  fileprivate mutating func absorb(_ other: LabelClass) {
    let known = Set(attributes.map { $0.id })
    OntologyUnion.add(other.attributes, to: &attributes)
    for index in attributes.indices where !known.contains(attributes[index].id) {
      attributes[index].isRequired = false
      attributes[index].condition = nil
    }
    kind = OntologyUnion.merged(kind, other.kind)
    if case .relation(var mine) = kind, case .relation(let theirs) = other.kind {
      // No classes stand for any.
      mine.from =
        mine.from.isEmpty || theirs.from.isEmpty
        ? [] : mine.from + theirs.from.filter { !mine.from.contains($0) }
      mine.to =
        mine.to.isEmpty || theirs.to.isEmpty
        ? [] : mine.to + theirs.to.filter { !mine.to.contains($0) }
      mine.isDirected = mine.isDirected && theirs.isDirected
      kind = .relation(mine)
    }
  }
}
