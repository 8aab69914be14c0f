import ArgumentParser
import AsyncHTTPClient
import Crypto
import Foundation
import NIOCore
import NIOHTTP1
import Notation
import Vault

struct ServerOptions: ParsableArguments {
  @Option(help: "Where Assay serves; else $ASSAY_URL.")
  var url: String = ProcessInfo.processInfo.environment["ASSAY_URL"] ?? "http://127.0.0.1:8080"

  @Option(help: "An API key; else $ASSAY_KEY.")
  var key: String?

  func client() throws -> APIClient {
    guard let key = key ?? ProcessInfo.processInfo.environment["ASSAY_KEY"] else {
      throw ValidationError("Give an API key with --key or in ASSAY_KEY.")
    }
    return APIClient(url: url, token: key)
  }
}

struct ProjectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "project", abstract: "Make, list and look at projects.",
    subcommands: [Create.self, List.self, Show.self, Quality.self, Refit.self])

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "create",
      abstract: "Make a project from a JSON file with name, ontology, instructions and plan.")

    @Argument(help: "The file; - for standard input.") var file: String
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let bytes = try InputFile.bytes(file)
      let json: JSON
      do {
        json = try JSON(parsing: bytes)
      } catch {
        throw Failure("\(file): \(error.explanation), at byte \(error.offset + 1)")
      }
      let project = try await server.client().send(.POST, "/api/projects", json)
      output.print(
        project, "project \(project["name"]?.string ?? "") \(project["id"]?.string ?? "")")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List projects.")
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let page = try await server.client().send(.GET, "/api/projects?limit=1000")
      let lines = (page["items"]?.array ?? []).map { project -> String in
        let counts = project["counts"]
        return "\(project["id"]?.string ?? "")  \(counts?["completed"]?.integer ?? 0)"
          + "/\(counts?["tasks"]?.integer ?? 0)  \(project["name"]?.string ?? "")"
      }
      output.print(page, lines.joined(separator: "\n"))
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show a project.")
    @Argument var project: String
    @OptionGroup var server: ServerOptions

    func run() async throws {
      print(try await server.client().send(.GET, "/api/projects/\(project)").text)
    }
  }

  struct Quality: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "quality", abstract: "Report agreement and what each annotator is worth.")
    @Argument var project: String
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let report = try await server.client().send(.GET, "/api/projects/\(project)/quality")
      let lines = (report["agreement"]?.array ?? []).map { item -> String in
        let interval = (item["interval"]?.array ?? []).compactMap { $0.number }
        let range =
          interval.count == 2 ? String(format: " (%.3f…%.3f)", interval[0], interval[1]) : ""
        return "\(item["class"]?.string ?? ""): \(item["measure"]?.string ?? "") "
          + String(format: "%.3f", item["value"]?.number ?? 0) + range
          + " over \(item["tasks"]?.integer ?? 0) tasks"
      }
      output.print(report, lines.joined(separator: "\n"))
    }
  }

  struct Refit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "refit",
      abstract: "Settle all single choices anew, telling annotators apart where they differ.")
    @Argument var project: String
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let outcome = try await server.client().send(.POST, "/api/projects/\(project)/refits")
      var lines = [
        "\(outcome["changed"]?.integer ?? 0) of \(outcome["tasks"]?.integer ?? 0) results changed"
      ]
      for question in outcome["questions"]?.array ?? [] {
        let isApart = question["tells_annotators_apart"]?.bool ?? false
        let isCalibrated = question["calibrated"]?.bool ?? false
        lines.append(
          "\(question["class"]?.string ?? ""): annotators are \(isApart ? "" : "not ")told apart, "
            + "confidences are \(isCalibrated ? "calibrated" : "uncalibrated") "
            + "(\(question["gold"]?.integer ?? 0) gold tasks)")
      }
      output.print(outcome, lines.joined(separator: "\n"))
    }
  }
}

