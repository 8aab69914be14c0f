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

  /// The regions of one image: boxes, polygons, ellipses and cuboids, each with the outline as its
  /// segmentation; other kinds of annotation have no place in COCO detection. Holes count in the
  /// area alone, since COCO's polygons have none.
  package mutating func annotations(
    _ annotations: [Annotation], imageID: Int64, ontology: Ontology
  ) {
    for annotation in annotations {
      guard let shape = annotation.shape, let region = shape.region else { continue }
      let box = shape.bounds
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
      writer.value(shape.area)
      writer.name("iscrowd")
      writer.value(Int64(0))
      writer.name("segmentation")
      writer.beginArray()
      write(region.outline.flatMap { [$0.x, $0.y] })
      writer.endArray()
      if !annotation.attributes.isEmpty { attributes(of: annotation, ontology) }
      writer.endObject()
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
    for labelClass in ontology.regions {
      writer.value(
        [
          "id": .int(Int64(labelClass.id.number)), "name": .string(labelClass.name),
          "supercategory": "",
        ] as JSON)
    }
    writer.endArray()
    writer.endObject()
    writer.newline()
  }
}
