#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Evidence, answer by answer, that somebody's answers do not depend on what is asked.
///
/// Two forecasters bet on each answer before it is seen. One knows what the rest of the crowd says of the
/// task, and learns what this person makes of each class; the other knows only what this person is used to
/// say. Where the second does better again and again, nobody looks at the tasks. The first learns rows of
/// its own for each class, so somebody with an opinion of their own, who answers something else but answers
/// it for a reason, gives no such evidence.
///
/// The gain of the second over the first is a test martingale (Ville, 1939; Shafer et al., 2011, "Test
/// martingales, Bayes factors and p-values"), so it may be looked at after every answer: for somebody who is
/// as the first forecaster thinks, it ever reaches 10ⁿ with a probability of 10⁻ⁿ at most. It begins anew
/// where it falls to nothing (Page's CUSUM, 1954), so that somebody who worked well for a long time and then
/// stops looking is found too; each answer then is a beginning, and the bar must be higher.
package struct ChanceEvidence: Sendable {
  /// What the crowd knows of a task without this person: classes with a probability above nothing.
  package typealias Truth = [(label: Int, probability: Double)]

  /// Answers that what is believed of an able person at first is worth, in each row.
  private static let rowWeight = 20.0
  /// Answers that the crowd's habits are worth as a forecast of this person's.
  private static let habitWeight = 2.0
  /// Of an able person before anything is known.
  private static let priorAccuracy = 0.75

  private struct Cell: Hashable { var truth, label: Int }

  /// How often the crowd says each label, all above 0.
  private let habits: [Double]
  private var rows: [Cell: Double] = [:]
  private var rowTotals: [Int: Double] = [:]
  private var said: [Int: Double] = [:]
  private var total = 0.0

  /// log₁₀ of how much better chance explains the answers since it last began; 0 or more.
  package private(set) var strength = 0.0

  package init(habits: [Double]) { self.habits = habits }

  /// - Complexity: O(classes that `truth` names)
  package mutating func add(_ label: Int, truth: Truth) {
    var able = 0.0
    var parts: [(truth: Int, part: Double)] = []
    for (truth, probability) in truth {
      let part = probability * row(truth, label)
      parts.append((truth, part))
      able += part
    }
    let careless = (said[label, default: 0] + Self.habitWeight * habits[label]) / (total + Self.habitWeight)
    strength = max(0, strength + log10(careless / max(able, 1e-12)))
    for (truth, part) in parts where able > 0 {
      rows[Cell(truth: truth, label: label), default: 0] += part / able
      rowTotals[truth, default: 0] += part / able
    }
    said[label, default: 0] += 1
    total += 1
  }

  /// What an able person says where a class is the truth, as far as it is known of this one.
  private func row(_ truth: Int, _ label: Int) -> Double {
    let hit = truth == label ? Self.priorAccuracy : 0
    let prior = hit + (1 - Self.priorAccuracy) * habits[label]
    return (rows[Cell(truth: truth, label: label), default: 0] + Self.rowWeight * prior)
      / (rowTotals[truth, default: 0] + Self.rowWeight)
  }
}
