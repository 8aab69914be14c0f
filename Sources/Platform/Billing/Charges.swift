import Foundation
import Store
import Vault
import Workforce

/// A task that is done and is to be charged: written with its end, and taken into the books afterwards.
struct ChargeEvent: Hashable, Sendable {
  var number: Int64
  var task: TaskID
  var project: ProjectID
  var priceVersion: Int
  var at: Int64

  /// Where the project has a price.
  static func note(_ task: TaskRow, at: Int64, _ connection: any Connection) throws {
    try connection.run(
      """
      INSERT INTO charge_events (task, project_id, price_version, at)
      SELECT ?, id, price_version, ? FROM projects WHERE id = ? AND price_version IS NOT NULL
      """, [task.id.sql, .int(at), task.project.sql])
  }

  static func oldest(
    after number: Int64, limit: Int, _ connection: any Connection
  ) throws -> [ChargeEvent] {
    try connection.all(
      """
      SELECT number, task, project_id, price_version, at FROM charge_events
      WHERE number > ? ORDER BY number LIMIT ?
      """, [.int(number), .number(limit)]
    ) { row in
      ChargeEvent(
        number: row.int(0), task: row.id(1), project: row.id(2), priceVersion: Int(row.int(3)),
        at: row.int(4))
    }
  }
}

/// What a project's tasks cost its client.
package struct ClientPrice: Hashable, Sendable {
  package var version: Int
  package var madeAt: Int64
  /// For a task that is done.
  package var perTask: Money
  /// In micro-units of the same currency: once it is spent, no more work is handed out; nil for no limit.
  package var budget: Int64?
}

