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
  case badNumberRange(name: String)
  /// A class of keypoints needs names, each once, and lines between them.
  case badSkeleton(name: String)
  /// A condition must name a choice or yes-or-no question that stands before it.
  case badCondition(name: String)
  /// A taxonomy's option must stand after its parent.
  case badParent(name: String)
  case badRules(name: String)
  case badLook(name: String)
  /// A question for files needs a medium and counts within its limit, and is of the task as a whole.
  case badFiles(name: String)
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
    if let object = labelClass.attributes.first(where: { $0.kind.isObject }) {
      return .objectAttribute(name: object.name)
    }
    if let asking = labelClass.attributes.first(where: { $0.fileRules != nil }) {
      return .badFiles(name: asking.name)
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
      if let fault = labelClass.faultInKind ?? labelClass.faultInShape { return fault }
      if let condition = labelClass.condition {
        let known = classes.prefix { $0.id != labelClass.id }.first { $0.id == condition.on }
        guard let known, known.mayBeCondition(condition), labelClass.kind.isQuestion else {
          return .badCondition(name: name)
        }
      }
    }
    return nil
  }
}

extension LabelClass {
  fileprivate var faultInKind: OntologyFault? {
    switch kind {
    case .shape, .span, .relation, .boolean: return nil
    case .number(let range):
      let isRight = range.minimum ?? -.infinity <= range.maximum ?? .infinity
      return isRight ? nil : .badNumberRange(name: name)
    case .rating(let scale):
      let isNamed = scale.labels.isEmpty || scale.labels.count == scale.count
      return scale.count >= 2 && isNamed ? nil : .badScale(name: name)
    case .text(let maxLength):
      return (1...Ontology.textLengthLimit).contains(maxLength) ? nil : .badLength(name: name)
    case .files(let rules): return rules.isSound ? nil : .badFiles(name: name)
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
        if let parent = option.parent, parent == option.id || !ids.contains(parent.number) {
          return .badParent(name: option.name)
        }
      }
      return nil
    }
  }

  fileprivate var faultInShape: OntologyFault? {
    if case .shape(.keypoints) = kind {
      guard let skeleton, (1...Skeleton.limit).contains(skeleton.names.count),
        Set(skeleton.names).count == skeleton.names.count,
        skeleton.lines.allSatisfy({
          $0.from != $0.to && skeleton.names.indices.contains($0.from)
            && skeleton.names.indices.contains($0.to)
        })
      else { return .badSkeleton(name: name) }
    } else if skeleton != nil {
      return .badSkeleton(name: name)
    }
    let sizes = [rules.minimumWidth, rules.minimumHeight, rules.minimumArea]
    let (least, most) = (rules.minimumPoints ?? 1, rules.maximumPoints ?? Ontology.pointLimit)
    guard sizes.allSatisfy({ $0 >= 0 && $0.isFinite }), least >= 1, least <= most,
      rules.maximumCount ?? 1 >= 1
    else { return .badRules(name: name) }
    if let color = look.color, !Self.isColor(color) { return .badLook(name: name) }
    if let hotkey = look.hotkey, hotkey.isEmpty || hotkey.utf8.count > 20 { return .badLook(name: name) }
    return nil
  }

  private static func isColor(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.count == 7 && bytes[0] == 35
      && bytes.dropFirst().allSatisfy { (48...57).contains($0) || (97...102).contains($0 | 32) }
  }

  /// Whether a condition can ask for these options of this class.
  fileprivate func mayBeCondition(_ condition: Condition) -> Bool {
    switch kind {
    case .category, .multiLabel:
      condition.options.allSatisfy { wanted in options.contains { $0.id == wanted } }
    default: kind.isQuestion && condition.options.isEmpty
    }
  }
}
