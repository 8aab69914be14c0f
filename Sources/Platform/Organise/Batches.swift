import Foundation
import Notation
import Store
import Vault
import Workflow

/// Makes and steers the batches of one vault.
package struct Batches: Sendable {
  let vault: ClientVault
  let actor: Actor

  package init(_ vault: ClientVault, actor: Actor) {
    self.vault = vault
    self.actor = actor
  }

  /// - Parameters:
  ///   - isStaging: tasks gather and go on offer together when the batch is finalized.
  ///   - hasCallback: somebody is told of its end.
  ///   - isCalibration: it tries the instructions out, before any other work is handed out.
  package func create(
    in project: ProjectID, name: String, isStaging: Bool = false, priority: Int = 0,
    plan: QualityPlan? = nil, request: JSON? = nil, hasCallback: Bool = false,
    isCalibration: Bool = false
  ) async throws -> Batch {
    let plan = isCalibration ? plan ?? InstructionCalibration.defaultPlan : plan
    if let fault = plan?.fault { throw Refusal.invalid(path: "plan", problem: fault) }
    if isCalibration, let plan, plan.answers.min < InstructionCalibration.leastAnswers {
      throw Refusal.invalid(
        path: "plan.answers.min",
        problem: "must be at least \(InstructionCalibration.leastAnswers) to see whether people agree")
    }
    let record = vault.record(by: actor)
    let batch = Batch(
      id: vault.environment.newID(), project: project,
      name: try Naming.checked(name, limit: 200), state: isStaging ? .staging : .inProgress,
      priority: priority, plan: plan, createdAt: record.at,
      calibration: isCalibration ? .open : nil)
    try await vault.database.write(.flushed) { connection in
      _ = try Projects.get(project, connection)
      let isTaken =
        request == nil
        ? try Self.find(batch.name, in: project, connection) != nil
        : try !Self.named(batch.name, connection).isEmpty
      guard !isTaken else { throw Refusal.taken(.batch, batch.name) }
      try batch.insert(connection)
      if let request { try store(request, of: batch.id, connection) }
      if hasCallback {
        try connection.run("UPDATE batches SET has_callback = 1 WHERE id = ?", [batch.id.sql])
      }
      try record.append(connection, "batch.created", batch.id.text)
    }
    return batch
  }

  /// What the API it came through keeps of a batch: its metadata and the like.
  package func request(of id: BatchID) async throws -> JSON {
    try await vault.database.read { connection in
      let sealed = try connection.first(
        "SELECT request FROM batches WHERE id = ?", [id.sql]
      ) { $0.optionalBlob(0) }
      guard let sealed = sealed ?? nil else { return [:] }
      return try JSON(
        parsing: [UInt8](try vault.key.open(sealed, table: "batches", row: id)))
    }
  }

  package func setRequest(_ request: JSON, of id: BatchID) async throws {
    let record = vault.record(by: actor)
    try await vault.database.write(.flushed) { connection in
      try store(request, of: id, connection)
      try record.append(connection, "batch.described", id.text)
    }
  }

  private func store(_ request: JSON, of id: BatchID, _ connection: any Connection) throws {
    try connection.run(
      "UPDATE batches SET request = ? WHERE id = ?",
      [.blob(vault.key.seal(request.utf8, table: "batches", row: id)), id.sql])
  }

  /// By a name that is looked for in every project, as Scale's are; the oldest of that name.
  package func find(_ name: String) async throws -> Batch {
    let found = try await vault.database.read { try Self.named(name, $0).first }
    guard let found else { throw Refusal.unknown(.batch, name) }
    return found
  }

  private static func named(_ name: String, _ connection: any Connection) throws -> [Batch] {
    guard name != Batch.defaultName else { return [] }
    return try connection.all(
      "SELECT \(Batch.columns) FROM batches WHERE name = ? ORDER BY id", [.text(name)], Batch.row)
  }

  package func find(_ name: String, in project: ProjectID) async throws -> Batch {
    let found = try await vault.database.read { try Self.find(name, in: project, $0) }
    guard let found else { throw Refusal.unknown(.batch, name) }
    return found
  }

  /// The batch that takes the tasks of a project that name none.
  package func defaultOne(of project: ProjectID) async throws -> Batch {
    try await find(Batch.defaultName, in: project)
  }

  /// Every batch that was made by name, newest first.
  ///
  /// - Complexity: O(batches of the vault)
  package func all(in project: ProjectID?) async throws -> [Batch] {
    try await vault.database.read { connection in
      try connection.all(
        """
        SELECT \(Batch.columns) FROM batches
        WHERE name <> ? AND (? IS NULL OR project_id = ?)
        ORDER BY created_at DESC, id DESC
        """,
        [.text(Batch.defaultName), .optional(project?.text), .optional(project?.text)], Batch.row)
    }
  }

  package func list(in project: ProjectID, after: BatchID?, limit: Int) async throws -> [Batch] {
    try await vault.database.read { connection in
      _ = try Projects.get(project, connection)
      return try connection.all(
        """
        SELECT \(Batch.columns) FROM batches WHERE project_id = ? AND id > ? ORDER BY id LIMIT ?
        """, [project.sql, .text(after?.text ?? ""), .number(limit)], Batch.row)
    }
  }

  package func get(_ id: BatchID) async throws -> Batch {
    try await vault.database.read { try Self.get(id, $0) }
  }

  static func get(_ id: BatchID, _ connection: any Connection) throws -> Batch {
    let batch = try connection.first(
      "SELECT \(Batch.columns) FROM batches WHERE id = ?", [id.sql], Batch.row)
    guard let batch else { throw Refusal.unknown(.batch, id.text) }
    return batch
  }

  static func find(
    _ name: String, in project: ProjectID, _ connection: any Connection
  ) throws -> Batch? {
    try connection.first(
      "SELECT \(Batch.columns) FROM batches WHERE project_id = ? AND name = ?",
      [project.sql, .text(name)], Batch.row)
  }

  /// The sum over every batch of a project.
  ///
  /// - Complexity: O(batches)
  static func counts(of project: ProjectID, _ connection: any Connection) throws -> Batch.Counts {
    try connection.all(
      "SELECT \(Batch.columns) FROM batches WHERE project_id = ?", [project.sql], Batch.row
    ).reduce(Batch.Counts()) { $0 + $1.counts }
  }

  package func counts(of project: ProjectID) async throws -> Batch.Counts {
    try await vault.database.read { try Self.counts(of: project, $0) }
  }

  /// The batches that were made by name and have not ended, in the order their tasks are handed
  /// out.
  package func pending() async throws -> [Batch] {
    try await vault.database.read { try Self.pending($0) }
  }

  private static func pending(_ connection: any Connection) throws -> [Batch] {
    try connection.all(
      """
      SELECT \(Batch.columns) FROM batches
      WHERE name <> ? AND state <> 'completed' AND state <> 'canceled'
      ORDER BY priority DESC, created_at, id
      """, [.text(Batch.defaultName)], Batch.row)
  }

  /// Hands out the tasks of pending batches in this order; nil: as they were made, those with
  /// `isFirst` before the rest.
  ///
  /// - Throws: `.invalid` where a pending batch is missing.
  package func setOrder(
    _ order: [BatchID]?, isFirst: @escaping @Sendable (Batch) -> Bool = { _ in false }
  ) async throws {
    let record = vault.record(by: actor)
    try await vault.database.write(.flushed) { connection in
      let pending = try Self.pending(connection)
      if let order, let missing = pending.first(where: { !order.contains($0.id) }) {
        throw Refusal.invalid(
          path: "batches", problem: "must name every pending batch; “\(missing.name)” is missing")
      }
      for batch in pending {
        let priority =
          order.map { $0.count - ($0.firstIndex(of: batch.id) ?? $0.count) }
          ?? (isFirst(batch) ? 1 : 0)
        try connection.run(
          "UPDATE batches SET priority = ? WHERE id = ?", [.number(priority), batch.id.sql])
      }
      try record.append(connection, "batches.ordered", "")
    }
  }

  /// Takes one step of the batch's life; finalizing puts its staged tasks on offer, canceling
  /// ends those that are live.
  package func handle(_ event: BatchLifecycle.Event, of id: BatchID) async throws -> Batch {
    let record = vault.record(by: actor)
    return try await vault.database.write(.flushed) { connection in
      var batch = try Self.get(id, connection)
      var life = BatchLifecycle(state: batch.state)
      do {
        try life.handle(event)
      } catch {
        throw Refusal.notPossible(.batch, state: batch.state.rawValue, asked: event.noun)
      }
      batch.state = life.state
      try connection.run(
        "UPDATE batches SET state = ? WHERE id = ?", [.text(life.state.rawValue), id.sql])
      switch event {
      case .finalized: try Self.openStaged(id, connection)
      case .canceled: try Self.cancelTasks(id, at: record.at, connection)
      default: break
      }
      try record.append(
        connection, "batch.changed", id.text, ["state": .string(life.state.rawValue)])
      return try Self.get(id, connection)
    }
  }

  private static func openStaged(_ id: BatchID, _ connection: any Connection) throws {
    let opened = try connection.run(
      """
      UPDATE tasks SET state = 'open', open_slots = wanted WHERE batch_id = ? AND state = 'staged'
      """, [id.sql])
    try connection.run(
      "UPDATE batches SET open = open + ? WHERE id = ?", [.number(opened), id.sql])
  }

  private static func cancelTasks(
    _ id: BatchID, at: Int64, _ connection: any Connection
  ) throws {
    try connection.run(
      """
      UPDATE leases SET state = 'revoked', ended_at = ? WHERE state IN ('reserved', 'leased')
      AND task IN (SELECT seq FROM tasks WHERE batch_id = ?)
      """, [.int(at), id.sql])
    let canceled = try connection.run(
      """
      UPDATE tasks SET state = 'canceled', open_slots = 0, leased = 0, ended_at = ?
      WHERE batch_id = ? AND state IN ('staged', 'open', 'inReview')
      """, [.int(at), id.sql])
    try connection.run(
      "UPDATE batches SET open = 0, in_review = 0, canceled = canceled + ? WHERE id = ?",
      [.number(canceled), id.sql])
  }
}

