#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One vote between two things.
package struct Comparison: Hashable, Sendable {
  package var first: Int
  package var second: Int
  /// 1 where the first was preferred, 0 where the second was, ½ for a tie.
  package var outcome: Double
  /// Whoever voted, for intervals that know of their habits; nil where nobody knows.
  package var worker: Int?
  /// How many votes it counts for, 0 or more.
  package var weight = 1.0

  package init(first: Int, second: Int, outcome: Double, worker: Int? = nil) {
    self.first = first
    self.second = second
    self.outcome = outcome
    self.worker = worker
  }
}

/// Strengths of things from votes between two of them: `P(i before j) = σ(θ_i − θ_j)`, `Σ θ = 0`.
///
/// The log-likelihood, less `penalty · Σ θ²`, is concave; Newton's method with step halving finds its
/// top. Without a penalty a strength is infinite for a thing that never lost, and nothing is known
/// between groups that were never compared: a small one keeps both finite. Ties count half a win for
/// each.
///
/// Intervals are by the sandwich `A⁻¹ B A⁻¹`, with `A` the curvature and `B` the sum of the outer
/// products of each vote's slope (of each worker's, where workers are known), which stays right where
/// votes vary more than the model says. The curvature is singular along the all-ones vector, so
/// `11ᵀ / N` is added before it is inverted.
///
/// Bradley & Terry, Biometrika 39(3/4), 1952; Hunter, *MM Algorithms for Generalized Bradley–Terry
/// Models*, Annals of Statistics 32(1), 2004, doi 10.1214/aos/1079120141; White, Econometrica 50(1),
/// 1982.
package struct BradleyTerry: Hashable, Sendable {
  package enum Fault: Error, Hashable, Sendable {
    case tooManyItems(limit: Int)
    /// A vote between a thing and itself, of a thing that is not there, with no share of 0…1, or with a
    /// weight below 0.
    case wrongComparison(place: Int)
  }

  /// θ of each thing.
  package var strengths: [Double]
  /// Standard error of each, by the sandwich.
  package var errors: [Double]

  /// Things that are compared at once: curvature is a matrix of their square.
  package static let itemLimit = 2_000
  /// The penalty that is asked for unless another is.
  package static let usualPenalty = 1e-6

  /// - Parameters:
  ///   - start: where Newton's method begins, such as at the strengths of nearly the same votes.
  ///   - hasErrors: whether errors are wanted; without, they are NaN.
  /// - Complexity: O(votes + steps × (pairs + items³) + workers × items²)
  package init(
    _ comparisons: [Comparison], itemCount: Int, penalty: Double = usualPenalty,
    from start: [Double]? = nil, hasErrors: Bool = true
  ) throws(Fault) {
    guard itemCount <= Self.itemLimit else { throw .tooManyItems(limit: Self.itemLimit) }
    for (place, one) in comparisons.enumerated() {
      let isSound =
        (0..<itemCount).contains(one.first) && (0..<itemCount).contains(one.second)
        && one.first != one.second && one.outcome >= 0 && one.outcome <= 1 && one.weight >= 0
        && one.weight.isFinite
      guard isSound else { throw .wrongComparison(place: place) }
    }
    let likelihood = Likelihood(comparisons, itemCount, penalty)
    var theta = start ?? [Double](repeating: 0, count: itemCount)
    var height = likelihood.height(theta)
    for _ in 0..<100 {
      let slope = likelihood.slope(theta)
      guard var step = SymmetricMatrix.solved(likelihood.curvature(theta), slope) else { break }
      let longest = step.reduce(0) { max($0, abs($1)) }
      // A step of the odds by more than e⁵ at once leads nowhere.
      if longest > 5 { for item in step.indices { step[item] *= 5 / longest } }
      var share = 1.0
      var next = zip(theta, step).map { $0 + $1 }
      while likelihood.height(next) < height, share > 1e-6 {
        share /= 2
        next = zip(theta, step).map { $0 + share * $1 }
      }
      theta = next
      height = likelihood.height(theta)
      if longest * share < 1e-10 { break }
    }
    let mean = theta.reduce(0, +) / Double(max(1, itemCount))
    strengths = theta.map { $0 - mean }
    errors =
      hasErrors ? likelihood.sandwich(theta) : [Double](repeating: .nan, count: itemCount)
  }

  /// Where the strength of a thing lies with 95 %.
  package func interval(of item: Int) -> ClosedRange<Double> {
    let reach = 1.959_963_984_540_054 * errors[item]
    return strengths[item] - reach...strengths[item] + reach
  }

  /// How probable it is that one thing is preferred to another.
  package func probability(_ first: Int, before second: Int) -> Double {
    1 / (1 + exp(strengths[second] - strengths[first]))
  }
}

