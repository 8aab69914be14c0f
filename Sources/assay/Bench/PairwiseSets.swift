import Consensus
import Foundation

/// How well models of votes between two things foretell votes that they have not seen.
extension KindSets {
  private static let folds = 5

  static func pairs(_ path: String, _ name: String) throws -> [KindsBench.Result] {
    let votes = try VoteFile(comparisons: path + "/answers.csv")
    let (items, workers) = (votes.items.count, max(1, votes.workers.count))
    let models: [(String, ([Comparison]) throws -> (Comparison) -> Double)] = [
      (
        "bradley_terry",
        { known in
          let fit = try BradleyTerry(known, itemCount: items, penalty: 1e-2)
          return { fit.probability($0.first, before: $0.second) }
        }
      ),
      (
        "crowd_bt",
        { known in
          let fit = try CrowdBradleyTerry.fit(known, itemCount: items, workerCount: workers)
          return { one in
            let first = fit.strengths.probability(one.first, before: one.second)
            let own = fit.reliabilities[one.worker ?? 0]
            return own * first + (1 - own) * (1 - first)
          }
        }
      ),
      (
        "noisy_bt",
        { known in
          let fit = try NoisyBradleyTerry.fit(known, itemCount: items, workerCount: workers)
          return { one in
            let own = fit.votes.reliabilities[one.worker ?? 0]
            return own * fit.votes.strengths.probability(one.first, before: one.second)
              + (1 - own) * fit.habits[one.worker ?? 0]
          }
        }
      ),
    ]
    return try models.flatMap { method, fit -> [KindsBench.Result] in
      var (hits, loss, count) = (0.0, 0.0, 0.0)
      for aside in 0..<folds {
        let known = votes.comparisons.indices.filter { $0 % folds != aside }
        let probability = try fit(known.map { votes.comparisons[$0] })
        for (place, one) in votes.comparisons.enumerated()
        where place % folds == aside && one.outcome != 0.5 {
          let first = min(max(probability(one), 1e-9), 1 - 1e-9)
          if (first > 0.5) == (one.outcome == 1) { hits += 1 }
          loss -= log(one.outcome == 1 ? first : 1 - first)
          count += 1
        }
      }
      return [
        .init(
          set: name, method: method, measure: "unseen votes right", value: hits / max(1, count)),
        .init(
          set: name, method: method, measure: "log loss of unseen votes",
          value: loss / max(1, count)),
      ]
    }
  }
}
