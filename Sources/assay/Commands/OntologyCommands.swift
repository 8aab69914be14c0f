import ArgumentParser
import Foundation
import Notation

struct OntologyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ontology", abstract: "Read, show and migrate ontologies.",
    subcommands: [Show.self, Read.self, Migrate.self, Undo.self])

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show the ontology of a project.")
    @Argument(help: "The project's id.") var project: String
    @Flag(help: "As YAML.") var yaml = false
    @OptionGroup var server: ServerOptions

    func run() async throws {
      let client = try server.client()
      let ontology = try await client.send(.GET, "/api/projects/\(project)/ontology")
      guard yaml else { return print(ontology.text) }
      let reading = try await client.send(
        .POST, "/api/ontology-readings", ["text": .string(ontology.text), "format": "json"])
      print(reading["yaml"]?.string ?? "", terminator: "")
    }
  }

  struct Read: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "read",
      abstract: "Read an ontology in other words: YAML, Label Studio's XML, Scale's definition.",
      discussion: "What could not be carried over is said on the error output.")
    @Argument(help: "The file; - for standard input.") var file: String
    @Flag(help: "Write YAML in place of JSON.") var yaml = false
    @OptionGroup var server: ServerOptions

    func run() async throws {
      let reading = try await OntologyCommand.reading(
        try InputFile.bytes(file), of: file, server.client())
      let text = yaml ? reading["yaml"]?.string : reading["ontology"]?.text
      print(text ?? "", terminator: yaml ? "" : "\n")
    }
  }

  struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "migrate",
      abstract: "Make a project's ontology that of a file, and take its labels along.",
      discussion: """
        A JSON array is taken as steps (rename, merge, split, retype, delete), anything else as the \
        ontology as it shall be. --dry-run says how many labels each step touches.
        """)
    @Argument(help: "The project's id.") var project: String
    @Argument(help: "The file; - for standard input.") var file: String
    @Flag(help: "Only say what it would do.") var dryRun = false
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let client = try server.client()
      let bytes = try InputFile.bytes(file)
      var body: [JSON.Member] = [.init("dry_run", .bool(dryRun))]
      if let steps = try? JSON(parsing: bytes), steps.array != nil {
        body.append(.init("steps", steps))
      } else {
        let reading = try await OntologyCommand.reading(bytes, of: file, client, like: project)
        body.append(.init("ontology", reading["ontology"] ?? [:]))
      }
      let answer = try await client.send(
        .POST, "/api/projects/\(project)/migrations", .object(body))
      OntologyCommand.show(answer, isDry: dryRun, output)
    }
  }

  struct Undo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "undo",
      abstract: "Take a project's last migration back; labels are as they were.")
    @Argument(help: "The project's id.") var project: String
    @Flag(help: "Only say what it would do.") var dryRun = false
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let answer = try await server.client().send(
        .POST, "/api/projects/\(project)/migrations",
        ["undo": true, "dry_run": .bool(dryRun)])
      OntologyCommand.show(answer, isDry: dryRun, output)
    }
  }

  /// - Parameter project: whose names keep their numbers.
  fileprivate static func reading(
    _ bytes: [UInt8], of file: String, _ client: APIClient, like project: String? = nil
  ) async throws -> JSON {
    var body: [JSON.Member] = [
      .init("text", .string(String(decoding: bytes, as: UTF8.self)))
    ]
    if let project {
      let current = try await client.send(.GET, "/api/projects/\(project)/ontology")
      body.append(.init("predecessor", current))
    }
    let reading = try await client.send(.POST, "/api/ontology-readings", .object(body))
    for note in reading["notes"]?.array ?? [] {
      let line = "\(file): \(note["place"]?.string ?? "") \(note["problem"]?.string ?? "")\n"
      FileHandle.standardError.write(Data(line.utf8))
    }
    return reading
  }

  fileprivate static func show(_ answer: JSON, isDry: Bool, _ output: OutputOptions) {
    guard isDry else {
      return output.print(answer, "version \(answer["version"]?.integer ?? 0) is saved")
    }
    var lines = (answer["steps"]?.array ?? []).map { step in
      "\(step["labels"]?.integer ?? 0) labels, \(step["lost"]?.integer ?? 0) lost: "
        + (step["step"]?.text ?? "")
    }
    lines.append(
      "\(answer["answers"]?.integer ?? 0) answers looked at, "
        + "\(answer["breaking"]?.integer ?? 0) would not keep the new ontology, "
        + "\(answer["unknown"]?.integer ?? 0) labels would not be seen, "
        + "\(answer["in_hand"]?.integer ?? 0) tasks are in hand")
    output.print(answer, lines.joined(separator: "\n"))
  }
}
