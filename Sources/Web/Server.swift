import Foundation
import Hummingbird
import Logging
import NIOCore
import Platform
import ServiceLifecycle
import Store

/// The HTTP server over an engine.
package struct Server: Sendable {
  package var host: String
  package var port: Int
  private let services: Services
  private let logger: Logger

  package init(host: String, port: Int, services: Services, logger: Logger) {
    self.host = host
    self.port = port
    self.services = services
    self.logger = logger
  }

  /// Runs until it is told to stop.
  ///
  /// - Parameter onReady: called with the port once requests are taken.
  package func run(onReady: @escaping @Sendable (Int) async -> Void) async throws {
    let router = Router(context: VisitContext.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: SecurityHeaders())
    let gate = Gate(services: services, logger: logger)
    for route in RouteTable.all {
      router.on(RouterPath(route.path), method: route.method) { request, context in
        await gate.run(route, request, context)
      }
    }
    refuseOtherMethods(router)
    let application = Application(
      router: router,
      server: .http1(configuration: .init(additionalChannelHandlers: [SendingAhead()])),
      configuration: .init(address: .hostname(host, port: port), serverName: nil),
      services: [
        Housekeeper(engine: services.engine, logger: logger),
        PayClerk(engine: services.engine, logger: logger),
        ConductClerk(engine: services.engine, logger: logger),
        ScaleCourier(services: services, logger: logger), services.attachments,
        services.gatherer,
      ],
      onServerRunning: { channel in
        let port = channel.localAddress?.port ?? 0
        services.site.listens(on: host, port: port)
        await onReady(port)
      },
      logger: logger)
    try await application.runService()
  }

  /// Of the addresses of the API that are there, and take something else (RFC 9110, section 15.5.6).
  private func refuseOtherMethods(_ router: Router<VisitContext>) {
    let routes = RouteTable.all.filter { $0.path.hasPrefix("/api/") || $0.path.hasPrefix("/feed/") }
    for (path, routes) in Dictionary(grouping: routes, by: \.path) {
      let taken = routes.map(\.method)
      let others: [HTTPRequest.Method] = [.get, .post, .put, .patch, .delete]
      for method in others where !taken.contains(method) {
        router.on(RouterPath(path), method: method) { _, _ in
          Problem.wrongMethod(taken: taken.map(\.rawValue).sorted()).response
        }
      }
    }
  }
}

/// Takes what was earned into the books, every second, and settles what is due.
struct PayClerk: Service {
  static let interval = Duration.seconds(1)

  let engine: DataEngine
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      // What a server that was killed left behind lies in vaults that nobody opens.
      for client in (try? await Directory(engine).paying()) ?? [] {
        await attempt { try await engine.vaults.with(client) { try await collect(from: $0) } }
      }
      while !Task.isCancelled {
        for client in await engine.vaults.openClients {
          await attempt {
            try await engine.vaults.withoutTouching(client) { try await collect(from: $0) }
          }
        }
        await attempt { try await Earnings(engine).settleDue() }
        try? await Task.sleep(for: Self.interval)
      }
    }
  }

  private func collect(from vault: ClientVault) async throws {
    try await Earnings(engine).collect(from: vault)
    try await Charges(engine).collect(from: vault)
  }

  private func attempt(_ body: () async throws -> Void) async {
    do {
      try await body()
    } catch {
      logger.error("pay was not taken in", metadata: ["error": "\(error)"])
    }
  }
}

/// Looks at how people work wherever there are new answers, every so often.
struct ConductClerk: Service {
  static let interval = Duration.seconds(30)

  let engine: DataEngine
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var seen: [ClientID: Int64] = [:]
      while !Task.isCancelled {
        await attempt { try await Decisions(engine).carryOut() }
        try? await Task.sleep(for: Self.interval)
        let listings = (try? await Directory(engine).operated()) ?? []
        for client in await engine.vaults.openClients {
          guard let newest = try? await ConductReview(engine).newest(in: client),
            seen[client] != newest
          else { continue }
          seen[client] = newest
          for listing in listings where listing.client == client {
            await attempt { try await ConductReview(engine).run(on: listing) }
          }
        }
      }
    }
  }

  private func attempt(_ body: () async throws -> Void) async {
    do {
      try await body()
    } catch is CancellationError {
      // The server is on its way out.
    } catch {
      logger.error("conduct was not looked at", metadata: ["error": "\(error)"])
    }
  }
}

/// Ends overdue leases and closes idle vaults, every few seconds.
struct Housekeeper: Service {
  static let interval = Duration.seconds(2)

  let engine: DataEngine
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        for client in await engine.vaults.openClients {
          do {
            try await engine.vaults.withoutTouching(client) {
              try await Dispatch.sweep($0)
              try await Contributions.sweep($0)
            }
          } catch {
            logger.error("sweep failed", metadata: ["error": "\(error)"])
          }
        }
        await engine.vaults.closeIdle()
        do {
          try await WorkDays(engine).flush()
        } catch {
          logger.error("days at work were not written", metadata: ["error": "\(error)"])
        }
        try? await Task.sleep(for: Self.interval)
      }
    }
  }
}
