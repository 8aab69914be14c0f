import Store

/// What settles, one after the other: for training that goes on while people label. A cursor names a
/// place that was read; what comes after it comes once, in order.
package struct LiveFeed: Sendable {
  private let vault: ClientVault

  package init(_ vault: ClientVault) { self.vault = vault }

  package struct Event: Hashable, Sendable {
    /// Grows, and is never used twice.
    package var cursor: Int64
    package var task: TaskID
    package var at: Int64
  }

  /// Notes that a task has a result that stands, new or another, or one that stands no more.
  static func note(_ task: TaskRow, at: Int64, _ connection: any Connection) throws {
    try connection.run(
      "INSERT INTO feed_events (project_id, task, at) VALUES (?, ?, ?)",
      [task.project.sql, .int(task.seq), .int(at)])
  }

  /// Notes results that came with their tasks: of those made after one.
  ///
  /// - Complexity: O(tasks after it)
  static func note(
    of project: ProjectID, after seq: Int64, at: Int64, _ connection: any Connection
  ) throws {
    try connection.run(
      """
      INSERT INTO feed_events (project_id, task, at)
      SELECT project_id, seq, ? FROM tasks
      WHERE seq > ? AND project_id = ? AND state = 'completed' AND gold IS NULL ORDER BY seq
      """, [.int(at), .int(seq), project.sql])
  }

  /// - Complexity: O(log events + limit)
  package func events(
    of project: ProjectID, after cursor: Int64, limit: Int
  ) async throws -> [Event] {
    try await vault.database.read { connection in
      try connection.all(
        """
        SELECT f.seq, t.id, f.at FROM feed_events f JOIN tasks t ON t.seq = f.task
        WHERE f.project_id = ? AND f.seq > ? ORDER BY f.seq LIMIT ?
        """, [project.sql, .int(cursor), .number(limit)]
      ) { Event(cursor: $0.int(0), task: $0.id(1), at: $0.int(2)) }
    }
  }

  /// What settled after a cursor, for whoever follows a project inside the vault.
  struct News {
    /// Those that are completed, each once, in order.
    var tasks: [TaskRow] = []
    /// The place up to which this was read.
    var cursor: Int64
    /// Events that were read.
    var events: Int
  }

  /// - Returns: nil where there is nothing.
  static func news(
    of project: ProjectID, after cursor: Int64, limit: Int, _ connection: any Connection
  ) throws -> News? {
    let events = try connection.all(
      "SELECT seq, task FROM feed_events WHERE project_id = ? AND seq > ? ORDER BY seq LIMIT ?",
      [project.sql, .int(cursor), .number(limit)]
    ) { (seq: $0.int(0), task: $0.int(1)) }
    guard let last = events.last?.seq else { return nil }
    var news = News(cursor: last, events: events.count)
    var seen: Set<Int64> = []
    for event in events where seen.insert(event.task).inserted {
      let task = try TaskRow.get(seq: event.task, connection)
      if task.lifecycle.state == .completed { news.tasks.append(task) }
    }
    return news
  }

  /// Where the feed is now.
  package func head(of project: ProjectID) async throws -> Int64 {
    try await vault.database.read { connection in
      try connection.first(
        "SELECT coalesce(max(seq), 0) FROM feed_events WHERE project_id = ?", [project.sql]
      ) { $0.int(0) } ?? 0
    }
  }
}
