import ArgumentParser
import Crypto
import Formats
import Foundation
import Notation
import Platform
import Vault

/// Signed versions of a project's results, over HTTP.
struct ReleaseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "Freeze results into signed versions, and fetch them.",
    subcommands: [Create.self, List.self, Fetch.self, Diff.self, Link.self, Remove.self, Key.self])

  /// What formats could not hold, a line each.
  static func told(_ losses: JSON?) -> [String] {
    (losses?.array ?? []).map { loss in
      let format = loss["format"]?.string.map { "\($0): " } ?? ""
      return "  \(format)\(Diagnostics.Loss(loss).sentence)"
    }
  }

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "create", abstract: "Freeze what is completed now.",
      discussion: """
        Items are divided by chance over their names, the same each time; with --group-by those with one \
        value of a metadata field stay together, with --stratified each part has its share of each class.
        """)
    @Option(help: "The project's id.") var project: String?
    @Option(help: "The dataset's id, in place of a project.") var dataset: String?
    @Option(help: "Of a dataset, which items: a query.") var query: String?
    @Option(help: "Of a dataset, the label set.") var set: String?
    @Flag(help: "Take the images along.") var media = false
    @Option(help: "The release's name.") var name: String
    @Option(help: "Its parts, as train=80,val=10,test=10.") var split: String?
    @Option(help: "Keep items together by this metadata field.") var groupBy: String?
    @Flag(help: "Give each part its share of each class.") var stratified = false
    @Option(help: "Another seed divides otherwise.") var seed: String?
    @Flag(help: "Of a dataset: items in an order of chance, for shards with some of all.")
    var shuffle = false
    @Option(help: "Formats beside JSON Lines, as parquet,coco.") var formats: String?
    @Option(help: "Samples of a WebDataset shard at most; 1000 where it is not said.")
    var shardSamples: Int64?
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
      guard (project == nil) != (dataset == nil) else {
        throw ValidationError("Give --project or --dataset, one of them.")
      }
      guard groupBy == nil || !stratified else {
        throw ValidationError("Give --group-by or --stratified, one of them.")
      }
      guard dataset != nil || (query == nil && set == nil) else {
        throw ValidationError("--query and --set go with --dataset.")
      }
      guard dataset != nil || !shuffle else {
        throw ValidationError("--shuffle goes with --dataset.")
      }
    }

    func run() async throws {
      var body: [JSON.Member] = [.init("name", .string(name)), .init("media", .bool(media))]
      if let query { body.append(.init("query", .string(query))) }
      if let set { body.append(.init("set", .string(set))) }
      if let split {
        body.append(
          .init(
            "splits",
            .object(
              try split.split(separator: ",").map { part in
                let sides = part.split(separator: "=").map(String.init)
                guard sides.count == 2, let percent = Int64(sides[1]) else {
                  throw ValidationError("--split takes parts like train=80,test=20")
                }
                return .init(sides[0], .int(percent))
              })))
      }
      if let groupBy {
        body += [.init("split_by", "group"), .init("group_by", .string(groupBy))]
      } else if stratified {
        body.append(.init("split_by", "stratified"))
      }
      if let seed { body.append(.init("seed", .string(seed))) }
      if shuffle { body.append(.init("shuffle", true)) }
      if let formats {
        body.append(
          .init("formats", .array(formats.split(separator: ",").map { .string(String($0)) })))
      }
      if let shardSamples { body.append(.init("shard_samples", .int(shardSamples))) }
      let client = try server.client()
      let begun = try await client.send(
        .POST, "\(Self.owner(project, dataset))/releases", .object(body))
      let made = try await client.send(.GET, "/api/releases/\(begun["id"]?.string ?? "")?wait=300")
      guard made["state"]?.string == "completed" else {
        throw Failure(
          "the release was not made: \(made["problem"]?.string ?? made["state"]?.string ?? "")")
      }
      output.print(
        made,
        "release \(made["number"]?.integer ?? 0) \(made["id"]?.string ?? ""): "
          + "\(made["items"]?.integer ?? 0) items, "
          + "root \(made["merkle_root"]?.string ?? "")"
          + (made["problem"]?.string.map { "\n  \($0)" } ?? "")
          + (made["items"]?.integer == 0 ? "\n  nothing is in it: the query finds no item" : "")
          + ReleaseCommand.told(made["losses"]).map { "\n" + $0 }.joined())
    }

    static func owner(_ project: String?, _ dataset: String?) -> String {
      project.map { "/api/projects/\($0)" } ?? "/api/datasets/\(dataset ?? "")"
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the releases of a project or a dataset.")
    @Option(help: "The project's id.") var project: String?
    @Option(help: "The dataset's id, in place of a project.") var dataset: String?
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
      guard (project == nil) != (dataset == nil) else {
        throw ValidationError("Give --project or --dataset, one of them.")
      }
    }

    func run() async throws {
      let page = try await server.client().send(
        .GET, "\(Create.owner(project, dataset))/releases")
      output.print(
        page,
        (page["items"]?.array ?? []).map { one in
          "\(one["number"]?.integer ?? 0)  \(one["id"]?.string ?? "")  \(one["state"]?.string ?? "")  "
            + "\(one["items"]?.integer ?? 0) items  \(one["name"]?.string ?? "")"
        }.joined(separator: "\n"))
    }
  }

  struct Fetch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "fetch", abstract: "Fetch the files of a release into a folder, and verify them."
    )
    @Argument(help: "The release's id.") var release: String
    @Argument(help: "The folder.") var folder: String
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let client = try server.client()
      let shown = try await client.send(.GET, "/api/releases/\(release)")
      let link = try await client.send(.POST, "/api/releases/\(release)/links", ["hours": 1])
      guard let token = link["url"]?.string?.split(separator: "/").last else {
        throw Failure("there is no link")
      }
      let listed = (shown["files"]?.array ?? []).compactMap { $0["path"]?.string }
      if let other = ReleaseFolder(folder).others(than: listed).first {
        throw Failure(
          "\(folder): \(other) is there, which is no file of this release",
          remedy: "Name a folder that is new, or has this release only.")
      }
      let meter = ProgressLine(quiet: output.json)
      for file in shown["files"]?.array ?? [] {
        guard let path = file["path"]?.string else { continue }
        let safe = try ReleaseFolder.place(of: path, in: folder)
        let above = URL(fileURLWithPath: safe).deletingLastPathComponent().path
        do {
          try FileManager.default.createDirectory(atPath: above, withIntermediateDirectories: true)
        } catch {
          throw Failure(
            "\(above): no such folder can be made",
            remedy: "Look whether it may be written to, and whether a file has the name of a folder.")
        }
        let quoted = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
        _ = try await client.download("/feed/\(token)/\(quoted)", to: safe) {
          meter.show("\(path) \($0) bytes")
        }
      }
      meter.end()
      let files = try ReleaseFolder(folder).verify(key: nil)
      output.print(shown, "\(folder): \(files) files, verified")
    }
  }

  struct Link: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "link",
      abstract: "Make an address that opens a release's files to whoever has it, or end some.",
      discussion: "Addresses that a key made end when it is revoked.")
    @Argument(help: "The release's id.") var release: String
    @Option(help: "How long it works.") var hours: Int64 = 24
    @Flag(help: "List those that were made, in place of making one.") var list = false
    @Option(help: "End the one with this id.") var end: String?
    @Flag(help: "End all of them.") var endAll = false
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
      guard [list, end != nil, endAll].filter(\.self).count <= 1 else {
        throw ValidationError("Say one of --list, --end and --end-all.")
      }
    }

    func run() async throws {
      let client = try server.client()
      let path = "/api/releases/\(release)/links"
      if list {
        let page = try await client.send(.GET, path)
        let lines = (page["items"]?.array ?? []).map { link in
          "\(link["id"]?.string ?? "")  until \(link["expires_at"]?.string ?? "")  "
            + "by \(link["made_by"]?.string ?? "")"
            + (link["ended_at"]?.string.map { "  ended \($0)" } ?? "")
        }
        output.print(page, lines.joined(separator: "\n"))
      } else if end != nil || endAll {
        let done = try await client.send(.DELETE, path + (end.map { "?id=\(APIClient.escaped($0))" } ?? ""))
        output.print(done, "\(done["ended"]?.integer ?? 0) addresses ended")
      } else {
        let made = try await client.send(.POST, path, ["hours": .int(hours)])
        output.print(made, made["url"]?.string ?? "")
      }
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "remove", abstract: "Take a release away with its files.")
    @Argument(help: "The release's id.") var release: String
    @Flag(help: "Do not ask: its files are gone for good.") var yes = false
    @OptionGroup var server: ServerOptions

    func validate() throws {
      guard yes else {
        throw ValidationError("Its files are gone for good, and addresses of it open nothing: add --yes.")
      }
    }

    func run() async throws {
      _ = try await server.client().send(.DELETE, "/api/releases/\(release)")
      print("\(release) is gone")
    }
  }

  struct Key: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "key", abstract: "Show the public key that releases are signed by.",
      discussion: "`assay verify FOLDER --key` checks that a release is signed by it.")
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let found = try await server.client().send(.GET, "/api/signing-key")
      output.print(found, found["public_key"]?.string ?? "")
    }
  }

  struct Diff: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "diff", abstract: "Say what is other in a release than in an earlier one.")
    @Argument(help: "The release.") var release: String
    @Argument(help: "The earlier one.") var earlier: String
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let found = try await server.client().send(
        .GET, "/api/releases/\(release)/difference/\(earlier)")
      let items = (found["items"]?.array ?? []).map {
        "  \($0["what"]?.string ?? "")  \($0["name"]?.string ?? "")"
      }
      output.print(
        found,
        ([
          "\(found["added"]?.integer ?? 0) added, \(found["removed"]?.integer ?? 0) removed, "
            + "\(found["changed"]?.integer ?? 0) changed, \(found["updated"]?.integer ?? 0) updated, "
            + "\(found["same"]?.integer ?? 0) the same; \(found["moved"]?.integer ?? 0) in another part"
        ] + items).joined(separator: "\n"))
    }
  }
}

