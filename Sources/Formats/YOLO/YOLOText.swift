import Geometry
import Labels
import Notation

/// The texts of a YOLO detection set: one label file an image, and `data.yaml`.
package enum YOLOText {
  /// `class centreX centreY width height`, a line a box, each number a share of the image's size
  /// with eight decimals. Other shapes that cover a region count by their bounds. Boxes are cut at
  /// the image's edge; equal lines are written once.
  package static func labels(
    _ annotations: [Annotation], size: ImageSize, ontology: Ontology
  ) -> String {
    let classes = ontology.regions.map(\.id)
    var lines: [String] = []
    for annotation in annotations {
      guard let box = annotation.shape?.bounds, let index = classes.firstIndex(of: annotation.classID)
      else { continue }
      let (width, height) = (Double(size.width), Double(size.height))
      let cut = box.intersection(.init(x: 0, y: 0, width: width, height: height))
      guard cut.area > 0 else { continue }
      let numbers = [
        (cut.x + cut.width / 2) / width, (cut.y + cut.height / 2) / height, cut.width / width,
        cut.height / height,
      ]
      let line = "\(index) " + numbers.map(fixed).joined(separator: " ")
      if !lines.contains(line) { lines.append(line) }
    }
    return lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
  }

  /// Names as JSON strings, which YAML 1.2 reads as they are.
  package static func dataYAML(_ ontology: Ontology) -> String {
    let names = ontology.regions.enumerated().map { index, labelClass in
      "  \(index): \(JSON.string(labelClass.name).text)"
    }
    return """
      path: .
      train: images
      val: images
      nc: \(names.count)
      names:
      \(names.joined(separator: "\n"))

      """
  }

  /// A number of 0…1 with eight decimals.
  private static func fixed(_ value: Double) -> String {
    let scaled = Int((min(max(value, 0), 1) * 100_000_000).rounded())
    let digits = String(scaled % 100_000_000)
    return "\(scaled / 100_000_000)." + String(repeating: "0", count: 8 - digits.count) + digits
  }
}
