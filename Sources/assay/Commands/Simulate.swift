import ArgumentParser
import Foundation
import NIOHTTP1
import Notation
import Platform

struct Simulate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Let a seeded crowd work on a project over the real HTTP API.",
    discussion: """
      The workers are made in the data folder as sim-N@simulation.invalid. Their answers are \
      invented from the seed, or replayed from a file of JSON Lines like \
      {"text": "…", "answers": [[{"class": "mood", "rating": 2}], …]}.
      """)

  @Option(help: "The project's id.") var project: String
  @Option(help: "Where Assay serves; else $ASSAY_URL.")
  var url: String = ProcessInfo.processInfo.environment["ASSAY_URL"] ?? "http://127.0.0.1:8080"
  @Option(help: "How many work at the same time.") var workers = 8
  @Option(help: "The same seed invents the same answers.") var seed: UInt64 = 1
  @Option(help: "Chance that a worker is right, 0…1.") var accuracy = 0.85
  @Option(help: "How many of them answer at random.") var spammers = 0
  @Option(help: "Stop after so many answers.") var limit: Int?
  @Option(help: "Recorded answers to replay.") var replay: String?
  @OptionGroup var folder: DataOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (1...1000).contains(workers) else {
      throw ValidationError("--workers must lie in 1…1000.")
    }
    guard (0...1).contains(accuracy) else { throw ValidationError("--accuracy must lie in 0…1.") }
  }

  func run() async throws {
    try requireFolder(folder.data)
    let clients = try await SimulatedWorkers.signIn(
      count: workers, data: folder.data, url: url)
    let guide = try await clients[0].send(.GET, "/api/work/\(project)")
    let crowd = Crowd(
      workers: clients, project: project,
      answer: try answers(guide["ontology"]?["classes"]?.array ?? []))
    let meter = ProgressLine(quiet: output.json)
    let outcome = try await crowd.run(limit: limit ?? .max) { _ in }
    meter.end()
    output.print(
      [
        "answers": .int(Int64(outcome.answers)), "skipped": .int(Int64(outcome.skipped)),
        "seconds": .double(outcome.seconds), "seed": .int(Int64(clamping: seed)),
      ],
      "\(outcome.answers) answers, \(outcome.skipped) skipped, in "
        + "\((outcome.seconds * 10).rounded() / 10) s (seed \(seed))")
  }

  private func answers(
    _ classes: [JSON]
  ) throws -> @Sendable (JSON, Int) -> JSON? {
    if let replay {
      let recording = try Recording(file: replay)
      return { task, _ in recording.next(task) }
    }
    let (honest, accuracy) = (workers - spammers, accuracy)
    let invented = InventedAnswers(seed: seed, classes: classes) { $0 < honest ? accuracy : 0 }
    return { task, index in invented.annotations(task, index) }
  }
}

/// Accounts for a simulated crowd.
enum SimulatedWorkers {
  /// Makes what is missing, gives everybody a new password, and signs all in.
  static func signIn(
    count: Int, data: String, url: String, prefix: String = "sim"
  ) async throws -> [APIClient] {
    let run = Environment.system.newSecret().prefix(8)
    let password = Environment.system.newSecret()
    return try await Composition.with(data) { engine in
      // A cheap hash: these accounts live for one run, and their password has 256 bits.
      let users = Users(engine, actor: .console, password: Password(logN: 10))
      let client = APIClient(url: url)
      var clients: [APIClient] = []
      for index in 1...count {
        let email = "\(prefix)-\(index)-\(run)@simulation.invalid"
        _ = try await users.create(email: email, password: password, role: .worker, client: nil)
        clients.append(try await client.signedIn(email: email, password: password))
      }
      return clients
    }
  }
}
