/// Whose work is handed out next: among clients whoever was served least, so that none starves another;
/// among a client's projects the one of the highest priority, and of those that are alike whichever was
/// served longest ago. Start-time fair queueing (Goyal, Vin & Cheng, 1996) with turns of one task.
package struct FairTurns<Client: Hashable & Sendable, Project: Hashable & Sendable>: Sendable {
  package struct Candidate: Hashable, Sendable {
    package var project: Project
    package var priority: Int

    package init(_ project: Project, priority: Int) {
      self.project = project
      self.priority = priority
    }
  }

  private var turns: [Client: Double] = [:]
  /// Where their client was when they were last served; one that never was goes first.
  private var projects: [Project: Double] = [:]
  /// The least served first.
  private var order: [Client] = []
  /// Where who comes anew begins: what was not asked for is not owed.
  private var clock = 0.0

  package init() {}

  /// Makes clients known; those that are not have no turn.
  package mutating func join(_ clients: some Sequence<Client>) {
    for client in clients where turns[client] == nil {
      turns[client] = clock - 1
      place(client)
    }
  }

  /// The candidates in the order in which they have their turn, as many as are asked for: first the best of
  /// each client, then what else they have.
  ///
  /// - Parameters:
  ///   - candidates: by client, the highest priority first.
  ///   - isOpen: whether a project is to be tried.
  /// - Complexity: O(clients that are passed over + candidates of those that are not); with clients that
  ///   most people may work for, the same for any number of them.
  package func next(
    _ count: Int, of candidates: [Client: [Candidate]], where isOpen: (Project) -> Bool = { _ in true }
  ) -> [Project] {
    var chosen: [Project] = []
    var rest: [Project] = []
    for client in order {
      guard chosen.count < count else { return chosen }
      guard let own = candidates[client]?.filter({ isOpen($0.project) }), let first = own.first else {
        continue
      }
      let top = own.prefix { $0.priority == first.priority }
      let best = top.min { turn($0.project) < turn($1.project) } ?? first
      chosen.append(best.project)
      rest += own.lazy.map(\.project).filter { $0 != best.project }
    }
    return Array((chosen + rest).prefix(count))
  }

  private func turn(_ project: Project) -> Double { projects[project] ?? -.infinity }

  /// Notes that work was handed out.
  ///
  /// - Complexity: O(clients), to keep their order
  package mutating func served(_ client: Client, _ project: Project, tasks: Int = 1) {
    let start = max(turns[client] ?? 0, clock - 1)
    clock = max(clock, start)
    if let place = order.firstIndex(of: client) { order.remove(at: place) }
    turns[client] = start + Double(tasks)
    place(client)
    projects[project] = start + Double(tasks)
  }

  /// Behind all that were served as much.
  private mutating func place(_ client: Client) {
    let turn = turns[client] ?? 0
    var (low, high) = (0, order.count)
    while low < high {
      let middle = (low + high) / 2
      if (turns[order[middle]] ?? 0) <= turn { low = middle + 1 } else { high = middle }
    }
    order.insert(client, at: low)
  }
}
