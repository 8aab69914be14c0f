#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a crowd knows of its tasks without any one of its people.
struct CrowdKnowledge {
  /// What two people have in common.
  struct Pair {
    var tasks = 0
    var same = 0
    /// Of `tasks`: where the first of the two came later.
    var behind = 0
  }

  let crowd: CrowdAnswers
  /// 0…1, by worker.
  private(set) var accuracies: [Double]
  /// By worker: those they agree with too well.
  let close: [[Int: Pair]]

  /// Tasks in common from which on two are compared.
  private static let leastCommon = 8
  /// A pair is close that differs in less than this part of what pairs differ in otherwise.
  private static let closeness = 0.45
  /// Disagreements that there should have been by now.
  private static let leastMissed = 2.5
  /// Of the crowd: a ring is no larger.
  private static let ringShare = 1.0 / 3
  private static let rounds = 4
  private static let priorAccuracy = 0.75
  /// Answers that the prior is worth.
  private static let priorAnswers = 4.0
  /// Labels that are all reckoned with; of more, those that somebody said.
  private static let fewLabels = 20
  /// Of a gold task's known answer.
  private static let goldCertainty = 0.98

  init(_ crowd: CrowdAnswers) {
    self.crowd = crowd
    accuracies = [Double](repeating: Self.priorAccuracy, count: crowd.workerCount)
    close = Self.closePairs(crowd)
    for _ in 0..<Self.rounds { accuracies = (0..<crowd.workerCount).map(accuracy) }
  }

  private func accuracy(of worker: Int) -> Double {
    var (right, all) = (Self.priorAccuracy * Self.priorAnswers, Self.priorAnswers)
    for place in crowd.byWorker[worker] {
      let answer = crowd.answers[place]
      guard let truth = truth(of: answer.task, without: worker) else { continue }
      right += truth.first { $0.label == answer.label }?.probability ?? 0
      all += 1
    }
    return right / all
  }

  /// - Parameter second: whose answer is left out too.
  /// - Returns: nil where nobody else said anything.
  func truth(
    of task: Int, without worker: Int, _ second: Int? = nil
  ) -> ChanceEvidence.Truth? {
    if let known = crowd.known[task] { return gold(known) }
    let others = crowd.byTask[task].lazy.map { crowd.answers[$0] }.filter { answer in
      answer.worker != worker && answer.worker != second && close[worker][answer.worker] == nil
    }
    guard !others.isEmpty else { return nil }
    return posterior(others.map { ($0.label, accuracies[$0.worker]) })
  }

  /// Nearly sure; the rest goes by the crowd's habits.
  private func gold(_ known: Int) -> ChanceEvidence.Truth {
    let doubt = 1 - Self.goldCertainty
    let named = crowd.habits.count <= Self.fewLabels ? Array(crowd.habits.indices) : [known]
    return named.map { ($0, ($0 == known ? Self.goldCertainty : 0) + doubt * crowd.habits[$0]) }
  }

  /// By the one-coin model.
  private func posterior(_ votes: [(label: Int, accuracy: Double)]) -> ChanceEvidence.Truth {
    let classes = Double(crowd.habits.count)
    func likelihood(_ label: Int) -> Double {
      votes.reduce(0) { sum, vote in
        let accuracy = min(max(vote.accuracy, 1 / classes), 0.98)
        return sum + log(vote.label == label ? accuracy : (1 - accuracy) / max(1, classes - 1))
      }
    }
    let named = crowd.habits.count <= Self.fewLabels
      ? Array(crowd.habits.indices) : Array(Set(votes.map(\.label))).sorted()
    let logs = named.map { likelihood($0) + log(crowd.habits[$0]) }
    let top = logs.max() ?? 0
    let weights = logs.map { exp($0 - top) }
    let total = weights.reduce(0, +)
    return zip(named, weights).compactMap { label, weight in
      weight / total > 1e-6 ? (label, weight / total) : nil
    }
  }

  // MARK: Pairs

  private static func closePairs(_ crowd: CrowdAnswers) -> [[Int: Pair]] {
    var pairs = [[Int: Pair]](repeating: [:], count: crowd.workerCount)
    var (same, all) = (0.0, 0.0)
    for places in crowd.byTask {
      for (rank, place) in places.enumerated() {
        let late = crowd.answers[place]
        for earlier in places.prefix(rank) {
          let early = crowd.answers[earlier]
          guard late.worker != early.worker else { continue }
          let isSame = late.label == early.label ? 1 : 0
          same += Double(isSame)
          all += 1
          for (a, b, behind) in [(late.worker, early.worker, 1), (early.worker, late.worker, 0)] {
            pairs[a][b, default: Pair()].tasks += 1
            pairs[a][b, default: Pair()].same += isSame
            pairs[a][b, default: Pair()].behind += behind
          }
        }
      }
    }
    let differing = all > 0 ? 1 - same / all : 0
    let active = crowd.byWorker.count { $0.count >= leastCommon }
    return pairs.map { others in
      let near = others.filter { _, pair in
        let tasks = Double(pair.tasks)
        return pair.tasks >= leastCommon && differing * tasks >= leastMissed
          && Double(pair.tasks - pair.same) <= closeness * differing * tasks
      }
      // What so many agree on is what the crowd says, not a ring's.
      return near.count <= max(1, Int(Double(active) * ringShare) - 1) ? near : [:]
    }
  }
}
