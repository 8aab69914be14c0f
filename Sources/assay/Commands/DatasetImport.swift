import ArgumentParser
import AsyncHTTPClient
import Formats
import Foundation
import NIOCore
import Notation
import Platform

/// Labelled sets, over HTTP.
struct DatasetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dataset", abstract: "Organise data in datasets, and take labelled sets in.",
    subcommands: [
      Create.self, List.self, Add.self, Gather.self, Collect.self, Query.self,
      Vectors.self, Embed.self, Faces.self, Duplicates.self, Compare.self, Slice.self,
      Send.self, Import.self, Remove.self,
    ])

  struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "import",
      abstract: "Make tasks of a labelled set in any format, with its images and labels.",
      discussion: """
        The source is a folder or a file in a format that `assay formats` lists. Images that lie beside \
        the labels are sent along; others are named as they are. With --new-project the project is made, \
        with the classes of the set. Where one is there, labels of classes and attributes it has not are \
        left out and counted. The same set imported again makes no task twice.
        """)

    @Argument(help: "The set to read.") var source: String
    @Option(help: "Its format; found out where it is not said.") var from: String?
    @Option(help: "The id of the project to add to.") var project: String?
    @Option(help: "Make a project of this name.") var newProject: String?
    @Option(name: .customLong("as"), help: "What the labels are: prelabels, answers, gold or none.")
    var role = TaskLabels.prelabels
    @Option(help: "The batch's name.") var batch: String?
    @Flag(help: "End at the first fault, before anything is sent.") var strict = false
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
      guard (project == nil) != (newProject == nil) else {
        throw ValidationError("Give --project or --new-project, one of them.")
      }
    }

    func run() async throws {
      do {
        let folder = try DatasetFolder(source, keepsImages: true)
        let format = try from.map(ConvertCommand.format) ?? ConvertCommand.detected(folder)
        let client = try server.client()
        // Read once whole before anything is sent: classes are known then, and a strict fault ends it here.
        let diagnostics = Diagnostics(strict ? .strict : .lenient)
        let classes = try Self.survey(format.reader(of: folder, diagnostics))
        let target: TaskTarget
        if let newProject {
          let body = classes.project(named: newProject)
          guard body["ontology"]?["classes"]?.array?.isEmpty == false else {
            let told = diagnostics.faults.prefix(Self.toldLimit).map { "\n  " + $0.sentence }.joined()
            throw Failure(
              "\(source): there are no labels to make a project of (read as \(format.facts.name))\(told)",
              remedy: "Say the format with --from, or make a project and name it with --project.")
          }
          let made = try await client.send(.POST, "/api/projects", body)
          target = try TaskTarget(made)
        } else {
          target = try TaskTarget(await client.send(.GET, "/api/projects/\(project ?? "")"))
        }
        do {
          let lines = try await lines(
            format.reader(of: folder, Diagnostics(.lenient)), target, client, diagnostics)
          defer { try? FileManager.default.removeItem(atPath: lines) }
          try await send(lines, target, client, diagnostics)
        } catch  where newProject != nil && !(error is ExitCode) {
          let told =
            "The project is made, without all of its tasks: go on with --project \(target.project).\n"
          FileHandle.standardError.write(Data(told.utf8))
          throw error
        }
      } catch let fault as FormatFault {
        throw Failure(fault.sentence)
      }
    }

    /// Faults that are told.
    private static let toldLimit = 20

    private static func survey(_ reader: any DatasetReading) throws -> SurveyedClasses {
      var reader = reader
      var classes = SurveyedClasses()
      while let item = try reader.next() { classes.see(item, reader.schema) }
      return classes
    }

    /// Writes the tasks to a file, an image after the other being sent.
    private func lines(
      _ reader: any DatasetReading, _ target: TaskTarget, _ client: APIClient,
      _ diagnostics: Diagnostics
    ) async throws -> String {
      let path = NSTemporaryDirectory() + "assay-import-\(UUID().uuidString).jsonl"
      guard FileManager.default.createFile(atPath: path, contents: nil),
        let file = FileHandle(forWritingAtPath: path)
      else { throw Failure("\(path) cannot be written") }
      let meter = ProgressLine(quiet: output.json)
      var reader = reader
      var count = 0
      var names = DistinctNames()
      while var item = try reader.next() {
        item.name = names.name(of: item, diagnostics)
        var image: String?
        if item.text == nil {
          if item.media == nil, !DatasetItem.isAddress(item.name) {
            diagnostics.lose("images that are not there, whose tasks show none")
          }
          do {
            image =
              try await item.media.asyncMap {
                DatasetItem.isAddress($0) ? $0 : try await client.upload(file: $0)
              } ?? item.name
          } catch let problem as APIClient.Problem where [413, 415, 422].contains(problem.status) {
            try diagnostics.report(
              item.name, "", "\(problem)", remedy: "Put the image right; the item is left out.")
            continue
          }
        }
        let line = target.line(item, reader.schema, image: image, role, diagnostics)
        try file.write(contentsOf: Data(line.utf8 + [0x0A]))
        count += 1
        if item.media != nil { meter.show("\(count) images sent") }
      }
      meter.end()
      try file.close()
      return path
    }

    private func send(
      _ lines: String, _ target: TaskTarget, _ client: APIClient, _ diagnostics: Diagnostics
    ) async throws {
      var path = "/api/projects/\(target.project)/imports"
      if let batch {
        path += "?batch=" + APIClient.escaped(batch)
      }
      let bytes = try Data(contentsOf: URL(fileURLWithPath: lines), options: .alwaysMapped)
      let report = try await client.send(
        .POST, path, body: .bytes(bytes, length: .known(Int64(bytes.count))),
        headers: [("Content-Type", "application/x-ndjson")])
      var told = [
        "project \(target.project)",
        "\(report["created"]?.integer ?? 0) tasks made, \(report["refused"]?.integer ?? 0) lines refused"
          + (report["replayed"]?.bool == true ? " (done before)" : ""),
      ]
      told += diagnostics.losses.map { "  " + $0.sentence }
      told += diagnostics.faults.prefix(20).map { "  " + $0.sentence }
      told += (report["problems"]?.array ?? []).map {
        "  line \($0["line"]?.integer ?? 0): \($0["reason"]?.string ?? "")"
      }
      output.print(
        report.adding([
          .init("project", .string(target.project)),
          .init("faults", .int(Int64(diagnostics.faultCount))),
        ]), told.joined(separator: "\n"))
      let isNothing = report["created"]?.integer == 0 && report["replayed"]?.bool != true
      if report["refused"]?.integer ?? 0 > 0 || isNothing { throw ExitCode(1) }
    }
  }
}

extension TaskLabels: ExpressibleByArgument {}
