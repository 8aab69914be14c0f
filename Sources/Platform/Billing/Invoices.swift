import Foundation
import Notation
import Store
import Workforce

/// What clients are asked to pay: everything that was charged since the last invoice of the currency.
package struct Invoices: Sendable {
  private let engine: DataEngine

  package init(_ engine: DataEngine) { self.engine = engine }

  package struct Line: Hashable, Sendable {
    package var project: String
    /// Charges and credits.
    package var entries: Int64
    package var micros: Int64
  }

  package struct Invoice: Hashable, Sendable {
    package var number: Int64
    package var client: ClientID
    package var clientName: String
    package var madeAt: Int64
    package var lines: [Line]
    /// In whole minor units of its currency.
    package var total: Money
    /// What is left for the next invoice, below one minor unit.
    package var carried: Int64
    package var paidAt: Int64?
  }

  /// - Throws: `.unknown(.client)`; `.notPossible` where nothing is to be paid.
  package func make(for client: ClientID, in currency: Currency, by actor: Actor) async throws -> Invoice {
    let record = engine.record(by: actor)
    return try await engine.control.write(.flushed) { connection in
      let name = try connection.first("SELECT name FROM clients WHERE id = ?", [client.sql]) { $0.text(0) }
      guard let name else { throw Refusal.unknown(.client, client.text) }
      let before = try connection.first(
        """
        SELECT last_entry, carried FROM invoices WHERE client_id = ? AND currency = ?
        ORDER BY number DESC LIMIT 1
        """, [client.sql, .text(currency.code)]
      ) { (entry: $0.int(0), carried: $0.int(1)) } ?? (entry: 0, carried: 0)
      let (lines, last) = try Self.lines(of: client, currency, after: before.entry, connection)
      let sum = Money(micros: lines.reduce(before.carried) { $0 + $1.micros }, currency).payable
      guard sum.paid > 0, let last else {
        throw Refusal.notPossible(.invoice, state: "empty", asked: "being made")
      }
      let number = try connection.first("SELECT coalesce(max(number), 0) FROM invoices") { $0.int(0) } ?? 0
      let invoice = Invoice(
        number: number + 1, client: client, clientName: name, madeAt: record.at, lines: lines,
        total: Money(micros: sum.paid, currency), carried: sum.rest)
      try connection.run(
        """
        INSERT INTO invoices (number, client_id, currency, made_at, last_entry, lines, micros, carried)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
          .int(invoice.number), client.sql, .text(currency.code), .int(record.at), .int(last),
          .text(Self.json(lines).text), .int(sum.paid), .int(sum.rest),
        ])
      try record.append(connection, "invoice.made", "\(invoice.number)")
      return invoice
    }
  }

  private static func lines(
    of client: ClientID, _ currency: Currency, after entry: Int64, _ connection: any Connection
  ) throws -> (lines: [Line], last: Int64?) {
    var last: Int64?
    let lines = try connection.all(
      """
      SELECT coalesce(d.public_name, substr(r.account, 9)), count(*), -sum(r.micros), max(e.number)
      FROM ledger_postings p JOIN ledger_entries e ON e.number = p.entry
      JOIN ledger_postings r ON r.entry = e.number AND r.account LIKE 'revenue/%'
      LEFT JOIN project_directory d ON d.project_id = substr(r.account, 9)
      WHERE p.account = ? AND p.entry > ? AND e.currency = ?
      GROUP BY r.account ORDER BY 1
      """, [.text("\(Account(.receivable, client.text))"), .int(entry), .text(currency.code)]
    ) { row in
      last = max(last ?? 0, row.int(3))
      return Line(project: row.text(0), entries: row.int(1), micros: row.int(2))
    }
    return (lines, last)
  }

  /// The client's bank has paid it; said twice it counts once.
  package func markPaid(_ number: Int64, by actor: Actor) async throws -> Invoice {
    let record = engine.record(by: actor)
    return try await engine.control.write(.flushed) { connection in
      guard var invoice = try Self.get(number, connection) else {
        throw Refusal.unknown(.invoice, "\(number)")
      }
      guard invoice.paidAt == nil else { return invoice }
      try Ledger.post(
        LedgerEntry(
          .received, key: "received/\(number)", invoice.total, debit: Account(.bank),
          credit: Account(.receivable, invoice.client.text)), at: record.at, connection)
      try connection.run(
        "UPDATE invoices SET paid_at = ? WHERE number = ?", [.int(record.at), .int(number)])
      try record.append(connection, "invoice.paid", "\(number)")
      invoice.paidAt = record.at
      return invoice
    }
  }

  private static let select = """
    SELECT i.number, i.client_id, c.name, i.made_at, i.lines, i.micros, i.carried, i.paid_at, i.currency
    FROM invoices i JOIN clients c ON c.id = i.client_id
    """

  private static func row(_ row: any Row) throws -> Invoice {
    guard let currency = Currency(row.text(8)) else { throw StoreError.corrupt("currency \(row.text(8))") }
    return Invoice(
      number: row.int(0), client: row.id(1), clientName: row.text(2), madeAt: row.int(3),
      lines: (try JSON(parsing: row.text(4)).array ?? []).map { line in
        Line(
          project: line["project"]?.string ?? "", entries: line["entries"]?.integer ?? 0,
          micros: line["micros"]?.integer ?? 0)
      }, total: Money(micros: row.int(5), currency), carried: row.int(6), paidAt: row.optionalInt(7))
  }

  private static func json(_ lines: [Line]) -> JSON {
    .array(
      lines.map {
        ["project": .string($0.project), "entries": .int($0.entries), "micros": .int($0.micros)]
      })
  }

  private static func get(_ number: Int64, _ connection: any Connection) throws -> Invoice? {
    try connection.first("\(select) WHERE i.number = ?", [.int(number)], row)
  }

  /// - Throws: `.unknown(.invoice)`.
  package func get(_ number: Int64) async throws -> Invoice {
    try await engine.control.read { connection in
      guard let invoice = try Self.get(number, connection) else {
        throw Refusal.unknown(.invoice, "\(number)")
      }
      return invoice
    }
  }

  /// The newest first; of one client where it is named.
  package func list(of client: ClientID? = nil, limit: Int) async throws -> [Invoice] {
    try await engine.control.read { connection in
      try connection.all(
        "\(Self.select) WHERE ? IS NULL OR i.client_id = ? ORDER BY i.number DESC LIMIT ?",
        [.optional(client?.text), .optional(client?.text), .number(limit)], Self.row)
    }
  }
}
