import ArgumentParser
import Foundation
import Notation
import Platform

extension DatasetCommand {
  struct Compare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "compare",
      abstract: "Compare a dataset's predictions with its ground truth, over a query or slice by slice.",
      discussion: """
        With --require the command fails where a number is too low; with --slices where a slice does not \
        reach what it requires (assay dataset slice --require).
        """)
    @Argument(help: "The label set of the predictions.") var set: String
    @Option(help: "The dataset's id.") var dataset: String
    @Option(help: "Only items that this query finds, as slice = night.") var query = ""
    @Option(help: "How objects are laid over each other: boxes, masks or keypoints.")
    var by = ComparedItems.Region.boxes
    @Flag(help: "Each slice of the dataset by itself, as a scenario's test where it requires something.")
    var slices = false
    @Option(help: "Fail where a number is below: NAME=LEAST or NAME:CLASS=LEAST.") var require:
      [String] = []
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
      guard !slices || require.isEmpty else {
        throw ValidationError(
          "with --slices each slice has its own requirements: assay dataset slice NAME --require …")
      }
    }

    func run() async throws {
      let asked =
        "set=\(APIClient.escaped(set))&query=\(APIClient.escaped(query))&by=\(by.rawValue)"
      let path = "/api/datasets/\(dataset)/comparison"
      let client = try server.client()
      let failures: [String]
      if slices {
        let found = try await client.send(.GET, "\(path)/slices?\(asked)")
        let rows = found["items"]?.array ?? []
        output.print(found, Self.table(slices: rows))
        failures = rows.flatMap { row in
          let name = row["name"]?.string ?? ""
          return (row["tests"]?.array ?? []).compactMap { test in
            test["reason"]?.string.map { "\(name): \($0)" }
          }
        }
      } else {
        let wanted = APIClient.escaped(require.joined(separator: ","))
        let found = try await client.send(.GET, "\(path)?\(asked)&require=\(wanted)")
        output.print(found, Self.table(classes: found))
        failures = (found["failures"]?.array ?? []).compactMap(\.string)
      }
      guard failures.isEmpty else { throw Failure(failures.joined(separator: "\n")) }
    }

    private static func table(classes found: JSON) -> String {
      var table = TextTable(
        "\(found["items"]?.integer ?? 0) items", columns: ["labelled", "AP", "AP50"], nameWidth: 24)
      let rows = found["classes"]?.array ?? []
      if rows.isEmpty { table.addLine("  nothing is labelled or predicted that can be compared so") }
      for row in rows {
        table.add(
          row["name"]?.string ?? "",
          [
            "\(row["labelled"]?.integer ?? 0)", TextTable.number(row["ap"]?.number, 3),
            TextTable.number(row["ap50"]?.number, 3),
          ])
      }
      table.addLine()
      for member in found["summary"]?.members ?? [] where member.value.number != nil {
        table.add(member.name, [TextTable.number(member.value.number, 3)])
      }
      return table.text
    }

    private static func table(slices rows: [JSON]) -> String {
      guard !rows.isEmpty else { return "no slices; make some with assay dataset slice NAME QUERY" }
      let measures = ["AP", "AP50", "AP75"]
      var table = TextTable("slice", columns: ["items"] + measures + ["required"], nameWidth: 24)
      for row in rows {
        let tests = row["tests"]?.array ?? []
        let isReached = tests.allSatisfy { $0["reached"]?.bool == true }
        table.add(
          row["name"]?.string ?? "",
          ["\(row["items"]?.integer ?? 0)"]
            + measures.map { TextTable.number(row["summary"]?[$0]?.number, 3) }
            + [tests.isEmpty ? "–" : isReached ? "reached" : "missed"])
        if let problem = row["problem"]?.string { table.addLine("  \(problem)") }
      }
      return table.text
    }
  }

  struct Slice: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "slice",
      abstract: "Save a query as a slice of a dataset, and say what predictions must reach over it.",
      discussion: """
        Without a query the slice is one that is there, whose requirements become those of --require:
          assay dataset slice night "time = night" --require AP50=0.6 --require recall:car=0.8 --dataset …
          assay dataset slice night --require AP50=0.7 --dataset …
        """)
    @Argument(help: "Its name.") var name: String
    @Argument(help: "The query.") var query: String?
    @Option(help: "What predictions must reach over it: NAME=LEAST or NAME:CLASS=LEAST.") var require:
      [String] = []
    @Option(help: "The dataset's id.") var dataset: String
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
      guard query != nil || !require.isEmpty else {
        throw ValidationError("say the query of a new slice, or with --require what one must reach")
      }
    }

    func run() async throws {
      let client = try server.client()
      let path = "/api/datasets/\(dataset)"
      let required = JSON.array(require.map { .string($0) })
      let made: JSON
      if let query {
        made = try await client.send(
          .POST, "\(path)/slices",
          ["name": .string(name), "query": .string(query), "require": required])
      } else {
        guard let id = try await Self.id(of: name, in: path, client) else {
          throw Failure("there is no slice “\(name)”; say its query to make it")
        }
        made = try await client.send(.PATCH, "\(path)/slices/\(id)", ["require": required])
      }
      output.print(made, made["id"]?.string ?? "")
    }

    /// The id of the slice called so in the dataset at a path; nil where there is none.
    static func id(of name: String, in path: String, _ client: APIClient) async throws -> String? {
      let known = try await client.send(.GET, path)["slices"]?.array ?? []
      return known.first { $0["name"]?.string == name }?["id"]?.string
    }
  }
}