/// Brings a changed plan to the tasks that are on offer.
enum PlanChange {
  /// Tasks whose first round asks for fewer or more answers now get or lose slots; those that gain
  /// some go to the returning lane, so that workers who passed them see them again.
  ///
  /// - Complexity: O(open tasks of the project)
  static func apply(
    _ plan: QualityPlan, to project: ProjectID, _ connection: any Connection
  ) throws {
    let base = try QueuePosition.next(connection)
    let wanted = SQLValue.number(plan.answers.min)
    let scope = """
      project_id = ? AND state = 'open'
      AND batch_id IN (SELECT id FROM batches WHERE project_id = ? AND plan IS NULL)
      """
    try connection.run(
      """
      UPDATE tasks SET
        wanted = max(?, counted, 1),
        rank = CASE WHEN max(?, counted, 1) - counted - leased > open_slots
          THEN rank | 1 ELSE rank END,
        queue_seq = CASE WHEN max(?, counted, 1) - counted - leased > open_slots
          THEN ? + seq ELSE queue_seq END,
        open_slots = max(0, max(?, counted, 1) - counted - leased)
      WHERE \(scope)
      """, [wanted, wanted, wanted, .int(base), wanted, project.sql, project.sql])
    try connection.run(
      "UPDATE counters SET value = value + (SELECT coalesce(max(seq), 0) FROM tasks) "
        + "WHERE name = 'queue'", [])
  }
}

/// Places in the queue: they only grow, so a worker's cursor never has to look back.
enum QueuePosition {
  static func next(_ connection: any Connection) throws -> Int64 {
    try connection.first(
      "UPDATE counters SET value = value + 1 WHERE name = 'queue' RETURNING value"
    ) { $0.int(0) } ?? 0
  }
}
