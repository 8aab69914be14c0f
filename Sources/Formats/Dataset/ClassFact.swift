/// What may be said of a class besides its name.
package enum ClassFact: String, Hashable, Sendable, CaseIterable {
  case supercategory, keypointNames, skeleton

  /// As a loss of some is told.
  var plural: String {
    switch self {
    case .supercategory: "supercategories of classes"
    case .keypointNames: "names of keypoints"
    case .skeleton: "lines between keypoints"
    }
  }

  /// Whether it is said of a class. Numbers in their order are no names.
  func isSaid(of one: DatasetSchema.Class) -> Bool {
    switch self {
    case .supercategory: !one.supercategory.isEmpty
    case .keypointNames: one.keypoints.enumerated().contains { $0.element != "\($0.offset + 1)" }
    case .skeleton: !one.skeleton.isEmpty
    }
  }
}

extension Set<ClassFact> {
  package static let everything = Set(ClassFact.allCases)
}

extension Diagnostics {
  /// Counts what is said of classes that a format has no form for. Of keypoints that it does not hold it is
  /// told already.
  package func loseFacts(of schema: DatasetSchema, in facts: DatasetFormatFacts) {
    for fact in ClassFact.allCases where !facts.carriesOfClasses.contains(fact) {
      guard fact == .supercategory || facts.holds.contains(.keypoints) else { continue }
      let count = schema.classes.count(where: fact.isSaid)
      if count > 0 { lose("\(fact.plural) left out: \(facts.name) has none", count: count) }
    }
  }
}
