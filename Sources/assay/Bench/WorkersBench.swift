import ArgumentParser
import Consensus
import Foundation
import Notation

/// How well annotators are known from votes alone.
struct WorkersBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workers", abstract: "Compare estimated with true accuracies of annotators.",
    discussion: """
      Reads every folder in DATA that has answers.csv (task,worker,label) and truth.csv (task,label). \
      Accuracies are estimated from the votes alone and compared with the truth for everybody who \
      has --least answers or more with truth: the mean absolute error, how well the worst quarter \
      is told from the rest (area under the ROC curve), and how often the 90 % interval holds the \
      share of right answers, among those with 30 or more.
      """)

  @Option(help: "A folder of sets.") var data: String
  @Option(help: "Answers with truth that an annotator must have.") var least = 5
  @OptionGroup var output: OutputOptions

  private static let leastForCoverage = 30.0

  private struct Score {
    var name: String
    var workers: Int
    var error: Double
    var area: Double?
    var coverage: Double?
  }

  func run() async throws {
    guard least >= 1 else { throw ValidationError("--least must be at least 1.") }
    let (sets, left) = try CrowdSet.all(in: data)
    let scores = sets.compactMap(score)
    func mean(_ value: (Score) -> Double?) -> Double? { scores.compactMap(value).mean }
    var table = TextTable(
      "set (annotators)", columns: ["mean error", "AUROC", "coverage %"], nameWidth: 24)
    func add(_ name: String, _ error: Double?, _ area: Double?, _ coverage: Double?) {
      table.add(
        name,
        [
          TextTable.number(error, 4), TextTable.number(area, 3),
          TextTable.number(coverage.map { 100 * $0 }, 1),
        ])
    }
    for score in scores {
      add("\(score.name) (\(score.workers))", score.error, score.area, score.coverage)
    }
    table.addLine()
    add("mean", mean(\.error), mean(\.area), mean(\.coverage))
    if !left.isEmpty { table.addLine("\nleft out: " + left.joined(separator: "; ")) }
    func json(_ value: Double?) -> JSON { value.map { .double($0) } ?? .null }
    output.print(
      [
        "sets": .array(
          scores.map {
            [
              "set": .string($0.name), "workers": .int(Int64($0.workers)), "mae": .double($0.error),
              "auroc": json($0.area), "coverage": json($0.coverage),
            ]
          }),
        "mean": [
          "mae": json(mean(\.error)), "auroc": json(mean(\.area)),
          "coverage": json(mean(\.coverage)),
        ],
      ], table.text)
  }

  private func score(_ set: CrowdSet) -> Score? {
    let votes = set.votes
    let found = WorkerReliability(votes)
    var counts = [Double](repeating: 0, count: votes.workerCount)
    var hits = counts
    for task in 0..<votes.taskCount {
      guard let truth = set.truth[task] else { continue }
      for vote in votes.starts[task]..<votes.starts[task + 1] {
        counts[Int(votes.workers[vote])] += 1
        if Int(votes.labels[vote]) == truth { hits[Int(votes.workers[vote])] += 1 }
      }
    }
    let known = counts.indices.filter { counts[$0] >= Double(least) }
    guard !known.isEmpty else { return nil }
    let truths = known.map { hits[$0] / counts[$0] }
    let estimates = known.map { found.workers[$0].accuracy }
    let error = zip(estimates, truths).reduce(0) { $0 + abs($1.0 - $1.1) }
    let sure = known.filter { counts[$0] >= Self.leastForCoverage }
    let held = sure.filter { found.workers[$0].interval.contains(hits[$0] / counts[$0]) }.count
    return Score(
      name: set.name, workers: known.count, error: error / Double(known.count),
      area: area(estimates, truths),
      coverage: sure.isEmpty ? nil : Double(held) / Double(sure.count))
  }

  /// How often somebody of the worst quarter is estimated below somebody of the rest.
  private func area(_ estimates: [Double], _ truths: [Double]) -> Double? {
    let bar = truths.sorted()[truths.count / 4]
    let worst = zip(estimates, truths).filter { $0.1 <= bar }.map(\.0)
    let rest = zip(estimates, truths).filter { $0.1 > bar }.map(\.0)
    guard !worst.isEmpty, !rest.isEmpty else { return nil }
    let pairs = worst.reduce(0.0) { sum, low in
      sum + rest.reduce(0.0) { $0 + (low < $1 ? 1 : low == $1 ? 0.5 : 0) }
    }
    return pairs / Double(worst.count * rest.count)
  }
}
