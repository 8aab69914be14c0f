import Geometry

/// Why an answer does not fit its ontology, and at which annotation.
public struct AnnotationFault: Error, Hashable, Sendable {
  public enum Reason: Hashable, Sendable {
    case unknownClass(Int32)
    case unknownAttribute(Int32)
    case wrongKind(expected: String)
    case unknownOption(Int32)
    case repeatedOption(Int32)
    case offScale
    case tooLong(limit: Int)
    case notFinite
    case noArea
    case tooFewPoints(least: Int)
    case tooManyPoints(limit: Int)
    case outOfText(length: Int)
    case emptySpan
    /// A relation must join two different objects of the answer.
    case notTwoObjects
    /// Objects of these classes cannot be joined so.
    case notJoinable
    case outOfImage(width: Int, height: Int)
    case answeredTwice
    case missing
    case tooMany(limit: Int)
  }

  public let reason: Reason
  /// Zero-based place in the answer; nil where the answer as a whole is at fault.
  public let index: Int?
  /// The class or attribute it is about, where known.
  public let name: String?

  public init(_ reason: Reason, index: Int?, name: String? = nil) {
    self.reason = reason
    self.index = index
    self.name = name
  }
}

extension Ontology {
  /// Annotations that one answer may have.
  public static let annotationLimit = 50_000
  /// Points that one shape may have.
  public static let pointLimit = 20_000
  /// A shape may leave its image by half a pixel, the rounding of other tools.
  public static let boundsTolerancePixels = 0.5

  /// Checks an answer against the ontology, the image and the text.
  ///
  /// - Parameters:
  ///   - imageSize: pixels of the image; nil skips the bounds check.
  ///   - textLength: Unicode scalars of the text; nil skips the check of spans' ends.
  ///   - isPartial: a draft or a pre-label may leave required classes open.
  /// - Complexity: O(annotations × classes)
  public func validate(
    _ annotations: [Annotation], imageSize: ImageSize?, textLength: Int? = nil,
    isPartial: Bool = false
  ) throws(AnnotationFault) {
    guard annotations.count <= Self.annotationLimit else {
      throw AnnotationFault(.tooMany(limit: Self.annotationLimit), index: nil)
    }
    var answered: Set<ClassID> = []
    for (index, annotation) in annotations.enumerated() {
      guard let labelClass = self[annotation.classID] else {
        throw AnnotationFault(.unknownClass(annotation.classID.number), index: index)
      }
      let isNew = answered.insert(labelClass.id).inserted
      if case .relation(let relation) = labelClass.kind {
        if let reason = reason(against: annotation, relation, annotations) {
          throw AnnotationFault(reason, index: index, name: labelClass.name)
        }
        continue
      }
      guard isNew || labelClass.kind.isObject else {
        throw AnnotationFault(.answeredTwice, index: index, name: labelClass.name)
      }
      if let reason = labelClass.reason(
        against: annotation.value, imageSize, textLength)
      {
        throw AnnotationFault(reason, index: index, name: labelClass.name)
      }
      try labelClass.validateAttributes(of: annotation, index: index, isPartial: isPartial)
    }
    if isPartial { return }
    for labelClass in classes where labelClass.isRequired && !answered.contains(labelClass.id) {
      throw AnnotationFault(.missing, index: nil, name: labelClass.name)
    }
  }
}

extension Ontology {
  private func reason(
    against annotation: Annotation, _ relation: LabelClass.Relation, _ annotations: [Annotation]
  ) -> AnnotationFault.Reason? {
    guard let ends = annotation.ends else { return .wrongKind(expected: "relation") }
    let places = annotations.indices
    guard ends.from != ends.to, places.contains(ends.from), places.contains(ends.to),
      annotations[ends.from].isObject, annotations[ends.to].isObject
    else { return .notTwoObjects }
    let (from, to) = (annotations[ends.from].classID, annotations[ends.to].classID)
    return relation.admits(from: from, to: to) ? nil : .notJoinable
  }
}

extension LabelClass {
  fileprivate func validateAttributes(
    of annotation: Annotation, index: Int, isPartial: Bool
  ) throws(AnnotationFault) {
    var answered: Set<ClassID> = []
    for attribute in annotation.attributes {
      guard let definition = attributes.first(where: { $0.id == attribute.id }) else {
        throw AnnotationFault(.unknownAttribute(attribute.id.number), index: index, name: name)
      }
      guard answered.insert(attribute.id).inserted else {
        throw AnnotationFault(.answeredTwice, index: index, name: definition.name)
      }
      if let reason = definition.reason(against: attribute.value, nil, nil) {
        throw AnnotationFault(reason, index: index, name: definition.name)
      }
    }
    if isPartial { return }
    for definition in attributes where definition.isRequired && !answered.contains(definition.id) {
      throw AnnotationFault(.missing, index: index, name: definition.name)
    }
  }

  /// Why the value does not fit this class; nil where it does.
  fileprivate func reason(
    against value: Annotation.Value, _ imageSize: ImageSize?, _ textLength: Int?
  ) -> AnnotationFault.Reason? {
    switch (kind, value) {
    case (.shape(let kind), .shape(let shape)) where kind == shape.kind:
      return Self.reason(against: shape, imageSize)
    case (.span, .span(let span)):
      guard span.start >= 0, span.count > 0 else { return .emptySpan }
      if let textLength, span.end > textLength { return .outOfText(length: textLength) }
      return nil
    case (.category(let options), .category(let chosen)):
      return options.contains { $0.id == chosen } ? nil : .unknownOption(chosen.number)
    case (.multiLabel(let options), .multiLabel(let chosen)):
      var seen: Set<OptionID> = []
      for option in chosen {
        guard options.contains(where: { $0.id == option }) else {
          return .unknownOption(option.number)
        }
        guard seen.insert(option).inserted else { return .repeatedOption(option.number) }
      }
      return nil
    case (.rating(let scale), .rating(let value)):
      return scale.index(of: value) == nil ? .offScale : nil
    case (.text(let maxLength), .text(let text)):
      return text.unicodeScalars.count <= maxLength ? nil : .tooLong(limit: maxLength)
    default: return .wrongKind(expected: kindName)
    }
  }

  private static func reason(
    against shape: Shape, _ imageSize: ImageSize?
  ) -> AnnotationFault.Reason? {
    guard shape.isFinite else { return .notFinite }
    switch shape {
    case .polygon(let polygon):
      guard polygon.rings.allSatisfy({ $0.count >= 3 }), !polygon.rings.isEmpty else {
        return .tooFewPoints(least: 3)
      }
    case .polyline(let line):
      guard line.points.count >= 2 else { return .tooFewPoints(least: 2) }
    default: break
    }
    guard shape.points.count <= Ontology.pointLimit else {
      return .tooManyPoints(limit: Ontology.pointLimit)
    }
    guard shape.region == nil || shape.area > 0 else { return .noArea }
    if let size = imageSize,
      !shape.bounds.lies(
        inWidth: Double(size.width), height: Double(size.height),
        tolerance: Ontology.boundsTolerancePixels)
    {
      return .outOfImage(width: size.width, height: size.height)
    }
    return nil
  }

  /// The kind in the words of the API.
  public var kindName: String {
    switch kind {
    case .shape(let kind): kind.rawValue
    case .span: "span"
    case .category: "category"
    case .multiLabel: "multiLabel"
    case .rating: "rating"
    case .text: "text"
    case .relation: "relation"
    }
  }
}
