#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Makes results as sure as they are right, by tasks whose truth is known: the log odds `x` of a result
/// become `x / temperature + offset`. Labels stay as they are.
///
/// Platt, *Probabilistic Outputs for Support Vector Machines*, 1999, on the odds of the likeliest
/// class; with offset 0 it is the temperature scaling of Guo, Pleiss, Sun & Weinberger, ICML 2017. The
/// offset is needed where few answers a task leave nearly all results equally sure.
package struct Calibration: Hashable, Sendable {
  package var temperature: Double
  package var offset: Double

  /// Expected calibration error: the mean distance between how sure results are and how often they are
  /// right, over `bins` equal parts of 0…1, weighted by how many fall in each.
  ///
  /// - Parameter truth: the class of each task; nil where nobody knows.
  /// - Returns: nil where no truth is known.
  package static func error(
    _ posteriors: Posteriors, truth: [Int?], bins: Int = 10
  ) -> Double? {
    var sums = [(count: Double, sure: Double, right: Double)](repeating: (0, 0, 0), count: bins)
    for (task, label) in truth.enumerated() {
      guard let label else { continue }
      let best = posteriors.best(of: task)
      let bin = min(bins - 1, Int(best.probability * Double(bins)))
      sums[bin].count += 1
      sums[bin].sure += best.probability
      sums[bin].right += best.label == label ? 1 : 0
    }
    let count = sums.reduce(0) { $0 + $1.count }
    guard count > 0 else { return nil }
    return sums.reduce(0) { $0 + abs($1.sure - $1.right) } / count
  }

  /// Gold tasks below which results stay uncalibrated.
  package static let leastGold = 20
  /// Results are taken as no surer than this, nor less sure than its opposite: what a model that
  /// multiplies many votes says beyond it means nothing.
  private static let surest = 0.97
  /// What is believed beforehand: 1 / temperature is 1 ± 0.7, the offset 0 ± 1.
  private static let (steepnessWeight, offsetWeight) = (2.0, 1.0)

  /// The temperature and offset by which gold is least surprising, a little held to doing nothing.
  ///
  /// - Returns: nil with fewer than `leastGold` gold tasks: then results are uncalibrated.
  /// - Complexity: O(gold × classes)
  package init?(_ posteriors: Posteriors, gold: [(task: Int, label: Int)]) {
    guard gold.count >= Self.leastGold else { return nil }
    let cases = gold.map { task, label in
      let best = posteriors.best(of: task)
      return (odds: Self.odds(best.probability), isRight: best.label == label ? 1.0 : 0.0)
    }
    let fitted = Self.fitted(cases)
    // Gold that is missed just where results are surest would turn the odds round.
    temperature = 1 / max(fitted.steepness, 0.01)
    offset = fitted.offset
  }

  /// Newton's method on a concave function of two numbers; a step that would lead down is halved.
  private static func fitted(
    _ cases: [(odds: Double, isRight: Double)]
  ) -> (steepness: Double, offset: Double) {
    func height(_ steepness: Double, _ offset: Double) -> Double {
      let prior = steepnessWeight * (steepness - 1) * (steepness - 1) + offsetWeight * offset * offset
      return cases.reduce(-prior / 2) { sum, one in
        let odds = steepness * one.odds + offset
        return sum - log1p(exp(one.isRight > 0 ? -odds : odds))
      }
    }
    var (steepness, offset) = (1.0, 0.0)
    for _ in 0..<50 {
      var slope = (-steepnessWeight * (steepness - 1), -offsetWeight * offset)
      var curve = (steepnessWeight, 0.0, offsetWeight)
      for (odds, isRight) in cases {
        let sure = 1 / (1 + exp(-(steepness * odds + offset)))
        let weight = sure * (1 - sure)
        slope.0 += (isRight - sure) * odds
        slope.1 += isRight - sure
        curve.0 += weight * odds * odds
        curve.1 += weight * odds
        curve.2 += weight
      }
      let determinant = curve.0 * curve.2 - curve.1 * curve.1
      let step = (
        (curve.2 * slope.0 - curve.1 * slope.1) / determinant,
        (curve.0 * slope.1 - curve.1 * slope.0) / determinant
      )
      let before = height(steepness, offset)
      var share = 1.0
      while share > 1e-6, height(steepness + share * step.0, offset + share * step.1) < before {
        share /= 2
      }
      steepness += share * step.0
      offset += share * step.1
      if share * max(abs(step.0), abs(step.1)) < 1e-9 { break }
    }
    return (steepness, offset)
  }

  /// - Complexity: O(tasks × classes)
  package func calibrated(_ posteriors: Posteriors) -> Posteriors {
    var calibrated = posteriors
    let classes = posteriors.classCount
    for task in 0..<posteriors.taskCount {
      let best = posteriors.best(of: task)
      let row = task * classes..<(task + 1) * classes
      let rest = 1 - best.probability
      let sure = 1 / (1 + exp(-(Self.odds(best.probability) / temperature + offset)))
      var second = 0.0
      for place in row where place - row.lowerBound != best.label {
        let share = rest > 0 ? posteriors.values[place] / rest : 1 / Double(classes - 1)
        calibrated.values[place] = share
        second = max(second, share)
      }
      // The likeliest class stays that.
      let kept = classes > 1 ? max(sure, second / (1 + second)) : 1
      for place in row { calibrated.values[place] *= 1 - kept }
      calibrated.values[row.lowerBound + best.label] = kept
    }
    return calibrated
  }

  private static func odds(_ probability: Double) -> Double {
    let kept = min(max(probability, 1 - surest), surest)
    return log(kept / (1 - kept))
  }
}
