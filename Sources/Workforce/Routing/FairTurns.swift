/// Whose work is handed out next: among clients whoever was served least, so that none starves another;
/// among a client's projects the one of the highest priority, and of those that are alike again whichever
/// was served least. Start-time fair queueing (Goyal, Vin & Cheng, 1996) with turns of one task.
package struct FairTurns<Client: Hashable & Sendable, Project: Hashable & Sendable>: Sendable {
  package struct Candidate: Hashable, Sendable {
    package var project: Project
    package var priority: Int

    package init(_ project: Project, priority: Int) {
      self.project = project
      self.priority = priority
    }
  }

  private var clients: [Client: Double] = [:]
  private var projects: [Project: Double] = [:]
  /// Where who comes anew begins: what was not asked for is not owed.
  private var clock = 0.0

  package init() {}

  /// The candidates in the order in which they have their turn, as many as are asked for.
  ///
  /// - Parameter candidates: by client, the highest priority first.
  /// - Complexity: O(clients of the candidates × `count` + candidates of the clients that are chosen)
  package func next(_ count: Int, of candidates: [Client: [Candidate]]) -> [Project] {
    var left = candidates
    var chosen: [Project] = []
    while chosen.count < count, let client = left.keys.min(by: { turn($0) < turn($1) }) {
      let own = left[client] ?? []
      let top = own.prefix { $0.priority == own.first?.priority }
      if let best = top.min(by: { turn($0.project) < turn($1.project) }) {
        chosen.append(best.project)
        left[client]?.removeAll { $0.project == best.project }
      }
      if left[client]?.isEmpty ?? true { left[client] = nil }
    }
    return chosen
  }

  private func turn(_ client: Client) -> Double { max(clients[client] ?? 0, clock - 1) }

  private func turn(_ project: Project) -> Double { projects[project] ?? 0 }

  /// Notes that work was handed out.
  package mutating func served(_ client: Client, _ project: Project, tasks: Int = 1) {
    let start = turn(client)
    clock = max(clock, start)
    clients[client] = start + Double(tasks)
    projects[project, default: 0] += Double(tasks)
  }
}
