import Consensus
import Notation

/// Predictions against what is right, in numbers: for people, the command line and the API alike.
package struct ComparisonReport: Sendable {
  package struct ClassRow: Hashable, Sendable {
    package var name: String
    /// Objects of it that are labelled.
    package var labelled: Int
    /// At overlaps of 0.50 to 0.95, and at 0.50; nil where nothing is labelled.
    package var averagePrecision: Double?
    package var averagePrecision50: Double?
    /// At the overlap and score of the report.
    package var precision: Double?
    package var recall: Double?
    /// Precision at `AveragePrecision.recalls`, at an overlap of 0.50.
    package var curve: [Double]
  }

  package struct Item: Hashable, Sendable {
    package var name: String
    /// The place among the items that were compared.
    package var place: Int
    package var counts: DetectionErrors.Counts
  }

  package static let summaryNames = [
    "AP", "AP50", "AP75", "AP_small", "AP_medium", "AP_large", "AR_1", "AR_10", "AR_100",
    "AR_small", "AR_medium", "AR_large",
  ]

  package static let poseSummaryNames = [
    "AP", "AP50", "AP75", "AP_medium", "AP_large", "AR", "AR50", "AR75", "AR_medium", "AR_large",
  ]

  /// What was compared.
  package var region: ComparedItems.Region
  /// What the numbers of the summary are called.
  package var measures: [String] { region == .keypoints ? Self.poseSummaryNames : Self.summaryNames }

  package var items: Int
  /// In the order of `measures`; nil where nothing of the kind is labelled.
  package var summary: [Double?]
  package var classes: [ClassRow]
  /// All classes, in the order of the confusion matrix.
  package var names: [String]
  package var confusion: [[Int]]
  /// With errors, the most first.
  package var worst: [Item]
  package var overlap: Double
  package var score: Double
  /// Errors of every item, in order.
  package var counts: [DetectionErrors.Counts]

  package init(
    _ compared: ComparedItems, classes names: [String],
    overlap: Double = DetectionErrors.overlap, score: Double = DetectionErrors.score,
    worst limit: Int = 20
  ) {
    region = compared.region
    let isPose = region == .keypoints
    let precision = AveragePrecision(
      compared.images, classes: names.count,
      limits: isPose ? AveragePrecision.poseLimits : AveragePrecision.predictionLimits)
    let errors = DetectionErrors(
      compared.images, classes: names.count, overlap: overlap, score: score)
    (self.names, self.overlap, self.score) = (names, overlap, score)
    items = compared.images.count
    counts = errors.images
    summary = (isPose ? precision.poseSummary : precision.summary).map { $0 < 0 ? nil : $0 }
    confusion = errors.confusion
    classes = names.enumerated().map { label, name in
      let row = errors.confusion[label]
      let predicted = errors.confusion.reduce(0) { $0 + $1[label] }
      let labelled = row.reduce(0, +)
      return ClassRow(
        name: name, labelled: labelled, averagePrecision: precision.meanPrecision(label: label),
        averagePrecision50: precision.meanPrecision(overlap: 0, label: label),
        precision: predicted > 0 ? Double(row[label]) / Double(predicted) : nil,
        recall: labelled > 0 ? Double(row[label]) / Double(labelled) : nil,
        curve: precision.curve(of: label, overlap: 0)?.precision ?? [])
    }
    // A class that neither side knows of says nothing.
    classes.removeAll { row in
      row.labelled == 0 && row.averagePrecision == nil && row.precision == nil
    }
    worst = errors.images.indices
      .filter { errors.images[$0].wrong + errors.images[$0].missed > 0 }
      .sorted { a, b in
        let (first, second) = (errors.images[a], errors.images[b])
        let sums = (first.wrong + first.missed, second.wrong + second.missed)
        return sums.0 != sums.1 ? sums.0 > sums.1 : a < b
      }
      .prefix(limit)
      .map { Item(name: compared.names[$0], place: $0, counts: errors.images[$0]) }
  }

  /// The measures by their names.
  package var summaryJSON: JSON {
    .object(zip(measures, summary).map { .init($0, .optional($1)) })
  }

  package var json: JSON {
    [
      "items": .count(items), "overlap": .double(overlap), "score": .double(score),
      "summary": summaryJSON,
      "classes": .array(
        classes.map { row in
          [
            "name": .string(row.name), "labelled": .count(row.labelled),
            "ap": .optional(row.averagePrecision), "ap50": .optional(row.averagePrecision50),
            "precision": .optional(row.precision), "recall": .optional(row.recall),
            "curve": .array(row.curve.map { .double($0) }),
          ]
        }),
      "confusion": [
        "classes": .array(names.map { .string($0) }),
        "rows": .array(confusion.map { .array($0.map { .count($0) }) }),
      ],
      "worst": .array(
        worst.map { item in
          [
            "name": .string(item.name), "place": .count(item.place),
            "found": .count(item.counts.found), "wrong": .count(item.counts.wrong),
            "missed": .count(item.counts.missed),
          ]
        }),
    ]
  }
}
