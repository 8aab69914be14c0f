/// The versions of an ontology from the first, and how the labels of one read in another.
///
/// A version that came by a migration takes the labels of every version before it along; one that was
/// simply set leaves them where they are. A migration that was undone is as if it had not been for labels
/// from before it. Nothing that is stored changes: labels are carried when they are read.
public struct OntologyHistory: Hashable, Sendable {
  public struct Version: Hashable, Sendable {
    public var ontology: Ontology
    public var change: Change?

    public init(_ ontology: Ontology, _ change: Change? = nil) {
      self.ontology = ontology
      self.change = change
    }
  }

  /// How a version came of the ones before it.
  public enum Change: Hashable, Sendable {
    case migration(Migration)
    /// Number of the version whose migration it takes back.
    case undoing(Int)
  }

  /// Version 1 first.
  public let versions: [Version]
  /// What the migration of every version did; nothing where it came by none.
  private let resolved: [[Migration.ResolvedStep]]

  /// - Complexity: O(steps × classes)
  public init(_ versions: [Version]) {
    self.versions = versions
    resolved = versions.indices.map { index in
      guard index > 0, case .migration(let migration)? = versions[index].change else { return [] }
      return migration.resolved(from: versions[index - 1].ontology)
    }
  }

  private subscript(number: Int) -> Version? {
    versions.indices.contains(number - 1) ? versions[number - 1] : nil
  }

  private func steps(of number: Int) -> [Migration.ResolvedStep] {
    resolved.indices.contains(number - 1) ? resolved[number - 1] : []
  }

  /// The version as which labels made under another are read now.
  public func current(for version: Int) -> Int {
    let last = versions.lastIndex { $0.change != nil }.map { $0 + 1 } ?? 0
    return max(version, last)
  }

  /// The migration that can be undone: the last that was not.
  public var undoable: Int? {
    var standing: [Int] = []
    for (index, version) in versions.enumerated() {
      switch version.change {
      case .migration: standing.append(index + 1)
      case .undoing: standing.removeLast()
      case nil: break
      }
    }
    return standing.last
  }

  private enum Leg {
    case forward(Int)
    case back(Int)
    /// Through a version that was simply set: what it does not know ends there, so that a number which it
    /// gave up can mean something else later.
    case through(Int)
  }

  /// From one version to a later one, without what was done and undone on the way.
  private func legs(from start: Int, to end: Int) -> [Leg] {
    var legs: [Leg] = []
    for number in max(1, start + 1)..<max(start + 1, end + 1) {
      switch self[number]?.change {
      case .migration: legs.append(.forward(number))
      case .undoing(let undone):
        let done = legs.lastIndex { if case .forward(undone) = $0 { true } else { false } }
        if let done { legs.removeSubrange(done...) } else { legs.append(.back(undone)) }
      case nil: legs.append(.through(number))
      }
    }
    return legs
  }

  /// What happened to labels on their way.
  public struct Counts: Sendable {
    /// One a step of each migration that was gone through, by the number of its version.
    fileprivate var tallies: [Int: [MigrationTally]] = [:]
    /// Labels that a later version has no word for.
    public fileprivate(set) var unknown = 0

    public init() {}
  }

  /// The steps of the migration that led to a version, with what they did to the labels counted.
  public func effects(
    of number: Int, in counts: Counts
  ) -> [(step: Migration.ResolvedStep, tally: MigrationTally)] {
    steps(of: number).enumerated().map { place, step in
      (step, counts.tallies[number]?[place] ?? MigrationTally())
    }
  }

  /// Labels of one version as they read in another. What that one does not know is left out.
  ///
  /// - Complexity: O(steps × labels)
  public func carried(_ labels: [Annotation], from start: Int, to end: Int) -> [Annotation] {
    var uncounted = Counts()
    return carried(labels, from: start, to: end, counts: &uncounted)
  }

