import ArgumentParser
import Foundation
import Notation

extension DatasetCommand {
  struct Gather: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "gather", abstract: "Gather a dataset from a bucket or an HTTP index.",
      discussion: """
        SOURCE is s3://bucket/prefix or the URL of a folder that a web server lists, or the id of a source \
        that was gathered before: what is new or other there is taken in. The server reads it; this command \
        shows how far it is, and can be left. By reference files stay where they are and are fetched when \
        they are looked at; with --copy they are brought into the vault.

        With --bucket-keys the keys of the bucket, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and \
        AWS_SESSION_TOKEN in this command's environment, are sent along and kept sealed; all that came from \
        this bucket before is read by them from then on.
        """)
    @Argument(help: "The bucket, the index, or the id of a source.") var source: String
    @Option(help: "The dataset's id.") var dataset: String
    @Flag(help: "Bring the files here.") var copy = false
    @Flag(help: "Mask personal data in texts.") var maskPersonalData = false
    @Option(help: "The URL of a store that is not Amazon's.") var endpoint: String?
    @Option(help: "The bucket's region.") var region: String?
    @Flag(help: "Send the keys of the environment along.") var bucketKeys = false
    @Option(help: "Only files whose path matches; * and ? stand for others. Can be repeated.")
    var include: [String] = []
    @Flag(help: "Return at once, without waiting for its end.") var background = false
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let client = try server.client()
      let path = "/api/datasets/\(dataset)/sources"
      var state =
        source.contains("://")
        ? try await client.send(.POST, path, body())
        : try await client.send(.POST, "\(path)/\(source)/runs", bucketKeys ? .object(keys()) : nil)
      let meter = ProgressLine(quiet: output.json)
      while !background, state["state"]?.string == "running" {
        try await Task.sleep(for: .milliseconds(300))
        state = try await client.send(.GET, "\(path)/\(state["id"]?.string ?? "")")
        meter.show(counts(state))
      }
      meter.end()
      output.print(
        state,
        ([counts(state), "source \(state["id"]?.string ?? "")"] + problems(state))
          .joined(separator: "\n"))
      if state["state"]?.string == "failed" { throw ExitCode(1) }
    }

    private func body() throws -> JSON {
      var members: [JSON.Member] = [
        .init("url", .string(source)), .init("mode", .string(copy ? "copy" : "reference")),
        .init("endpoint", .optional(endpoint)), .init("region", .optional(region)),
        .init("include", .array(include.map { .string($0) })),
        .init("mask_personal_data", .bool(maskPersonalData)),
      ]
      if bucketKeys { members += try keys() }
      return .object(members)
    }

    private func keys() throws -> [JSON.Member] {
      let environment = ProcessInfo.processInfo.environment
      guard let access = environment["AWS_ACCESS_KEY_ID"],
        let secret = environment["AWS_SECRET_ACCESS_KEY"]
      else {
        throw Failure(
          "there are no keys in the environment",
          remedy: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or leave --bucket-keys out.")
      }
      return [
        .init("access_key", .string(access)), .init("secret_key", .string(secret)),
        .init("session_token", .optional(environment["AWS_SESSION_TOKEN"])),
      ]
    }

    private func counts(_ state: JSON) -> String {
      func number(_ name: String) -> Int64 { state[name]?.integer ?? 0 }
      return
        "\(number("listed")) files listed, \(number("added")) added, \(number("changed")) changed, "
        + "\(number("skipped")) of other kinds, \(number("failed")) failed"
    }

    private func problems(_ state: JSON) -> [String] {
      (state["reason"]?.string.map { [$0] } ?? [])
        + (state["problems"]?.array ?? []).prefix(20).map {
          "  \($0["file"]?.string ?? ""): \($0["reason"]?.string ?? "")"
        }
    }
  }
}