/// What votes say of strengths. Votes alike are counted together.
private struct Likelihood {
  /// Votes of one outcome between two things.
  private struct Tally {
    var first: Int
    var second: Int
    var outcome: Double
    var count: Double
  }

  private let tallies: [Tally]
  /// Tallies of each known worker; votes of nobody known stand for themselves.
  private let workers: [[Tally]]
  private let strangers: [Tally]
  private let itemCount: Int
  private let penalty: Double

  init(_ comparisons: [Comparison], _ itemCount: Int, _ penalty: Double) {
    self.itemCount = itemCount
    self.penalty = penalty
    tallies = Self.tallied(comparisons)
    strangers = Self.tallied(comparisons.filter { $0.worker == nil })
    let known = Dictionary(grouping: comparisons.filter { $0.worker != nil }) { $0.worker ?? 0 }
    workers = known.sorted { $0.key < $1.key }.map { Self.tallied($0.value) }
  }

  private static func tallied(_ comparisons: [Comparison]) -> [Tally] {
    var counts: [Comparison: Double] = [:]
    for var one in comparisons {
      let weight = one.weight
      (one.worker, one.weight) = (nil, 1)
      counts[one, default: 0] += weight
    }
    return counts.map {
      Tally(first: $0.first, second: $0.second, outcome: $0.outcome, count: $1)
    }.sorted { ($0.first, $0.second, $0.outcome) < ($1.first, $1.second, $1.outcome) }
  }

  private func sigma(_ one: Tally, _ theta: [Double]) -> Double {
    1 / (1 + exp(theta[one.second] - theta[one.first]))
  }

  func height(_ theta: [Double]) -> Double {
    tallies.reduce(-penalty * theta.reduce(0) { $0 + $1 * $1 }) { sum, one in
      let odds = theta[one.first] - theta[one.second]
      let log = odds > 0 ? odds + log1p(exp(-odds)) : log1p(exp(odds))
      return sum + one.count * (one.outcome * odds - log)
    }
  }

  func slope(_ theta: [Double]) -> [Double] {
    var slope = theta.map { -2 * penalty * $0 }
    for one in tallies {
      let rest = one.count * (one.outcome - sigma(one, theta))
      slope[one.first] += rest
      slope[one.second] -= rest
    }
    return slope
  }

  /// The negative Hessian, with `11ᵀ / N` for the direction that votes say nothing of.
  func curvature(_ theta: [Double]) -> SymmetricMatrix {
    var matrix = SymmetricMatrix(itemCount, filledWith: 1 / Double(max(1, itemCount)))
    for item in 0..<itemCount { matrix[item, item] += 2 * penalty }
    for one in tallies {
      let sigma = sigma(one, theta)
      let weight = one.count * sigma * (1 - sigma)
      matrix[one.first, one.first] += weight
      matrix[one.second, one.second] += weight
      matrix[one.first, one.second] -= weight
      matrix[one.second, one.first] -= weight
    }
    return matrix
  }

  /// Standard errors by `A⁻¹ B A⁻¹`.
  func sandwich(_ theta: [Double]) -> [Double] {
    guard let inverse = curvature(theta).inverse() else {
      return [Double](repeating: .infinity, count: itemCount)
    }
    var variances = [Double](repeating: 0, count: itemCount)
    for one in strangers {
      let rest = one.outcome - sigma(one, theta)
      for item in 0..<itemCount {
        let moved = rest * (inverse[item, one.first] - inverse[item, one.second])
        variances[item] += one.count * moved * moved
      }
    }
    for tallies in workers {
      var slope = [Double](repeating: 0, count: itemCount)
      for one in tallies {
        let rest = one.count * (one.outcome - sigma(one, theta))
        slope[one.first] += rest
        slope[one.second] -= rest
      }
      for item in 0..<itemCount {
        var moved = 0.0
        for other in 0..<itemCount { moved += inverse[item, other] * slope[other] }
        variances[item] += moved * moved
      }
    }
    return variances.map { $0.squareRoot() }
  }
}
