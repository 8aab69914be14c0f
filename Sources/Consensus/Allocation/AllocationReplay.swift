/// Buys recorded answers again, in another order: what would a policy have saved?
///
/// Every task's answers come in an order drawn at random. Fixed redundancy takes the first `k` of each
/// task and the majority. The policy starts with one answer a task, then buys the next answer of the
/// most urgent tasks, a twentieth of an answer a task at a time, and fits anew. Costs are answers a
/// task; accuracies count a tie by the chance of drawing the truth. Both are means over the replays.
package enum AllocationReplay {
  package struct Point: Hashable, Sendable {
    /// Answers a task.
    package var cost: Double
    package var accuracy: Double
    package init(cost: Double, accuracy: Double) {
      self.cost = cost
      self.accuracy = accuracy
    }
  }

  package struct Result: Hashable, Sendable {
    /// The policy, by cost.
    package var adaptive: [Point]
    /// Majority of the first 1, 2, 3… answers; the last has all that were recorded.
    package var fixed: [Point]

    /// What `k` answers a task cost, and how right they are; all that there are beyond.
    package func fixed(redundancy: Int) -> Point { fixed[min(redundancy, fixed.count) - 1] }

    /// The share of the cost of `point` that the policy saves at the same accuracy; 0 or less where it
    /// saves nothing, and where it never comes as far.
    package func saving(against point: Point) -> Double {
      let reached = adaptive.first { $0.accuracy >= point.accuracy - 1e-9 }
      return reached.map { 1 - $0.cost / point.cost } ?? 0
    }

    /// How much more accurate the policy is at the cost of `point`, in 0…1.
    package func gain(at point: Point) -> Double {
      let last = adaptive.last { $0.cost <= point.cost + 1e-9 }
      return (last ?? adaptive[0]).accuracy - point.accuracy
    }
  }

  /// Answers a task beyond which neither buys.
  package static let costLimit = 40
  /// Answers a task that are bought between two fits.
  private static let step = 0.05

  /// - Parameters:
  ///   - truth: of each task; nil where nobody knows. Used to measure, never to choose.
  ///   - replays: how often, each in another order; small sets need more for the same error.
  /// - Precondition: some task has answers and truth.
  package static func run(
    _ votes: VoteTable, truth: [Int?], replays: Int, seed: UInt64 = 7
  ) -> Result {
    var adaptive: [[Point]] = []
    var fixed: [[Point]] = []
    for replay in 0..<replays {
      var generator = SeededGenerator(seed: seed &+ UInt64(replay))
      let orders = (0..<votes.taskCount).map { task in
        (votes.starts[task]..<votes.starts[task + 1]).shuffled(using: &generator)
      }
      fixed.append(fixedCurve(votes, truth, orders))
      adaptive.append(adaptiveCurve(votes, truth, orders, &generator))
    }
    return Result(adaptive: mean(adaptive), fixed: mean(fixed))
  }

  private static func fixedCurve(
    _ votes: VoteTable, _ truth: [Int?], _ orders: [[Int]]
  ) -> [Point] {
    let most = min(costLimit, orders.map(\.count).max() ?? 1)
    var taken = [Bool](repeating: false, count: votes.voteCount)
    return (0..<max(1, most)).map { turn in
      for order in orders where turn < order.count { taken[order[turn]] = true }
      let kept = votes.keeping { taken[$0] }
      return Point(
        cost: Double(kept.voteCount) / Double(votes.taskCount),
        accuracy: accuracy(MajorityVote.fit(kept), truth))
    }
  }

  private static func adaptiveCurve(
    _ votes: VoteTable, _ truth: [Int?], _ orders: [[Int]], _ generator: inout SeededGenerator
  ) -> [Point] {
    var taken = [Bool](repeating: false, count: votes.voteCount)
    var counts = [Int](repeating: 0, count: votes.taskCount)
    func buy(_ task: Int) {
      taken[orders[task][counts[task]]] = true
      counts[task] += 1
    }
    for task in orders.indices where !orders[task].isEmpty { buy(task) }
    var bought = counts.reduce(0, +)
    let portion = max(1, Int(step * Double(votes.taskCount)))
    var points: [Point] = []
    while true {
      let posteriors = AllocationPolicy.posteriors(votes.keeping { taken[$0] })
      points.append(
        Point(
          cost: Double(bought) / Double(votes.taskCount), accuracy: accuracy(posteriors, truth)))
      var open = orders.indices.filter { counts[$0] < orders[$0].count }
      guard !open.isEmpty, bought < costLimit * votes.taskCount else { return points }
      let urgencies = counts.indices.map { task in
        AllocationPolicy.urgency(
          confidence: posteriors.best(of: task).probability, answers: counts[task])
      }
      open.shuffle(using: &generator)
      open.sort { urgencies[$0] > urgencies[$1] }
      for task in open.prefix(portion) { buy(task) }
      bought += min(portion, open.count)
    }
  }

  /// Replays buy in equal steps, so that points of one place have one cost.
  private static func mean(_ curves: [[Point]]) -> [Point] {
    let shortest = curves.map(\.count).min() ?? 0
    return (0..<shortest).map { place in
      let points = curves.map { $0[place] }
      return Point(
        cost: points.reduce(0) { $0 + $1.cost } / Double(points.count),
        accuracy: points.reduce(0) { $0 + $1.accuracy } / Double(points.count))
    }
  }

  static func accuracy(_ posteriors: Posteriors, _ truth: [Int?]) -> Double {
    var (hits, count) = (0.0, 0.0)
    for (task, label) in truth.enumerated() {
      guard let label else { continue }
      count += 1
      let row = posteriors[task]
      let peak = (row.max() ?? 0) - 1e-9
      if row[row.startIndex + label] >= peak {
        hits += 1 / Double(row.reduce(0) { $0 + ($1 >= peak ? 1 : 0) })
      }
    }
    return count > 0 ? hits / count : 0
  }
}
