import Geometry
import Labels
import Notation

nonisolated(unsafe) private var ontology: Ontology?

/// The annotations that the input says; nil where it says none.
private func inputAnnotations(_ count: Int32, _ ontology: Ontology) -> [Annotation]? {
  guard let text = exchange.inputBytes(count), let json = try? JSON(parsing: Array(text)) else {
    return nil
  }
  return try? AnnotationNotation.annotations(from: json, ontology: ontology)
}

/// Input: an ontology as JSON. It stays for `check`.
///
/// - Returns: 0, or −1 where it cannot be read.
@_expose(wasm, "ontology") @c(assay_kernel_ontology)
public func kernelOntology(_ count: Int32) -> Int32 {
  ontology = nil
  guard let text = exchange.inputBytes(count), let json = try? JSON(parsing: Array(text)),
    let read = try? OntologyNotation.ontology(from: json), read.fault == nil
  else { return -1 }
  ontology = read
  return 0
}

/// Input: annotations as JSON. Answer: nothing where they keep the ontology, else the fault as JSON:
/// `{"index", "name", "reason", "numbers"}`. A width of 0 stands for no image, a length below 0 for no
/// text.
@_expose(wasm, "check") @c(assay_kernel_check)
public func kernelCheck(
  _ count: Int32, _ width: Int32, _ height: Int32, _ textLength: Int32, _ isPartial: Int32
) -> Int32 {
  guard let ontology, let annotations = inputAnnotations(count, ontology) else { return -1 }
  do throws(AnnotationFault) {
    try ontology.validate(
      annotations, imageSize: width > 0 ? ImageSize(width: Int(width), height: Int(height)) : nil,
      textLength: textLength < 0 ? nil : Int(textLength), isPartial: isPartial != 0)
    return 0
  } catch {
    return exchange.answer(Array(error.json.text.utf8))
  }
}

/// Input: two annotations of one class each, as a JSON array. Answer: one number, how far their shapes or
/// spans are alike (`similarity`), and where both cover an area their intersection over union.
@_expose(wasm, "compare") @c(assay_kernel_compare)
public func kernelCompare(_ count: Int32) -> Int32 {
  guard let ontology, let pair = inputAnnotations(count, ontology), pair.count == 2 else { return -1 }
  switch (pair[0].value, pair[1].value) {
  case (.shape(let a), .shape(let b)):
    return exchange.answer([a.similarity(to: b), a.intersectionOverUnion(b)])
  case (.span(let a), .span(let b)):
    let overlap = a.intersectionOverUnion(b)
    return exchange.answer([overlap, overlap])
  default: return exchange.answer([0.0, 0.0])
  }
}

/// Input: two annotations with shapes, as a JSON array. Answer: as bytes the JSON of the shape between
/// them.
@_expose(wasm, "interpolate") @c(assay_kernel_interpolate)
public func kernelInterpolate(_ count: Int32, _ share: Double) -> Int32 {
  guard let ontology, let pair = inputAnnotations(count, ontology), pair.count == 2,
    let a = pair[0].shape, let b = pair[1].shape
  else { return -1 }
  var writer = JSONWriter()
  ShapeNotation.write(a.interpolated(to: b, at: share), to: &writer)
  return exchange.answer(Array(writer.bytes))
}

extension AnnotationFault {
  var json: JSON {
    let (word, numbers) = reason.facts
    return .object([
      .init("index", index.map { .int(Int64($0)) } ?? .null),
      .init("name", name.map { .string($0) } ?? .null), .init("reason", .string(word)),
      .init("numbers", .array(numbers.map { .int($0) })),
    ])
  }
}