/// Checks a release without a server.
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check a release that was fetched: signature, root and every file.")

  @Argument(help: "The folder with manifest.json.") var folder: String
  @Option(help: "The public key it must be signed by; else the manifest's word is taken.") var key:
    String?

  func run() async throws {
    if let key, Data(hexadecimal: key)?.count != 32 {
      throw ValidationError("A public key is 64 hexadecimal digits, which “\(key.prefix(80))” is not.")
    }
    let count = try ReleaseFolder(folder).verify(key: key)
    print("\(folder): the signature is right and \(count) files are as they were signed")
    if key == nil { print("Whose key it is was not checked: give it with --key.") }
  }
}

/// A release on disk.
struct ReleaseFolder {
  let path: String

  /// What a system leaves in folders that it shows.
  private static let leavings: Substring = ".DS_Store"

  init(_ path: String) { self.path = path }

  static func place(of file: String, in folder: String) throws -> String {
    let parts = file.split(separator: "/", omittingEmptySubsequences: false)
    guard !file.isEmpty, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
      throw Failure("\(file) leads out of the folder")
    }
    return folder + "/" + file
  }

  /// - Returns: how many files were checked.
  func verify(key: String?) throws -> Int {
    let manifest: [UInt8]
    let signature: Data
    for name in [ReleaseManifest.name, ReleaseManifest.signatureName] where isLink(name) {
      throw Failure("\(path): \(name) is a link", remedy: "Do not train on it; fetch it anew.")
    }
    do {
      manifest = [UInt8](
        try Data(contentsOf: URL(fileURLWithPath: path + "/" + ReleaseManifest.name)))
      let text = try String(
        contentsOfFile: path + "/" + ReleaseManifest.signatureName, encoding: .utf8)
      signature = Data(hexadecimal: text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? Data()
    } catch {
      throw Failure(
        "\(path): there is no \(ReleaseManifest.name) with \(ReleaseManifest.signatureName)")
    }
    do {
      let files = try ReleaseManifest.check(manifest, signature: signature, key: key)
      for file in files { try check(file) }
      if let other = others(than: files.map(\.path)).first {
        throw ReleaseManifest.Fault.unlisted(other)
      }
      return files.count
    } catch let fault as ReleaseManifest.Fault {
      throw Failure("\(path): \(fault.sentence)", remedy: "Do not train on it; fetch it anew.")
    }
  }

  /// Files of the folder that are none of these, nor the manifest: a reader of the folder would take them as
  /// part of the release, hidden ones too.
  func others(than files: [String]) -> [String] {
    // Byte by byte: names that look alike may be of two files.
    let known = Set((files + [ReleaseManifest.name, ReleaseManifest.signatureName]).map { Array($0.utf8) })
    guard let walk = FileManager.default.enumerator(atPath: path) else { return [] }
    var others: [String] = []
    for case let file as String in walk {
      let type = walk.fileAttributes?[.type] as? FileAttributeType
      let isLeft = type == .typeRegular && file.split(separator: "/").last == Self.leavings
      guard !known.contains(Array(file.utf8)), !isLeft, type != .typeDirectory else { continue }
      others.append(file)
    }
    return others.sorted()
  }

  /// What a link leads to may be another file by the time that it is read.
  private func isLink(_ file: String) -> Bool {
    var place = path
    return file.split(separator: "/").contains { part in
      place += "/" + part
      let type = try? FileManager.default.attributesOfItem(atPath: place)[.type] as? FileAttributeType
      return type == .typeSymbolicLink
    }
  }

  private func check(_ listed: ReleaseManifest.File) throws {
    let file = listed.path
    guard !isLink(file), let handle = FileHandle(forReadingAtPath: try Self.place(of: file, in: path)) else {
      throw ReleaseManifest.Fault.missing(file)
    }
    var (hash, lines) = (SHA256(), LinesTree())
    do {
      while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
        hash.update(data: piece)
        if listed.linesRoot != nil { lines.append([UInt8](piece)) }
      }
    } catch {
      // A folder in its place, or a disk that gives it no more.
      throw ReleaseManifest.Fault.missing(file)
    }
    guard Data(hash.finalize()).hexadecimal == listed.sha256 else {
      throw ReleaseManifest.Fault.changed(file)
    }
    if let root = listed.linesRoot, lines.root != root { throw ReleaseManifest.Fault.otherLines(file) }
  }
}
