/// Where money lies, in double-entry book-keeping. Written as `kind/owner`, such as `pending/` with a
/// worker's id.
package struct Account: Hashable, Sendable, CustomStringConvertible {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// What a worker earned that may still be rejected or held; the owner is the worker.
    case pending
    /// What a worker is owed.
    case settled
    /// What is in a payout run that the bank has not confirmed; the owner is the run.
    case paying
    /// What left the operator's bank. No owner.
    case bank
    /// What work cost; the owner is the project.
    case labour
    /// Bonuses and corrections that no project bears. No owner.
    case adjustments
    /// What a client owes; the owner is the client.
    case receivable
    /// What work brought in; the owner is the project.
    case revenue
  }

  package var kind: Kind
  package var owner: String

  package init(_ kind: Kind, _ owner: String = "") {
    self.kind = kind
    self.owner = owner
  }

  package var description: String { "\(kind.rawValue)/\(owner)" }
}
