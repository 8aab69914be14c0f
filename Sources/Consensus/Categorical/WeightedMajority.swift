/// Votes with weights, as shares; ties go to the lowest class number.
///
/// - Complexity: O(votes + tasks × classes). A task of no weight gets the uniform distribution.
enum WeightedMajority {
  static func fit(_ votes: VoteTable, weights: [Double]) -> Posteriors {
    let classes = votes.classCount
    var values = [Double](repeating: 0, count: votes.taskCount * classes)
    for task in 0..<votes.taskCount {
      var total = 0.0
      for vote in votes.starts[task]..<votes.starts[task + 1] {
        let weight = weights[Int(votes.workers[vote])]
        values[task * classes + Int(votes.labels[vote])] += weight
        total += weight
      }
      for place in task * classes..<(task + 1) * classes {
        values[place] = total > 0 ? values[place] / total : 1 / Double(classes)
      }
    }
    return Posteriors(classCount: classes, values: values)
  }

  /// How often each worker says what a result says. Workers without votes: 0.
  static func agreement(_ votes: VoteTable, with result: Posteriors) -> [Double] {
    var hits = [Double](repeating: 0, count: votes.workerCount)
    var counts = hits
    for task in 0..<votes.taskCount {
      let best = result.best(of: task).label
      for vote in votes.starts[task]..<votes.starts[task + 1] {
        let worker = Int(votes.workers[vote])
        counts[worker] += 1
        if Int(votes.labels[vote]) == best { hits[worker] += 1 }
      }
    }
    return zip(hits, counts).map { $1 > 0 ? $0 / $1 : 0 }
  }
}

/// Worker agreement with aggregate: majority, then majority again with each vote weighing as much as
/// its worker agrees with the first (crowd-kit's `Wawa`).
package enum Wawa {
  /// - Complexity: O(votes + tasks × classes)
  package static func fit(_ votes: VoteTable) -> Posteriors {
    let weights = WeightedMajority.agreement(votes, with: MajorityVote.fit(votes))
    return WeightedMajority.fit(votes, weights: weights)
  }
}

/// Zero-based skill: weighted majority whose weights move towards the agreement with it, by a step that
/// halves every `halving` rounds (crowd-kit's `ZeroBasedSkill`). Skills start a little above chance.
package enum ZeroBasedSkill {
  /// - Complexity: O(iterations × (votes + tasks × classes))
  package static func fit(
    _ votes: VoteTable, iterations: Int = 100, step: Double = 1, halving: Int = 20
  ) -> Posteriors {
    let start = 1 / Double(max(1, votes.classCount)) + 1e-5
    var skills = [Double](repeating: start, count: votes.workerCount)
    var step = step
    for round in 1...max(1, iterations) {
      if round % halving == 0 { step /= 2 }
      let result = WeightedMajority.fit(votes, weights: skills)
      let agreement = WeightedMajority.agreement(votes, with: result)
      for worker in skills.indices { skills[worker] += step * (agreement[worker] - skills[worker]) }
    }
    return WeightedMajority.fit(votes, weights: skills)
  }
}
