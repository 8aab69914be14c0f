/// What is asked, given what has been answered.
extension Ontology {
  /// The questions whose conditions hold, in order.
  ///
  /// - Complexity: O(questions × annotations)
  public func askedQuestions(given annotations: [Annotation]) -> [LabelClass] {
    LabelClass.asked(questions) { id in annotations.first { $0.classID == id }?.value }
  }

  /// The annotations without answers to what is not asked.
  public func pruned(_ annotations: [Annotation]) -> [Annotation] {
    let hasConditions = classes.contains { labelClass in
      labelClass.condition != nil || labelClass.attributes.contains { $0.condition != nil }
    }
    guard hasConditions else { return annotations }
    let asked = askedQuestions(given: annotations)
    // Relations name places, which move as answers go.
    var places: [Int?] = []
    var kept: [Annotation] = []
    for var annotation in annotations {
      let labelClass = self[annotation.classID]
      if let labelClass, labelClass.kind.isQuestion, !asked.contains(where: { $0.id == labelClass.id }) {
        places.append(nil)
        continue
      }
      if let labelClass {
        let attributes = labelClass.askedAttributes(given: annotation.attributes)
        annotation.attributes.removeAll { attribute in !attributes.contains { $0.id == attribute.id } }
      }
      places.append(kept.count)
      kept.append(annotation)
    }
    for (index, annotation) in kept.enumerated() {
      guard let ends = annotation.ends, places.indices.contains(ends.from), places.indices.contains(ends.to),
        let from = places[ends.from], let to = places[ends.to]
      else { continue }
      kept[index].value = .relation(from: from, to: to)
    }
    return kept
  }
}

extension LabelClass {
  /// The attributes whose conditions hold, in order.
  public func askedAttributes(given answers: [Annotation.Attribute]) -> [LabelClass] {
    Self.asked(attributes) { id in answers.first { $0.id == id }?.value }
  }

  /// A condition on what is itself not asked does not hold.
  fileprivate static func asked(
    _ classes: [LabelClass], _ value: (ClassID) -> Annotation.Value?
  ) -> [LabelClass] {
    var asked: [LabelClass] = []
    for candidate in classes {
      if let condition = candidate.condition {
        guard asked.contains(where: { $0.id == condition.on }), condition.holds(for: value(condition.on))
        else { continue }
      }
      asked.append(candidate)
    }
    return asked
  }
}
