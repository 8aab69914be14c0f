import Formats
import Foundation
import Notation
import Store
import Vault
import Workforce

/// Pays what workers are owed, in runs: a run orders one payment to each of them, its file goes to a bank or
/// a payment provider, and what these could not pay comes back.
package struct Payouts: Sendable {
  let engine: DataEngine
  let actor: Actor

  package init(_ engine: DataEngine, actor: Actor) {
    self.engine = engine
    self.actor = actor
  }

  package struct Run: Hashable, Sendable {
    package var id: PayoutID
    package var currency: Currency
    package var madeAt: Int64
    /// When the bank's word came; nil before.
    package var confirmedAt: Int64?
    package var payments: Int
    package var micros: Int64
    package var returned: Int
  }

  package enum PaymentState: String, Hashable, Sendable { case ordered, paid, returned }

  package struct Payment: Hashable, Sendable {
    package var user: UserID
    package var name: String
    package var account: PayoutAccount
    package var bic: String?
    package var amount: Money
    package var state: PaymentState
    package var reason: String?
  }

  /// Whom a run left out, who is owed something.
  package struct LeftOut: Hashable, Sendable {
    package var user: UserID
    package var amount: Money
    package var reason: Reason

    package enum Reason: String, Hashable, Sendable {
      /// They did not say where to.
      case noAccount
      /// It is below the least that is paid.
      case belowMinimum
    }
  }

  /// Orders a payment of all that is settled to every worker who said where to, in whole minor units of the
  /// currency; what is below one stays settled.
  ///
  /// - Parameters:
  ///   - minimum: what a payment must come to, in micro-units.
  ///   - key: the operator's own; the same key gets the same run, whatever happened to it since.
  /// - Throws: `.notPossible` where nobody is to be paid.
  /// - Complexity: O(workers who are owed something), in one transaction
  package func order(
    in currency: Currency, minimum: Int64 = 0, key: String? = nil
  ) async throws -> (run: Run, leftOut: [LeftOut]) {
    if let key, !(1...100).contains(key.unicodeScalars.count) {
      throw Refusal.invalid(path: "key", problem: "must have 1 to 100 characters")
    }
    let record = engine.record(by: actor)
    let id: PayoutID = engine.environment.newID()
    return try await engine.control.write(.flushed) { connection in
      if let key, let known = try run(key: key, connection) {
        guard known.currency == currency else { throw Refusal.taken(.payout, key) }
        return (known, [])
      }
      var leftOut: [LeftOut] = []
      var payments: [Payment] = []
      for (user, owed) in try owed(in: currency, connection) {
        let profile = try WorkerProfiles.get(user, engine, connection)
        let amount = Money(micros: owed.payable.paid, currency)
        if amount.micros < max(minimum, currency.minorMicros) {
          leftOut.append(.init(user: user, amount: owed, reason: .belowMinimum))
        } else if let account = profile.account, !profile.name.isEmpty {
          payments.append(
            Payment(
              user: user, name: profile.name, account: account, bic: profile.bic, amount: amount,
              state: .ordered))
        } else {
          leftOut.append(.init(user: user, amount: owed, reason: .noAccount))
        }
      }
      guard !payments.isEmpty else {
        throw Refusal.notPossible(
          .payout, state: leftOut.isEmpty ? "nothing is owed" : "\(leftOut.count) are left out",
          asked: "a payment")
      }
      try connection.run(
        "INSERT INTO payout_runs (id, key, currency, made_at) VALUES (?, ?, ?, ?)",
        [id.sql, .optional(key), .text(currency.code), .int(record.at)])
      for payment in payments { try insert(payment, into: id, at: record.at, connection) }
      try record.append(
        connection, "payout.ordered", id.text,
        ["payments": .int(Int64(payments.count)), "currency": .string(currency.code)])
      return (try Self.get(id, connection), leftOut)
    }
  }

  private func run(key: String, _ connection: any Connection) throws -> Run? {
    let known = try connection.first("SELECT id FROM payout_runs WHERE key = ?", [.text(key)]) {
      $0.id(0) as PayoutID
    }
    return try known.map { try Self.get($0, connection) }
  }

  private func owed(
    in currency: Currency, _ connection: any Connection
  ) throws -> [(UserID, Money)] {
    let prefix = "\(Account(.settled))"
    return try connection.all(
      """
      SELECT substr(account, length(?) + 1), -micros FROM ledger_balances
      WHERE currency = ? AND substr(account, 1, length(?)) = ? AND micros < 0 ORDER BY account
      """, [.text(prefix), .text(currency.code), .text(prefix), .text(prefix)]
    ) { ($0.id(0) as UserID, Money(micros: $0.int(1), currency)) }
  }

  private func insert(
    _ payment: Payment, into run: PayoutID, at: Int64, _ connection: any Connection
  ) throws {
    let payee = try Self.sealed(
      name: payment.name, account: payment.account.text, bic: payment.bic, run, payment.user, engine)
    try connection.run(
      "INSERT INTO payments (run, user_id, micros, sealed, state) VALUES (?, ?, ?, ?, 'ordered')",
      [run.sql, payment.user.sql, .int(payment.amount.micros), payee])
    try Ledger.post(
      LedgerEntry(
        .payout, key: "payout/\(run)/\(payment.user)", payment.amount,
        debit: Account(.settled, payment.user.text), credit: Account(.paying, run.text)), at: at,
      connection)
  }

  private static func place(_ run: PayoutID, _ user: UserID) -> String { "payments/\(run)/\(user)" }

  /// The bank's word on a run: all are paid but those that it gives back. What comes back later is said by
  /// confirming again; the same again changes nothing.
  ///
  /// - Parameter returned: workers who could not be paid, and why; what they are owed is settled again.
  package func confirm(_ id: PayoutID, returned: [UserID: String]) async throws -> Run {
    let record = engine.record(by: actor)
    return try await engine.control.write(.flushed) { connection in
      let run = try Self.get(id, connection)
      let payments = try payments(of: run, connection)
      for user in returned.keys where !payments.contains(where: { $0.user == user }) {
        throw Refusal.unknown(.user, user.text)
      }
      for payment in payments {
        let reason = returned[payment.user]
        let state = reason == nil ? PaymentState.paid : .returned
        guard payment.state == .ordered || (payment.state == .paid && state == .returned) else {
          continue
        }
        let source = payment.state == .ordered ? Account(.paying, id.text) : Account(.bank)
        try connection.run(
          "UPDATE payments SET state = ?, reason = ? WHERE run = ? AND user_id = ?",
          [.text(state.rawValue), .optional(reason), id.sql, payment.user.sql])
        try Ledger.post(
          LedgerEntry(
            state == .paid ? .paid : .returned, key: "\(state.rawValue)/\(id)/\(payment.user)",
            payment.amount, debit: source,
            credit: state == .paid ? Account(.bank) : Account(.settled, payment.user.text)),
          at: record.at, reason: reason, connection)
      }
      try connection.run(
        "UPDATE payout_runs SET confirmed_at = coalesce(confirmed_at, ?) WHERE id = ?",
        [.int(record.at), id.sql])
      try record.append(
        connection, "payout.confirmed", id.text, ["returned": .int(Int64(returned.count))])
      return try Self.get(id, connection)
    }
  }

  // MARK: Reading

  /// The newest first.
  package func list(limit: Int) async throws -> [Run] {
    try await engine.control.read { connection in
      try connection.all("\(Self.select) ORDER BY r.id DESC LIMIT ?", [.number(limit)], Self.run)
    }
  }

  package func get(_ id: PayoutID) async throws -> (run: Run, payments: [Payment]) {
    try await engine.control.read { connection in
      let run = try Self.get(id, connection)
      return (run, try payments(of: run, connection))
    }
  }

  private static func get(_ id: PayoutID, _ connection: any Connection) throws -> Run {
    guard let run = try connection.first("\(select) WHERE r.id = ?", [id.sql], run) else {
      throw Refusal.unknown(.payout, id.text)
    }
    return run
  }

  private static let select = """
    SELECT r.id, r.currency, r.made_at, r.confirmed_at,
      (SELECT count(*) FROM payments p WHERE p.run = r.id),
      (SELECT coalesce(sum(micros), 0) FROM payments p WHERE p.run = r.id),
      (SELECT count(*) FROM payments p WHERE p.run = r.id AND p.state = 'returned')
    FROM payout_runs r
    """

  private static func run(_ row: any Row) throws -> Run {
    guard let currency = Currency(row.text(1)) else {
      throw StoreError.corrupt("payout run in \(row.text(1))")
    }
    return Run(
      id: row.id(0), currency: currency, madeAt: row.int(2), confirmedAt: row.optionalInt(3),
      payments: Int(row.int(4)), micros: row.int(5), returned: Int(row.int(6)))
  }

  private static func sealed(
    name: String, account: String, bic: String?, _ run: PayoutID, _ user: UserID, _ engine: DataEngine
  ) throws -> SQLValue {
    let payee: JSON = [
      "name": .string(name), "account": .string(account), "bic": .string(bic ?? ""),
    ]
    return .blob(try engine.master.seal(payee.utf8, place: place(run, user)))
  }

  /// Of all payments to somebody it is forgotten who they were; what was paid stays.
  static func forgetPayee(
    _ user: UserID, _ engine: DataEngine, _ connection: any Connection
  ) throws {
    let runs = try connection.all(
      "SELECT run FROM payments WHERE user_id = ?", [user.sql]) { $0.id(0) as PayoutID }
    for run in runs {
      try connection.run(
        "UPDATE payments SET sealed = ? WHERE run = ? AND user_id = ?",
        [try sealed(name: "", account: "erased", bic: nil, run, user, engine), run.sql, user.sql])
    }
  }

  private func payments(of run: Run, _ connection: any Connection) throws -> [Payment] {
    try connection.all(
      "SELECT user_id, micros, sealed, state, reason FROM payments WHERE run = ? ORDER BY user_id",
      [run.id.sql]
    ) { row in
      let user: UserID = row.id(0)
      let payee = try JSON(
        parsing: engine.master.open(row.blob(2), place: Self.place(run.id, user)))
      guard let account = payee["account"]?.string.flatMap(PayoutAccount.init) else {
        throw StoreError.corrupt("payment of \(user) in \(run.id)")
      }
      let bic = payee["bic"]?.string ?? ""
      return Payment(
        user: user, name: payee["name"]?.string ?? "", account: account, bic: bic.isEmpty ? nil : bic,
        amount: Money(micros: row.int(1), run.currency),
        state: PaymentState(rawValue: row.text(3)) ?? .ordered, reason: row.optionalText(4))
    }
  }
}

