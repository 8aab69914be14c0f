import ArgumentParser
import Consensus
import Foundation
import Notation

struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure methods on answers whose truth is known.",
    subcommands: [
      ConsensusBench.self, AllocationBench.self, WorkersBench.self, ScreeningBench.self,
      RoutingBench.self, QuarterBench.self, KindsBench.self, IncrementalBench.self,
    ])
}

/// How right each method is on every set, and how sure.
struct ConsensusBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "consensus", abstract: "Compare the methods for single choices.",
    discussion: """
      Reads every folder in DATA that has answers.csv (task,worker,label) and truth.csv (task,label). \
      Truth is used to measure, never to choose. Accuracies are in percent; the calibration error is \
      over ten equal bins, once as the posteriors are and once after 50 tasks drawn at random were \
      given as gold, measured on the others (the mean of 20 draws). In JSON also the mean distance in \
      classes, for sets whose classes have an order.
      """)

  @Option(help: "A folder of sets.") var data: String
  @Option(help: "Only these methods; may be given again.") var method: [String] = []
  @Option(help: "Gold tasks for calibration.") var gold = 50
  @Option(help: "Write the posteriors of every set and method into this folder, as SET.METHOD.csv.")
  var posteriors: String?
  @Flag(help: "Fit auto on all cores, as refits do.") var allCores = false
  @OptionGroup var output: OutputOptions

  private static let draws = 20

  func run() async throws {
    let methods = try chosen()
    guard gold >= Calibration.leastGold else {
      throw ValidationError("--gold must be at least \(Calibration.leastGold).")
    }
    let (sets, left) = try CrowdSet.all(in: data)
    var results: [(set: CrowdSet, scores: [CategoricalMethod: Score])] = []
    for set in sets {
      var scores: [CategoricalMethod: Score] = [:]
      for method in methods {
        let started = ContinuousClock.now
        let (made, memory) = await PeakMemory.extra {
          allCores && method == .auto
            ? await AutoConsensus.fitOnAllCores(set.votes).posteriors
            : method.posteriors(set.votes)
        }
        let seconds = started.duration(to: .now) / .seconds(1)
        guard let fitted = made else { continue }
        scores[method] = score(fitted, set, seconds)
        scores[method]?.memory = memory
        if let posteriors {
          try write(fitted, set, "\(posteriors)/\(set.name).\(method.rawValue).csv")
        }
      }
      results.append((set, scores))
    }
    output.print(json(results, methods), table(results, methods, left))
  }

  private func chosen() throws -> [CategoricalMethod] {
    if method.isEmpty { return CategoricalMethod.allCases }
    return try method.map { name in
      guard let found = CategoricalMethod(rawValue: name) else {
        let known = CategoricalMethod.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("There is no method \(name); there are \(known).")
      }
      return found
    }
  }

  struct Score {
    var accuracy: Double
    var calibrationError: Double
    /// How many classes the result is off in the mean, by their numbers, which may be an order.
    var distance: Double
    /// nil where there are not enough tasks with truth to leave some for measuring.
    var calibratedError: Double?
    var seconds: Double
    /// Bytes beyond those there were, at worst; nil where the system does not say.
    var memory: Int?
  }

  private func score(_ fitted: Posteriors, _ set: CrowdSet, _ seconds: Double) -> Score {
    let known = set.truth.indices.filter { set.truth[$0] != nil }
    let hits = known.filter { fitted.best(of: $0).label == set.truth[$0] }.count
    var sum = 0.0
    let isEnough = known.count >= 2 * gold
    for draw in 0..<(isEnough ? Self.draws : 0) {
      var generator = SeededGenerator(seed: UInt64(draw))
      var rest = set.truth
      var cases: [(task: Int, label: Int)] = []
      for task in known.shuffled(using: &generator).prefix(gold) {
        cases.append((task, set.truth[task] ?? 0))
        rest[task] = nil
      }
      let calibrated = Calibration(fitted, gold: cases)?.calibrated(fitted) ?? fitted
      sum += Calibration.error(calibrated, truth: rest) ?? 0
    }
    return Score(
      accuracy: Double(hits) / Double(max(1, known.count)),
      calibrationError: Calibration.error(fitted, truth: set.truth) ?? 0,
      distance: known.map { Double(abs(fitted.best(of: $0).label - (set.truth[$0] ?? 0))) }.mean ?? 0,
      calibratedError: isEnough ? sum / Double(Self.draws) : nil, seconds: seconds)
  }

  private func write(_ fitted: Posteriors, _ set: CrowdSet, _ path: String) throws {
    var text = "task," + set.labels.joined(separator: ",") + "\n"
    for (index, task) in set.tasks.enumerated() {
      text += task + "," + fitted[index].map { String($0) }.joined(separator: ",") + "\n"
    }
    do {
      try FileManager.default.createDirectory(
        atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    } catch {
      throw Failure("\(path) cannot be written")
    }
  }

  // MARK: Showing

  private typealias Results = [(set: CrowdSet, scores: [CategoricalMethod: Score])]

  /// Mean and worst distance to majority over the sets that the method applies to, in points.
  private func against(_ method: CategoricalMethod, _ results: Results) -> (
    mean: Double, worst: Double
  )? {
    let gains = results.compactMap { result -> Double? in
      guard let own = result.scores[method],
        let majority = result.scores[.majority]
          ?? CategoricalMethod.majority.posteriors(result.set.votes).map({
            score($0, result.set, 0)
          })
      else { return nil }
      return 100 * (own.accuracy - majority.accuracy)
    }
    guard let worst = gains.min() else { return nil }
    return (gains.reduce(0, +) / Double(gains.count), worst)
  }

  private func table(_ results: Results, _ methods: [CategoricalMethod], _ left: [String]) -> String
  {
    let wide = (results.map(\.set.name.count).max() ?? 0) + 22
    var table = TextTable(
      "set (tasks, answers)", columns: methods.map(\.rawValue), nameWidth: wide)
    for (set, scores) in results {
      table.add(
        "\(set.name) (\(set.tasks.count), \(set.votes.voteCount))",
        methods.map { TextTable.number(scores[$0].map { 100 * $0.accuracy }, 2) })
    }
    func row(_ name: String, _ places: Int, sign: Bool = false, _ value: (CategoricalMethod) -> Double?)
    {
      table.add(name, methods.map { TextTable.number(value($0), places, sign: sign) })
    }
    table.addLine()
    row("mean − majority", 2, sign: true) { against($0, results)?.mean }
    row("worst − majority", 2, sign: true) { against($0, results)?.worst }
    row("calibration error", 3) { method in
      results.compactMap { $0.scores[method]?.calibrationError }.mean
    }
    row("with \(gold) gold", 3) { method in
      results.compactMap { $0.scores[method]?.calibratedError }.mean
    }
    row("seconds", 2) { method in
      results.compactMap { $0.scores[method]?.seconds }.reduce(0, +)
    }
    row("extra memory, MB", 0) { method in
      results.compactMap { $0.scores[method]?.memory }.max().map { Double($0) / 1e6 }
    }
    if !left.isEmpty { table.addLine("\nleft out: " + left.joined(separator: "; ")) }
    return table.text
  }

  private func json(_ results: Results, _ methods: [CategoricalMethod]) -> JSON {
    let sets = results.map { result -> JSON in
      let scores = methods.compactMap { method in
        result.scores[method].map { score in
          JSON.Member(
            method.rawValue,
            [
              "accuracy": .double(score.accuracy), "ece": .double(score.calibrationError),
              "class_distance": .double(score.distance),
              "ece_calibrated": score.calibratedError.map { .double($0) } ?? .null,
              "seconds": .double(score.seconds),
              "extra_memory": score.memory.map { .int(Int64($0)) } ?? .null,
            ])
        }
      }
      return [
        "set": .string(result.set.name), "tasks": .int(Int64(result.set.tasks.count)),
        "answers": .int(Int64(result.set.votes.voteCount)), "methods": .object(scores),
      ]
    }
    let means = methods.compactMap { method in
      against(method, results).map {
        JSON.Member(
          method.rawValue,
          ["mean_gain": .double($0.mean), "worst_gain": .double($0.worst)])
      }
    }
    return ["sets": .array(sets), "against_majority": .object(means)]
  }
}
