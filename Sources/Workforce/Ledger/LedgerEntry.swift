/// One thing that happened to money: postings of one currency that add up to nothing.
///
/// What goes into an account is positive, what comes out of it negative; what a worker is owed is therefore
/// below zero in the operator's books, and `balance` of a worker turns it round. Entries are never changed:
/// a mistake is put right by an entry of its own.
package struct LedgerEntry: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case earned, revised, rejected, restored, settled, bonus, correction
    /// Into a payout run, out of it by the bank's word, and back where the bank could not pay.
    case payout, paid, returned
    /// To a client: for a task, taken back, and paid by them.
    case charged, credited, received
  }

  package struct Posting: Hashable, Sendable {
    package var account: Account
    /// Never 0.
    package var micros: Int64
  }

  package var kind: Kind
  /// Says once and for all what this is about: an entry with a key that is there is not made again.
  package var key: String
  package var currency: Currency
  package let postings: [Posting]

  package enum Fault: Error, Hashable, Sendable {
    case unbalanced(by: Int64)
    case empty
    case overflow
  }

  /// - Throws: `Fault`; an entry that is not balanced cannot be made.
  package init(
    _ kind: Kind, key: String, _ currency: Currency, _ postings: [(Account, Int64)]
  ) throws(Fault) {
    self.kind = kind
    self.key = key
    self.currency = currency
    self.postings = postings.filter { $0.1 != 0 }.map { Posting(account: $0.0, micros: $0.1) }
    guard !self.postings.isEmpty else { throw .empty }
    var sum: Int64 = 0
    for posting in self.postings {
      let next = sum.addingReportingOverflow(posting.micros)
      guard !next.overflow, posting.micros != .min else { throw .overflow }
      sum = next.partialValue
    }
    guard sum == 0 else { throw .unbalanced(by: sum) }
  }

  /// Of two postings: an amount into one account, out of another.
  package init(
    _ kind: Kind, key: String, _ amount: Money, debit: Account, credit: Account
  ) throws(Fault) {
    guard amount.micros != .min else { throw .overflow }
    try self.init(
      kind, key: key, amount.currency, [(debit, amount.micros), (credit, -amount.micros)])
  }
}
