import ArgumentParser
import Foundation
import Logging
import Notation
import Platform
import Web

struct Demo: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Run two projects on real data, then leave the workbench up for you.",
    discussion: """
      Words are rated by replaying what ten real people said of each; photographs are labelled by \
      a seeded crowd. With --images the second project is your own folder.
      """)

  @Option(help: "A folder for the demo's data; made anew.") var data = "./demo-data"
  @Option(help: "The port of the workbench.") var port = 8080
  @Option(help: "A folder of your own images.") var images: String?
  @Option(help: "Classes to draw, separated by commas.") var classes = "object,person,animal"
  @Option(help: "Where the fetched demo data lies.") var source = ".build/demo-data"
  @Option(help: "The simulated crowd's seed.") var seed: UInt64 = 2026
  @Option(help: "Words to rate at most.") var words: Int?
  @Flag(help: "Do all of it and exit.") var once = false
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try clearBefore()
    let server = try await RunningServer(
      data: data, host: "127.0.0.1", port: port, egressAllow: [], workbench: nil,
      logLevel: .critical)
    let ready = AsyncStream<Int>.makeStream()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run { ready.continuation.yield($0) } }
      group.addTask {
        for await port in ready.stream {
          try await show(port)
          return
        }
      }
      // With --once the demo ends the server; else the server is what goes on.
      if once {
        _ = try await group.next()
        group.cancelAll()
      } else {
        try await group.waitForAll()
      }
    }
  }

  /// The demo of before makes room; anything else is somebody's data and stays.
  private func clearBefore() throws {
    let marker = data + "/made-by-demo"
    if FileManager.default.fileExists(atPath: data) {
      guard FileManager.default.fileExists(atPath: marker) else {
        throw Failure(
          "\(data) exists and was not made by the demo; nothing was touched",
          remedy: "Give another folder with --data.")
      }
      try FileManager.default.removeItem(atPath: data)
    }
    try FileManager.default.createDirectory(
      atPath: data, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try Data("The next demo removes this folder.\n".utf8).write(to: URL(fileURLWithPath: marker))
  }

  private func show(_ port: Int) async throws {
    let url = "http://127.0.0.1:\(port)"
    let people = try await DemoPeople(data: data, url: url)
    try FileManager.default.createDirectory(
      atPath: data + "/exports", withIntermediateDirectories: true)
    Console.say("Assay is at \(url); the demo works through its HTTP API.\n")
    let ratings = RatingsDemo(people: people, source: source, data: data, limit: words)
    let rated = try await ratings.run()
    let pictures = PicturesDemo(
      people: people, folder: images, source: source, data: data,
      classes: classes.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) },
      seed: seed)
    let drawn = try await pictures.run()
    if output.json { print((["ratings": rated, "pictures": drawn] as JSON).text) }
    Console.say(
      """

      The exports lie in \(data)/exports.
      The workbench is at \(url)
        sign in as   \(people.email)
        password     \(people.password)   (shown only here)
      Two images are left for you in “\(PicturesDemo.projectName)”.
      """)
  }
}

/// The demo's client, its manager and the crowd.
struct DemoPeople: Sendable {
  let email = "you@demo.invalid"
  let password: String
  /// The manager, signed in.
  let manager: APIClient
  let workers: [APIClient]

  init(data: String, url: String) async throws {
    let password = String(Environment.system.newSecret().prefix(16))
    self.password = password
    let email = email
    try await Composition.with(data) { engine in
      let client = try await Clients(engine, actor: .console).create(name: "Demo")
      _ = try await Users(engine, actor: .console).create(
        email: email, password: password, role: .admin, client: client.id)
    }
    manager = try await APIClient(url: url).signedIn(email: email, password: password)
    workers = try await SimulatedWorkers.signIn(count: 24, data: data, url: url, prefix: "demo")
  }
}
