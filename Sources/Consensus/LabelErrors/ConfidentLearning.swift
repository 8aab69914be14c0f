/// Labels that are likely wrong, by a model's probabilities of every class for every item.
///
/// A class is believed of an item where its probability reaches the mean probability of that class over
/// the items that are labelled with it. An item whose likeliest believed class is not its label, nor is
/// its label the likeliest of all, is an issue; issues are ranked by how little the label itself is
/// believed (self-confidence).
///
/// Northcutt, Jiang & Chuang, *Confident Learning: Estimating Uncertainty in Dataset Labels*, JAIR 70, 2021:
/// the off-diagonal entries of the confident joint. Equal to cleanlab's `find_label_issues` with
/// `filter_by="confident_learning"`. Probabilities should be out of sample: of a model that was not
/// trained on the item.
package enum ConfidentLearning {
  package struct Issue: Hashable, Sendable {
    package var item: Int
    /// What the model believes instead.
    package var suggestion: Int
    /// The probability of the label as it is, 0…1.
    package var selfConfidence: Double
  }

  /// Rounding that a threshold forgives.
  private static let tolerance = 1e-6

  /// - Parameters:
  ///   - labels: the class of each item, from 0.
  ///   - probabilities: row by row, each summing to 1.
  /// - Returns: the most likely errors first; of equals, the first item.
  /// - Complexity: O(items × classes)
  package static func issues(labels: [Int], probabilities: Posteriors) -> [Issue] {
    let classes = probabilities.classCount
    precondition(labels.count == probabilities.taskCount)
    var sums = [Double](repeating: 0, count: classes)
    var counts = sums
    for (item, label) in labels.enumerated() {
      sums[label] += probabilities.values[item * classes + label]
      counts[label] += 1
    }
    // Nothing is believed of a class that labels nothing.
    let bars = zip(sums, counts).map { $1 > 0 ? $0 / $1 - tolerance : .infinity }
    var issues: [Issue] = []
    for (item, label) in labels.enumerated() {
      let row = probabilities[item]
      var believed: (label: Int, probability: Double)?
      for (candidate, probability) in row.enumerated()
      where probability >= bars[candidate] && probability > believed?.probability ?? -1 {
        believed = (candidate, probability)
      }
      // A label that nothing is likelier than is no issue.
      guard let believed, believed.label != label,
        row[row.startIndex + label] < probabilities.best(of: item).probability
      else { continue }
      issues.append(
        Issue(
          item: item, suggestion: believed.label,
          selfConfidence: row[row.startIndex + label]))
    }
    return issues.sorted { ($0.selfConfidence, $0.item) < ($1.selfConfidence, $1.item) }
  }
}
