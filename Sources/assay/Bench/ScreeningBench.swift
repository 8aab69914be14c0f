import ArgumentParser
import Notation
import Workforce

/// How soon the standard rules find who cheats, and whom they take for a cheat.
struct ScreeningBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "screening",
    abstract: "Try the standard rules of conduct on simulated crowds with planted cheats.",
    discussion: """
      Crowds of people answer choices until everybody has answered 50 tasks. After every five answers the \
      rules are looked at, and whom they pause leaves. "found" is the share of the planted who were \
      paused before their 50th answer, "false" that of honest people who were paused at any time, \
      slow, fast, less able and those with an opinion of their own among them.
      """)

  @Option(help: "People in a crowd.") var workers = 200
  @Option(help: "Crowds of each mix.") var crowds = 5
  @Option(help: "Answers that a task has.") var answersPerTask = 4
  @Option(help: "Classes to choose from.") var classes = 4
  @Option(help: "Share of tasks whose answer is known.") var gold = 0.08
  @Option(help: "The first seed.") var seed: UInt64 = 1
  @OptionGroup var output: OutputOptions

  private static let answers = 50
  private static let portion = 5

  private struct Score {
    var mix: SimulatedCrowd.Mix
    var planted = 0
    var honest = 0
    var latencies: [Int] = []
    var alarms: [String: Int] = [:]
    var missed: [String: Int] = [:]

    var found: Double { Double(latencies.count) / Double(max(1, planted)) }
    var falseShare: Double { Double(alarms.values.reduce(0, +)) / Double(max(1, honest)) }
    var median: Int? { latencies.isEmpty ? nil : latencies.sorted()[latencies.count / 2] }
  }

  func run() async throws {
    guard (20...5000).contains(workers), (1...1000).contains(crowds), (2...100).contains(classes),
      (2...20).contains(answersPerTask), (0...1).contains(gold)
    else { throw ValidationError("A number is out of range.") }
    let scores = SimulatedCrowd.Mix.allCases.map(score)
    var table = TextTable(
      "mix (planted, honest)", columns: ["found %", "false %", "median answer"], nameWidth: 28)
    for score in scores {
      table.add(
        "\(score.mix) (\(score.planted), \(score.honest))",
        [
          TextTable.number(100 * score.found, 1), TextTable.number(100 * score.falseShare, 2),
          TextTable.number(score.median.map(Double.init), 0),
        ])
      if !score.missed.isEmpty { table.addLine("  missed: \(Self.text(score.missed))") }
      if !score.alarms.isEmpty { table.addLine("  taken for cheats: \(Self.text(score.alarms))") }
    }
    output.print(["mixes": .array(scores.map(json))], table.text)
  }

  private static func text(_ counts: [String: Int]) -> String {
    counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
  }

  private func json(_ score: Score) -> JSON {
    [
      "mix": .string(score.mix.rawValue), "planted": .count(score.planted),
      "honest": .count(score.honest), "found": .double(score.found),
      "false": .double(score.falseShare), "median_answer": .optional(score.median),
    ]
  }

  private func score(_ mix: SimulatedCrowd.Mix) -> Score {
    var score = Score(mix: mix)
    for place in 0..<crowds {
      var crowd = SimulatedCrowd(
        workers: workers, classes: classes, answersPerTask: answersPerTask, goldRate: gold, mix: mix,
        seed: seed + UInt64(place))
      var out: [Int: Int] = [:]
      while crowd.counts.enumerated().contains(where: { out[$0] == nil && $1 < Self.answers }) {
        crowd.work(Self.portion, without: Set(out.keys))
        for (worker, conduct) in crowd.conducts().enumerated() where out[worker] == nil {
          let findings = ConductRules.standard.findings(conduct)
          if findings.contains(where: { $0.rule.actions.contains(.pause) }) {
            out[worker] = crowd.counts[worker]
          }
        }
      }
      for (worker, kind) in crowd.kinds.enumerated() {
        let paused = out[worker]
        if kind.isPlanted {
          score.planted += 1
          if let paused, paused < Self.answers { score.latencies.append(paused) } else {
            score.missed[kind.name, default: 0] += 1
          }
        } else {
          score.honest += 1
          if paused != nil { score.alarms[kind.name, default: 0] += 1 }
        }
      }
    }
    return score
  }
}
