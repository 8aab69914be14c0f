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
  var objects: Int64
  var words: Int64
  var time: ActiveTime
  var at: Int64

  /// What was done under a lease, or done again, where it is paid.
  ///
  /// - Parameter activeMilliseconds: as the browser says; of the first revision.
  static func done(
    _ answer: AnswerID, revision: Int = 1, _ annotations: [Annotation], under lease: LeaseRow,
    of task: TaskRow, activeMilliseconds: Int64 = 0, at: Int64, _ connection: any Connection
  ) throws {
    guard let terms = lease.pay else { return }
    let batch = try connection.first(
      "SELECT name FROM batches WHERE id = ?", [task.batch.sql]) { $0.text(0) }
    try PayEvent(
      kind: revision == 1 ? .done : .revised, answer: answer, worker: lease.worker,
      project: task.project, batch: batch ?? "", revision: revision, terms: terms,
      objects: Int64(annotations.count(where: \.isObject)), words: words(annotations),
      time: ActiveTime(claimed: activeMilliseconds, leased: at - lease.createdAt), at: at
    ).insert(connection)
  }

  /// The counted answers of a task that is sent back.
  static func rejected(_ task: TaskRow, at: Int64, _ connection: any Connection) throws {
    try connection.run(
      """
      INSERT INTO pay_events
        (kind, answer, worker, project_id, batch, revision, pay, objects, words, claimed_ms, active_ms, at)
      SELECT 'rejected', a.id, a.worker, l.project_id, '', a.revision, l.pay, 0, 0, 0, 0, ?
      FROM answers a JOIN leases l ON l.id = a.lease_id
      WHERE a.task = ? AND a.standing = 'counted' AND a.stage = 'label' AND l.pay IS NOT NULL
      """, [.int(at), .int(task.seq)])
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
      difficultyPercent: difficultyPercent)
  }

  private func insert(_ connection: any Connection) throws {
    try connection.run(
      """
      INSERT INTO pay_events
        (kind, answer, worker, project_id, batch, revision, pay, objects, words, claimed_ms, active_ms, at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(kind.rawValue), answer.sql, .text(worker), project.sql, .text(batch),
        .number(revision), .text(terms.stored), .int(objects), .int(words), .int(time.claimed),
        .int(time.believed), .int(at),
      ])
  }

  /// Those that wait longest.
  static func oldest(limit: Int, _ connection: any Connection) throws -> [PayEvent] {
    try connection.all(
      """
      SELECT number, kind, answer, worker, project_id, batch, revision, pay, objects, words, claimed_ms,
        active_ms, at
      FROM pay_events ORDER BY number LIMIT ?
      """, [.number(limit)]
    ) { row in
      PayEvent(
        number: row.int(0), kind: Kind(rawValue: row.text(1)) ?? .done, answer: row.id(2),
        worker: row.text(3), project: row.id(4), batch: row.text(5),
        revision: Int(row.int(6)),
        terms: PayTerms(stored: row.text(7)) ?? PayTerms(version: 0, currency: nil),
        objects: row.int(8), words: row.int(9),
        time: ActiveTime(claimed: row.int(10), leased: row.int(11), limit: .max), at: row.int(12))
    }
  }

  static func forget(_ events: [PayEvent], _ connection: any Connection) throws {
    let statement = try connection.prepare("DELETE FROM pay_events WHERE number = ? AND answer = ?")
    for event in events { try statement.run([.int(event.number), event.answer.sql]) }
  }
}
