import Geometry

/// One object on an image or in a text, labelled or predicted, as detections are compared.
package struct Detection: Hashable, Sendable {
  package enum Region: Hashable, Sendable {
    case box(Box)
    case mask(RunLengthMask)
    /// Points of a body, with the box round it.
    case pose(Keypoints, Box)
    /// The item as a whole is of the class.
    case whole
    /// Parts of a text, apart from each other and rising.
    case spans([Range<Int>])
  }

  package var label: Int
  package var region: Region
  /// Square pixels, by which objects are small, medium or large.
  package var area: Double
  /// A label that stands for many objects: what is found in it counts neither for nor against.
  package var isCrowd: Bool
  /// A label that says nothing of what is compared, as a body none of whose points is placed: what is found
  /// there counts neither for nor against.
  package var isVoid = false
  /// Of a prediction, 0…1.
  package var score: Double

  package init(
    label: Int, region: Region, area: Double, isCrowd: Bool = false, score: Double = 1
  ) {
    self.label = label
    self.region = region
    self.area = area
    self.isCrowd = isCrowd
    self.score = score
  }

  /// Intersection over union with a labelled object; over its own area alone where that is a crowd.
  /// Zero for regions of two kinds.
  func overlap(with truth: Detection) -> Double {
    switch (region, truth.region) {
    case (.box(let own), .box(let other)):
      let width = min(own.maxX, other.maxX) - max(own.x, other.x)
      let height = min(own.maxY, other.maxY) - max(own.y, other.y)
      guard width > 0, height > 0 else { return 0 }
      let (shared, whole) = (width * height, own.width * own.height)
      return shared / (truth.isCrowd ? whole : whole + other.width * other.height - shared)
    case (.mask(let own), .mask(let other)):
      guard own.width == other.width, own.height == other.height else { return 0 }
      let shared = own.intersectionArea(other)
      guard shared > 0 else { return 0 }
      return Double(shared) / Double(truth.isCrowd ? own.area : own.area + other.area - shared)
    case (.pose(let own, _), .pose(let other, let box)):
      return KeypointSimilarity.of(own, with: other, in: box, area: truth.area)
    case (.whole, .whole): return 1
    case (.spans(let own), .spans(let other)):
      var shared = 0
      for a in own { for b in other { shared += a.clamped(to: b).count } }
      let whole = own.reduce(0) { $0 + $1.count } + other.reduce(0) { $0 + $1.count } - shared
      return whole > 0 ? Double(shared) / Double(whole) : 0
    default: return 0
    }
  }
}

/// What is labelled on an image, and what is predicted.
package struct DetectionImage: Hashable, Sendable {
  package var truth: [Detection]
  package var predictions: [Detection]

  package init(truth: [Detection], predictions: [Detection]) {
    self.truth = truth
    self.predictions = predictions
  }
}
