import ArgumentParser
import Decoding
import Foundation
import Logging
import Platform
import Store
import Web

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serve the API and the workbench over a data folder.",
    discussion: "Prints one line with the URL once it takes requests. The folder is made if new.")

  @OptionGroup var folder: DataOptions

  @Option(help: "The address to listen on.")
  var host = "127.0.0.1"

  @Option(help: "The port to listen on; 0 takes any free one.")
  var port = 8080

  @Option(help: "A range of private addresses that imports may fetch from, like 10.1.0.0/16.")
  var egressAllow: [String] = []

  @Option(
    help: "How clients reach this server, for links in responses; its own address if left out.")
  var publicURL: String?

  @Option(help: "Serve the workbench from this folder, for developing.")
  var workbench: String?

  func run() async throws {
    let ranges = try egressAllow.map { text in
      guard let range = AddressRange(text) else {
        throw ValidationError("--egress-allow takes a range like 10.1.0.0/16, not “\(text)”")
      }
      return range
    }
    let server = try await RunningServer(
      data: folder.data, host: host, port: port, egressAllow: ranges, workbench: workbench,
      publicURL: publicURL)
    try await server.run { port in
      let shown = host.contains(":") ? "[\(host)]" : host
      Console.say("Assay is ready at http://\(shown):\(port)")
    }
  }
}

/// A server with everything behind it.
struct RunningServer {
  let engine: DataEngine
  private let server: Server
  private let lock: Int32

  init(
    data: String, host: String, port: Int, egressAllow: [AddressRange], workbench: String?,
    publicURL: String? = nil, logLevel: Logger.Level = .warning
  ) async throws {
    let folder = DataFolder(path: data)
    do {
      try folder.make()
      lock = try folder.lockForServer()
    } catch {
      throw Failure(error)
    }
    Spool.clear(folder: folder.spoolPath)
    engine = try await Composition.engine(data)
    var logger = Logger(label: "assay") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = logLevel
    server = Server(
      host: host, port: port,
      services: Services(
        engine: engine, signIn: SignIn(engine),
        fetcher: GuardedFetcher(allowed: egressAllow), tiler: await Vips(program: OwnProgram.path),
        converter: OwnConverter(), workbench: workbench.map(WorkbenchAssets.folder) ?? .embedded(),
        publicURL: publicURL), logger: logger)
  }

  func run(onReady: @escaping @Sendable (Int) async -> Void) async throws {
    do {
      try await server.run(onReady: onReady)
      await engine.close()
    } catch {
      await engine.close()
      guard !"\(error)".contains("Address already in use") else {
        throw Failure(
          "\(server.host) has something at port \(server.port) already",
          remedy: "Stop it, or choose another with --port.")
      }
      throw Failure("the server stopped: \(error)")
    }
  }
}
