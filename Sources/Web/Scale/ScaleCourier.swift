import Foundation
import Logging
import Notation
import Platform
import ServiceLifecycle
import Store
import Synchronization

/// Tells clients of tasks that have ended, as Scale does: a POST to the task's `callback_url`, tried
/// again until it is answered with a 2xx.
struct ScaleCourier: Service {
  static let interval = Duration.milliseconds(500)
  /// Callbacks of one vault that are on their way at once.
  static let atOnce = 16

  let services: Services
  let logger: Logger

  /// The secret by which a receiver knows that a callback is ours.
  static func key(of vault: ClientVault) -> String { vault.key.pseudonym(of: "callback-auth") }

  /// What the rounds know of each client.
  private final class Rounds: Sendable {
    private struct State {
      /// When the next callback is due; absent where none waits.
      var next: [ClientID: Int64] = [:]
      /// Clients whose callbacks are on their way: a slow receiver holds up nobody else's.
      var busy: Set<ClientID> = []
    }
    private let state = Mutex(State())

    func expect(_ client: ClientID, at moment: Int64?) {
      state.withLock { state in
        state.next[client] = moment
        state.busy.remove(client)
      }
    }

    /// Clients to look into now, which count as busy until `expect`.
    func begin(open: [ClientID], now: Int64) -> [ClientID] {
      state.withLock { state in
        let ripe = state.next.filter { $0.value <= now }.map(\.key)
        let due = Set(ripe).union(open).subtracting(state.busy)
        state.busy.formUnion(due)
        return Array(due)
      }
    }
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      let rounds = Rounds()
      // A vault that is closed can hold callbacks from before; each is looked into once.
      for client in (try? await Clients(services.engine, actor: .system).list()) ?? [] {
        rounds.expect(client.id, at: 0)
      }
      await withDiscardingTaskGroup { group in
        while !Task.isCancelled {
          let now = services.engine.environment.now()
          let open = await services.engine.vaults.openClients
          for client in rounds.begin(open: open, now: now) {
            group.addTask { await round(client, isOpen: open.contains(client), rounds) }
          }
          try? await Task.sleep(for: Self.interval)
        }
      }
    }
  }

  private func round(_ client: ClientID, isOpen: Bool, _ rounds: Rounds) async {
    do {
      rounds.expect(client, at: try await deliver(client, isOpen: isOpen))
    } catch {
      logger.error("callbacks failed", metadata: ["error": "\(error)"])
      rounds.expect(client, at: services.engine.environment.now() + 10_000)
    }
  }

  /// - Returns: when the next callback of this client is due; nil where none waits.
  private func deliver(_ client: ClientID, isOpen: Bool) async throws -> Int64? {
    var next: Int64?
    let work: (ClientVault) async throws -> Void = { vault in
      let callbacks = Callbacks(vault)
      next = try await callbacks.nextDue()
      guard let first = next, first <= vault.environment.now() else { return }
      let due = try await callbacks.due(limit: Self.atOnce)
      await withTaskGroup { group in
        for one in due { group.addTask { await send(one, vault) } }
      }
      next = try await callbacks.nextDue()
    }
    if isOpen {
      try await services.engine.vaults.withoutTouching(client, work)
    } else {
      try await services.engine.vaults.with(client, work)
    }
    return next
  }

  private func send(_ due: Callbacks.Due, _ vault: ClientVault) async {
    let callbacks = Callbacks(vault)
    do {
      let (url, body) = try await ScaleDesk(vault: vault, actor: .system, services: services)
        .callback(of: due.subject)
      let (isDelivered, outcome) = await post(body, to: url, vault)
      try await callbacks.record(due, isDelivered: isDelivered, outcome: outcome)
    } catch {
      logger.error(
        "callback failed", metadata: ["subject": "\(due.subject)", "error": "\(error)"])
    }
  }

  private func post(
    _ body: JSON, to url: String, _ vault: ClientVault
  ) async -> (isDelivered: Bool, outcome: String) {
    do {
      let status = try await services.fetcher.post(
        Data(body.utf8), to: url,
        headers: [(name: "scale-callback-auth", value: Self.key(of: vault))])
      return ((200..<300).contains(status), "status \(status)")
    } catch {
      return (false, error.sentence)
    }
  }
}
