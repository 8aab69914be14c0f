/// What a migration does to labels.
public struct MigrationTally: Hashable, Sendable {
  /// Labels that a step speaks of: objects and answers to questions.
  public var touched = 0
  /// Those of them that are no more, or answered something that is not kept, though the step was not
  /// to delete them.
  public var lost = 0

  public init() {}

  static func += (sum: inout MigrationTally, more: MigrationTally) {
    sum.touched += more.touched
    sum.lost += more.lost
  }
}

extension Migration.ResolvedStep {
  /// The labels as they are after the step. Places stay as they are, with nil where a label is no
  /// more, so that relations still find their ends.
  ///
  /// - Complexity: O(labels)
  func carry(_ labels: inout [Annotation?]) -> MigrationTally {
    var tally = MigrationTally()
    for index in labels.indices {
      guard let label = labels[index] else { continue }
      labels[index] = carried(label, &tally)
    }
    return tally
  }

  /// The labels as they were before the step, as far as they say it: what it merged stays one, and
  /// what it deleted is not here.
  func carryBack(_ labels: inout [Annotation?]) {
    // A number that is new here may have meant something else before.
    if case .set = step {
      var lost = 0
      labels = after.adopted(labels, lost: &lost).map { Optional($0) }
      labels = before.adopted(labels, lost: &lost).map { Optional($0) }
      return
    }
    for index in labels.indices {
      guard let label = labels[index] else { continue }
      labels[index] = carriedBack(label)
    }
  }

  private func carried(_ label: Annotation, _ tally: inout MigrationTally) -> Annotation? {
    switch step {
    case .set: return label
    case .rename(let place, _):
      if place.isMeant(by: label) { tally.touched += 1 }
      return label
    case .delete(let place):
      guard place.isMeant(by: label) else { return label }
      tally.touched += 1
      return place.attribute == nil && place.option == nil ? nil : label.without(place)
    case .merge(let places, let target):
      guard let place = places.first(where: { $0.isMeant(by: label) }) else { return label }
      tally.touched += 1
      if let option = target.option { return label.choosing(option, for: places, at: place) }
      guard let source = before[place.classID], let into = after[target.classID] else {
        return label
      }
      return OntologyUnion.moved(label, from: source, to: into)
    case .split(let id, let attribute, let parts):
      guard label.classID == id, case .category(let option)? = label.attribute(attribute),
        let part = parts.first(where: { $0.option == option })
      else { return label }
      tally.touched += 1
      var label = label
      label.classID = part.classID
      label.attributes.removeAll { $0.id == attribute }
      return label
    case .retype(let place, let kind):
      guard place.isMeant(by: label), let old = before.definition(at: place) else { return label }
      tally.touched += 1
      let converted = label.converted(at: place, from: old.kind, to: kind)
      if converted?.value(at: place) == nil { tally.lost += 1 }
      return converted
    }
  }

  private func carriedBack(_ label: Annotation) -> Annotation? {
    switch step {
    case .rename, .delete, .merge, .set: return label
    case .split(let id, let attribute, let parts):
      guard let part = parts.first(where: { $0.classID == label.classID }) else { return label }
      var label = label
      label.classID = id
      label.attributes.append(.init(id: attribute, value: .category(part.option)))
      return label
    case .retype(let place, let kind):
      guard place.isMeant(by: label), let old = before.definition(at: place) else { return label }
      return label.converted(at: place, from: kind, to: old.kind)
    }
  }
}

extension Migration.Place {
  /// Whether a label is of the class, answers the attribute, or chose the option.
  fileprivate func isMeant(by label: Annotation) -> Bool {
    guard label.classID == classID else { return false }
    if attribute == nil, option == nil { return true }
    guard let value = label.value(at: self) else { return false }
    return option.map(value.chooses) ?? true
  }
}

extension Annotation {
  func attribute(_ id: ClassID) -> Value? { attributes.first { $0.id == id }?.value }