/// What clients are charged, by their price list, within their budgets.
package struct Charges: Sendable {
  let engine: DataEngine

  package init(_ engine: DataEngine) { self.engine = engine }

  /// Events of one transaction.
  private static let portion = 500

  // MARK: Prices

  /// Tasks that end from now on are charged at this price.
  ///
  /// - Throws: `.unknown(.project)`, `.invalid` for what is below 0 or beyond `PayRate.rateLimit`.
  package func setPrice(
    _ perTask: Money, budget: Int64?, for project: ProjectID, by actor: Actor
  ) async throws -> ClientPrice {
    for (path, micros) in [("per_task", perTask.micros), ("budget", budget ?? 0)] {
      guard micros >= 0, micros <= Self.limit else {
        throw Refusal.invalid(path: path, problem: "must be 0 to \(Self.limit / 1_000_000)")
      }
    }
    guard let client = try await Directory(engine).find(project)?.client else {
      throw Refusal.unknown(.project, project.text)
    }
    if let known = try await self.price(of: project)?.perTask.currency, known != perTask.currency {
      // A budget is of one currency.
      throw Refusal.invalid(path: "currency", problem: "must stay \(known.code)")
    }
    let record = engine.record(by: actor)
    let price = try await engine.control.write(.flushed) { connection in
      let last = try connection.first(
        "SELECT coalesce(max(version), 0) FROM client_prices WHERE project_id = ?", [project.sql]
      ) { Int($0.int(0)) }
      let price = ClientPrice(
        version: (last ?? 0) + 1, madeAt: record.at, perTask: perTask, budget: budget)
      try connection.run(
        "INSERT INTO client_prices VALUES (?, ?, ?, ?, ?, ?)",
        [
          project.sql, .number(price.version), .int(price.madeAt), .text(perTask.currency.code),
          .int(perTask.micros), .optional(budget),
        ])
      try connection.run(
        "UPDATE project_directory SET price_version = ? WHERE project_id = ?",
        [.number(price.version), project.sql])
      try record.append(connection, "price.changed", project.text, ["version": .count(price.version)])
      return price
    }
    // Where the server ends here, the clerk does it.
    try await engine.vaults.with(client) { try await follow($0) }
    return price
  }

  /// Tells a vault the versions of its projects' prices that it does not know yet.
  private func follow(_ vault: ClientVault) async throws {
    let prices = try await engine.control.read { connection in
      try connection.all(
        """
        SELECT project_id, price_version FROM project_directory
        WHERE client_id = ? AND price_version IS NOT NULL
        """, [vault.clientID.sql]
      ) { (project: $0.id(0) as ProjectID, version: $0.int(1)) }
    }
    guard !prices.isEmpty else { return }
    let late = try await vault.database.read { connection in
      try prices.filter { price in
        let known = try connection.first(
          "SELECT coalesce(price_version, 0) FROM projects WHERE id = ?", [price.project.sql]
        ) { $0.int(0) }
        return known.map { $0 < price.version } ?? false
      }
    }
    guard !late.isEmpty else { return }
    try await vault.database.write(.flushed) { connection in
      for price in late {
        try connection.run(
          "UPDATE projects SET price_version = ? WHERE id = ? AND coalesce(price_version, 0) < ?",
          [.int(price.version), price.project.sql, .int(price.version)])
      }
    }
  }

  /// Of prices and budgets, in micro-units.
  package static let limit: Int64 = 1_000_000_000 * 1_000_000

  package func price(of project: ProjectID) async throws -> ClientPrice? {
    try await engine.control.read { try Self.price(of: project, version: nil, $0) }
  }

  private static func price(
    of project: ProjectID, version: Int?, _ connection: any Connection
  ) throws -> ClientPrice? {
    try connection.first(
      """
      SELECT version, made_at, currency, per_task, budget FROM client_prices
      WHERE project_id = ? AND (? IS NULL OR version = ?) ORDER BY version DESC LIMIT 1
      """, [project.sql, .optional(version.map(Int64.init)), .optional(version.map(Int64.init))]
    ) { row in
      guard let currency = Currency(row.text(2)) else {
        throw StoreError.corrupt("currency \(row.text(2))")
      }
      return ClientPrice(
        version: Int(row.int(0)), madeAt: row.int(1), perTask: Money(micros: row.int(3), currency),
        budget: row.optionalInt(4))
    }
  }

  // MARK: Charging

  /// Takes what is done in a vault into the books. Done again after a crash it changes nothing more.
  ///
  /// - Returns: how many tasks it took.
  @discardableResult
  package func collect(from vault: ClientVault) async throws -> Int {
    try await follow(vault)
    var (taken, last) = (0, Int64(0))
    while true {
      let after = last
      let events = try await vault.database.read {
        try ChargeEvent.oldest(after: after, limit: Self.portion, $0)
      }
      guard let newest = events.last else { return taken }
      last = newest.number
      let done = try await engine.control.write(.flushed) { connection in
        // What has a price that nobody here knows yet stays: it may be known after a restore.
        try events.filter { event in
          let price = try Self.price(of: event.project, version: event.priceVersion, connection)
          guard let price else { return false }
          guard price.perTask.micros > 0 else { return true }
          try Ledger.post(
            LedgerEntry(
              .charged, key: "charged/\(event.task)", price.perTask,
              debit: Account(.receivable, vault.clientID.text),
              credit: Account(.revenue, event.project.text)), at: event.at, connection)
          return true
        }
      }
      try await vault.database.write(.relaxed) { connection in
        for event in done {
          try connection.run("DELETE FROM charge_events WHERE number = ?", [.int(event.number)])
        }
      }
      taken += done.count
    }
  }

  /// Takes something of what a project was charged back, or charges more.
  ///
  /// - Parameters:
  ///   - amount: above 0 is a credit.
  ///   - key: the operator's own; said twice, it counts once.
  /// - Returns: whether it is new.
  /// - Throws: `.taken` for a key that stands for something else.
  package func credit(
    _ amount: Money, on project: ProjectID, reason: String, key: String, by actor: Actor
  ) async throws -> Bool {
    guard amount.micros != 0, amount.micros.magnitude <= Self.limit.magnitude else {
      throw Refusal.invalid(path: "amount", problem: "must be other than 0")
    }
    guard (1...100).contains(key.unicodeScalars.count) else {
      throw Refusal.invalid(path: "key", problem: "must have 1 to 100 characters")
    }
    let reason = try Decisions.checked(reason)
    guard let client = try await Directory(engine).find(project)?.client else {
      throw Refusal.unknown(.project, project.text)
    }
    let record = engine.record(by: actor)
    return try await engine.control.write(.flushed) { connection in
      let isNew = try Ledger.post(
        LedgerEntry(
          .credited, key: "credited/\(key)", amount, debit: Account(.revenue, project.text),
          credit: Account(.receivable, client.text)), at: record.at, reason: reason, connection)
      if isNew { try record.append(connection, "charge.credited", project.text) } else {
        let isSame = try connection.first(
          """
          SELECT EXISTS (SELECT 1 FROM ledger_entries e JOIN ledger_postings p ON p.entry = e.number
            WHERE e.key = ? AND e.currency = ? AND p.account = ? AND p.micros = ?)
          """,
          [
            .text("credited/\(key)"), .text(amount.currency.code),
            .text("\(Account(.revenue, project.text))"), .int(amount.micros),
          ]
        ) { $0.int(0) == 1 }
        guard isSame == true else { throw Refusal.taken(.key, key) }
      }
      return isNew
    }
  }

  // MARK: Budget

  /// What a project was charged, in its price's currency.
  package func charged(_ project: ProjectID, _ currency: Currency) async throws -> Int64 {
    try await engine.control.read { connection in
      -(try connection.first(
        "SELECT micros FROM ledger_balances WHERE account = ? AND currency = ?",
        [.text("\(Account(.revenue, project.text))"), .text(currency.code)]
      ) { $0.int(0) } ?? 0)
    }
  }

  /// For how many more tasks there is money, once what is charged, what is about to be, what is begun and
  /// what is in people's hands is paid; nil for no limit.
  ///
  /// - Complexity: one look-up where all that is open can be paid, else O(open tasks)
  package func room(_ project: ProjectID, _ vault: ClientVault) async throws -> Int? {
    guard let price = try await price(of: project), let budget = price.budget,
      price.perTask.micros > 0
    else { return nil }
    let charged = try await charged(project, price.perTask.currency)
    let affordable = max(0, budget - charged) / price.perTask.micros
    return try await vault.database.read { connection in
      let waiting = try connection.first(
        """
        SELECT (SELECT count(*) FROM charge_events WHERE project_id = ?)
          + (SELECT coalesce(sum(open + in_review), 0) FROM batches WHERE project_id = ?)
        """, [project.sql, project.sql]
      ) { $0.int(0) } ?? 0
      // All there is can be paid: nothing has to be counted.
      guard waiting > affordable else { return nil }
      let begun = try connection.first(
        """
        SELECT (SELECT count(*) FROM charge_events WHERE project_id = ?)
          + (SELECT count(*) FROM tasks WHERE project_id = ? AND state = 'inReview' AND ended_at IS NULL
             AND gold IS NULL)
          + (SELECT count(*) FROM tasks WHERE project_id = ? AND state = 'open' AND ended_at IS NULL
             AND gold IS NULL AND (counted > 0 OR leased > 0))
        """, [project.sql, project.sql, project.sql]
      ) { $0.int(0) } ?? 0
      return Int(max(0, affordable - begun))
    }
  }
}
