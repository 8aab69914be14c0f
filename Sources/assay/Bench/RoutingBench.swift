import ArgumentParser
import Foundation
import Notation
import Platform
import Store
import StoreSQLite
import Workforce

/// What it costs to choose whose work somebody gets next.
struct RoutingBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "routing",
    abstract: "Measure how the choice of the next project grows with workers, projects and clients.",
    discussion: """
      Makes a control database with workers of many languages and projects that ask for some of them, and \
      asks for everybody's next project, again and again: once when nothing is known of a worker yet \
      ("first"), then as it is all day ("next"). Both sizes are measured in turn, in one run.
      """)

  @Option(help: "Workers.") var workers = 10_000
  @Option(help: "Projects.") var projects = 1000
  @Option(help: "Clients.") var clients = 100
  @Option(help: "Choices that are timed.") var choices = 20_000
  @OptionGroup var output: OutputOptions

  private static let languages = ["en", "sw", "fr", "es", "ar", "hi", "pt", "zh"]
  /// What the large size is set beside.
  private static let smallPart = 100

  private struct Size {
    var workers, projects, clients: Int
    var name: String { "\(workers) workers, \(projects) projects, \(clients) clients" }
  }

  private struct Score {
    var size: Size
    var first: [Double] = []
    var next: [Double] = []
    /// How many tasks the client that was served most got for each of the one served least.
    var spread = 0.0

    func quantile(_ values: [Double], _ share: Double) -> Double {
      values.sorted()[min(values.count - 1, Int(share * Double(values.count)))]
    }
  }

  func run() async throws {
    guard workers >= 100, projects >= 10, clients >= 2, choices >= 100 else {
      throw ValidationError("There must be 100 workers, 10 projects, 2 clients and 100 choices at least.")
    }
    let large = Size(workers: workers, projects: projects, clients: clients)
    let small = Size(
      workers: max(100, workers / Self.smallPart), projects: max(10, projects / Self.smallPart),
      clients: max(2, clients / Self.smallPart))
    var table = TextTable(
      "size", columns: ["first p50 µs", "next p50 µs", "next p99 µs", "most/least"], nameWidth: 44)
    var scores: [Score] = []
    for size in [small, large] {
      let score = try await measure(size)
      table.add(
        size.name,
        [
          TextTable.number(score.quantile(score.first, 0.5), 0),
          TextTable.number(score.quantile(score.next, 0.5), 1),
          TextTable.number(score.quantile(score.next, 0.99), 1), TextTable.number(score.spread, 3),
        ])
      scores.append(score)
    }
    let ratio = scores[1].quantile(scores[1].next, 0.5) / scores[0].quantile(scores[0].next, 0.5)
    table.addLine("\nnext, large to small: \(TextTable.number(ratio, 2))")
    output.print(
      [
        "sizes": .array(
          scores.map { score in
            [
              "size": .string(score.size.name),
              "first_p50_us": .double(score.quantile(score.first, 0.5)),
              "next_p50_us": .double(score.quantile(score.next, 0.5)),
              "next_p99_us": .double(score.quantile(score.next, 0.99)),
              "most_to_least": .double(score.spread),
            ]
          }), "ratio": .double(ratio),
      ], table.text)
  }

  private func measure(_ size: Size) async throws -> Score {
    let folder = DataFolder(path: NSTemporaryDirectory() + "assay-routing-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    let engine = try await DataEngine.open(folder, openDatabase: { try SQLiteDatabase(path: $0) })
    let principals = try await RoutingWorld.fill(
      engine, workers: size.workers, projects: size.projects, clients: size.clients, Self.languages)
    let queue = WorkQueue(engine)
    var score = Score(size: size)
    var served: [ClientID: Int] = [:]
    let owners = Dictionary(
      uniqueKeysWithValues: try await Directory(engine).operated().map { ($0.project, $0.client) })
    for place in 0..<(principals.count + choices) {
      let principal = principals[place * 7919 % principals.count]
      let clock = ContinuousClock()
      let start = clock.now
      let found = try await queue.candidates(for: principal)
      let spent = (clock.now - start) / Duration.microseconds(1)
      if place < principals.count { score.first.append(spent) } else { score.next.append(spent) }
      if let project = found.first, let client = owners[project] {
        queue.served(project, of: client, tasks: 1)
        if place >= principals.count { served[client, default: 0] += 1 }
      }
    }
    await engine.close()
    score.spread = Double(served.values.max() ?? 0) / Double(max(1, served.values.min() ?? 0))
    return score
  }
}
