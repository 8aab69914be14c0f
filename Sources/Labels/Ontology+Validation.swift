/// Why an ontology cannot be used.
public enum OntologyFault: Error, Hashable, Sendable {
  case noClasses
  case tooManyClasses(limit: Int)
  case idNotPositive(name: String)
  case repeatedID(Int32)
  case emptyName(id: Int32)
  case repeatedName(String)
  case noOptions(name: String)
  case badScale(name: String)
  case badLength(name: String)
  case objectAttribute(name: String)
  case attributesOfValue(name: String)
}

extension Ontology {
  /// Classes (and, of one class, attributes or options) an ontology may have.
  public static let classLimit = 2_000
  /// Unicode scalars a free text may be allowed to have.
  public static let textLengthLimit = 1_000_000

  /// The first fault found; nil for an ontology that can be used.
  ///
  /// - Complexity: O(classes + options)
  public var fault: OntologyFault? {
    if classes.isEmpty { return .noClasses }
    return Self.fault(in: classes) ?? classes.lazy.compactMap(Self.faultInAttributes).first
  }

  private static func faultInAttributes(of labelClass: LabelClass) -> OntologyFault? {
    if labelClass.attributes.isEmpty { return nil }
    guard labelClass.kind.isObject else { return .attributesOfValue(name: labelClass.name) }
    if let object = labelClass.attributes.first(where: \.kind.isObject) {
      return .objectAttribute(name: object.name)
    }
    return fault(in: labelClass.attributes)
  }

  private static func fault(in classes: [LabelClass]) -> OntologyFault? {
    guard classes.count <= classLimit else { return .tooManyClasses(limit: classLimit) }
    var ids: Set<Int32> = []
    var names: Set<String> = []
    for labelClass in classes {
      let (id, name) = (labelClass.id.number, labelClass.name)
      if name.isEmpty { return .emptyName(id: id) }
      if id < 1 { return .idNotPositive(name: name) }
      if !ids.insert(id).inserted { return .repeatedID(id) }
      if !names.insert(name).inserted { return .repeatedName(name) }
      if let fault = labelClass.faultInKind { return fault }
    }
    return nil
  }
}

extension LabelClass {
  fileprivate var faultInKind: OntologyFault? {
    switch kind {
    case .shape, .span, .relation: return nil
    case .rating(let scale):
      return scale.count >= 2 ? nil : .badScale(name: name)
    case .text(let maxLength):
      return (1...Ontology.textLengthLimit).contains(maxLength) ? nil : .badLength(name: name)
    case .category(let options), .multiLabel(let options):
      guard !options.isEmpty else { return .noOptions(name: name) }
      guard options.count <= Ontology.classLimit else {
        return .tooManyClasses(limit: Ontology.classLimit)
      }
      var ids: Set<Int32> = []
      var names: Set<String> = []
      for option in options {
        if option.name.isEmpty { return .emptyName(id: option.id.number) }
        if option.id.number < 1 { return .idNotPositive(name: option.name) }
        if !ids.insert(option.id.number).inserted { return .repeatedID(option.id.number) }
        if !names.insert(option.name).inserted { return .repeatedName(option.name) }
      }
      return nil
    }
  }
}
