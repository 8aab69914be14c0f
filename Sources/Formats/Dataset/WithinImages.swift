import Geometry
import Labels

/// Tells of labels that lie beyond the edge of their image. They are kept as the set has them: a whole object
/// that is half seen is marked so by some, and where it lies is the set's to say.
struct WithinImages: DatasetReading {
  private var reader: any DatasetReading
  private let diagnostics: Diagnostics

  /// Pixels beyond the edge that are no fault: tools round, and count from 1 or from 0.
  static let slack = 1.0

  var schema: DatasetSchema { reader.schema }

  init(_ reader: any DatasetReading, _ diagnostics: Diagnostics) {
    (self.reader, self.diagnostics) = (reader, diagnostics)
  }

  mutating func next() throws -> DatasetItem? {
    guard let item = try reader.next() else { return nil }
    guard let size = item.size else { return item }
    for (place, label) in item.labels.enumerated() {
      guard let bounds = label.bounds, let fault = Self.fault(bounds, in: size) else { continue }
      try diagnostics.report(
        item.name, "label \(place + 1), \(reader.schema.name(label.classIndex))", fault,
        remedy: "Put its place or the image's size right; it is kept as it is.")
    }
    return item
  }

  /// What is wrong with a place in an image of a size; nil where it lies inside.
  static func fault(_ bounds: Box, in size: ImageSize) -> String? {
    let (width, height) = (Double(size.width), Double(size.height))
    guard
      bounds.x < -slack || bounds.y < -slack || bounds.maxX > width + slack
        || bounds.maxY > height + slack
    else { return nil }
    let isOutside = bounds.maxX <= 0 || bounds.maxY <= 0 || bounds.x >= width || bounds.y >= height
    let sides = [bounds.x, bounds.maxX, bounds.y, bounds.maxY].map {
      abs($0) < 1e15 ? "\(Int($0.rounded()))" : "\($0)"
    }
    return "it \(isOutside ? "lies outside of" : "reaches beyond") its image: "
      + "x \(sides[0])…\(sides[1]), y \(sides[2])…\(sides[3]) of \(size.width) × \(size.height)"
  }
}
