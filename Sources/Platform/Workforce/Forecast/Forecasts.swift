import Consensus
import Foundation
import Store
import Vault
import Workflow
import Workforce

/// When the batches of a project will be done, and what that costs.
package struct Forecasts: Sendable {
  let vault: ClientVault

  package init(_ vault: ClientVault) { self.vault = vault }

  package enum Alarm: String, Hashable, Sendable, CaseIterable {
    /// It will rather be late than not.
    case late
    /// It may be late, in more than 1 case of 10.
    case atRisk = "at_risk"
  }

  package struct BatchForecast: Hashable, Sendable {
    package var batch: Batch
    /// In milliseconds since 1970; nil for none.
    package var dueAt: Int64?
    package var forecast: WorkForecast
    package var now: Int64

    package var alarm: Alarm? {
      guard let dueAt else { return nil }
      let left = (dueAt - now) / 3_600_000
      guard let hours = forecast.hours else { return .late }
      return hours.likely > left ? .late : hours.high > left ? .atRisk : nil
    }
  }

  /// Days that are looked back on.
  static let pastDays: Int64 = 14
  /// Newest answers of the vault that are counted by the hour, and tasks whose answers are.
  private static let answerLimit: Int64 = 200_000
  private static let taskLimit = 2_000

  /// Of the batches that are not done, in the order they are worked through.
  ///
  /// - Parameter cost: of an answer; nil where nothing is known.
  /// - Complexity: O(open tasks + `answerLimit`)
  package func make(for project: ProjectID, cost: WorkForecast.Cost?) async throws -> [BatchForecast] {
    let now = vault.environment.now()
    return try await vault.database.read { connection in
      let plan = try Projects.get(project, connection).plan
      let left = try left(of: project, connection)
      let batches = try connection.all(
        "SELECT \(Batch.columns) FROM batches WHERE project_id = ? ORDER BY priority DESC, created_at, id",
        [project.sql], Batch.row
      ).filter { (left[$0.id] ?? 0) > 0 }
      let extra = try extraShare(of: project, plan, connection)
      var random = SeededGenerator(seed: UInt64(bitPattern: now / 3_600_000))
      let forecasts = WorkForecast.make(
        batches.map { .init(answers: left[$0.id] ?? 0, extraShare: extra) },
        hourly: try hourly(of: project, now, connection), cost: cost, random: &random)
      return try zip(batches, forecasts).map { batch, forecast in
        BatchForecast(
          batch: batch, dueAt: try Self.dueAt(batch.id, connection), forecast: forecast, now: now)
      }
    }
  }

  /// Sets when a batch must be done; nil for no time.
  ///
  /// - Throws: `.unknown(.batch)`.
  package func setDue(_ dueAt: Int64?, for batch: BatchID, by actor: Actor) async throws {
    let record = vault.record(by: actor)
    try await vault.database.write(.flushed) { connection in
      let changed = try connection.run(
        "UPDATE batches SET due_at = ? WHERE id = ?", [.optional(dueAt), batch.sql])
      guard changed == 1 else { throw Refusal.unknown(.batch, batch.text) }
      try record.append(connection, "batch.due", batch.text)
    }
  }

  private static func dueAt(_ batch: BatchID, _ connection: any Connection) throws -> Int64? {
    try connection.first("SELECT due_at FROM batches WHERE id = ?", [batch.sql]) { $0.optionalInt(0) } ?? nil
  }

  /// Answers that are still asked for, by batch.
  private func left(of project: ProjectID, _ connection: any Connection) throws -> [BatchID: Int] {
    Dictionary(
      try connection.all(
        """
        SELECT batch_id, sum(max(0, wanted - counted)) FROM tasks
        WHERE project_id = ? AND state IN ('staged', 'open') AND gold IS NULL GROUP BY batch_id
        """, [project.sql]
      ) { ($0.id(0) as BatchID, Int($0.int(1))) }, uniquingKeysWith: +)
  }

  /// What tasks took beyond the least that the plan asks for.
  private func extraShare(
    of project: ProjectID, _ plan: QualityPlan, _ connection: any Connection
  ) throws -> Double {
    let mean = try connection.first(
      """
      SELECT avg(n) FROM (
        SELECT counted * (1 + reworks) AS n FROM tasks WHERE project_id = ? AND state = 'completed'
          AND gold IS NULL ORDER BY seq DESC LIMIT ?)
      """, [project.sql, .number(Self.taskLimit)]
    ) { $0.optionalDouble(0) } ?? nil
    return max(0, (mean ?? 0) / Double(max(1, plan.answers.min)) - 1)
  }

  /// Answers of each of the past hours, from the first that had one.
  private func hourly(
    of project: ProjectID, _ now: Int64, _ connection: any Connection
  ) throws -> [Int] {
    let hour: Int64 = 3_600_000
    let first = now - Self.pastDays * 24 * hour
    let newest = try NewAnswer.lastSeq(connection)
    var counts: [Int: Int] = [:]
    try connection.forEach(
      """
      SELECT (? - a.submitted_at) / ?, count(*) FROM answers a JOIN tasks t ON t.seq = a.task
      WHERE a.seq > ? AND t.project_id = ? AND a.stage = 'label' AND a.submitted_at > ?
        AND a.submitted_at <= ? GROUP BY 1
      """,
      [.int(now), .int(hour), .int(newest - Self.answerLimit), project.sql, .int(first), .int(now)]
    ) { row in
      counts[Int(row.int(0))] = Int(row.int(1))
      return true
    }
    guard let oldest = counts.keys.max() else { return [] }
    return (0...oldest).reversed().map { counts[$0] ?? 0 }
  }
}

extension Earnings {
  /// What the newest answers of a project cost, in the currency that most were paid in.
  package func cost(of project: ProjectID) async throws -> WorkForecast.Cost? {
    try await engine.control.read { connection in
      let rows = try connection.all(
        """
        SELECT currency, micros FROM earnings WHERE project_id = ? AND state <> 'rejected'
        ORDER BY submitted_at DESC LIMIT 2000
        """, [project.sql]
      ) { (code: $0.text(0), micros: $0.int(1)) }
      let groups = Dictionary(grouping: rows, by: \.code)
      guard let most = groups.max(by: { ($0.value.count, $1.key) < ($1.value.count, $0.key) }),
        let currency = Currency(most.key)
      else { return nil }
      return WorkForecast.Cost(currency, micros: most.value.map(\.micros))
    }
  }
}
