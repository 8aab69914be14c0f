#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Karger, Oh and Shah's message passing for two classes.
///
/// With votes `a = ±1`: messages of tasks `x[t→w] = Σ_{w'≠w} a y[w'→t]` and of workers `y[w→t] =
/// Σ_{t'≠t} a x[t'→w]`, then the sign of `Σ a y`. Messages are scaled by their largest in each round,
/// which changes no sign and keeps them finite.
///
/// Karger, Oh & Shah, *Budget-Optimal Task Allocation for Reliable Crowdsourcing Systems*, Operations
/// Research 62(1), 2014, doi 10.1287/opre.2013.1235. Messages start at 1, the mean of the paper's
/// draws.
package enum KOS {
  /// - Returns: one class sure for each task, both alike for a task whose sum is 0; nil unless there
  ///   are two classes.
  /// - Complexity: O(iterations × votes)
  package static func fit(_ votes: VoteTable, iterations: Int = 100) -> Posteriors? {
    guard votes.classCount == 2 else { return nil }
    var sums = [Double](repeating: 0, count: votes.taskCount)
    var messages = [Double](repeating: 1, count: votes.voteCount)
    let signs = votes.labels.map { $0 == 0 ? 1.0 : -1.0 }
    for _ in 0..<iterations {
      for task in 0..<votes.taskCount {
        let range = votes.starts[task]..<votes.starts[task + 1]
        let sum = range.reduce(0) { $0 + signs[$1] * messages[$1] }
        for vote in range { messages[vote] = sum - signs[vote] * messages[vote] }
      }
      var byWorker = [Double](repeating: 0, count: votes.workerCount)
      for vote in messages.indices {
        byWorker[Int(votes.workers[vote])] += signs[vote] * messages[vote]
      }
      var peak = 0.0
      for vote in messages.indices {
        messages[vote] = byWorker[Int(votes.workers[vote])] - signs[vote] * messages[vote]
        peak = max(peak, abs(messages[vote]))
      }
      guard peak > 0 else { break }
      for vote in messages.indices { messages[vote] /= peak }
    }
    for task in 0..<votes.taskCount {
      for vote in votes.starts[task]..<votes.starts[task + 1] {
        sums[task] += signs[vote] * messages[vote]
      }
    }
    return Posteriors(
      classCount: 2,
      values: sums.flatMap { $0 > 0 ? [1.0, 0] : $0 < 0 ? [0, 1] : [0.5, 0.5] })
  }
}
