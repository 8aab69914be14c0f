import Crypto
import Foundation

/// One line of a vault's append-only record of who did what.
package struct JournalEntry: Hashable, Sendable {
  /// From 1, without gaps.
  package var number: Int64
  /// Milliseconds since 1970, UTC.
  package var at: Int64
  /// Who: `user:<id>`, `key:<id>`, `worker:<pseudonym>`, `operator` or `system`.
  package var actor: String
  /// What, as `subject.verb`.
  package var action: String
  /// The id it was done to.
  package var subject: String
  /// Facts worth keeping, as JSON text; never content.
  package var detail: String
  /// SHA-256 over the entry before and this one.
  package var hash: Data

  package init(
    number: Int64, at: Int64, actor: String, action: String, subject: String, detail: String,
    hash: Data
  ) {
    self.number = number
    self.at = at
    self.actor = actor
    self.action = action
    self.subject = subject
    self.detail = detail
    self.hash = hash
  }

  /// The entry that follows `previous` (its number and hash; nil for the first).
  package init(
    after previous: (number: Int64, hash: Data)?, at: Int64, actor: String, action: String,
    subject: String, detail: String
  ) {
    self.init(
      number: (previous?.number ?? 0) + 1, at: at, actor: actor, action: action,
      subject: subject, detail: detail, hash: Data())
    hash = chained(to: previous?.hash ?? Data())
  }

  /// The hash this entry must have after one with that hash: every field goes in with its length,
  /// so that no two entries have the same bytes.
  package func chained(to previous: Data) -> Data {
    var bytes = Data()
    bytes.append(previous)
    for field in ["\(number)", "\(at)", actor, action, subject, detail] {
      bytes.append(contentsOf: "\(field.utf8.count):".utf8)
      bytes.append(contentsOf: field.utf8)
    }
    return Data(SHA256.hash(data: bytes))
  }
}

/// Follows a journal from its first entry and finds where it was changed.
package struct JournalVerifier: Sendable {
  package enum Fault: Error, Hashable, Sendable {
    /// An entry is missing: this number stands where another was due.
    case gap(found: Int64, expected: Int64)
    /// The entry, or one before it, is not what was written.
    case changed(number: Int64)
  }

  package private(set) var count: Int64 = 0
  package private(set) var head = Data()

  package init() {}

  package mutating func follow(_ entry: JournalEntry) throws(Fault) {
    guard entry.number == count + 1 else {
      throw .gap(found: entry.number, expected: count + 1)
    }
    guard entry.chained(to: head) == entry.hash else { throw .changed(number: entry.number) }
    count = entry.number
    head = entry.hash
  }
}
