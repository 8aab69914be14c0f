import Store
import Workforce

/// The operator's books: entries that are only ever added, and what every account holds.
package struct Ledger: Sendable {
  private let engine: DataEngine

  package init(_ engine: DataEngine) { self.engine = engine }

  package struct Balance: Hashable, Sendable {
    package var account: String
    package var currency: Currency
    package var micros: Int64
  }

  package struct Entry: Hashable, Sendable {
    package var number: Int64
    package var key: String
    package var kind: LedgerEntry.Kind
    package var at: Int64
    package var currency: Currency
    package var reason: String?
    package var postings: [(account: String, micros: Int64)] { zip(accounts, amounts).map { ($0, $1) } }
    fileprivate var accounts: [String]
    fileprivate var amounts: [Int64]
  }

  /// What is wrong in the books.
  package enum Fault: Hashable, Sendable {
    case unbalancedEntry(Int64, by: Int64)
    /// What an account is said to hold, and what its postings come to.
    case wrongBalance(account: String, currency: String, held: Int64, posted: Int64)
  }

  /// Adds an entry.
  ///
  /// - Returns: false where one with this key is there: then nothing is added.
  @discardableResult
  static func post(
    _ entry: LedgerEntry, at: Int64, reason: String? = nil, _ connection: any Connection
  ) throws -> Bool {
    let number = try connection.first(
      """
      INSERT INTO ledger_entries (key, kind, at, currency, reason) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (key) DO NOTHING RETURNING number
      """,
      [
        .text(entry.key), .text(entry.kind.rawValue), .int(at), .text(entry.currency.code),
        .optional(reason),
      ]
    ) { $0.int(0) }
    guard let number else { return false }
    for (place, posting) in entry.postings.enumerated() {
      try connection.run(
        "INSERT INTO ledger_postings VALUES (?, ?, ?, ?)",
        [.int(number), .number(place), .text("\(posting.account)"), .int(posting.micros)])
      try connection.run(
        """
        INSERT INTO ledger_balances VALUES (?, ?, ?)
        ON CONFLICT (account, currency) DO UPDATE SET micros = micros + excluded.micros
        """, [.text("\(posting.account)"), .text(entry.currency.code), .int(posting.micros)])
    }
    return true
  }

  static func has(_ key: String, _ connection: any Connection) throws -> Bool {
    try connection.first("SELECT 1 FROM ledger_entries WHERE key = ?", [.text(key)]) { _ in true }
      ?? false
  }

  /// What the accounts hold whose names begin so, by name.
  package func balances(prefix: String) async throws -> [Balance] {
    try await engine.control.read { connection in
      try connection.all(
        """
        SELECT account, currency, micros FROM ledger_balances
        WHERE substr(account, 1, length(?)) = ? ORDER BY account, currency
        """, [.text(prefix), .text(prefix)], Self.balance)
    }
  }

  private static func balance(_ row: any Row) throws -> Balance {
    guard let currency = Currency(row.text(1)) else { throw StoreError.corrupt("currency \(row.text(1))") }
    return Balance(account: row.text(0), currency: currency, micros: row.int(2))
  }

  /// What each currency's accounts come to, by kind; all kinds of a currency together come to 0.
  package func trialBalance() async throws -> [Balance] {
    try await engine.control.read { connection in
      try connection.all(
        """
        SELECT substr(account, 1, instr(account, '/') - 1) AS kind, currency, sum(micros)
        FROM ledger_balances GROUP BY 1, currency ORDER BY currency, 1
        """, [], Self.balance)
    }
  }

  /// Entries after a number, oldest first.
  package func entries(after number: Int64, limit: Int) async throws -> [Entry] {
    try await engine.control.read { connection in
      let entries = try connection.all(
        """
        SELECT number, key, kind, at, currency, reason FROM ledger_entries
        WHERE number > ? ORDER BY number LIMIT ?
        """, [.int(number), .number(limit)]
      ) { row in
        guard let kind = LedgerEntry.Kind(rawValue: row.text(2)), let currency = Currency(row.text(4))
        else { throw StoreError.corrupt("ledger entry \(row.int(0))") }
        return Entry(
          number: row.int(0), key: row.text(1), kind: kind, at: row.int(3), currency: currency,
          reason: row.optionalText(5), accounts: [], amounts: [])
      }
      return try entries.map { entry in
        var entry = entry
        try connection.forEach(
          "SELECT account, micros FROM ledger_postings WHERE entry = ? ORDER BY place",
          [.int(entry.number)]
        ) { row in
          entry.accounts.append(row.text(0))
          entry.amounts.append(row.int(1))
          return true
        }
        return entry
      }
    }
  }

  /// Adds every posting up anew; nothing is returned where all is well.
  ///
  /// - Complexity: O(postings)
  package func faults() async throws -> [Fault] {
    try await engine.control.read { connection in
      let entries = try connection.all(
        """
        SELECT entry, sum(micros) FROM ledger_postings GROUP BY entry HAVING sum(micros) <> 0
        """
      ) { Fault.unbalancedEntry($0.int(0), by: $0.int(1)) }
      let balances = try connection.all(
        """
        WITH posted AS (
          SELECT p.account, e.currency, sum(p.micros) AS micros
          FROM ledger_postings p JOIN ledger_entries e ON e.number = p.entry GROUP BY 1, 2)
        SELECT p.account, p.currency, coalesce(b.micros, 0), p.micros
        FROM posted p LEFT JOIN ledger_balances b
          ON b.account = p.account AND b.currency = p.currency
        WHERE coalesce(b.micros, 0) <> p.micros
        UNION ALL
        SELECT b.account, b.currency, b.micros, 0 FROM ledger_balances b
        WHERE NOT EXISTS (SELECT 1 FROM posted p
          WHERE p.account = b.account AND p.currency = b.currency)
        """
      ) {
        Fault.wrongBalance(
          account: $0.text(0), currency: $0.text(1), held: $0.int(2), posted: $0.int(3))
      }
      return entries + balances
    }
  }
}
