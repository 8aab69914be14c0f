/// Word and character error rates: edits that make one text the other, by the length of the one that is
/// taken as right.
///
/// Case and punctuation count. Words are what white space divides; for scripts without it the character
/// error rate is the one to look at.
package enum TextErrors {
  /// 0 for equal texts; above 1 where there are more edits than the right text has words. A text that should
  /// be empty is wrong by 1 where it is not.
  ///
  /// - Complexity: O(words of both, multiplied)
  package static func wordRate(_ text: String, against right: String) -> Double {
    rate(ROVER.words(text), ROVER.words(right))
  }

  /// Of the first `TextMedoid.comparedLength` Unicode scalars.
  package static func characterRate(_ text: String, against right: String) -> Double {
    func scalars(_ text: String) -> [Unicode.Scalar] {
      Array(text.unicodeScalars.prefix(TextMedoid.comparedLength))
    }
    return rate(scalars(text), scalars(right))
  }

  private static func rate<T: Equatable>(_ own: [T], _ right: [T]) -> Double {
    guard !right.isEmpty else { return own.isEmpty ? 0 : 1 }
    return Double(TextMedoid.editDistance(own, right)) / Double(right.count)
  }
}
