import ArgumentParser
import Notation

extension DatasetCommand {
  struct Collect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "collect",
      abstract: "Collect what a project's annotators contribute in a dataset.",
      discussion: """
        Each file of an answer becomes an item once its task is done; where a project asks for no \
        files, each text. What is settled later follows by itself. Without --project it shows what is \
        collected so far.
        """)
    @Argument(help: "The dataset's id.") var dataset: String
    @Option(help: "The project's id.") var project: String?
    @Flag(help: "Mask personal data in texts.") var maskPersonalData = false
    @Flag(help: "Take nothing more of the project; items stay.") var stop = false
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let client = try server.client()
      let path = "/api/datasets/\(dataset)/collections"
      if let project {
        _ =
          stop
          ? try await client.send(.DELETE, "\(path)/\(project)")
          : try await client.send(
            .POST, path,
            ["project": .string(project), "mask_personal_data": .bool(maskPersonalData)])
      }
      let state = try await client.send(.GET, path)
      let lines = (state["items"]?.array ?? []).map {
        "\($0["items"]?.integer ?? 0) items of \($0["name"]?.string ?? "")"
      }
      output.print(state, lines.isEmpty ? "nothing is collected" : lines.joined(separator: "\n"))
    }
  }
}
