#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Finds who answers without looking, and who copies, from the answers alone and what gold there is.
///
/// What the crowd says of a task is reckoned for each person without their own answers, and without those
/// of people who agree with them more than people do: a ring must not vouch for itself.
package struct CrowdScreening: Sendable {
  package struct Copying: Hashable, Sendable {
    /// Whose answers are the same.
    package var other: Int
    /// log₁₀ of how much better copying explains them than that both looked at the same tasks.
    package var strength: Double
    /// Tasks that both answered.
    package var tasks: Int
  }

  package struct Finding: Hashable, Sendable {
    /// `ChanceEvidence.strength`
    package var chance: Double
    /// The clearest of those this person was not always ahead of.
    package var copying: Copying?
    /// 0…1, by what the others say.
    package var accuracy: Double
    package var answers: Int
  }

  /// By worker.
  package let findings: [Finding]

  /// Of copying: the share of answers that a copier takes over as they are.
  private static let copiedShares = [0.85, 0.97]
  /// Who is behind in less than this part of what both answered was copied from.
  private static let behindShare = 0.25

  /// - Complexity: O(answers × answers a task), and O(tasks in common) for each pair that is close
  package init(_ crowd: CrowdAnswers) {
    let knowledge = CrowdKnowledge(crowd)
    findings = (0..<crowd.workerCount).map { Self.finding(of: $0, knowledge) }
  }

  private static func finding(of worker: Int, _ knowledge: CrowdKnowledge) -> Finding {
    var evidence = ChanceEvidence(habits: knowledge.crowd.habits)
    for place in knowledge.crowd.byWorker[worker] {
      let answer = knowledge.crowd.answers[place]
      guard let truth = knowledge.truth(of: answer.task, without: worker) else { continue }
      evidence.add(answer.label, truth: truth)
    }
    let copies = knowledge.close[worker].compactMap { other, pair -> Copying? in
      guard Double(pair.behind) >= behindShare * Double(pair.tasks) else { return nil }
      return Copying(other: other, strength: copying(worker, other, knowledge), tasks: pair.tasks)
    }
    return Finding(
      chance: evidence.strength,
      copying: copies.max { ($0.strength, $1.other) < ($1.strength, $0.other) },
      accuracy: knowledge.accuracies[worker], answers: knowledge.crowd.byWorker[worker].count)
  }

  /// How much better it explains what a worker said that they took it from another.
  private static func copying(_ worker: Int, _ other: Int, _ knowledge: CrowdKnowledge) -> Double {
    let theirs = Dictionary(
      knowledge.crowd.byWorker[other].map { place in
        (knowledge.crowd.answers[place].task, knowledge.crowd.answers[place].label)
      },
      uniquingKeysWith: { first, _ in first })
    let rows = (own: Rows(knowledge, of: worker), others: Rows(knowledge, of: other))
    var sums = [Double](repeating: 0, count: copiedShares.count)
    for place in knowledge.crowd.byWorker[worker] {
      let answer = knowledge.crowd.answers[place]
      guard let label = theirs[answer.task] else { continue }
      let truth =
        knowledge.truth(of: answer.task, without: worker, other)
        ?? knowledge.crowd.habits.enumerated().map { ($0, $1) }
      var (both, all) = (0.0, 0.0)
      for (k, probability) in truth {
        let seen = probability * rows.others.probability(of: label, where: k)
        all += seen
        both += seen * rows.own.probability(of: answer.label, where: k)
      }
      let apart = max(both / max(all, 1e-12), 1e-6)
      for (place, share) in copiedShares.enumerated() {
        sums[place] += log10(((answer.label == label ? share : 0) + (1 - share) * apart) / apart)
      }
    }
    let top = sums.max() ?? 0
    return top + log10(sums.reduce(0) { $0 + pow(10, $1 - top) } / Double(sums.count))
  }

  /// What somebody says where a class is the truth, by what those say who are not close to them.
  private struct Rows {
    private var counts: [Int: [Int: Double]] = [:]
    private var totals: [Int: Double] = [:]
    private let accuracy: Double
    private let habits: [Double]

    init(_ knowledge: CrowdKnowledge, of worker: Int) {
      accuracy = knowledge.accuracies[worker]
      habits = knowledge.crowd.habits
      for place in knowledge.crowd.byWorker[worker] {
        let answer = knowledge.crowd.answers[place]
        for (k, probability) in knowledge.truth(of: answer.task, without: worker) ?? [] {
          counts[k, default: [:]][answer.label, default: 0] += probability
          totals[k, default: 0] += probability
        }
      }
    }

    func probability(of label: Int, where truth: Int) -> Double {
      let rest = (1 - accuracy) * habits[label] / max(1e-9, 1 - habits[truth])
      let prior = truth == label ? accuracy : rest
      return ((counts[truth]?[label] ?? 0) + 4 * prior) / ((totals[truth] ?? 0) + 4)
    }
  }
}
