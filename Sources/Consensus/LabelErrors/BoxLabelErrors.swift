import Geometry

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Boxes that are likely wrong, by those that a model predicts on the same image: overlooked, badly placed,
/// or of the wrong class.
///
/// Two boxes are as similar as `0.9 IoU + 0.1 exp(−0.1 d)`, `d` the pixels between their centres. A
/// confident prediction that no label touches is *overlooked*, as far as no label of its class is near; a
/// label is *badly placed* as far as the best prediction of its class that touches it is not similar, and
/// of the *wrong class* as far as a confident prediction of another class is similar, or where a label of
/// another class lies in the same place. Scores run from 0, surely wrong, to 1.
///
/// Tkachenko, Thyagarajan & Mueller, *ObjectLab: Automated Diagnosis of Mislabeled Images in Object
/// Detection Data*, 2023, arXiv 2309.00832. Scores are those of cleanlab's `object_detection.rank`.
package struct BoxLabelErrors: Sendable {
  package struct Box: Hashable, Sendable {
    package var label: Int
    package var box: Geometry.Box
    /// Of a prediction, 0…1.
    package var probability: Double
    package init(label: Int, box: Geometry.Box, probability: Double = 1) {
      self.label = label
      self.box = box
      self.probability = probability
    }
  }

  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The prediction has no label.
    case overlooked
    case badlyPlaced = "badly_placed"
    case wrongClass = "wrong_class"
  }

  package struct Issue: Hashable, Sendable {
    package var image: Int
    package var kind: Kind
    /// The place of the label, of the prediction where it was overlooked.
    package var box: Int
    package var score: Double
  }

  /// Predictions surer than this may say that something was overlooked, or is of another class.
  package static let highProbability = 0.95
  /// Predictions surer than this may say where something is.
  package static let lowProbability = 0.5
  /// Labels of two classes that overlap by this are one thing.
  private static let samePlace = 0.95
  private static let overlapWeight = 0.9
  private static let distanceFactor = 0.1

  /// - Parameter images: the labels and the predictions of each.
  /// - Returns: the most likely errors first, with every score that is known; of equals, the first image.
  /// - Complexity: O(images × labels × predictions)
  package static func issues(
    _ images: [(labels: [Box], predictions: [Box])]
  ) -> [Issue] {
    // Twice over, as the matrices of all images at once are large.
    let least = images.reduce(1.0) { min($0, Pairs($1.labels, $1.predictions).leastSimilarity) }
    var issues: [Issue] = []
    for (image, one) in images.enumerated() {
      let pairs = Pairs(one.labels, one.predictions)
      for place in pairs.predictions.indices {
        guard let score = pairs.overlooked(place, least) else { continue }
        issues.append(Issue(image: image, kind: .overlooked, box: place, score: score))
      }
      for place in pairs.labels.indices {
        issues.append(
          Issue(image: image, kind: .badlyPlaced, box: place, score: pairs.badlyPlaced(place)))
        issues.append(
          Issue(image: image, kind: .wrongClass, box: place, score: pairs.wrongClass(place, least)))
      }
    }
    return issues.sorted { ($0.score, $0.image, $0.box) < ($1.score, $1.image, $1.box) }
  }

  /// Every label of an image against every prediction.
  private struct Pairs {
    let labels: [Box]
    let predictions: [Box]
    private let overlaps: [[Double]]
    private let similarities: [[Double]]

    init(_ labels: [Box], _ predictions: [Box]) {
      self.labels = labels
      self.predictions = predictions
      overlaps = labels.map { label in
        predictions.map { label.box.intersectionOverUnion($0.box) }
      }
      similarities = zip(labels, overlaps).map { label, overlaps in
        zip(predictions, overlaps).map { prediction, overlap in
          let (dx, dy) = (
            label.box.x + label.box.width / 2 - prediction.box.x - prediction.box.width / 2,
            label.box.y + label.box.height / 2 - prediction.box.y - prediction.box.height / 2
          )
          let near = exp(-(dx * dx + dy * dy).squareRoot() * distanceFactor)
          return overlapWeight * overlap + (1 - overlapWeight) * near
        }
      }
    }

    /// Above 0; 1 for none.
    var leastSimilarity: Double { similarities.joined().filter { $0 > 0 }.min() ?? 1 }

    func overlooked(_ place: Int, _ least: Double) -> Double? {
      let own = predictions[place]
      guard own.probability >= highProbability, overlaps.allSatisfy({ $0[place] <= 0 }) else {
        return nil
      }
      let near = labels.indices.filter { labels[$0].label == own.label }
        .map { similarities[$0][place] }.max()
      return near ?? least * (1 - own.probability)
    }

    func badlyPlaced(_ place: Int) -> Double {
      let found = predictions.indices.filter {
        predictions[$0].label == labels[place].label
          && predictions[$0].probability > lowProbability && overlaps[place][$0] > 0
      }
      return found.map { similarities[place][$0] }.max() ?? 1
    }

    func wrongClass(_ place: Int, _ least: Double) -> Double {
      let own = labels[place]
      let isDouble = labels.contains {
        $0.label != own.label && $0.box.intersectionOverUnion(own.box) >= samePlace
      }
      if isDouble { return least }
      let others = predictions.indices.filter {
        predictions[$0].label != own.label && predictions[$0].probability > highProbability
      }
      return others.map { similarities[place][$0] }.max().map { max(least, 1 - $0) } ?? 1
    }
  }
}
