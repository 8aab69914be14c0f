import Consensus
import Formats
import Geometry
import Labels

/// Items with two sets of labels beside each other, as detections: what is right, and what is predicted.
package struct ComparedItems: Sendable {
  /// How objects on images are laid over each other.
  package enum Region: String, Hashable, Sendable, CaseIterable {
    /// By the boxes round them.
    case boxes
    /// By their pixels; boxes count as such.
    case masks
    /// By their keypoints; objects without any are left out.
    case keypoints
  }

  package private(set) var names: [String] = []
  package private(set) var images: [DetectionImage] = []
  package let region: Region

  package init(_ region: Region) { self.region = region }

  /// - Parameters:
  ///   - truth: labels whose classes are numbered as those of `predictions`.
  ///   - size: of the image, which masks need.
  package mutating func add(
    _ name: String, truth: [DatasetLabel], predictions: [DatasetLabel], _ size: ImageSize?
  ) {
    names.append(name)
    images.append(
      DetectionImage(
        truth: truth.compactMap { detection($0, size, isTruth: true) },
        predictions: predictions.compactMap { detection($0, size, isTruth: false) }))
  }

  /// Some of the items, by their places in `images`.
  func only(_ places: [Int]) -> ComparedItems {
    var some = ComparedItems(region)
    some.names = places.map { names[$0] }
    some.images = places.map { images[$0] }
    return some
  }

  /// nil for what is neither drawn, nor a class, nor a span.
  private func detection(
    _ label: DatasetLabel, _ size: ImageSize?, isTruth: Bool
  ) -> Detection? {
    guard label.classIndex >= 0 else { return nil }
    let score = label.score ?? 1
    if region == .keypoints { return pose(label, isTruth: isTruth) }
    switch label.value {
    case .whole: return Detection(label: label.classIndex, region: .whole, area: 1, score: score)
    case .spans(let ranges):
      let length = ranges.reduce(0) { $0 + $1.count }
      return Detection(
        label: label.classIndex, region: .spans(ranges), area: Double(length), score: score)
    case .caption, .relation: return nil
    case .shape, .pieces, .space:
      guard let bounds = label.bounds else { return nil }
      if region == .masks, let mask = Self.mask(label, bounds, size) {
        return Detection(
          label: label.classIndex, region: .mask(mask),
          area: isTruth ? label.area ?? label.shapeArea ?? 0 : Double(mask.area),
          isCrowd: label.isCrowd, score: score)
      }
      return Detection(
        label: label.classIndex, region: .box(bounds),
        area: isTruth ? label.area ?? label.shapeArea ?? 0 : bounds.area,
        isCrowd: label.isCrowd, score: score)
    }
  }

  private func pose(_ label: DatasetLabel, isTruth: Bool) -> Detection? {
    guard case .shape(.keypoints(let points)) = label.value else { return nil }
    // pycocotools takes a prediction's box and area from all of its points.
    let around = Box(around: points.keypoints.map(\.point))
    let box = isTruth ? label.box ?? label.bounds ?? around : around
    let outlined = label.outlines.reduce(0) { $0 + $1.area }
    var made = Detection(
      label: label.classIndex, region: .pose(points, box),
      area: isTruth ? label.area ?? (outlined > 0 ? outlined : box.area) : box.area, isCrowd: label.isCrowd,
      score: label.score ?? 1)
    made.isVoid = isTruth && points.points.isEmpty
    return made
  }

  private static func mask(
    _ label: DatasetLabel, _ bounds: Box, _ size: ImageSize?
  ) -> RunLengthMask? {
    if case .shape(.mask(let mask)) = label.value { return mask }
    guard let size, RunLengthMask.canHold(width: size.width, height: size.height) else {
      return nil
    }
    func drawn(_ outline: Polygon) -> RunLengthMask {
      RunLengthMask(cocoRule: outline, width: size.width, height: size.height)
    }
    if case .pieces(let pieces) = label.value {
      return pieces.dropFirst().reduce(pieces.first.map(drawn)) { mask, piece in
        mask?.merged(with: drawn(piece), .union)
      }
    }
    guard case .shape(let shape) = label.value else { return nil }
    return shape.region.map(drawn)
  }
}
