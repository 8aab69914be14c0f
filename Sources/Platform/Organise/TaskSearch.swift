import Foundation
import Labels
import Notation
import Store
import Vault
import Workflow

/// Finds tasks over every project of a vault, newest first, a page at a time.
package struct TaskSearch: Sendable {
  let vault: ClientVault

  package init(_ vault: ClientVault) { self.vault = vault }

  package struct Filter: Hashable, Sendable {
    package var project: ProjectID?
    package var batch: BatchID?
    package var states: [TaskLifecycle.State]?
    package var types: [String] = []
    package var uniqueIDs: [String] = []
    /// Any of them.
    package var tags: [String] = []
    /// nil stands for a result nobody has said anything of.
    package var audits: [TaskRow.Audit?] = []
    /// Milliseconds since 1970; from the first on, before the second.
    package var created = Span()
    package var completed = Span()
    package var updated = Span()

    package struct Span: Hashable, Sendable {
      package var from: Int64?
      package var until: Int64?
      package init(from: Int64? = nil, until: Int64? = nil) {
        self.from = from
        self.until = until
      }
    }

    package init() {}

    /// Whether nothing but project, batch and states is asked for.
    var isOfPlaceAlone: Bool {
      var rest = self
      rest.project = nil
      rest.batch = nil
      rest.states = nil
      return rest == Filter()
    }
  }

  package struct Found: Sendable {
    package var row: TaskRow
    package var batch: String
    package var project: String
    package var content: TaskContent
    package var ontology: Ontology
    package var result: [Annotation]?
    package var settledAt: Int64?
    package var tags: [String]
    /// What the client said of the result, oldest first.
    package var audits: [Audit]
    /// Results that were given before the present one, oldest first.
    package var earlierResults: [[Annotation]]
    package var callback: Callbacks.State?
  }

  package struct Audit: Sendable {
    /// Milliseconds since 1970.
    package var at: Int64
    package var verdict: TaskRow.Audit
    package var remarks: JSON
  }

  /// - Parameters:
  ///   - before: the `seq` of the last task of the page before.
  ///   - skipping: tasks to pass over, for callers that count pages.
  /// - Complexity: O(limit) for a vault, a project, states of one, or a unique id; a batch walks
  ///   its project's tasks, other filters the vault's, from the newest on until the page is full.
  package func page(
    _ filter: Filter, before: Int64?, skipping: Int = 0, limit: Int
  ) async throws -> [Found] {
    try await vault.database.read { connection in
      var (conditions, arguments) = Self.conditions(filter)
      if let project = filter.project, filter.isOfPlaceAlone {
        (conditions, arguments) = Self.newest(
          of: project, filter, before: before, limit: skipping + limit)
      } else if let before {
        conditions.append("t.seq < ?")
        arguments.append(.int(before))
      }
      let rows = try connection.all(
        """
        SELECT \(TaskRow.columns), t.sealed FROM tasks t
        WHERE \(conditions.isEmpty ? "1" : conditions.joined(separator: " AND "))
        ORDER BY t.seq DESC LIMIT ? OFFSET ?
        """, arguments + [.number(limit), .number(skipping)]
      ) { (row: TaskRow.row($0), sealed: $0.blob(TaskRow.columnCount)) }
      return try rows.map { row, sealed in
        let plain = try vault.key.open(sealed, table: "tasks", row: row.id)
        return try found(row, try TaskContent(stored: plain), connection)
      }
    }
  }

  package func get(_ id: TaskID) async throws -> Found {
    try await vault.database.read { connection in
      let row = try TaskRow.get(id, connection)
      return try found(row, try TaskContent.of(row, vault, connection), connection)
    }
  }

  /// How many tasks there are.
  ///
  /// - Complexity: O(batches) by project, batch and state alone; else O(tasks of the filter).
  package func count(_ filter: Filter) async throws -> Int {
    if filter.isOfPlaceAlone { return try await countByBatches(filter) }
    return try await vault.database.read { connection in
      let (conditions, arguments) = Self.conditions(filter)
      return try connection.first(
        "SELECT count(*) FROM tasks t WHERE \(conditions.joined(separator: " AND "))", arguments
      ) { Int($0.int(0)) } ?? 0
    }
  }

  private func countByBatches(_ filter: Filter) async throws -> Int {
    let batches = try await vault.database.read { connection in
      try connection.all(
        """
        SELECT \(Batch.columns) FROM batches
        WHERE (? IS NULL OR project_id = ?) AND (? IS NULL OR id = ?)
        """,
        [
          .optional(filter.project?.text), .optional(filter.project?.text),
          .optional(filter.batch?.text), .optional(filter.batch?.text),
        ], Batch.row)
    }
    return batches.reduce(0) { sum, batch in
      guard let states = filter.states else { return sum + batch.counts.tasks }
      return sum + states.reduce(0) { $0 + batch.counts.tasks(in: $1) }
    }
  }

  /// Out of the index by project and state: as many of each state as could be on the page.
  private static func newest(
    of project: ProjectID, _ filter: Filter, before: Int64?, limit: Int
  ) -> (sql: [String], arguments: [SQLValue]) {
    let states = filter.states ?? TaskLifecycle.State.allCases
    let part =
      "SELECT * FROM (SELECT seq FROM tasks WHERE project_id = ? AND state = ? AND seq < ?"
      + (filter.batch == nil ? "" : " AND +batch_id = ?") + " ORDER BY seq DESC LIMIT ?)"
    return (
      ["t.seq IN (" + states.map { _ in part }.joined(separator: " UNION ALL ") + ")"],
      states.flatMap { state -> [SQLValue] in
        [project.sql, .text(state.rawValue), .int(before ?? .max)]
          + (filter.batch.map { [$0.sql] } ?? []) + [.number(limit)]
      }
    )
  }

  private static func conditions(_ filter: Filter) -> (sql: [String], arguments: [SQLValue]) {
    var sql: [String] = []
    var arguments: [SQLValue] = []
    func add(_ condition: String, _ values: [SQLValue]) {
      sql.append(condition)
      arguments += values
    }
    func marks(_ count: Int) -> String { repeatElement("?", count: count).joined(separator: ", ") }
    if !filter.uniqueIDs.isEmpty {
      add("t.unique_id IN (\(marks(filter.uniqueIDs.count)))", filter.uniqueIDs.map { .text($0) })
    }
    if let project = filter.project { add("+t.project_id = ?", [project.sql]) }
    if let batch = filter.batch { add("+t.batch_id = ?", [batch.sql]) }
    if let states = filter.states {
      add("+t.state IN (\(marks(states.count)))", states.map { .text($0.rawValue) })
    }
    if !filter.types.isEmpty {
      add("t.type IN (\(marks(filter.types.count)))", filter.types.map { .text($0) })
    }
    if !filter.tags.isEmpty {
      add(
        "t.seq IN (SELECT task FROM task_tags WHERE tag IN (\(marks(filter.tags.count))))",
        filter.tags.map { .text($0) })
    }
    if !filter.audits.isEmpty {
      let known = filter.audits.compactMap { $0 }
      let isPendingWanted = filter.audits.contains(nil)
      let pending = isPendingWanted ? " OR (t.audit IS NULL AND t.state = 'completed')" : ""
      add("(t.audit IN (\(marks(known.count)))\(pending))", known.map { .text($0.rawValue) })
    }
    for (column, span) in [
      ("t.created_at", filter.created),
      ("CASE WHEN t.state = 'completed' THEN t.ended_at END", filter.completed),
      ("coalesce(t.updated_at, t.ended_at, t.created_at)", filter.updated),
    ] {
      if let from = span.from { add("\(column) >= ?", [.int(from)]) }
      if let until = span.until { add("\(column) < ?", [.int(until)]) }
    }
    return (sql, arguments)
  }

  private func found(
    _ row: TaskRow, _ content: TaskContent, _ connection: any Connection
  ) throws -> Found {
    let reading = try vault.reading(of: row, connection)
    let names = try connection.first(
      """
      SELECT b.name, p.name FROM batches b JOIN projects p ON p.id = b.project_id WHERE b.id = ?
      """, [row.batch.sql]
    ) { (batch: $0.text(0), project: $0.text(1)) }
    let result =
      row.lifecycle.state == .completed
      ? try ConsensusRow.newest(of: row, reading, vault, connection) : nil
    return Found(
      row: row, batch: names?.batch ?? "", project: names?.project ?? "",
      content: content,
      ontology: reading.ontology, result: result?.annotations, settledAt: result?.createdAt,
      tags: try TaskTags.of(row.seq, connection), audits: try audits(of: row, connection),
      earlierResults: try ConsensusRow.earlier(of: row, reading, vault, connection),
      callback: row.hasCallback ? try Callbacks.state(of: row.seq, connection) : nil)
  }

  private func audits(of row: TaskRow, _ connection: any Connection) throws -> [Audit] {
    guard row.audit != nil else { return [] }
    return try connection.all(
      "SELECT number, sealed, at, verdict FROM audits WHERE task = ? ORDER BY number",
      [.int(row.seq)]
    ) { found in
      let plain = try vault.key.open(
        found.blob(1), table: "audits", row: "\(row.id)/\(found.int(0))")
      return Audit(
        at: found.int(2), verdict: TaskRow.Audit(rawValue: found.text(3)) ?? .commented,
        remarks: try JSON(parsing: [UInt8](plain)))
    }
  }
}

extension Batch.Counts {
  /// Tasks that are in a state now.
  func tasks(in state: TaskLifecycle.State) -> Int {
    switch state {
    case .staged: tasks - open - inReview - completed - canceled - failed
    case .open: open
    case .inReview: inReview
    case .completed: completed
    case .canceled: canceled
    case .failed: failed
    }
  }
}
