#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Ratings that follow one comparison after the other: what is expected of two ratings is
/// `1 / (1 + 10^((b − a) / 400))`, and both move by `step` times how far the outcome was from it.
///
/// Depends on the order of the votes; for a result that does not, see `BradleyTerry`. Elo, *The Rating of
/// Chessplayers*, 1978.
package struct Elo: Hashable, Sendable {
  package private(set) var ratings: [Double]
  package var step: Double

  package init(itemCount: Int, start: Double = 1_500, step: Double = 32) {
    ratings = [Double](repeating: start, count: itemCount)
    self.step = step
  }

  /// The share of comparisons that `a` is expected to win against `b`, ties as halves.
  package func expected(_ a: Int, against b: Int) -> Double {
    1 / (1 + pow(10, (ratings[b] - ratings[a]) / 400))
  }

  /// A comparison of a thing with itself, of one that is not there, or without an outcome changes nothing.
  ///
  /// - Parameter outcome: 1 where `a` won, 0 where `b` did, ½ for a tie.
  package mutating func take(_ a: Int, _ b: Int, outcome: Double) {
    guard a != b, ratings.indices.contains(a), ratings.indices.contains(b), (0...1).contains(outcome)
    else { return }
    let move = step * (outcome - expected(a, against: b))
    ratings[a] += move
    ratings[b] -= move
  }
}
