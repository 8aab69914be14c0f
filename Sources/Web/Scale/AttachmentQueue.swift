import Foundation
import Logging
import Platform
import ServiceLifecycle
import Store

/// Images of new tasks, fetched ahead of their annotators, so that a client hears soon of one that
/// cannot be had. What is lost with the process, or does not fit, is fetched when it is shown.
final class AttachmentQueue: Service {
  /// Images waiting at most.
  static let limit = 10_000
  /// Images on their way at once.
  static let atOnce = 4

  private struct Item: Sendable {
    let client: ClientID
    let task: TaskID
    let url: String
  }

  private let engine: DataEngine
  private let fetcher: any Fetcher
  private let items: AsyncStream<Item>
  private let entrance: AsyncStream<Item>.Continuation

  init(engine: DataEngine, fetcher: any Fetcher) {
    self.engine = engine
    self.fetcher = fetcher
    (items, entrance) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.limit))
  }

  func add(_ url: String, of task: TaskID, _ client: ClientID) {
    entrance.yield(Item(client: client, task: task, url: url))
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        var count = 0
        for await item in self.items {
          if count >= Self.atOnce { await group.next() }
          count += 1
          group.addTask { await self.fetch(item) }
        }
      }
    }
  }

  /// Whoever is shown the task asks for the image again, and is told what is wrong.
  private func fetch(_ item: Item) async {
    _ = try? await engine.vaults.with(item.client) { vault in
      try await Attachments(vault, fetcher: fetcher).image(at: item.url, of: item.task)
    }
  }
}