  /// What it answers there.
  fileprivate func value(at place: Migration.Place) -> Value? {
    place.attribute.map { attribute($0) } ?? value
  }

  /// With another answer there; nil takes it away, and from a question the whole label.
  private func setting(_ value: Value?, at place: Migration.Place) -> Annotation? {
    var label = self
    if let attribute = place.attribute {
      label.attributes.removeAll { $0.id == attribute && value == nil }
      for index in label.attributes.indices where label.attributes[index].id == attribute {
        if let value { label.attributes[index].value = value }
      }
      return label
    }
    guard let value else { return nil }
    label.value = value
    return label
  }

  fileprivate func without(_ place: Migration.Place) -> Annotation? {
    guard let option = place.option else { return setting(nil, at: place) }
    if case .multiLabel(let chosen)? = value(at: place) {
      return setting(.multiLabel(chosen.filter { $0 != option }), at: place)
    }
    return setting(nil, at: place)
  }

  /// With one option in the place of several.
  fileprivate func choosing(
    _ option: OptionID, for places: [Migration.Place], at place: Migration.Place
  ) -> Annotation? {
    let merged = places.compactMap { $0.option }
    guard case .multiLabel(let chosen)? = value(at: place) else {
      return setting(.category(option), at: place)
    }
    let left = chosen.filter { !merged.contains($0) && $0 != option }
    return setting(.multiLabel((left + [option]).sorted()), at: place)
  }

  fileprivate func converted(
    at place: Migration.Place, from old: LabelClass.Kind, to new: LabelClass.Kind
  ) -> Annotation? {
    guard let value = value(at: place) else { return self }
    return setting(value.converted(from: old, to: new), at: place)
  }
}

extension Annotation.Value {
  fileprivate func chooses(_ option: OptionID) -> Bool {
    switch self {
    case .category(let chosen): chosen == option
    case .multiLabel(let chosen): chosen.contains(option)
    default: false
    }
  }

  /// The same said in another kind; nil where that cannot be said.
  func converted(from old: LabelClass.Kind, to new: LabelClass.Kind) -> Annotation.Value? {
    func known(_ id: OptionID, _ options: [LabelClass.Option]) -> OptionID? {
      options.contains { $0.id == id } ? id : nil
    }
    switch (self, new) {
    case (.shape(let shape), .shape(let kind)): return shape.converted(to: kind).map { .shape($0) }
    case (.category(let id), .category(let options)):
      return known(id, options).map { .category($0) }
    case (.category(let id), .multiLabel(let options)):
      return known(id, options).map { .multiLabel([$0]) }
    case (.multiLabel(let ids), .multiLabel): return .multiLabel(ids)
    case (.multiLabel(let ids), .category(let options)):
      return ids.count == 1 ? known(ids[0], options).map { .category($0) } : nil
    case (.boolean(let isTrue), .category(let options)):
      // Yes comes first, as it does on the page.
      return options.count == 2 ? .category(options[isTrue ? 0 : 1].id) : nil
    case (.category(let id), .boolean):
      guard case .category(let options) = old, options.count == 2 else { return nil }
      return .boolean(options[0].id == id)
    case (.category(let id), .text(let limit)):
      guard case .category(let options) = old,
        let name = options.first(where: { $0.id == id })?.name
      else { return nil }
      return name.unicodeScalars.count <= limit ? .text(name) : nil
    case (.rating(let number), .number(let range)), (.number(let number), .number(let range)):
      return range.contains(number) ? .number(number) : nil
    case (.rating(let number), .rating(let scale)), (.number(let number), .rating(let scale)):
      return scale.index(of: number) == nil ? nil : .rating(number)
    case (.boolean, .boolean), (.span, .span), (.files, .files): return self
    case (.text(let text), .text(let limit)): return text.unicodeScalars.count <= limit ? self : nil
    default: return nil
    }
  }
}
