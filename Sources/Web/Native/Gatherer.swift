import Foundation
import Logging
import Platform
import ServiceLifecycle
import Store

/// Gathers datasets from elsewhere and reads sets that were sent, a few at once; what a server that ended
/// left unfinished is gone on with first.
final class Gatherer: Service {
  /// That are read at once; others wait.
  static let atOnce = 4

  enum Work: Sendable {
    case source(RemoteSourceID)
    case upload(UploadID)
  }

  private struct Order: Sendable {
    let client: ClientID
    let work: Work
  }

  private let engine: DataEngine
  private let fetcher: any Fetcher
  private let converter: (any SetConverter)?
  private let orders: AsyncStream<Order>
  private let entrance: AsyncStream<Order>.Continuation
  private let logger = Logger(label: "assay.gatherer")

  init(engine: DataEngine, fetcher: any Fetcher, converter: (any SetConverter)?) {
    self.converter = converter
    self.engine = engine
    self.fetcher = fetcher
    (orders, entrance) = AsyncStream.makeStream()
  }

  func begin(_ work: Work, of client: ClientID) {
    entrance.yield(Order(client: client, work: work))
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      for client in (try? await Clients(self.engine, actor: .system).list()) ?? [] {
        try? await self.engine.vaults.with(client.id) { vault in
          for source in try await RemoteSources(vault, actor: .system).unfinished() {
            self.begin(.source(source), of: client.id)
          }
          try await Releases(vault, actor: .system).endCutOff()
          try await Uploads(vault, actor: .system).dropRead()
          for upload in try await Uploads(vault, actor: .system).unread() {
            self.begin(.upload(upload), of: client.id)
          }
        }
      }
      await withTaskGroup(of: Void.self) { group in
        var count = 0
        for await order in self.orders {
          if count >= Self.atOnce { await group.next() }
          count += 1
          group.addTask { await self.gather(order) }
        }
      }
    }
  }

  private func gather(_ order: Order) async {
    do {
      try await engine.vaults.with(order.client) { vault in
        switch order.work {
        case .source(let id): try await RemoteGathering(vault, fetcher: fetcher).run(id)
        case .upload(let id):
          try await UploadReading(vault, by: converter, in: engine.folder).run(id)
        }
      }
    } catch is CancellationError {
      // The server is on its way out.
    } catch {
      logger.error("a source or set was not gathered", metadata: ["error": "\(error)"])
    }
  }
}
