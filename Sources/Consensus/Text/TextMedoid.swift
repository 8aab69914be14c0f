/// The text that is nearest to all the others.
package enum TextMedoid {
  /// Unicode scalars of a text that are compared; longer texts are compared by their beginnings.
  package static let comparedLength = 2_000

  /// Index of the medoid and its mean similarity (1 − normalised edit distance) to the others,
  /// 0…1; of equals, the first. A single text has no witness and gets similarity 0.5.
  ///
  /// - Complexity: O(texts² × length²)
  package static func find(_ texts: [String]) -> (index: Int, similarity: Double)? {
    guard texts.count > 1 else { return texts.isEmpty ? nil : (0, 0.5) }
    let sums = similaritySums(texts)
    var best = 0
    for index in 1..<texts.count where sums[index] > sums[best] { best = index }
    return (best, sums[best] / Double(texts.count - 1))
  }

  /// How similar each text is to all the others, 0…1 for each of them, summed.
  static func similaritySums(_ texts: [String]) -> [Double] {
    let scalars = texts.map { Array($0.unicodeScalars.prefix(comparedLength)) }
    var sums = [Double](repeating: 0, count: texts.count)
    for a in texts.indices {
      for b in texts.indices where b > a {
        let longest = max(scalars[a].count, scalars[b].count)
        let distance = longest == 0 ? 0 : editDistance(scalars[a], scalars[b])
        let similarity = longest == 0 ? 1 : 1 - Double(distance) / Double(longest)
        sums[a] += similarity
        sums[b] += similarity
      }
    }
    return sums
  }

  /// Levenshtein distance, by two rows.
  package static func editDistance<T: Equatable>(_ a: [T], _ b: [T]) -> Int {
    var previous = Array(0...b.count)
    var current = previous
    for (i, x) in a.enumerated() {
      current[0] = i + 1
      for (j, y) in b.enumerated() {
        current[j + 1] = min(
          previous[j] + (x == y ? 0 : 1), previous[j + 1] + 1, current[j] + 1)
      }
      swap(&previous, &current)
    }
    return previous[b.count]
  }
}
