import ArgumentParser
import Consensus
import Formats
import Foundation
import Notation
import Platform

extension DatasetCommand {
  struct Query: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "query",
      abstract: "Find items of a dataset: by metadata, labels, errors and text.",
      discussion: """
        A query is like: weather = rain and count(car and area > 5000) >= 2 and yolo.missed > 0. \
        docs/guides/queries.md has all of it.
        """)
    @Argument(help: "What to find; all items without it.") var query = ""
    @Option(help: "The dataset's id.") var dataset: String
    @Option(help: "Items to print.") var limit = 20
    @Option(help: "Items to pass over.") var offset = 0
    @Flag(help: "Tell what the items are like, in place of their names.") var summary = false
    @Option(help: "The label set of the summary.") var set = LabelSet.truth
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let client = try server.client()
      let asked = APIClient.escaped(query)
      if summary {
        let found = try await client.send(
          .GET, "/api/datasets/\(dataset)/summary?query=\(asked)&set=\(APIClient.escaped(set))")
        return output.print(found, Self.text(found))
      }
      let found = try await client.send(
        .GET, "/api/datasets/\(dataset)/items?query=\(asked)&offset=\(offset)&limit=\(limit)")
      let lines = (found["items"]?.array ?? []).map {
        "\($0["number"]?.integer ?? 0)  \($0["name"]?.string ?? "")"
      }
      output.print(
        found, (["\(found["count"]?.integer ?? 0) items"] + lines).joined(separator: "\n"))
    }

    private static func text(_ summary: JSON) -> String {
      var lines = [
        "\(summary["items"]?.integer ?? 0) items, \(summary["labels"]?.integer ?? 0) labels, "
          + "\(summary["unlabelled"]?.integer ?? 0) items without"
      ]
      func shares(_ list: JSON?) -> [String] {
        (list?.array ?? []).prefix(10).map {
          "    \($0["count"]?.integer ?? 0)  \($0["name"]?.string ?? "")"
        }
      }
      lines.append("  classes")
      lines += shares(summary["classes"])
      for field in summary["fields"]?.array ?? [] {
        lines.append(
          "  \(field["name"]?.string ?? "") (\(field["different"]?.integer ?? 0) different)")
        lines += shares(field["values"])
      }
      return lines.joined(separator: "\n")
    }
  }

  struct Duplicates: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "duplicates",
      abstract: "Find items that are the same as an earlier one, or nearly.",
      discussion:
        "Waits until images were looked at; each is shown with what it is like. Queries say: duplicate = *.")
    @Option(help: "The dataset's id.") var dataset: String
    @Option(help: "Items to print.") var limit = 100
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let client = try server.client()
      let meter = ProgressLine(quiet: output.json)
      var state = try await client.send(.POST, "/api/datasets/\(dataset)/fingerprints")
      while state["running"]?.bool == true {
        meter.show(
          "\(state["done"]?.integer ?? 0) of \(state["images"]?.integer ?? 0) images looked at")
        try await Task.sleep(for: .milliseconds(300))
        state = try await client.send(.GET, "/api/datasets/\(dataset)/fingerprints")
      }
      meter.end()
      let found = try await client.send(.GET, "/api/datasets/\(dataset)/duplicates?limit=\(limit)")
      let lines = (found["items"]?.array ?? []).map { one in
        "\(one["number"]?.integer ?? 0)  \(one["name"]?.string ?? "")  "
          + (one["same"]?.bool == true ? "the same as " : "like ")
          + "\(one["of"]?["number"]?.integer ?? 0)  \(one["of"]?["name"]?.string ?? "")"
      }
      output.print(
        found, (["\(found["count"]?.integer ?? 0) duplicates"] + lines).joined(separator: "\n"))
    }
  }

  struct Send: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "send",
      abstract: "Send items of a dataset to labelling; results come back to the same items.")
    @Argument(help: "Which: a query.") var query: String
    @Option(help: "The dataset's id.") var dataset: String
    @Option(help: "The project's id.") var project: String
    @Option(help: "The batch's name.") var batch: String?
    @Option(help: "The label set that annotators begin with.") var prelabels: String?
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      var body: [JSON.Member] = [
        .init("project", .string(project)), .init("query", .string(query)),
      ]
      if let batch { body.append(.init("batch", .string(batch))) }
      if let prelabels { body.append(.init("prelabels", .string(prelabels))) }
      let report = try await server.client().send(
        .POST, "/api/datasets/\(dataset)/tasks", .object(body))
      var told = [
        report["replayed"]?.bool == true
          ? "nothing new: these items were sent before"
          : "\(report["created"]?.integer ?? 0) tasks made, \(report["refused"]?.integer ?? 0) refused"
      ]
      told += (report["losses"]?.array ?? []).map { "  " + Diagnostics.Loss($0).sentence }
      told += (report["problems"]?.array ?? []).prefix(10).map { "  \($0["reason"]?.string ?? "")" }
      output.print(report, told.joined(separator: "\n"))
    }
  }
}
