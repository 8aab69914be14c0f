import Foundation
import Logging
import Platform
import ServiceLifecycle
import Store

/// Gathers datasets from elsewhere, a few sources at once; what a server that ended left unfinished is gone on
/// with first.
final class RemoteGatherer: Service {
  /// Sources that are read at once; others wait.
  static let atOnce = 4

  private struct Order: Sendable {
    let client: ClientID
    let source: RemoteSourceID
  }

  private let engine: DataEngine
  private let fetcher: any Fetcher
  private let orders: AsyncStream<Order>
  private let entrance: AsyncStream<Order>.Continuation
  private let logger = Logger(label: "assay.gatherer")

  init(engine: DataEngine, fetcher: any Fetcher) {
    self.engine = engine
    self.fetcher = fetcher
    (orders, entrance) = AsyncStream.makeStream()
  }

  func begin(_ source: RemoteSourceID, of client: ClientID) {
    entrance.yield(Order(client: client, source: source))
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      for client in (try? await Clients(self.engine, actor: .system).list()) ?? [] {
        try? await self.engine.vaults.with(client.id) { vault in
          for source in try await RemoteSources(vault, actor: .system).unfinished() {
            self.begin(source, of: client.id)
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
        try await RemoteGathering(vault, fetcher: fetcher).run(order.source)
      }
    } catch is CancellationError {
      // The server is on its way out.
    } catch {
      logger.error("a source was not gathered", metadata: ["error": "\(error)"])
    }
  }
}
