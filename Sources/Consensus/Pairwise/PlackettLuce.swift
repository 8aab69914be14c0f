#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Scores of things out of many orders of some of them: an order is drawn thing by thing, each with a
/// probability that is proportional to `exp(score)` among those left.
///
/// Maximum likelihood by minorisation–maximisation, `γ_i ← w_i / Σ 1 / Σ_left γ`, with one pseudo-win and
/// one pseudo-loss of everything against a thing of weight 1, so that scores stay finite where something
/// always or never wins and where things were never compared. Scores have mean 0.
///
/// Plackett, Appl. Stat. 24, 1975; Luce 1959; Hunter, *MM Algorithms for Generalized Bradley–Terry Models*,
/// Ann. Stat. 32, 2004, doi 10.1214/aos/1079120141.
package enum PlackettLuce {
  /// - Parameters:
  ///   - rankings: the best first; a ranking of one thing says nothing.
  ///   - prior: what a pseudo-win and a pseudo-loss weigh, above 0.
  /// - Returns: nil where a ranking names something twice or something that is not there.
  /// - Complexity: O(iterations × places)
  package static func fit(
    _ rankings: [[Int]], itemCount: Int, prior: Double = 0.1, iterations: Int = 1_000,
    tolerance: Double = 1e-10
  ) -> [Double]? {
    for ranking in rankings {
      guard Set(ranking).count == ranking.count,
        ranking.allSatisfy({ (0..<itemCount).contains($0) })
      else { return nil }
    }
    guard itemCount > 0 else { return [] }
    var wins = [Double](repeating: prior, count: itemCount)
    for ranking in rankings { for item in ranking.dropLast() { wins[item] += 1 } }
    var weights = [Double](repeating: 1, count: itemCount)
    for _ in 0..<max(1, iterations) {
      var shares = weights.map { 2 * prior / ($0 + 1) }
      for ranking in rankings where ranking.count > 1 {
        var left = ranking.reduce(0) { $0 + weights[$1] }
        var sum = 0.0
        for (place, item) in ranking.enumerated() {
          if place < ranking.count - 1 { sum += 1 / left }
          shares[item] += sum
          left -= weights[item]
        }
      }
      var change = 0.0
      for item in weights.indices {
        let next = wins[item] / shares[item]
        change = max(change, abs(log(next / weights[item])))
        weights[item] = next
      }
      if change <= tolerance { break }
    }
    let logs = weights.map { log($0) }
    let mean = logs.reduce(0, +) / Double(itemCount)
    return logs.map { $0 - mean }
  }
}
