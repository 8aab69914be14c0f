import ArgumentParser
import Notation

extension DatasetCommand {
  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "remove",
      abstract: "Take a dataset away, or some of what is in it.",
      discussion: """
        Without one of --items, --set, --slice and --vectors the dataset itself goes, which has no releases \
        any more. Tasks that were made of items stay, and so do files, unless --files says otherwise: then \
        those go for good that no other item has, as where somebody takes a consent back.
          assay dataset remove --dataset … --items 'meta.person = "p-17"' --files --yes
        """)
    @Option(help: "The dataset's id.") var dataset: String
    @Option(help: "Take out the items that this query finds.") var items: String?
    @Option(help: "Take a set of predictions away.") var set: String?
    @Option(help: "Take a slice away; its items stay.") var slice: String?
    @Flag(help: "Take the vectors away, so that those of another model can be sent.") var vectors = false
    @Flag(help: "Take the files of items along that no other item has.") var files = false
    @Flag(help: "Do not ask: what goes does not come back.") var yes = false
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
      let chosen = [items != nil, set != nil, slice != nil, vectors].filter(\.self).count
      guard chosen <= 1 else {
        throw ValidationError("Say one of --items, --set, --slice and --vectors.")
      }
      guard !files || items != nil || chosen == 0 else {
        throw ValidationError("--files goes with --items, or with the whole dataset.")
      }
      guard yes else { throw ValidationError("What goes does not come back: say --yes.") }
    }

    func run() async throws {
      let client = try server.client()
      let path = "/api/datasets/\(dataset)"
      if let items {
        let report = try await client.send(
          .POST, "\(path)/removals", ["query": .string(items), "files": .bool(files)])
        let gone = report["files"]?.integer ?? 0
        let told = "\(report["removed"]?.integer ?? 0) items taken out"
        return output.print(report, files ? "\(told), \(gone) files with them" : told)
      }
      if let slice {
        guard let id = try await Slice.id(of: slice, in: path, client) else {
          throw Failure("there is no slice “\(slice)”")
        }
        _ = try await client.send(.DELETE, "\(path)/slices/\(id)")
      } else if let set {
        _ = try await client.send(.DELETE, "\(path)/sets/\(APIClient.escaped(set))")
      } else if vectors {
        _ = try await client.send(.DELETE, "\(path)/vectors")
      } else {
        _ = try await client.send(.DELETE, files ? "\(path)?files=true" : path)
      }
      output.print(["removed": true], "taken away")
    }
  }
}
