import Store
import Synchronization
import Workforce

/// Which project somebody works on next, of all that are open to them.
///
/// What a worker may work on is looked up once and kept for a while; that they may is asked again when they
/// take work of it. So a choice costs the same however many workers and tasks there are.
package struct WorkQueue: Sendable {
  private let engine: DataEngine

  package init(_ engine: DataEngine) { self.engine = engine }

  /// How long what is known of projects and of who may work on them is used.
  package static let keptMilliseconds: Int64 = 30_000
  /// How long a project that had nothing for somebody is not asked for them again.
  package static let emptyMilliseconds: Int64 = 30_000
  /// Projects that are named at a time.
  package static let tries = 8

  typealias Turns = FairTurns<ClientID, ProjectID>

  struct State {
    var turns = Turns()
    fileprivate var offered: (at: Int64, listings: [Directory.Listing])?
    fileprivate var admitted: [String: (at: Int64, candidates: [ClientID: [Turns.Candidate]])] = [:]
    /// By worker: projects that had nothing for them, and until when they are left out.
    fileprivate var empty: [String: [ProjectID: Int64]] = [:]
  }

  /// The projects to try for somebody, in their turn.
  ///
  /// - Complexity: that of `FairTurns.next`; once in a while O(projects)
  package func candidates(for principal: Principal) async throws -> [ProjectID] {
    let now = engine.environment.now()
    let known = try await admitted(principal, now)
    return engine.turns.withLock { state in
      let empty = state.empty[principal.workerName]?.filter { $0.value > now } ?? [:]
      state.empty[principal.workerName] = empty.isEmpty ? nil : empty
      return state.turns.next(Self.tries, of: known) { empty[$0] == nil }
    }
  }

  private func admitted(
    _ principal: Principal, _ now: Int64
  ) async throws -> [ClientID: [Turns.Candidate]] {
    let name = principal.workerName
    let known = engine.turns.withLock { $0.admitted[name] }
    if let known, known.at > now - Self.keptMilliseconds { return known.candidates }
    let listings = try await Directory(engine).admitting(principal, among: offered(now))
    let candidates = Dictionary(grouping: listings, by: \.client).mapValues { own in
      own.map { Turns.Candidate($0.project, priority: $0.routing.priority) }
        .sorted { $0.priority > $1.priority }
    }
    engine.turns.withLock { state in
      if state.admitted.count > 20_000 { state.admitted.removeAll() }
      state.admitted[name] = (now, candidates)
    }
    return candidates
  }

  private func offered(_ now: Int64) async throws -> [Directory.Listing] {
    let known = engine.turns.withLock { $0.offered }
    if let known, known.at > now - Self.keptMilliseconds { return known.listings }
    let listings = try await Directory(engine).offered()
    engine.turns.withLock { state in
      state.offered = (now, listings)
      state.turns.join(listings.map(\.client))
    }
    return listings
  }

  /// Lets go of what is known of a worker, or of all where nobody is named: something changed.
  package func forget(_ worker: String? = nil) {
    engine.turns.withLock { state in
      if let worker { state.admitted[worker] = nil } else {
        state.offered = nil
        state.admitted.removeAll()
      }
      state.empty.removeAll()
    }
  }

  package func served(_ project: ProjectID, of client: ClientID, tasks: Int) {
    engine.turns.withLock { $0.turns.served(client, project, tasks: tasks) }
  }

  package func hadNothing(_ project: ProjectID, for principal: Principal) {
    let until = engine.environment.now() + Self.emptyMilliseconds
    engine.turns.withLock { $0.empty[principal.workerName, default: [:]][project] = until }
  }
}
