/// How well predicted objects meet labelled ones, as COCO's challenges count it: precision over recall at 101
/// places, for ten thresholds of overlap, four sizes of objects, and 1, 10 or 100 objects an image; or bodies
/// by their keypoints, three sizes and 20 an image.
///
/// Lin et al., *Microsoft COCO: Common Objects in Context*, 2014; numbers are those of pycocotools'
/// `COCOeval`, whose order of images is the order here.
package struct AveragePrecision: Sendable {
  /// Overlaps from which on a prediction meets a label: 0.50, 0.55 … 0.95.
  package static let overlaps = (0..<10).map { 0.5 + Double($0) * ((0.95 - 0.5) / 9) }
  /// Places at which precision is read.
  package static let recalls = (0...100).map { Double($0) * 0.01 }
  /// Predictions of a class on an image that are looked at, the surest first.
  package static let predictionLimits = [1, 10, 100]
  /// Of bodies.
  package static let poseLimits = [20]

  /// Objects by their area in square pixels, both ends included.
  package enum Size: Int, Hashable, Sendable, CaseIterable {
    case all, small, medium, large

    var areas: ClosedRange<Double> {
      switch self {
      case .all: 0...1e10
      case .small: 0...1024
      case .medium: 1024...9216
      case .large: 9216...1e10
      }
    }
  }

  /// Of one class; nil where none of it is labelled.
  package struct Curve: Hashable, Sendable {
    /// At `recalls`, falling.
    package var precision: [Double]
    /// The highest recall that is reached.
    package var recall: Double
    package var averagePrecision: Double { precision.reduce(0, +) / Double(precision.count) }
  }

  private struct Key: Hashable {
    var label: Int
    var size: Size
    var limit: Int
  }

  private var curves: [Key: [Curve]] = [:]
  package let classes: Int
  private let limits: [Int]

  /// - Parameters:
  ///   - images: every image, with its objects by classes from 0.
  ///   - limits: predictions of a class on an image that are looked at, the surest first; rising.
  /// - Complexity: O(images × classes on them × labels × predictions) for the overlaps
  package init(
    _ images: [DetectionImage], classes: Int, limits: [Int] = Self.predictionLimits
  ) {
    (self.classes, self.limits) = (classes, limits)
    var byClass: [[ClassMatches]] = Array(repeating: [], count: classes)
    for image in images {
      let labels = Set(image.truth.map(\.label)).union(image.predictions.map(\.label))
      for label in labels.sorted() where byClass.indices.contains(label) {
        byClass[label].append(
          ClassMatches(
            image.truth.filter { $0.label == label },
            image.predictions.filter { $0.label == label }, limit: limits.last ?? 0))
      }
    }
    for (label, matches) in byClass.enumerated() {
      for size in Size.allCases {
        for (place, limit) in limits.enumerated() {
          curves[Key(label: label, size: size, limit: place)] = Self.accumulate(
            matches.map { $0.outcomes[size.rawValue] }, limit)
        }
      }
    }
  }

  /// The curve of a class at an overlap (by its place in `overlaps`).
  package func curve(
    of label: Int, overlap: Int, size: Size = .all
  ) -> Curve? {
    let found = curves[Key(label: label, size: size, limit: limits.count - 1)] ?? []
    return found.isEmpty ? nil : found[overlap]
  }

  /// The mean over the classes that are labelled, and over overlaps; nil where there is none.
  ///
  /// - Parameters:
  ///   - overlap: the place of one in `overlaps`; nil for the mean of all.
  ///   - label: a class; nil for the mean of all.
  package func meanPrecision(overlap: Int? = nil, size: Size = .all, label: Int? = nil) -> Double? {
    mean(overlap, size, limits.count - 1, label) { $0.averagePrecision }
  }

  /// As `meanPrecision`, of the highest recall with `limits[limit]` predictions an image; nil for the last.
  package func meanRecall(
    overlap: Int? = nil, limit: Int? = nil, size: Size = .all, label: Int? = nil
  ) -> Double? {
    mean(overlap, size, limit ?? limits.count - 1, label) { $0.recall }
  }

  private func mean(
    _ overlap: Int?, _ size: Size, _ limit: Int, _ label: Int?, _ value: (Curve) -> Double
  ) -> Double? {
    let labels = label.map { [$0] } ?? Array(0..<classes)
    let values = labels.flatMap { label -> [Double] in
      let found = curves[Key(label: label, size: size, limit: limit)] ?? []
      guard let overlap else { return found.map(value) }
      return found.isEmpty ? [] : [value(found[overlap])]
    }
    return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// The twelve numbers that `COCOeval.summarize` prints, in its order; -1 stands for none.
  package var summary: [Double] {
    [
      meanPrecision(), meanPrecision(overlap: 0), meanPrecision(overlap: 5),
      meanPrecision(size: .small), meanPrecision(size: .medium), meanPrecision(size: .large),
      meanRecall(limit: 0), meanRecall(limit: 1), meanRecall(), meanRecall(size: .small),
      meanRecall(size: .medium), meanRecall(size: .large),
    ].map { $0 ?? -1 }
  }

  /// Likewise the ten numbers that it prints of keypoints.
  package var poseSummary: [Double] {
    [
      meanPrecision(), meanPrecision(overlap: 0), meanPrecision(overlap: 5),
      meanPrecision(size: .medium), meanPrecision(size: .large), meanRecall(),
      meanRecall(overlap: 0), meanRecall(overlap: 5), meanRecall(size: .medium),
      meanRecall(size: .large),
    ].map { $0 ?? -1 }
  }

  // MARK: Counting

  /// - Returns: a curve for each overlap; none where nothing is labelled.
  private static func accumulate(_ outcomes: [ClassMatches.Outcome], _ limit: Int) -> [Curve] {
    let labelled = outcomes.reduce(0) { $0 + $1.labelled }
    guard labelled > 0 else { return [] }
    let scores = outcomes.flatMap { $0.scores.prefix(limit) }
    // Of equals the first stays first.
    let order = scores.indices.sorted {
      scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1
    }
    return overlaps.indices.map { overlap in
      let fates = outcomes.flatMap { $0.fates[overlap].prefix(limit) }
      var (found, wrong) = (0, 0)
      var (recall, precision): ([Double], [Double]) = ([], [])
      for place in order {
        switch fates[place] {
        case .found: found += 1
        case .wrong: wrong += 1
        case .ignored: break
        }
        recall.append(Double(found) / Double(labelled))
        precision.append(Double(found) / (Double(found + wrong) + .ulpOfOne))
      }
      for place in precision.indices.dropLast().reversed() {
        precision[place] = max(precision[place], precision[place + 1])
      }
      var place = 0
      let read = recalls.map { wanted -> Double in
        while place < recall.count, recall[place] < wanted { place += 1 }
        return place < precision.count ? precision[place] : 0
      }
      return Curve(precision: read, recall: recall.last ?? 0)
    }
  }
}

/// The predictions of one class on one image, matched with its labels at every overlap and size.
private struct ClassMatches {
  enum Fate: Hashable { case found, wrong, ignored }

  struct Outcome {
    /// Labels that are to be found.
    var labelled: Int
    /// Falling.
    var scores: [Double]
    /// By overlap and prediction.
    var fates: [[Fate]]
  }

  /// By `Size.rawValue`.
  let outcomes: [Outcome]

  init(_ truth: [Detection], _ all: [Detection], limit: Int) {
    let order = all.indices.sorted {
      all[$0].score != all[$1].score ? all[$0].score > all[$1].score : $0 < $1
    }
    let predictions = order.prefix(limit).map { all[$0] }
    let overlaps = predictions.map { one in truth.map { one.overlap(with: $0) } }
    outcomes = AveragePrecision.Size.allCases.map { size in
      let isIgnored = truth.map { $0.isCrowd || $0.isVoid || !size.areas.contains($0.area) }
      // What is to be found comes first.
      let places = truth.indices.filter { !isIgnored[$0] } + truth.indices.filter { isIgnored[$0] }
      return Outcome(
        labelled: isIgnored.count { !$0 }, scores: predictions.map(\.score),
        fates: AveragePrecision.overlaps.map { threshold in
          var isTaken = Array(repeating: false, count: truth.count)
          return predictions.indices.map { prediction in
            var best = min(threshold, 1 - 1e-10)
            var match: Int?
            for place in places {
              if isTaken[place], !truth[place].isCrowd { continue }
              // One that is to be found is never given up for one that is ignored.
              if let match, !isIgnored[match], isIgnored[place] { break }
              guard overlaps[prediction][place] >= best else { continue }
              best = overlaps[prediction][place]
              match = place
            }
            guard let match else {
              return size.areas.contains(predictions[prediction].area) ? .wrong : .ignored
            }
            isTaken[match] = true
            return isIgnored[match] ? .ignored : .found
          }
        })
    }
  }
}