struct TaskCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "task", abstract: "Import, list and look at tasks.",
    subcommands: [Import.self, List.self, Show.self])

  struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "import", abstract: "Take in tasks as JSON Lines, one a line.",
      discussion: """
        The same file imported again is not imported twice, and an import that was cut off goes \
        on where it stopped. Exits with 1 where lines were refused.
        """)

    @Argument(help: "The file of JSON Lines.") var file: String
    @Option(help: "The project's id.") var project: String
    @Option(help: "The batch's name.") var batch: String?
    @Flag(help: "All lines or none.") var atomic = false
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      guard let input = FileHandle(forReadingAtPath: file) else {
        throw Failure("\(file) cannot be read")
      }
      let size = try input.seekToEnd()
      try input.seek(toOffset: 0)
      var path = "/api/projects/\(project)/imports?atomic=\(atomic)"
      if let batch { path += "&batch=" + APIClient.escaped(batch) }
      let report: JSON
      do {
        report = try await server.client().send(
          .POST, path,
          body: .stream(
            FileBytes(input: input, size: size, quiet: output.json),
            length: .known(Int64(size))),
          headers: [("Content-Type", "application/x-ndjson")])
      } catch let problem as APIClient.Problem {
        guard let report = problem.json["report"] else { throw problem }
        show(report)
        throw ExitCode(1)
      }
      show(report)
      if report["refused"]?.integer ?? 0 > 0 { throw ExitCode(1) }
    }

    private func show(_ report: JSON) {
      var lines = [
        "\(report["created"]?.integer ?? 0) tasks made, \(report["refused"]?.integer ?? 0) lines "
          + "refused" + (report["replayed"]?.bool == true ? " (done before)" : "")
      ]
      for problem in report["problems"]?.array ?? [] {
        let column = problem["column"]?.integer.map { ":\($0)" } ?? ""
        lines.append(
          "\(file):\(problem["line"]?.integer ?? 0)\(column): \(problem["reason"]?.string ?? "")")
      }
      output.print(report, lines.joined(separator: "\n"))
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List tasks, a page at a time.")
    @Option(help: "The project's id.") var project: String
    @Option(help: "staged, open, inReview, completed, canceled or failed.") var status: String?
    @Option(help: "Tasks of one page.") var limit = 100
    @Option(help: "The `next` of the page before.") var after: String?
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      var path = "/api/projects/\(project)/tasks?limit=\(limit)"
      if let status { path += "&status=\(status)" }
      if let after { path += "&after=\(after)" }
      let page = try await server.client().send(.GET, path)
      let lines = (page["items"]?.array ?? []).map {
        "\($0["id"]?.string ?? "")  \($0["status"]?.string ?? "")  "
          + "\($0["answers"]?.integer ?? 0) answers  \($0["unique_id"]?.string ?? "")"
      }
      output.print(page, lines.joined(separator: "\n"))
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show a task with its answers.")
    @Argument var task: String
    @OptionGroup var server: ServerOptions

    func run() async throws {
      print(try await server.client().send(.GET, "/api/tasks/\(task)").text)
    }
  }
}

struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Take a project's results out.",
    discussion:
      "Formats: jsonl (everything), csv, and those of `assay formats`, as tar or one file.")

  @Option(help: "The project's id.") var project: String
  @Option(help: "jsonl, csv, coco, yolo, …") var format = "jsonl"
  @Option(help: "The file to write.") var to: String
  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let client = try server.client()
    let export = try await client.send(
      .POST, "/api/projects/\(project)/exports", ["format": .string(format)])
    let id = export["id"]?.string ?? ""
    let meter = ProgressLine(quiet: output.json)
    let size = try await client.download("/api/exports/\(id)/content", to: to) {
      meter.show("\($0 / 1_000_000) MB")
    }
    meter.end()
    let done = try await client.send(.GET, "/api/exports/\(id)")
    output.print(
      done,
      (["\(to): \(done["tasks"]?.integer ?? 0) tasks, \(size) bytes"] + ReleaseCommand.told(done["losses"]))
        .joined(separator: "\n"))
  }
}

/// A file as a request's body, a piece at a time.
private struct FileBytes: AsyncSequence, Sendable {
  typealias Element = ByteBuffer
  let input: FileHandle
  let size: UInt64
  let quiet: Bool

  struct AsyncIterator: AsyncIteratorProtocol {
    let input: FileHandle
    let size: UInt64
    let meter: ProgressLine
    var sent: UInt64 = 0

    mutating func next() async throws -> ByteBuffer? {
      guard let data = try input.read(upToCount: 256 * 1024), !data.isEmpty else {
        meter.end()
        return nil
      }
      sent += UInt64(data.count)
      meter.show("\(sent * 100 / Swift.max(1, size)) % sent")
      return ByteBuffer(bytes: data)
    }
  }

  func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(input: input, size: size, meter: ProgressLine(quiet: quiet))
  }
}
