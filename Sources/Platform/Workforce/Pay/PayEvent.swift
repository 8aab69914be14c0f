import Labels
import Store
import Workforce

/// Something in a vault that pay hangs on. It is written with what it is about, in one transaction, and taken
/// into the books afterwards (`Earnings.collect`): whatever happens between, it is neither lost nor counted
/// twice.
struct PayEvent: Hashable, Sendable {
  enum Kind: String, Hashable, Sendable {
    case done
    /// The answer says something else now.
    case revised
    /// A reviewer sent the answer back.
    case rejected
    /// One of the operator's reviewers gave a verdict.
    case reviewed
  }

  var number: Int64 = 0
  var kind: Kind
  var answer: AnswerID
  /// By the pseudonym of the vault.
  var worker: String
  var project: ProjectID
  var batch: String
  var revision: Int
  var terms: PayTerms
  /// Beyond the answers that the plan asked for.
  var isExtra = false
  var objects: Int64 = 0
  var words: Int64 = 0
  /// As the browser says, in milliseconds.
  var claimed: Int64 = 0
  /// How far heartbeats followed that, in milliseconds; nil where it was not kept.
  var seen: Int64?
  /// When the lease began, and when it was over or the answer came.
  var began: Int64
  var ended: Int64
  var at: Int64

  /// What was done under a lease, or done again, where it is paid.
  ///
  /// - Parameter activeMilliseconds: as the browser says; of the first revision.
  static func done(
    _ answer: AnswerID, revision: Int = 1, _ annotations: [Annotation], under lease: LeaseRow,
    standing: AnswerRow.Standing = .counted, activeMilliseconds: Int64 = 0, at: Int64,
    _ connection: any Connection
  ) throws {
    guard let terms = lease.pay else { return }
    let batch = try connection.first(
      "SELECT name FROM batches WHERE id = ?", [.optional(terms.batch?.text)]
    ) { $0.text(0) }
    try PayEvent(
      kind: revision == 1 ? .done : .revised, answer: answer, worker: lease.worker,
      project: lease.project, batch: batch ?? "", revision: revision, terms: terms,
      isExtra: standing == .extra, objects: Int64(annotations.count(where: \.isObject)),
      words: words(annotations), claimed: activeMilliseconds,
      seen: seen(activeMilliseconds, under: lease, at: at), began: lease.createdAt,
      ended: min(at, lease.lifecycle.deadline), at: at
    ).insert(connection)
  }

  /// A verdict that was given under a lease, where it is paid.
  ///
  /// - Parameter id: of its own, by which it stands in the books.
  static func reviewed(
    _ id: AnswerID, under lease: LeaseRow, activeMilliseconds: Int64, at: Int64,
    _ connection: any Connection
  ) throws {
    guard let terms = lease.pay else { return }
    try PayEvent(
      kind: .reviewed, answer: id, worker: lease.worker, project: lease.project, batch: "",
      revision: 1,
      terms: terms, claimed: activeMilliseconds,
      seen: seen(activeMilliseconds, under: lease, at: at),
      began: lease.createdAt, ended: min(at, lease.lifecycle.deadline), at: at
    ).insert(connection)
  }

  private static func seen(_ claimed: Int64, under lease: LeaseRow, at: Int64) -> Int64 {
    lease.seen.followed(by: claimed, at: min(at, lease.lifecycle.deadline)).milliseconds
  }

  /// An answer that a rejected result was made of.
  static func rejected(_ answer: AnswerID, at: Int64, _ connection: any Connection) throws {
    let lease = try connection.first(
      """
      SELECT \(LeaseRow.columns) FROM leases l JOIN answers a ON a.lease_id = l.id WHERE a.id = ?
      """, [answer.sql], LeaseRow.row)
    guard let lease, let terms = lease.pay else { return }
    try PayEvent(
      kind: .rejected, answer: answer, worker: lease.worker, project: lease.project, batch: "",
      revision: 0, terms: terms, began: lease.createdAt, ended: at, at: at
    ).insert(connection)
  }

  /// Of the texts that were written, parted by white space.
  private static func words(_ annotations: [Annotation]) -> Int64 {
    annotations.reduce(0) { sum, annotation in
      guard case .text(let text) = annotation.value else { return sum }
      return sum + Int64(text.split(whereSeparator: \.isWhitespace).count)
    }
  }

  /// What there is to pay for.
  func work(at rate: PayRate, activeMilliseconds: Int64, _ difficultyPercent: Int64) -> Work {
    Work(
      units: rate.unit == .object ? objects : words, activeMilliseconds: activeMilliseconds,
      difficultyPercent: difficultyPercent, isReview: kind == .reviewed)
  }

  private func insert(_ connection: any Connection) throws {
    try connection.run(
      """
      INSERT INTO pay_events
        (kind, answer, worker, project_id, batch, revision, pay, is_extra, objects, words, claimed_ms,
         seen_ms, began_at, ended_at, at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(kind.rawValue), answer.sql, .text(worker), project.sql, .text(batch),
        .number(revision), .text(terms.stored), .number(isExtra ? 1 : 0), .int(objects),
        .int(words), .int(claimed), .optional(seen), .int(began), .int(ended), .int(at),
      ])
  }

  /// Those that wait longest, after a number.
  static func oldest(
    after number: Int64 = 0, limit: Int, _ connection: any Connection
  ) throws -> [PayEvent] {
    try connection.all(
      """
      SELECT number, kind, answer, worker, project_id, batch, revision, pay, is_extra, objects, words,
        claimed_ms, seen_ms, began_at, ended_at, at
      FROM pay_events WHERE number > ? ORDER BY number LIMIT ?
      """, [.int(number), .number(limit)]
    ) { row in
      PayEvent(
        number: row.int(0), kind: Kind(rawValue: row.text(1)) ?? .done, answer: row.id(2),
        worker: row.text(3), project: row.id(4), batch: row.text(5),
        revision: Int(row.int(6)),
        terms: PayTerms(stored: row.text(7)) ?? PayTerms(version: 0, currency: nil),
        isExtra: row.int(8) == 1, objects: row.int(9), words: row.int(10), claimed: row.int(11),
        seen: row.optionalInt(12), began: row.int(13), ended: row.int(14), at: row.int(15))
    }
  }

  static func forget(_ events: [PayEvent], _ connection: any Connection) throws {
    let statement = try connection.prepare("DELETE FROM pay_events WHERE number = ? AND answer = ?")
    for event in events { try statement.run([.int(event.number), event.answer.sql]) }
  }
}
