import ArgumentParser
import Consensus
import Foundation
import Notation
import Web

/// What asking where it is needed saves against asking everywhere alike.
struct AllocationBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "allocation",
    abstract: "Replay recorded answers: what does adaptive allocation save?",
    discussion: """
      Reads every folder in DATA that has answers.csv (task,worker,label) and truth.csv (task,label). \
      Buys the recorded answers again: fixed redundancy takes 3, 5 or all answers of each task and \
      the majority, the policy asks where it is least sure. "saves" is the share of the answers that \
      the policy needs less for the same accuracy, "gains" how many points it is above at the same \
      cost. Orders are drawn at random, as often as --replays says, sixteen times as often in \
      sets below 1,000 tasks. Truth is used to measure, never to choose.
      """)

  @Option(help: "A folder of sets.") var data: String
  @Option(help: "Random orders of the answers.") var replays = 3
  @Option(help: "Write the curves of every set into this folder, as SET.svg and SET.csv.")
  var curves: String?
  @OptionGroup var output: OutputOptions

  /// Fixed redundancies to compare with; nil is all answers that were recorded.
  private static let redundancies: [Int?] = [3, 5, nil]
  /// Sets below this many tasks are replayed more often.
  private static let smallSet = 1000
  private static let smallSetFactor = 16

  func run() async throws {
    guard (1...1000).contains(replays) else {
      throw ValidationError("--replays must lie in 1…1000.")
    }
    let (sets, left) = try CrowdSet.all(in: data)
    var results: [(set: CrowdSet, result: AllocationReplay.Result)] = []
    for set in sets {
      let count = set.tasks.count < Self.smallSet ? Self.smallSetFactor * replays : replays
      let result = AllocationReplay.run(set.votes, truth: set.truth, replays: count)
      if let curves { try write(result, of: set, into: curves) }
      results.append((set, result))
    }
    output.print(json(results), table(results, left))
  }

  private struct Comparison {
    var fixed: AllocationReplay.Point
    var saving: Double
    /// In points.
    var gain: Double

    init(_ result: AllocationReplay.Result, _ redundancy: Int?) {
      fixed = result.fixed(redundancy: redundancy ?? .max)
      saving = result.saving(against: fixed)
      gain = 100 * result.gain(at: fixed)
    }
  }

  private typealias Results = [(set: CrowdSet, result: AllocationReplay.Result)]

  private func medianSaving(_ results: Results, _ redundancy: Int?) -> Double {
    results.map { Comparison($0.result, redundancy).saving }.median ?? 0
  }

  private func worstGain(_ results: Results, _ redundancy: Int?) -> Double {
    results.map { Comparison($0.result, redundancy).gain }.min() ?? 0
  }

  private func table(_ results: Results, _ left: [String]) -> String {
    var columns: [String] = []
    for redundancy in Self.redundancies {
      let name = redundancy.map { "fixed \($0)" } ?? "all"
      columns += ["\(name): cost", "accuracy", "saves %", "gains"]
    }
    let wide = (results.map(\.set.name.count).max() ?? 0) + 10
    var table = TextTable("set (tasks)", columns: columns, nameWidth: max(wide, 20))
    for (set, result) in results {
      table.add(
        "\(set.name) (\(set.tasks.count))",
        Self.redundancies.flatMap { redundancy in
          let found = Comparison(result, redundancy)
          return [
            TextTable.number(found.fixed.cost, 2), TextTable.number(100 * found.fixed.accuracy, 2),
            TextTable.number(100 * found.saving, 0), TextTable.number(found.gain, 2, sign: true),
          ]
        })
    }
    table.addLine()
    table.add(
      "median",
      Self.redundancies.flatMap {
        ["", "", TextTable.number(100 * medianSaving(results, $0), 0), ""]
      })
    table.add(
      "worst",
      Self.redundancies.flatMap {
        ["", "", "", TextTable.number(worstGain(results, $0), 2, sign: true)]
      })
    if !left.isEmpty { table.addLine("\nleft out: " + left.joined(separator: "; ")) }
    return table.text
  }

  private func json(_ results: Results) -> JSON {
    func name(_ redundancy: Int?) -> String { redundancy.map { "fixed_\($0)" } ?? "all" }
    let sets = results.map { set, result -> JSON in
      let members = Self.redundancies.map { redundancy in
        let found = Comparison(result, redundancy)
        return JSON.Member(
          name(redundancy),
          [
            "cost": .double(found.fixed.cost), "accuracy": .double(found.fixed.accuracy),
            "saving": .double(found.saving), "gain": .double(found.gain),
          ])
      }
      return [
        "set": .string(set.name), "tasks": .int(Int64(set.tasks.count)),
        "against": .object(members),
      ]
    }
    let summary = Self.redundancies.map { redundancy in
      JSON.Member(
        name(redundancy),
        [
          "median_saving": .double(medianSaving(results, redundancy)),
          "worst_gain": .double(worstGain(results, redundancy)),
        ])
    }
    return ["sets": .array(sets), "summary": .object(summary)]
  }

  private func write(
    _ result: AllocationReplay.Result, of set: CrowdSet, into folder: String
  ) throws {
    func line(_ name: String, _ points: [AllocationReplay.Point]) -> Chart.Line {
      Chart.Line(name: name, points: points.map { .init(x: $0.cost, y: 100 * $0.accuracy) })
    }
    let chart = Chart(
      title: set.name, across: "answers a task", up: "accuracy, percent",
      .lines([line("adaptive", result.adaptive), line("fixed, majority", result.fixed)]))
    let path = "\(folder)/\(set.name)"
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data(chart.svg.utf8).write(to: URL(fileURLWithPath: path + ".svg"))
      try Data(chart.csv.utf8).write(to: URL(fileURLWithPath: path + ".csv"))
    } catch {
      throw Failure("\(path).svg cannot be written")
    }
  }
}
