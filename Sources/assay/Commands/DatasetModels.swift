import ArgumentParser
import Foundation
import Notation
import Platform

extension DatasetCommand {
  struct Embed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "embed", abstract: "Have a model give vectors to the items that have none.",
      discussion: """
        The server asks the model at the URL, a few items at a time; this command shows how far it is. With \
        --api openai it is asked as OpenAI's embeddings are, which most servers of embeddings understand.
        """)
    @OptionGroup var model: ModelOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws { try await model.run("embeddings", server, output) }
  }

  struct Faces: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "faces",
      abstract: "Have a model look for faces, before anybody else sees the images.",
      discussion: """
        Images with faces get the field personal_data, all of them the field faces; boxes are in the label \
        set faces, class face. With --mask items get copies of their images in which faces are black, those \
        too that were flagged before; the files themselves stay in the vault.
        """)
    @OptionGroup var model: ModelOptions
    @Flag(help: "Show images with their faces black from now on.") var mask = false
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws { try await model.run("faces", masking: mask, server, output) }
  }
}

/// Which model is asked, about what.
struct ModelOptions: ParsableArguments {
  @Option(help: "The dataset's id.") var dataset: String
  @Option(name: .customLong("model-url"), help: "The model's URL.") var modelURL: String
  @Option(help: "How it is asked: assay or openai.") var api = ModelBackend.Words.assay
  @Option(help: "The model's name, as its server calls it.") var model: String?
  @Option(help: "The environment's variable that holds the model's key.") var modelKey: String?
  @Option(help: "Which items.") var query = ""

  func run(
    _ name: String, masking: Bool = false, _ server: ServerOptions, _ output: OutputOptions
  ) async throws {
    let client = try server.client()
    let path = "/api/datasets/\(dataset)/\(name)"
    let key = try modelKey.map { variable in
      guard let value = ProcessInfo.processInfo.environment[variable] else {
        throw Failure("the environment has no \(variable)")
      }
      return value
    }
    var state = try await client.send(
      .POST, path,
      ([
        "url": .string(modelURL), "api": .string(api.rawValue), "model": .optional(model),
        "key": .optional(key), "query": .string(query),
      ] as JSON).adding(masking ? [.init("mask", true)] : []))
    let meter = ProgressLine(quiet: output.json)
    while state["running"]?.bool == true {
      try await Task.sleep(for: .milliseconds(200))
      state = try await client.send(.GET, path)
      meter.show(Self.words(state))
    }
    meter.end()
    output.print(state, Self.words(state))
    if let problem = state["problem"]?.string { throw Failure(problem) }
    if let count = state["unmasked"]?.integer, count > 0 {
      throw Failure("\(count) images could not be masked; they are flagged")
    }
  }

  private static func words(_ state: JSON) -> String {
    func number(_ name: String) -> Int64 { state[name]?.integer ?? 0 }
    return
      "\(number("done")) of \(number("items")) items looked at, \(number("skipped")) could not be shown"
  }
}

extension ModelBackend.Words: ExpressibleByArgument {}