  /// - Parameter counts: added to.
  public func carried(
    _ labels: [Annotation], from start: Int, to end: Int, counts: inout Counts
  ) -> [Annotation] {
    guard start != end, let target = self[end] else { return labels }
    var carried = labels.map { Optional($0) }
    if start < end {
      for leg in legs(from: start, to: end) { take(leg, &carried, &counts) }
    } else {
      for leg in legs(from: end, to: start).reversed() { takeBack(leg, &carried, &counts) }
    }
    return target.ontology.adopted(carried, lost: &counts.unknown)
  }

  private func take(_ leg: Leg, _ labels: inout [Annotation?], _ counts: inout Counts) {
    switch leg {
    case .forward(let number): forward(number, &labels, &counts)
    case .back(let number): back(number, &labels)
    case .through(let number):
      labels = versions[number - 1].ontology.adopted(labels, lost: &counts.unknown)
        .map { Optional($0) }
    }
  }

  private func takeBack(_ leg: Leg, _ labels: inout [Annotation?], _ counts: inout Counts) {
    switch leg {
    case .forward(let number): back(number, &labels)
    case .back(let number): forward(number, &labels, &counts)
    case .through: break
    }
  }

  private func forward(_ number: Int, _ labels: inout [Annotation?], _ counts: inout Counts) {
    let steps = steps(of: number)
    var tallies = counts.tallies[number] ?? steps.map { _ in MigrationTally() }
    for place in steps.indices { tallies[place] += steps[place].carry(&labels) }
    counts.tallies[number] = tallies
  }

  private func back(_ number: Int, _ labels: inout [Annotation?]) {
    guard let before = self[number - 1] else { return }
    for step in steps(of: number).reversed() { step.carryBack(&labels) }
    var lost = 0
    labels = before.ontology.adopted(labels, lost: &lost).map { Optional($0) }
  }
}

extension Ontology {
  /// The labels that the ontology has a word for, with relations that find their ends again.
  ///
  /// - Complexity: O(labels × classes)
  func adopted(_ labels: [Annotation?], lost: inout Int) -> [Annotation] {
    var adopted: [Annotation?] = []
    for label in labels {
      guard let label else {
        adopted.append(nil)
        continue
      }
      let known = self[label.classID].flatMap { $0.adopted(label) }
      if known == nil { lost += 1 }
      adopted.append(known)
    }
    var places: [Int] = []
    var next = 0
    for label in adopted {
      places.append(label?.isObject == true ? next : -1)
      if label != nil, !isLoose(label, adopted) { next += 1 }
    }
    return adopted.compactMap { label in
      guard var label, !isLoose(label, adopted) else { return nil }
      if let ends = label.ends {
        label.value = .relation(from: places[ends.from], to: places[ends.to])
      }
      return label
    }
  }

  /// Whether it joins something that is no more.
  private func isLoose(_ label: Annotation?, _ all: [Annotation?]) -> Bool {
    guard let ends = label?.ends else { return false }
    func isObject(_ place: Int) -> Bool {
      all.indices.contains(place) && all[place]?.isObject == true
    }
    return !isObject(ends.from) || !isObject(ends.to)
  }
}

extension LabelClass {
  /// The label without what the class does not know; nil where that is all of it.
  fileprivate func adopted(_ label: Annotation) -> Annotation? {
    guard let value = adopted(label.value) else { return nil }
    var label = label
    label.value = value
    label.attributes = label.attributes.compactMap { attribute in
      attributes.first { $0.id == attribute.id }?.adopted(attribute.value)
        .map { .init(id: attribute.id, value: $0) }
    }
    return label
  }

  private func adopted(_ value: Annotation.Value) -> Annotation.Value? {
    switch (kind, value) {
    case (.shape(let kind), .shape(let shape)): return kind == shape.kind ? value : nil
    case (.category(let options), .category(let id)):
      return options.contains { $0.id == id } ? value : nil
    case (.multiLabel(let options), .multiLabel(let ids)):
      return .multiLabel(ids.filter { id in options.contains { $0.id == id } })
    case (.span, .span), (.rating, .rating), (.number, .number), (.boolean, .boolean),
      (.text, .text), (.files, .files), (.relation, .relation):
      return value
    default: return nil
    }
  }
}
