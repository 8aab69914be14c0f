import Foundation
import Store
import Vault
import Workflow

/// What a worker does with a lease short of answering.
package struct Leases: Sendable {
  let vault: ClientVault
  let worker: String
  let project: ProjectID

  package init(_ vault: ClientVault, worker: String, project: ProjectID) {
    self.vault = vault
    self.worker = worker
    self.project = project
  }

  /// Bytes of a draft at most.
  package static let draftLimit = 4 * 1024 * 1024
  /// Characters of a reason for skipping.
  package static let reasonLimit = 500

  /// What a heartbeat says of the time at work.
  package struct Report: Hashable, Sendable {
    /// The whole time so far, in milliseconds.
    package var claimed: Int64
    /// What the lease or the heartbeat before was sealed with (`seal`).
    package var seal: String

    package init(claimed: Int64, seal: String) { (self.claimed, self.seal) = (claimed, seal) }
  }

  /// Starts a reserved lease and renews a running one.
  ///
  /// - Parameter report: of the time at work; none where it is not measured.
  /// - Throws: `.unknown(.lease)`, `.leaseEnded`; `.notPossible` for a report that does not follow on the
  ///   last one that came: made up, of another lease, or sent twice.
  package func heartbeat(_ id: LeaseID, _ report: Report? = nil) async throws -> LeaseRow {
    let now = vault.environment.now()
    return try await vault.database.write(.relaxed) { connection in
      try renew(id, at: now, connection) { lease in
        guard let report else { return }
        guard constantTimeEqual(report.seal, Self.seal(lease, vault)) else {
          throw Refusal.notPossible(
            .lease, state: "followed by another heartbeat", asked: "this one")
        }
        lease.seen = lease.seen.followed(by: report.claimed, at: now)
      }
    }
  }

  /// The server's signature on the time it has seen of a lease, which the next report must bring back.
  package static func seal(_ lease: LeaseRow, _ vault: ClientVault) -> String {
    vault.key.linkSignature(
      object: "time/\(lease.id)/\(lease.seen.milliseconds)", reader: lease.worker,
      expires: lease.seen.at)
  }

  /// Keeps what the worker has so far; an empty draft forgets it. Also a heartbeat.
  package func saveDraft(_ draft: [UInt8], of id: LeaseID) async throws {
    guard draft.count <= Self.draftLimit else {
      throw Refusal.tooLarge(what: "a draft (bytes)", limit: Self.draftLimit)
    }
    let now = vault.environment.now()
    let sealed = draft.isEmpty ? nil : vault.key.seal(draft, table: "leases", row: id)
    try await vault.database.write(.flushed) { connection in
      _ = try renew(id, at: now, connection)
      try connection.run(
        "UPDATE leases SET sealed = ? WHERE id = ?", [.optional(sealed), id.sql])
      try DraftEdits.forget(id, connection)
    }
  }

  /// The image of a task in this worker's hands, fetched where it lies elsewhere. Its size is
  /// noted, so that answers can be checked against it.
  ///
  /// - Parameter attachment: the place among the pictures beside the task's own; nil for its own.
  package func image(
    _ id: LeaseID, attachment: Int? = nil, by fetcher: any Fetcher
  ) async throws -> Assets.Asset {
    let (task, content) = try await vault.database.read { connection in
      let lease = try LeaseRow.get(id, of: worker, in: project, connection)
      guard lease.lifecycle.state.isLive else {
        throw Refusal.leaseEnded(state: lease.lifecycle.state.rawValue)
      }
      let task = try TaskRow.get(seq: lease.task, connection)
      return (task, try TaskContent.of(task, vault, connection))
    }
    let assets = Assets(vault, actor: .worker(worker))
    if let attachment {
      let all = content.attachments
      guard all.indices.contains(attachment), all[attachment].kind == "image" else {
        throw Refusal.unknown(.asset, "\(attachment)")
      }
      return try await assets.remote(all[attachment].content, by: fetcher)
    }
    guard let image = content.image else { throw Refusal.unknown(.asset, "") }
    if let id = AssetID(image) { return try await assets.get(id) }
    return try await Attachments(vault, fetcher: fetcher).image(at: image, of: task.id)
  }

  /// Gives the task back; the worker may get it again.
  package func release(_ id: LeaseID) async throws { try await end(id, .released, reason: nil) }

  /// Gives the task back for somebody else.
  package func skip(_ id: LeaseID, reason: String) async throws {
    guard reason.unicodeScalars.count <= Self.reasonLimit else {
      throw Refusal.tooLarge(what: "a reason (characters)", limit: Self.reasonLimit)
    }
    try await end(id, .skipped, reason: reason)
  }

  private func end(
    _ id: LeaseID, _ event: LeaseLifecycle.Event, reason: String?
  ) async throws {
    let record = vault.record(by: .worker(worker))
    try await vault.database.write(.flushed) { connection in
      var lease = try LeaseRow.get(id, of: worker, in: project, connection)
      _ = try step(&lease, event)
      try lease.saveState(at: record.at, reason: reason, connection)
      if event == .skipped {
        try connection.run(
          """
          INSERT INTO annotators (project_id, worker, skipped, skips_in_a_row) VALUES (?, ?, 1, 1)
          ON CONFLICT (project_id, worker)
          DO UPDATE SET skipped = skipped + 1, skips_in_a_row = skips_in_a_row + 1
          """, [project.sql, .text(worker)])
      }
      try LeaseEnd.giveBack(lease, now: record.at, connection)
      try record.append(connection, "lease.\(lease.lifecycle.state.rawValue)", id.text)
    }
  }

  /// - Throws: `.unknown(.lease)`, `.leaseEnded`.
  func renew(
    _ id: LeaseID, at now: Int64, _ connection: any Connection,
    noting note: (inout LeaseRow) throws -> Void = { _ in }
  ) throws -> LeaseRow {
    var lease = try LeaseRow.get(id, of: worker, in: project, connection)
    _ = try step(&lease, .heartbeat(until: now + Dispatch.leaseMilliseconds))
    try note(&lease)
    try lease.saveState(at: now, connection)
    return lease
  }

  private func step(
    _ lease: inout LeaseRow, _ event: LeaseLifecycle.Event
  ) throws(Refusal) -> Bool {
    do {
      return try lease.lifecycle.handle(event)
    } catch {
      throw .leaseEnded(state: lease.lifecycle.state.rawValue)
    }
  }
}
