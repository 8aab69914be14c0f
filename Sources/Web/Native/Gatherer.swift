import Foundation
import Logging
import Platform
import ServiceLifecycle
import Store

/// Gathers datasets from elsewhere, reads sets that were sent, and looks at the images of both, a few at
/// once; what a server that ended left unfinished is gone on with first. Sets do not wait for sources, which
/// may wait long for what is elsewhere, nor one client's work for another's as long as there is a place.
final class Gatherer: Service {
  /// Sets that are read at once, and sources that are; others wait.
  static let setsAtOnce = 4
  static let sourcesAtOnce = 64
  /// Datasets whose images are looked at; each takes all cores.
  static let datasetsAtOnce = 4
  /// Of sets and sources, those of one client; its datasets are looked at one after the other.
  static let clientAtOnce = 2

  enum Work: Sendable {
    case source(RemoteSourceID)
    case upload(UploadID)
    /// Images of a dataset that were not looked at yet.
    case images(DatasetID)
  }

  private struct Order: Sendable {
    let client: ClientID
    let work: Work
  }

  private struct ClientLines: Sendable {
    let sets = WaitingLine(places: clientAtOnce)
    let sources = WaitingLine(places: clientAtOnce)
    let datasets = WaitingLine(places: 1)
  }

  private let engine: DataEngine
  private let fetcher: any Fetcher
  private let converter: (any SetConverter)?
  private let tiler: (any Tiler)?
  private let orders: AsyncStream<Order>
  private let entrance: AsyncStream<Order>.Continuation
  private let logger = Logger(label: "assay.gatherer")
  private let sets = WaitingLine(places: setsAtOnce)
  private let sources = WaitingLine(places: sourcesAtOnce)
  private let datasets = WaitingLine(places: datasetsAtOnce)

  init(
    engine: DataEngine, fetcher: any Fetcher, converter: (any SetConverter)?,
    tiler: (any Tiler)?
  ) {
    (self.converter, self.tiler) = (converter, tiler)
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
          try vault.blobs.dropUnfinished()
          try await Releases(vault, actor: .system).endCutOff()
          try await Uploads(vault, actor: .system).dropRead()
          for upload in try await Uploads(vault, actor: .system).unread() {
            self.begin(.upload(upload), of: client.id)
          }
          for dataset in try await ImagePreparation.due(in: vault) {
            self.begin(.images(dataset), of: client.id)
          }
        }
      }
      await withDiscardingTaskGroup { group in
        var own: [ClientID: ClientLines] = [:]
        for await order in self.orders {
          let lines = own[order.client] ?? ClientLines()
          own[order.client] = lines
          let (line, all) =
            switch order.work {
            case .upload: (lines.sets, self.sets)
            case .source: (lines.sources, self.sources)
            case .images: (lines.datasets, self.datasets)
            }
          group.addTask { await line.inTurn { await all.inTurn { await self.gather(order) } } }
        }
      }
    }
  }

  private func gather(_ order: Order) async {
    do {
      try await engine.vaults.with(order.client) { vault in
        switch order.work {
        case .source(let id):
          try await RemoteGathering(vault, fetcher: fetcher).run(id)
          let source = try await RemoteSources(vault, actor: .system).get(id)
          begin(.images(source.dataset), of: order.client)
        case .upload(let id):
          try await UploadReading(vault, by: converter, in: engine.folder).run(id)
          let upload = try await Uploads(vault, actor: .system).get(id)
          begin(.images(upload.dataset), of: order.client)
        case .images(let id):
          guard let tiler else { return }
          try await ImagePreparation(vault, dataset: id).run(by: tiler)
        }
      }
    } catch where Task.isCancelled || error is CancellationError {
      // The server is on its way out.
    } catch Refusal.unknown(.dataset, _) {
      // It was taken away meanwhile.
    } catch {
      logger.error("a source or set was not gathered", metadata: ["error": "\(error)"])
    }
  }
}
