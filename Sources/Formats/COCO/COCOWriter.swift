import Geometry
import Labels
import Notation

/// COCO detection JSON (cocodataset.org, *Data format*), written front to back: first every
/// image, then every annotation, then the categories.
///
/// Boxes are `[x, y, width, height]` in pixels; annotation ids start at 1, since COCOeval reads 0
/// as "no match"; category ids are the ontology's.
package struct COCOWriter: Sendable {
  private var writer = JSONWriter()
  private var annotationCount: Int64 = 0

  package init() {}

  /// Takes the text written so far.
  package mutating func drain() -> [UInt8] {
    let bytes = writer.bytes
    writer.forget()
    return bytes
  }

  package mutating func begin(description: String) {
    writer.beginObject()
    writer.name("info")
    writer.value(["description": .string(description), "version": "1.0"] as JSON)
    writer.name("images")
    writer.beginArray()
  }

  package mutating func image(id: Int64, name: String, size: ImageSize) {
    writer.beginObject()
    writer.name("id")
    writer.value(id)
    writer.name("file_name")
    writer.value(name)
    writer.name("width")
    writer.value(Int64(size.width))
    writer.name("height")
    writer.value(Int64(size.height))
    writer.endObject()
  }

  package mutating func beginAnnotations() {
    writer.endArray()
    writer.name("annotations")
    writer.beginArray()
  }

  /// The regions of one image, each with its outline as segmentation, and keypoints; other kinds of
  /// annotation have no place in COCO. Masks, and polygons with holes, of which COCO's polygons know
  /// nothing, are run lengths; so are their area and box, by COCO's own rule.
  package mutating func annotations(
    _ annotations: [Annotation], imageID: Int64, size: ImageSize, ontology: Ontology
  ) {
    for annotation in annotations {
      guard let shape = annotation.shape, let segmentation = Segmentation(shape, size) else { continue }
      let box = segmentation.mask?.bounds ?? shape.bounds
      annotationCount += 1
      writer.beginObject()
      writer.name("id")
      writer.value(annotationCount)
      writer.name("image_id")
      writer.value(imageID)
      writer.name("category_id")
      writer.value(Int64(annotation.classID.number))
      writer.name("bbox")
      write([box.x, box.y, box.width, box.height])
      writer.name("area")
      writer.value(segmentation.mask.map { Double($0.area) } ?? (shape.region == nil ? box.area : shape.area))
      writer.name("iscrowd")
      writer.value(Int64(0))
      write(segmentation)
      if !annotation.attributes.isEmpty { attributes(of: annotation, ontology) }
      writer.endObject()
    }
  }

  private enum Segmentation {
    case outline([Point])
    case mask(RunLengthMask)
    case keypoints(Keypoints)

    init?(_ shape: Shape, _ size: ImageSize) {
      switch shape {
      case .mask(let mask): self = .mask(mask)
      case .keypoints(let keypoints): self = .keypoints(keypoints)
      default:
        guard let region = shape.region else { return nil }
        self =
          region.holes.isEmpty
          ? .outline(region.outline)
          : .mask(RunLengthMask(cocoRule: region, width: size.width, height: size.height))
      }
    }

    var mask: RunLengthMask? {
      if case .mask(let mask) = self { mask } else { nil }
    }
  }

  private mutating func write(_ segmentation: Segmentation) {
    switch segmentation {
    case .outline(let points):
      writer.name("segmentation")
      writer.beginArray()
      write(points.flatMap { [$0.x, $0.y] })
      writer.endArray()
    case .mask(let mask):
      writer.name("segmentation")
      ShapeNotation.write(mask, to: &writer)
    case .keypoints(let keypoints):
      writer.name("keypoints")
      writer.beginArray()
      for keypoint in keypoints.keypoints {
        writer.value(keypoint.point.x)
        writer.value(keypoint.point.y)
        writer.value(Int64(keypoint.visibility.rawValue))
      }
      writer.endArray()
      writer.name("num_keypoints")
      writer.value(Int64(keypoints.points.count))
    }
  }

  private mutating func attributes(of annotation: Annotation, _ ontology: Ontology) {
    let named = AnnotationNotation.json([annotation], ontology: ontology, style: .names)
    if let attributes = named.array?.first?["attributes"] {
      writer.name("attributes")
      writer.value(attributes)
    }
  }

  private mutating func write(_ numbers: [Double]) {
    writer.beginArray()
    for number in numbers { writer.value(number) }
    writer.endArray()
  }

  package mutating func end(ontology: Ontology) {
    writer.endArray()
    writer.name("categories")
    writer.beginArray()
    for labelClass in ontology.classes {
      guard case .shape(let kind) = labelClass.kind, kind.coversArea || kind == .keypoints else { continue }
      var members: [JSON.Member] = [
        .init("id", .int(Int64(labelClass.id.number))), .init("name", .string(labelClass.name)),
        .init("supercategory", ""),
      ]
      if let skeleton = labelClass.skeleton {
        members.append(.init("keypoints", .array(skeleton.names.map { .string($0) })))
        // Counted from 1.
        let lines = skeleton.lines.map { JSON.array([.int(Int64($0.from + 1)), .int(Int64($0.to + 1))]) }
        members.append(.init("skeleton", .array(lines)))
      }
      writer.value(JSON.object(members))
    }
    writer.endArray()
    writer.endObject()
    writer.newline()
  }
}
