/// What further answers to one task are worth, before they are given.
///
/// Under the one-coin model with annotators of a known accuracy `a`: with `m` more votes, the result is
/// whichever of its two likeliest classes then has the higher posterior; the expected accuracy is the
/// sum over all outcomes of the votes of the larger of the two joint probabilities. One vote alone can
/// often not overturn a clear leader, so its gain is zero; therefore up to `horizon` votes are looked at.
///
/// Howard, *Information Value Theory*, IEEE Trans. SSC 2, 1966; posterior stopping as in Abraham et
/// al., *How Many Workers to Ask?*, SIGIR 2016.
package enum AnswerValue {
  /// Votes looked ahead.
  package static let horizon = 10

  /// Whether some number of further answers, 1 to `limit`, gains more than it costs.
  ///
  /// - Parameters:
  ///   - posterior: of the task's classes.
  ///   - accuracy: of whoever may be asked, 0…1.
  ///   - errorCost: what a wrong result costs, in answers.
  ///   - limit: answers that may still be asked for.
  /// - Complexity: O(limit²) for a `limit` up to `horizon`.
  package static func isWorthAsking(
    posterior: [Double], accuracy: Double, errorCost: Double, limit: Int
  ) -> Bool {
    let now = posterior.max() ?? 0
    return (1...max(1, min(limit, horizon))).contains { count in
      limit > 0
        && errorCost * (expectedAccuracy(posterior, accuracy, after: count) - now) > Double(count)
    }
  }

  /// The probability that the result is right after `count` more answers.
  package static func expectedAccuracy(
    _ posterior: [Double], _ accuracy: Double, after count: Int
  ) -> Double {
    guard posterior.count > 1 else { return 1 }
    let sorted = posterior.sorted(by: >)
    let (first, second) = (sorted[0], sorted[1])
    let hit = min(max(accuracy, 1 / Double(posterior.count)), 0.98)
    let miss = (1 - hit) / Double(posterior.count - 1)
    let other = max(0, 1 - hit - miss)
    var sum = 0.0
    for forFirst in 0...count {
      for forSecond in 0...(count - forFirst) {
        let rest = count - forFirst - forSecond
        let ways =
          choose(count, forFirst) * choose(count - forFirst, forSecond) * power(other, rest)
        sum +=
          ways
          * max(
            first * power(hit, forFirst) * power(miss, forSecond),
            second * power(miss, forFirst) * power(hit, forSecond))
      }
    }
    return sum
  }

  private static func choose(_ n: Int, _ k: Int) -> Double {
    (0..<min(k, n - k)).reduce(1) { $0 * Double(n - $1) / Double($1 + 1) }
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }
}
