import Store
import Vault
import Workflow

extension Dispatch {
  /// Overdue leases that one claim sweeps up on its way.
  static let sweepLimit = 50

  /// Ends leases whose deadline has passed, and returns their tasks to the queue.
  ///
  /// - Returns: how many there were; call again while it is `sweepLimit`.
  @discardableResult
  static func sweep(
    now: Int64, _ vault: ClientVault, _ connection: any Connection
  ) throws -> Int {
    let due = try connection.all(
      """
      SELECT \(LeaseRow.columns) FROM leases l
      WHERE l.state IN ('reserved', 'leased') AND l.deadline <= ? ORDER BY l.deadline LIMIT ?
      """, [.int(now), .number(sweepLimit)], LeaseRow.row)
    for var lease in due {
      guard try lease.lifecycle.handle(.deadlinePassed(now: now)) else { continue }
      try lease.saveState(at: now, connection)
      try LeaseEnd.giveBack(lease, now: now, connection)
      try JournalRecord(at: now, actor: .system).append(
        connection, "lease.expired", lease.id.text)
    }
    return due.count
  }

  /// Sweeps everything that is due.
  package static func sweep(_ vault: ClientVault) async throws {
    while true {
      let now = vault.environment.now()
      let count = try await vault.database.write(.relaxed) { connection in
        try sweep(now: now, vault, connection)
      }
      if count < sweepLimit { return }
    }
  }
}

/// A task whose lease ended without an answer goes back to the queue.
enum LeaseEnd {
  static func giveBack(_ lease: LeaseRow, now: Int64, _ connection: any Connection) throws {
    let task = try TaskRow.get(seq: lease.task, connection)
    if task.gold != nil { try GoldStream.giveBack(lease, connection) }
    if task.gold == nil, lease.stage == .label {
      try connection.run(
        "UPDATE batch_shares SET given = given - 1 WHERE batch_id = ? AND worker = ? AND given > 0",
        [task.batch.sql, .text(lease.worker)])
    }
    let isItsStage = task.lifecycle.state == (lease.stage == .label ? .open : .inReview)
    guard isItsStage else { return }
    var steps = TaskSteps(task, now: now, connection)
    try steps.handle(.leaseEnded)
    try steps.save()
  }
}
