import Store
import Workforce

/// What a worker sees of their pay: sums, answer by answer, and payments.
package struct PayStatement: Sendable {
  private let engine: DataEngine
  private let user: UserID

  package init(_ engine: DataEngine, of user: UserID) {
    self.engine = engine
    self.user = user
  }

  /// In micro-units of one currency.
  package struct Total: Hashable, Sendable {
    package var currency: Currency
    package var pending: Int64 = 0
    /// A part of what is pending that waits for somebody to look at it.
    package var held: Int64 = 0
    /// Owed, and not in a payout run yet.
    package var settled: Int64 = 0
    /// In a payout run that the bank has not confirmed.
    package var ordered: Int64 = 0
    package var paid: Int64 = 0
    package var activeMilliseconds: Int64 = 0
    package var answers: Int64 = 0
  }

  /// By currency.
  ///
  /// - Complexity: O(answers of the worker + payments)
  package func totals() async throws -> [Total] {
    try await engine.control.read { connection in
      var totals: [String: Total] = [:]
      func total(_ code: String, _ edit: (inout Total) -> Void) {
        guard let currency = Currency(code) else { return }
        edit(&totals[code, default: Total(currency: currency)])
      }
      for kind in [Account.Kind.pending, .settled] {
        try connection.forEach(
          "SELECT currency, -micros FROM ledger_balances WHERE account = ?",
          [.text("\(Account(kind, user.text))")]
        ) { row in
          total(row.text(0)) {
            if kind == .pending { $0.pending = row.int(1) } else { $0.settled = row.int(1) }
          }
          return true
        }
      }
      try connection.forEach(
        """
        SELECT currency, sum(CASE WHEN state = 'held' THEN micros ELSE 0 END), sum(active_ms), count(*)
        FROM earnings WHERE user_id = ? GROUP BY currency
        """, [user.sql]
      ) { row in
        total(row.text(0)) {
          ($0.held, $0.activeMilliseconds, $0.answers) = (row.int(1), row.int(2), row.int(3))
        }
        return true
      }
      try connection.forEach(
        """
        SELECT r.currency, p.state, sum(p.micros) FROM payments p JOIN payout_runs r ON r.id = p.run
        WHERE p.user_id = ? GROUP BY 1, 2
        """, [user.sql]
      ) { row in
        total(row.text(0)) { total in
          switch row.text(1) {
          case "ordered": total.ordered = row.int(2)
          case "paid": total.paid = row.int(2)
          default: break
          }
        }
        return true
      }
      return totals.values.sorted { $0.currency < $1.currency }
    }
  }

  /// Answer by answer, the newest first.
  ///
  /// - Parameter before: the last of the page before, as `time/answer`.
  package func items(before mark: String?, limit: Int) async throws -> [Earnings.Item] {
    let parts = mark?.split(separator: "/")
    let at = parts?.first.flatMap { Int64($0) } ?? .max
    let answer = parts?.dropFirst().first.map(String.init) ?? ""
    return try await engine.control.read { connection in
      let items = try connection.all(
        """
        \(Earnings.select) WHERE e.user_id = ? AND (e.submitted_at, e.answer) < (?, ?)
        ORDER BY e.submitted_at DESC, e.answer DESC LIMIT ?
        """, [user.sql, .int(at), .text(answer), .number(limit)], Earnings.row)
      return try Appeals.added(to: items, engine, connection)
    }
  }

  package static func mark(_ item: Earnings.Item) -> String { "\(item.submittedAt)/\(item.answer)" }

  package struct Payment: Hashable, Sendable {
    package var at: Int64
    package var amount: Money
    package var state: Payouts.PaymentState
    /// Why it came back.
    package var reason: String?
  }

  /// Payments, the newest first.
  package func payments(limit: Int) async throws -> [Payment] {
    try await engine.control.read { connection in
      try connection.all(
        """
        SELECT r.made_at, r.currency, p.micros, p.state, p.reason FROM payments p
        JOIN payout_runs r ON r.id = p.run WHERE p.user_id = ? ORDER BY p.run DESC LIMIT ?
        """, [user.sql, .number(limit)]
      ) { row in
        Currency(row.text(1)).map {
          Payment(
            at: row.int(0), amount: Money(micros: row.int(2), $0),
            state: Payouts.PaymentState(rawValue: row.text(3)) ?? .ordered,
            reason: row.optionalText(4))
        }
      }.compactMap { $0 }
    }
  }

  /// Bonuses and corrections, the newest first.
  package func adjustments(limit: Int) async throws -> [(at: Int64, amount: Money, reason: String)] {
    try await engine.control.read { connection in
      try connection.all(
        """
        SELECT e.at, e.currency, -p.micros, e.reason FROM ledger_postings p
        JOIN ledger_entries e ON e.number = p.entry
        WHERE p.account = ? AND (e.kind = 'bonus' OR e.kind = 'correction')
        ORDER BY e.number DESC LIMIT ?
        """, [.text("\(Account(.settled, user.text))"), .number(limit)]
      ) { row in
        Currency(row.text(1)).map {
          (at: row.int(0), amount: Money(micros: row.int(2), $0), reason: row.optionalText(3) ?? "")
        }
      }.compactMap { $0 }
    }
  }
}