/// A run as files for those who carry it out.
package struct PayoutFile: Sendable {
  package var run: Payouts.Run
  package var payments: [Payouts.Payment]

  package init(_ run: Payouts.Run, _ payments: [Payouts.Payment]) {
    self.run = run
    self.payments = payments
  }

  /// Which payment it is, in all files: 35 characters at most, as banks have it.
  private func id(_ payment: Payouts.Payment) -> String {
    "\(payment.user.text)-\(run.id.text.suffix(10))"
  }

  private var reference: String { "Assay \(run.id)" }

  package var csv: [UInt8] {
    var writer = CSVWriter()
    writer.row([
      "payment", "worker", "name", "account", "bic", "amount", "currency", "reference", "state", "reason",
    ])
    for payment in payments {
      writer.row([
        id(payment), payment.user.text, payment.name, payment.account.text, payment.bic ?? "",
        payment.amount.decimal, run.currency.code, reference, payment.state.rawValue,
        payment.reason ?? "",
      ])
    }
    return writer.bytes
  }

  /// ISO 20022 `pain.001.001.09`.
  package func creditTransfer(from payer: CreditTransfer.Party) -> String {
    let time = Timestamp.text(run.madeAt)
    return CreditTransfer(
      id: run.id.text, createdAt: time, executionDate: String(time.prefix(10)), payer: payer,
      currency: run.currency.code,
      payments: payments.map { payment in
        CreditTransfer.Payment(
          id: id(payment),
          payee: .init(name: payment.name, account: payment.account.wire, bic: payment.bic),
          amount: payment.amount.decimal, reference: reference)
      }, sum: Money(micros: run.micros, run.currency).decimal
    ).xml
  }
}

extension PayoutAccount {
  /// As a bank's file has it.
  package var wire: CreditTransfer.Account {
    switch self {
    case .iban(let text): .iban(text)
    case .other(let text): .other(text)
    }
  }
}
