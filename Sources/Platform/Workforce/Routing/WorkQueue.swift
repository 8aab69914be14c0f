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
  package static let emptyMilliseconds: Int64 = 5_000
  /// Projects that are tried for one request.
  package static let tries = 8

  typealias Turns = FairTurns<ClientID, ProjectID>

  struct State {
    var turns = Turns()
    fileprivate var offered: (at: Int64, listings: [Directory.Listing])?
    fileprivate var admitted: [String: (at: Int64, candidates: [ClientID: [Turns.Candidate]])] = [:]
    fileprivate var empty: [Pair: Int64] = [:]
  }

  fileprivate struct Pair: Hashable {
    var worker: String
    var project: ProjectID
  }

  /// The projects to try for somebody, in their turn.
  ///
  /// - Complexity: O(clients + projects of the clients tried); once in a while O(projects)
  package func candidates(for principal: Principal) async throws -> [ProjectID] {
    let now = engine.environment.now()
    let known = try await admitted(principal, now)
    return engine.turns.withLock { state in
      if state.empty.count > 100_000 { state.empty.removeAll() }
      let empty = Set(
        known.values.joined().map(\.project).filter { project in
          state.empty[Pair(worker: principal.workerName, project: project)].map { $0 > now } ?? false
        })
      let left =
        empty.isEmpty
        ? known : known.mapValues { $0.filter { !empty.contains($0.project) } }.filter { !$0.value.isEmpty }
      return state.turns.next(Self.tries, of: left)
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
    engine.turns.withLock { $0.offered = (now, listings) }
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
    engine.turns.withLock {
      $0.empty[Pair(worker: principal.workerName, project: project)] = until
    }
  }
}
