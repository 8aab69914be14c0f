extension Migration {
  /// A step with the classes it speaks of, as it finds them and as it leaves them: all that labels need to
  /// go along, so that no ontology is made again for every answer.
  public struct ResolvedStep: Hashable, Sendable {
    public let step: Step
    public let before: Ontology
    let after: Ontology
  }

  /// - Parameter ontology: before the first step.
  /// - Complexity: O(steps × classes)
  func resolved(from ontology: Ontology) -> [ResolvedStep] {
    var before = ontology
    return steps.map { step in
      // What leaves an ontology that cannot be, a later step mends.
      let after = (try? before.after(step)) ?? before
      defer { before = after }
      return ResolvedStep(
        step: step, before: before.restricted(to: step.classes),
        after: after.restricted(to: step.classes))
    }
  }
}

extension Migration.Step {
  /// What it speaks of; nil for all.
  fileprivate var classes: Set<ClassID>? {
    switch self {
    case .rename(let place, _), .delete(let place), .retype(let place, _): [place.classID]
    case .merge(let places, let target): Set(places.map { $0.classID }).union([target.classID])
    case .split(let id, _, _): [id]
    case .set: nil
    }
  }
}

extension Ontology {
  fileprivate func restricted(to ids: Set<ClassID>?) -> Ontology {
    guard let ids else { return self }
    return Ontology(classes: classes.filter { ids.contains($0.id) })
  }
}
