import Foundation
import Notation
import Store
import Vault
import Workforce

/// What work earned: taken into the books from the vaults, settled when its time has come.
package struct Earnings: Sendable {
  let engine: DataEngine

  package init(_ engine: DataEngine) { self.engine = engine }

  package enum State: String, Hashable, Sendable, CaseIterable {
    /// May still be rejected or held.
    case pending
    /// Waits for somebody to look at it.
    case held
    /// Owed.
    case settled
    /// Nothing is left of it.
    case rejected
  }

  /// What one answer earned.
  package struct Item: Hashable, Sendable {
    /// A verdict, by the id it stands under in the books.
    package var isReview = false
    package var answer: AnswerID
    package var user: UserID
    package var project: ProjectID
    package var projectName: String
    package var terms: PayTerms
    /// Percent of the rate that its task paid.
    package var difficultyPercent: Int64
    /// What it comes to now.
    package var amount: Money
    /// What a rejection took back, in micro-units.
    package var takenBack: Int64
    package var lines: [Earning.Line]
    package var claimedMilliseconds: Int64
    package var activeMilliseconds: Int64
    package var submittedAt: Int64
    package var settlesAt: Int64
    package var state: State
    /// Why it is held or was taken back.
    package var reason: String?
    package var appeal: Appeals.Appeal?

    /// Whether more time was said than is believed.
    package var isTimeDisputable: Bool {
      min(claimedMilliseconds, ActiveTime.defaultLimit) >= activeMilliseconds + 1000
    }

    /// Whether it may still change.
    var isOpen: Bool { state == .pending || state == .held }
  }

  /// Events or earnings that one transaction takes.
  static let portion = 500
  static let rejectedReason = "A reviewer sent the answer back."
  static let extraReason = "The task had its answers already; somebody looks at this one."
  static let tooMuchReason = "It comes to more than can be reckoned."

  // MARK: From the vaults

  /// Takes what happened in a vault into the books. Done again after a crash it changes nothing more.
  ///
  /// - Returns: how many events it took.
  @discardableResult
  package func collect(from vault: ClientVault) async throws -> Int {
    var (taken, last) = (0, Int64(0))
    while true {
      let after = last
      let events = try await vault.database.read {
        try PayEvent.oldest(after: after, limit: Self.portion, $0)
      }
      guard let newest = events.last else { return taken }
      last = newest.number
      let workers = try await engine.workers(named: Set(events.map(\.worker)), in: vault)
      let done = try await engine.control.write(.flushed) { connection in
        // What nobody here knows yet stays where it is: it may be known after a restore.
        try events.filter { event in
          guard let user = workers[event.worker],
            let plan = try PayPlans.plan(event.terms.version, of: event.project, engine, connection)
          else { return false }
          switch event.kind {
          case .done, .reviewed: try take(event, of: user, by: plan, connection)
          case .revised: try revise(event, by: plan, connection)
          case .rejected: try reject(event, connection)
          }
          return true
        }
      }
      try await vault.database.write(.relaxed) { try PayEvent.forget(done, $0) }
      taken += done.count
    }
  }

  /// How much of the time that was claimed is believed: nobody is at two tasks at a time.
  private func time(
    _ event: PayEvent, of user: UserID, _ connection: any Connection
  ) throws -> ActiveTime {
    let spent = try connection.first(
      """
      SELECT coalesce(sum(active_ms), 0) FROM earnings
      WHERE user_id = ? AND submitted_at > ? AND answer <> ?
      """, [user.sql, .int(event.began), event.answer.sql]
    ) { $0.int(0) }
    return ActiveTime(
      claimed: event.claimed, leased: event.ended - event.began, spent: spent ?? 0,
      seen: event.seen)
  }

  private func take(
    _ event: PayEvent, of user: UserID, by plan: PayPlan, _ connection: any Connection
  ) throws {
    let rate = plan.rate(in: event.terms.currency)
    let time = try time(event, of: user, connection)
    let work = event.work(
      at: rate, activeMilliseconds: time.believed, plan.difficulty(of: event.batch))
    let earning = try? Earning(work, at: rate)
    let hold = try Decisions.hold(on: user, in: event.project, connection)
    let doubt =
      earning == nil ? Self.tooMuchReason : hold?.reason ?? (event.isExtra ? Self.extraReason : nil)
    let micros = earning?.micros ?? 0
    let isNew = try connection.run(
      """
      INSERT INTO earnings
        (answer, user_id, project_id, pay, difficulty, currency, micros, micros_if_rejected, revision,
         lines, claimed_ms, active_ms, submitted_at, settles_at, state, reason, held_by,
         is_review)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (answer) DO NOTHING
      """,
      [
        event.answer.sql, user.sql, event.project.sql, .text(event.terms.stored),
        .int(work.difficultyPercent), .text(rate.currency.code), .int(micros),
        .int(earning?.microsIfRejected ?? 0), .number(event.revision),
        .text(PayNotation.json(earning?.lines ?? []).text), .int(time.claimed), .int(time.believed),
        .int(event.at),
        .int(event.at + rate.settlesAfterHours * 3_600_000),
        .text((doubt == nil ? State.pending : .held).rawValue), .optional(doubt),
        // What waits for another reason too is looked at by somebody when the hold ends.
        .optional(earning == nil || event.isExtra ? nil : hold?.id.text),
        .flag(event.kind == .reviewed),
      ])
    guard isNew == 1, micros > 0 else { return }
    try Ledger.post(
      LedgerEntry(
        .earned, key: "earned/\(event.answer)", Money(micros: micros, rate.currency),
        debit: Account(.labour, event.project.text), credit: Account(.pending, user.text)),
      at: event.at, connection)
  }

  /// An answer that says more or less than before earns more or less, for the time it took at first.
  private func revise(
    _ event: PayEvent, by plan: PayPlan, _ connection: any Connection
  ) throws {
    let known = try connection.first(
      "SELECT revision FROM earnings WHERE answer = ?", [event.answer.sql]
    ) { $0.int(0) }
    guard let known, known < event.revision,
      let item = try Self.get(event.answer, connection), item.isOpen, item.takenBack == 0
    else { return }
    let rate = plan.rate(in: item.terms.currency)
    let work = event.work(
      at: rate, activeMilliseconds: item.activeMilliseconds, item.difficultyPercent)
    guard let earning = try? Earning(work, at: rate) else { return }
    try connection.run(
      """
      UPDATE earnings SET micros = ?, micros_if_rejected = ?, revision = ?, lines = ? WHERE answer = ?
      """,
      [
        .int(earning.micros), .int(earning.microsIfRejected), .number(event.revision),
        .text(PayNotation.json(earning.lines).text), event.answer.sql,
      ])
    let more = earning.micros - item.amount.micros
    guard more != 0 else { return }
    try Ledger.post(
      LedgerEntry(
        .revised, key: "revised/\(event.answer)/\(event.revision)",
        Money(micros: more, rate.currency), debit: Account(.labour, event.project.text),
        credit: Account(.pending, item.user.text)), at: event.at, connection)
  }

  /// Takes back what a rejection leaves no claim to, once. What was due before it stays.
  private func reject(_ event: PayEvent, _ connection: any Connection) throws {
    guard var row = try Self.get(event.answer, connection),
      row.isOpen, row.state == .held || event.at < row.settlesAt,
      try !Ledger.has("rejected/\(event.answer)", connection)
    else { return }
    let left =
      try connection.first(
        "SELECT micros_if_rejected FROM earnings WHERE answer = ?", [event.answer.sql]
      ) { $0.int(0) } ?? 0
    let back = row.amount.micros - min(left, row.amount.micros)
    row.reason = Self.rejectedReason
    try take(back: back, from: row, at: event.at, connection)
  }

  private func take(
    back: Int64, from row: Item, at: Int64, _ connection: any Connection
  ) throws {
    let left = row.amount.micros - back
    try connection.run(
      """
      UPDATE earnings SET micros = ?, taken_back = taken_back + ?, state = ?, reason = ?
      WHERE answer = ?
      """,
      [
        .int(left), .int(back), .text((left == 0 ? State.rejected : row.state).rawValue),
        .optional(row.reason), row.answer.sql,
      ])
    guard back > 0 else { return }
    try Ledger.post(
      LedgerEntry(
        .rejected, key: "rejected/\(row.answer)", Money(micros: back, row.amount.currency),
        debit: Account(.pending, row.user.text), credit: Account(.labour, row.project.text)),
      at: at, reason: row.reason, connection)
  }

  /// Gives back what a rejection took, and lets go what is held. What was settled meanwhile stays so, and
  /// the rest joins it.
  static func restore(_ answer: AnswerID, at: Int64, _ connection: any Connection) throws {
    guard let item = try get(answer, connection) else { return }
    let isSettled = item.state == .settled
    try connection.run(
      """
      UPDATE earnings SET micros = micros + taken_back, taken_back = 0, state = ?, reason = NULL
      WHERE answer = ?
      """, [.text((isSettled ? State.settled : .pending).rawValue), answer.sql])
    guard item.takenBack > 0 else { return }
    try Ledger.post(
      LedgerEntry(
        .restored, key: "restored/\(answer)", Money(micros: item.takenBack, item.amount.currency),
        debit: Account(.labour, item.project.text),
        credit: Account(isSettled ? .settled : .pending, item.user.text)), at: at, connection)
  }

  /// Believes all the time that a worker says, as far as any is believed of one answer, and pays what it
  /// earns more: with the rest where that is not settled yet, at once where it is.
  func believe(_ answer: AnswerID, at: Int64, _ connection: any Connection) throws {
    guard let item = try Self.get(answer, connection), item.isTimeDisputable,
      let plan = try PayPlans.plan(item.terms.version, of: item.project, engine, connection)
    else { return }
    let rate = plan.rate(in: item.terms.currency)
    let time = min(item.claimedMilliseconds, ActiveTime.defaultLimit)
    let units = item.lines.first { $0.kind == .units }?.quantity ?? 0
    let work = Work(
      units: units, activeMilliseconds: time, difficultyPercent: item.difficultyPercent,
      isReview: item.isReview)
    guard let earning = try? Earning(work, at: rate) else { return }
    let more = max(0, earning.micros - item.amount.micros)
    try connection.run(
      """
      UPDATE earnings SET micros = micros + ?, micros_if_rejected = ?, lines = ?, active_ms = ?
      WHERE answer = ?
      """,
      [
        .int(more), .int(earning.microsIfRejected), .text(PayNotation.json(earning.lines).text),
        .int(time), answer.sql,
      ])
    guard more > 0 else { return }
    try Ledger.post(
      LedgerEntry(
        .revised, key: "time/\(answer)", Money(micros: more, rate.currency),
        debit: Account(.labour, item.project.text),
        credit: Account(item.state == .settled ? .settled : .pending, item.user.text)), at: at,
      connection)
  }

  // MARK: Settling

  /// Settles what is due.
  ///
  /// - Returns: how many answers.
  @discardableResult
  package func settleDue() async throws -> Int {
    var settled = 0
    while true {
      let now = engine.environment.now()
      // Looking costs no write.
      let isDue = try await engine.control.read { connection in
        try connection.first(
          "SELECT 1 FROM earnings WHERE state = 'pending' AND settles_at <= ? LIMIT 1", [.int(now)]
        ) { _ in true }
      }
      guard isDue == true else { return settled }
      let count = try await engine.control.write(.flushed) { connection in
        let due = try connection.all(
          """
          \(Self.select) WHERE e.state = 'pending' AND e.settles_at <= ?
          ORDER BY e.settles_at, e.answer LIMIT ?
          """, [.int(now), .number(Self.portion)], Self.row)
        for row in due {
          try connection.run(
            "UPDATE earnings SET state = 'settled' WHERE answer = ?", [row.answer.sql])
          guard row.amount.micros > 0 else { continue }
          try Ledger.post(
            LedgerEntry(
              .settled, key: "settled/\(row.answer)", row.amount,
              debit: Account(.pending, row.user.text), credit: Account(.settled, row.user.text)),
            at: now, connection)
        }
        return due.count
      }
      settled += count
    }
  }

  /// Keeps what an answer earned from being settled, until somebody has looked at it; the worker is told why.
  package func hold(_ answer: AnswerID, reason: String, by actor: Actor) async throws -> Item {
    let reason = try Self.checked(reason)
    return try await change(answer, from: .pending, to: .held, reason, by: actor)
  }

  /// Keeps all from being settled that somebody earned on a project and that is not settled yet.
  static func holdPending(
    of user: UserID, in project: ProjectID, by decision: DecisionID, _ reason: String,
    _ connection: any Connection
  ) throws {
    try connection.run(
      """
      UPDATE earnings SET state = 'held', reason = ?, held_by = ?
      WHERE user_id = ? AND project_id = ? AND state = 'pending'
      """, [.text(reason), decision.sql, user.sql, project.sql])
  }

  /// Lets all be settled that a decision held.
  static func release(heldBy decision: DecisionID, _ connection: any Connection) throws {
    try connection.run(
      """
      UPDATE earnings SET state = 'pending', reason = NULL, held_by = NULL
      WHERE held_by = ? AND state = 'held'
      """, [decision.sql])
  }

  /// Lets what was held be settled; at once where its time has come.
  package func release(_ answer: AnswerID, by actor: Actor) async throws -> Item {
    try await change(answer, from: .held, to: .pending, nil, by: actor)
  }

  private func change(
    _ answer: AnswerID, from: State, to: State, _ reason: String?, by actor: Actor
  ) async throws -> Item {
    let record = engine.record(by: actor)
    return try await engine.control.write(.flushed) { connection in
      guard var row = try Self.get(answer, connection) else {
        throw Refusal.unknown(.earning, answer.text)
      }
      guard row.state == from else {
        throw Refusal.notPossible(.earning, state: row.state.rawValue, asked: to.rawValue)
      }
      (row.state, row.reason) = (to, reason)
      try connection.run(
        "UPDATE earnings SET state = ?, reason = ?, held_by = NULL WHERE answer = ?",
        [.text(to.rawValue), .optional(reason), answer.sql])
      try record.append(connection, "earning.\(to.rawValue)", answer.text)
      return row
    }
  }

  /// Pays more, or takes back, apart from any answer: a bonus, or a mistake put right.
  ///
  /// - Parameters:
  ///   - amount: below 0 to take back what was too much.
  ///   - key: the operator's own; said twice, it counts once.
  /// - Returns: whether it is new.
  /// - Throws: `.taken` for a key that stands for something else.
  package func adjust(
    _ user: UserID, by amount: Money, reason: String, key: String, actor: Actor
  ) async throws -> Bool {
    let reason = try Self.checked(reason)
    guard (1...100).contains(key.unicodeScalars.count) else {
      throw Refusal.invalid(path: "key", problem: "must have 1 to 100 characters")
    }
    guard amount.micros != 0, amount.micros.magnitude <= PayRate.floorLimit.magnitude else {
      throw Refusal.invalid(
        path: "amount",
        problem: "must be other than 0 and within ±\(PayRate.floorLimit / 1_000_000)")
    }
    let record = engine.record(by: actor)
    return try await engine.control.write(.flushed) { connection in
      let isWorker = try connection.first(
        "SELECT 1 FROM grants WHERE user_id = ? AND role = 'worker'", [user.sql]
      ) { _ in true }
      guard isWorker == true else { throw Refusal.unknown(.user, user.text) }
      let isNew = try Ledger.post(
        LedgerEntry(
          amount.micros > 0 ? .bonus : .correction, key: "adjustment/\(key)", amount,
          debit: Account(.adjustments), credit: Account(.settled, user.text)), at: record.at,
        reason: reason, connection)
      if !isNew {
        let known = try connection.first(
          """
          SELECT EXISTS (SELECT 1 FROM ledger_entries e JOIN ledger_postings p ON p.entry = e.number
            WHERE e.key = ? AND e.currency = ? AND p.account = ? AND p.micros = ?)
          """,
          [
            .text("adjustment/\(key)"), .text(amount.currency.code),
            .text("\(Account(.settled, user.text))"), .int(-amount.micros),
          ]
        ) { $0.int(0) == 1 }
        guard known == true else { throw Refusal.taken(.earning, key) }
      }
      if isNew {
        try record.append(
          connection, "pay.adjusted", user.text,
          ["amount": .string(amount.decimal), "currency": .string(amount.currency.code)])
      }
      return isNew
    }
  }

  package static let reasonLimit = 500

  private static func checked(_ reason: String) throws(Refusal) -> String {
    let reason = reason.trimmingCharacters(in: .whitespacesAndNewlines)
    guard (1...reasonLimit).contains(reason.unicodeScalars.count) else {
      throw .invalid(
        path: "reason", problem: "must say why, in 1 to \(reasonLimit) characters")
    }
    return reason
  }

  // MARK: Reading

  /// What an answer earned; nil where it is not in the books.
  static func get(_ answer: AnswerID, _ connection: any Connection) throws -> Item? {
    try connection.first("\(select) WHERE e.answer = ?", [answer.sql], row)
  }

  static let select = """
    SELECT e.answer, e.user_id, e.project_id, d.public_name, e.pay, e.difficulty, e.currency,
      e.micros, e.taken_back, e.lines, e.claimed_ms, e.active_ms, e.submitted_at, e.settles_at, e.state,
      e.reason, e.is_review
    FROM earnings e JOIN project_directory d ON d.project_id = e.project_id
    """

  static func row(_ row: any Row) throws -> Item {
    guard let currency = Currency(row.text(6)) else {
      throw StoreError.corrupt("earning \(row.text(0)) in \(row.text(6))")
    }
    return Item(
      isReview: row.int(16) == 1, answer: row.id(0), user: row.id(1), project: row.id(2),
      projectName: row.text(3),
      terms: PayTerms(stored: row.text(4)) ?? PayTerms(version: 0, currency: nil),
      difficultyPercent: row.int(5),
      amount: Money(micros: row.int(7), currency), takenBack: row.int(8),
      lines: try PayNotation.lines(stored: row.text(9)), claimedMilliseconds: row.int(10),
      activeMilliseconds: row.int(11), submittedAt: row.int(12), settlesAt: row.int(13),
      state: State(rawValue: row.text(14)) ?? .held, reason: row.optionalText(15))
  }
}
