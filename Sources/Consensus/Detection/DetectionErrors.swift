/// What was found, missed, and seen where nothing is, at one overlap and from one score on: by class against
/// class, and image by image, so that the worst can be looked at.
///
/// On an image pairs are made whatever their classes, of the largest overlap first; a pair of two classes is
/// a confusion. Predictions that lie in a crowd of their class are left out.
package struct DetectionErrors: Sendable {
  package struct Counts: Hashable, Sendable {
    /// Predictions that meet a label of their class.
    package var found = 0
    /// Predictions that meet none, or one of another class.
    package var wrong = 0
    /// Labels that no prediction of their class meets.
    package var missed = 0

    package init() {}

    /// The share of predictions that are right; nil without any.
    package var precision: Double? {
      found + wrong > 0 ? Double(found) / Double(found + wrong) : nil
    }
    /// The share of labels that are found; nil without any.
    package var recall: Double? {
      found + missed > 0 ? Double(found) / Double(found + missed) : nil
    }
  }

  /// Labels by their class (row) and the class of the prediction that meets them (column). The last row
  /// stands for no label, the last column for no prediction.
  package private(set) var confusion: [[Int]]
  /// By image.
  package private(set) var images: [Counts] = []

  package static let overlap = 0.5
  package static let score = 0.25

  /// - Parameters:
  ///   - overlap: from which on a prediction meets a label.
  ///   - score: predictions below are left out.
  /// - Complexity: O(labels × predictions) of each image
  package init(
    _ images: [DetectionImage], classes: Int, overlap: Double = Self.overlap,
    score: Double = Self.score
  ) {
    confusion = Array(repeating: Array(repeating: 0, count: classes + 1), count: classes + 1)
    for image in images { add(image, none: classes, overlap, score) }
  }

  private mutating func add(
    _ image: DetectionImage, none: Int, _ threshold: Double, _ score: Double
  ) {
    let crowds = image.truth.filter(\.isCrowd)
    let truth = image.truth.filter { !$0.isCrowd }
    let predictions = image.predictions.filter { one in
      one.score >= score
        && !crowds.contains { $0.label == one.label && one.overlap(with: $0) >= threshold }
    }
    var pairs: [(overlap: Double, label: Int, prediction: Int)] = []
    for (label, one) in truth.enumerated() {
      for (prediction, other) in predictions.enumerated() {
        let overlap = other.overlap(with: one)
        if overlap >= threshold { pairs.append((overlap, label, prediction)) }
      }
    }
    // Of equal overlaps one of the same class, then the surer, then the first.
    pairs.sort { a, b in
      if a.overlap != b.overlap { return a.overlap > b.overlap }
      let same = (
        truth[a.label].label == predictions[a.prediction].label,
        truth[b.label].label == predictions[b.prediction].label
      )
      if same.0 != same.1 { return same.0 }
      let scores = (predictions[a.prediction].score, predictions[b.prediction].score)
      if scores.0 != scores.1 { return scores.0 > scores.1 }
      return (a.label, a.prediction) < (b.label, b.prediction)
    }
    var matchOf: [Int?] = Array(repeating: nil, count: truth.count)
    var isUsed = Array(repeating: false, count: predictions.count)
    for pair in pairs where matchOf[pair.label] == nil && !isUsed[pair.prediction] {
      matchOf[pair.label] = pair.prediction
      isUsed[pair.prediction] = true
    }
    var counts = Counts()
    for (label, one) in truth.enumerated() {
      let met = matchOf[label].map { predictions[$0].label }
      confusion[one.label][met ?? none] += 1
      if met == one.label {
        counts.found += 1
      } else {
        counts.missed += 1
        if met != nil { counts.wrong += 1 }
      }
    }
    for (place, one) in predictions.enumerated() where !isUsed[place] {
      confusion[none][one.label] += 1
      counts.wrong += 1
    }
    images.append(counts)
  }
}
