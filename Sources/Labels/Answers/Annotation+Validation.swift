import Geometry

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
    var counts: [ClassID: Int] = [:]
    for (index, annotation) in annotations.enumerated() {
      guard let labelClass = self[annotation.classID] else {
        throw AnnotationFault(.unknownClass(annotation.classID.number), index: index)
      }
      counts[labelClass.id, default: 0] += 1
      let isNew = counts[labelClass.id] == 1
      if let most = labelClass.rules.maximumCount, counts[labelClass.id, default: 0] > most,
        !isPartial
      {
        throw AnnotationFault(.tooManyObjects(limit: most), index: index, name: labelClass.name)
      }
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
        against: annotation.value, imageSize, textLength, isPartial: isPartial)
      {
        throw AnnotationFault(reason, index: index, name: labelClass.name)
      }
      try labelClass.validateAttributes(of: annotation, index: index, isPartial: isPartial)
    }
    if isPartial { return }
    let asked = askedQuestions(given: annotations)
    for (index, annotation) in annotations.enumerated() {
      guard let labelClass = self[annotation.classID], labelClass.condition != nil else { continue }
      guard asked.contains(where: { $0.id == labelClass.id }) else {
        throw AnnotationFault(.notAsked, index: index, name: labelClass.name)
      }
    }
    for labelClass in classes where labelClass.isRequired && counts[labelClass.id] == nil {
      guard labelClass.condition == nil || asked.contains(where: { $0.id == labelClass.id }) else {
        continue
      }
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
      if let reason = definition.reason(against: attribute.value, nil, nil, isPartial: isPartial) {
        throw AnnotationFault(reason, index: index, name: definition.name)
      }
    }
    if isPartial || attributes.isEmpty { return }
    let asked = askedAttributes(given: annotation.attributes)
    for attribute in annotation.attributes where !asked.contains(where: { $0.id == attribute.id }) {
      let name = attributes.first { $0.id == attribute.id }?.name
      throw AnnotationFault(.notAsked, index: index, name: name)
    }
    for definition in asked where definition.isRequired && !answered.contains(definition.id) {
      throw AnnotationFault(.missing, index: index, name: definition.name)
    }
  }

  /// Why the value does not fit this class; nil where it does.
  fileprivate func reason(
    against value: Annotation.Value, _ imageSize: ImageSize?, _ textLength: Int?, isPartial: Bool
  ) -> AnnotationFault.Reason? {
    switch (kind, value) {
    case (.shape(let kind), .shape(let shape)) where kind == shape.kind:
      return ShapeCheck(shape: shape, imageSize: imageSize).reason
        ?? (isPartial ? nil : reason(against: shape))
    case (.span, .span(let span)):
      guard span.isSound else { return .emptySpan }
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
    case (.number(let range), .number(let value)): return range.contains(value) ? nil : .outOfRange
    case (.boolean, .boolean): return nil
    case (.text(let maxLength), .text(let text)):
      return text.unicodeScalars.count <= maxLength ? nil : .tooLong(limit: maxLength)
    case (.files(let rules), .files(let files)):
      return rules.reason(against: files, isPartial: isPartial)
    default: return .wrongKind(expected: kindName)
    }
  }

  /// Why a sound shape does not keep the rules of the class; nil where it does.
  private func reason(against shape: Shape) -> AnnotationFault.Reason? {
    let bounds = shape.bounds
    if bounds.width < rules.minimumWidth { return .tooNarrow(least: rules.minimumWidth) }
    if bounds.height < rules.minimumHeight { return .tooLow(least: rules.minimumHeight) }
    if rules.minimumArea > 0, shape.area < rules.minimumArea {
      return .tooSmall(least: rules.minimumArea)
    }
    let count = shape.points.count
    if let least = rules.minimumPoints, count < least { return .tooFewPoints(least: least) }
    if let most = rules.maximumPoints, count > most { return .tooManyPoints(limit: most) }
    if rules.wholePixels,
      !shape.points.allSatisfy({ $0.x == $0.x.rounded(.down) && $0.y == $0.y.rounded(.down) })
    {
      return .notWholePixels
    }
    if case .keypoints(let keypoints) = shape, let skeleton,
      keypoints.keypoints.count != skeleton.names.count
    {
      return .wrongKeypoints(count: skeleton.names.count)
    }
    if !rules.maySelfCross, case .polygon(let polygon) = shape, let crossing = polygon.crossing {
      return .selfCrossing(x: Int(crossing.x), y: Int(crossing.y))
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
    case .number: "number"
    case .boolean: "boolean"
    case .text: "text"
    case .files: "files"
    case .relation: "relation"
    }
  }
}

/// What every shape must be, whatever its class asks.
private struct ShapeCheck {
  let shape: Shape
  let imageSize: ImageSize?

  var reason: AnnotationFault.Reason? {
    guard shape.isFinite else { return .notFinite }
    switch shape {
    case .polygon(let polygon):
      guard polygon.rings.allSatisfy({ $0.count >= 3 }), !polygon.rings.isEmpty else {
        return .tooFewPoints(least: 3)
      }
    case .polyline(let line):
      guard line.points.count >= 2 else { return .tooFewPoints(least: 2) }
    case .keypoints(let keypoints):
      guard !keypoints.points.isEmpty else { return .tooFewPoints(least: 1) }
    case .mask(let mask):
      if let size = imageSize, size.width != mask.width || size.height != mask.height {
        return .wrongMaskSize(width: size.width, height: size.height)
      }
    default: break
    }
    guard shape.points.count <= Ontology.pointLimit else {
      return .tooManyPoints(limit: Ontology.pointLimit)
    }
    guard !shape.kind.coversArea || shape.area > 0 else { return .noArea }
    return outOfImage
  }

  private var outOfImage: AnnotationFault.Reason? {
    guard let size = imageSize else { return nil }
    let (width, height) = (Double(size.width), Double(size.height))
    // The corners of what is turned may leave the image, its middle may not.
    if case .rotatedBox(let box) = shape {
      let isInside = (0...width).contains(box.center.x) && (0...height).contains(box.center.y)
      return isInside ? nil : .outOfImage(width: size.width, height: size.height)
    }
    let lies = shape.bounds.lies(
      inWidth: width, height: height, tolerance: Ontology.boundsTolerancePixels)
    return lies ? nil : .outOfImage(width: size.width, height: size.height)
  }
}
