import Consensus
import Crypto
import Formats
import Foundation
import Labels
import Notation
import Store
import Vault
import Workflow

/// Takes in what workers say.
package struct Answers: Sendable {
  let vault: ClientVault
  let worker: String
  let project: ProjectID

  package init(_ vault: ClientVault, worker: String, project: ProjectID) {
    self.vault = vault
    self.worker = worker
    self.project = project
  }

  /// Active time one answer may claim: a day.
  package static let activeMillisecondsLimit: Int64 = 24 * 3600 * 1000

  /// Proof of what was stored; pay hangs on it.
  package struct Receipt: Hashable, Sendable {
    package var answer: AnswerID
    package var task: TaskID
    /// SHA-256 of the annotations in stored notation.
    package var hash: String
    package var standing: AnswerRow.Standing
    package var revision: Int
    /// Of training gold.
    package var lesson: GoldLesson?
  }

  /// Stores an answer and takes the task as far as the plan says. Flushed before it returns.
  ///
  /// The same answer sent again gets the same receipt. An answer that comes after its lease ended
  /// counts where the slot is still free, and is kept as an extra one where it is not.
  ///
  /// - Parameter whenNew: run once the answer is stored; not where it was before.
  /// - Throws: `.unknown(.lease)`, `.invalid`, `.annotation`, `.leaseEnded`,
  ///   `.answeredDifferently`.
  package func submit(
    _ json: JSON, for id: LeaseID, activeMilliseconds: Int64, whenNew: () -> Void = {}
  ) async throws -> Receipt {
    let active = min(max(0, activeMilliseconds), Self.activeMillisecondsLimit)
    let record = vault.record(by: .worker(worker))
    let answerID: AnswerID = vault.environment.newID()
    let (receipt, left) = try await vault.database.write(.flushed) { connection in
      var lease = try LeaseRow.get(id, of: worker, in: project, connection)
      guard lease.stage == .label else { throw Refusal.unknown(.lease, id.text) }
      let task = try TaskRow.get(seq: lease.task, connection)
      let readings = try vault.readings(of: project, connection)
      let reading = try readings.reading(of: task, as: lease.version, connection)
      let annotations = try Self.checked(
        json, reading, of: task, by: worker, vault, connection)
      let stored = reading.stored(annotations)
      let hash = Data(SHA256.hash(data: stored)).hexadecimal
      let gold = try GoldRow.served(task, connection)
      let stream = GoldStream(vault: vault, worker: worker, project: project)
      if lease.lifecycle.state == .submitted {
        var receipt = try repeated(id, task, hash, connection)
        if let gold, gold.kind == .training {
          receipt.lesson = try stream.judge(annotations, of: gold, task, reading, connection)
        }
        return (receipt, Contributions.Leftovers())
      }
      var wasLive = try end(&lease)
      if !wasLive { wasLive = try takeOver(from: lease, at: record.at, connection) }
      try lease.saveState(at: record.at, connection)
      var steps = TaskSteps(task, now: record.at, connection)
      steps.newAnswers = 1
      let standing = gold == nil ? try Self.count(&steps, onLease: wasLive) : .counted
      let answer = NewAnswer(
        id: answerID, lease: id, worker: worker, stage: .label, standing: standing,
        activeMilliseconds: active, submittedAt: record.at, hash: hash, stored: stored)
      try answer.insert(into: task, vault, connection)
      try PayEvent.done(
        answerID, annotations, under: lease, standing: standing, activeMilliseconds: active,
        at: record.at, connection)
      try count(active, connection)
      var lesson: GoldLesson?
      if let gold {
        try stream.answered(gold, under: id, connection)
        lesson = try stream.judge(annotations, of: gold, task, reading, connection)
        try steps.saveAnswers()
      } else {
        try Settlement(vault: vault, now: record.at).decide(
          &steps, readings.reading(of: task, connection), connection)
        try steps.save()
      }
      try record.append(
        connection, "answer.submitted", answerID.text,
        ["task": .string(task.id.text), "hash": .string(hash)])
      let left =
        try reading.ontology.questions.contains { $0.fileRules != nil }
        ? Contributions.removeLeft(of: task, by: worker, record, vault, connection) : .init()
      let receipt = Receipt(
        answer: answerID, task: task.id, hash: hash, standing: standing, revision: 1,
        lesson: lesson)
      return (receipt, left)
    }
    if receipt.answer == answerID {
      whenNew()
    }
    try await left.drop(vault)
    return receipt
  }

  /// Reads an answer to a task; its content is opened only where spans of its text are asked for, or
  /// its pre-labels have rules.
  ///
  /// - Parameter worker: who contributed the files that it names; nil for anybody, of a reviewer.
  static func checked(
    _ json: JSON, _ reading: LabelReading, of task: TaskRow, by worker: String?, _ vault: ClientVault,
    _ connection: any Connection
  ) throws -> [Annotation] {
    var reading = reading
    // What several contributed is more than one may.
    if worker == nil { reading = reading.admittingAllFiles }
    let annotations = try checked(json, reading, of: task, vault, connection)
    try Contributions.claim(annotations, of: task, by: worker, vault, connection)
    return annotations
  }

  private static func checked(
    _ json: JSON, _ reading: LabelReading, of task: TaskRow, _ vault: ClientVault,
    _ connection: any Connection
  ) throws -> [Annotation] {
    let ontology = reading.ontology
    let rules = reading.content.rules
    guard ontology.hasSpans || rules != nil else {
      return try checked(json, ontology, task.size, nil)
    }
    let content = try TaskContent.of(task, vault, connection)
    let annotations = try checked(json, ontology, task.size, content.text)
    if let rules, let prelabels = content.prelabels {
      let before = try reading.annotations(from: prelabels)
      if let violation = rules.violation(annotations, of: before) {
        throw Refusal.invalid(path: "annotations", problem: violation)
      }
    }
    return annotations
  }

  static func checked(
    _ json: JSON, _ ontology: Ontology, _ size: ImageSize?, _ text: String?
  ) throws(Refusal) -> [Annotation] {
    let annotations: [Annotation]
    do {
      annotations = try AnnotationNotation.annotations(from: json, ontology: ontology)
    } catch {
      throw .invalid(path: error.path, problem: error.problem)
    }
    do {
      try ontology.validate(
        annotations, imageSize: size, textLength: text?.unicodeScalars.count)
    } catch {
      throw .annotation(error)
    }
    return annotations
  }

  private func repeated(
    _ lease: LeaseID, _ task: TaskRow, _ hash: String, _ connection: any Connection
  ) throws -> Receipt {
    let known = try connection.first(
      "SELECT id, hash, standing, revision FROM answers WHERE lease_id = ?", [lease.sql]
    ) {
      (
        id: $0.id(0) as AnswerID, hash: $0.text(1), standing: $0.text(2), revision: Int($0.int(3))
      )
    }
    guard let known else { throw Refusal.leaseEnded(state: "submitted") }
    guard known.hash == hash else {
      throw Refusal.answeredDifferently(known.id)
    }
    return Receipt(
      answer: known.id, task: task.id, hash: hash,
      standing: AnswerRow.Standing(rawValue: known.standing) ?? .extra, revision: known.revision)
  }

  private func end(_ lease: inout LeaseRow) throws(Refusal) -> Bool {
    do {
      return try lease.lifecycle.handle(.submitted)
    } catch {
      throw .leaseEnded(state: lease.lifecycle.state.rawValue)
    }
  }

  /// An answer on a lease that ended, while the same worker holds the same task anew: it uses the
  /// new lease's slot. Somebody who has answered or skipped the task since has had their say.
  ///
  /// - Returns: whether a slot was held after all.
  private func takeOver(
    from late: LeaseRow, at now: Int64, _ connection: any Connection
  ) throws -> Bool {
    let other = try connection.first(
      """
      SELECT \(LeaseRow.columns) FROM leases l
      WHERE l.task = ? AND l.worker = ? AND l.id <> ?
        AND l.state IN ('reserved', 'leased', 'submitted', 'skipped')
      """, [.int(late.task), .text(worker), late.id.sql], LeaseRow.row)
    guard var other else { return false }
    guard other.lifecycle.state.isLive else { throw Refusal.leaseEnded(state: "expired") }
    _ = try other.lifecycle.handle(.released)
    try other.saveState(at: now, connection)
    return true
  }

  /// Counts the answer towards the plan where there is room for it.
  private static func count(
    _ steps: inout TaskSteps, onLease: Bool
  ) throws -> AnswerRow.Standing {
    do {
      try steps.handle(.answered(onLease: onLease))
      return .counted
    } catch is TaskLifecycle.Fault {
      return .extra
    }
  }

  /// Answers this worker gave in the project, gold among them.
  package func count() async throws -> Int {
    try await vault.database.read { connection in
      try AnnotatorRecord.of([worker], in: project, connection)[worker]?.answers ?? 0
    }
  }

  private func count(_ active: Int64, _ connection: any Connection) throws {
    try connection.run(
      """
      INSERT INTO annotators (project_id, worker, answers, active_ms) VALUES (?, ?, 1, ?)
      ON CONFLICT (project_id, worker)
      DO UPDATE SET answers = answers + 1, active_ms = active_ms + excluded.active_ms,
        skips_in_a_row = 0
      """, [project.sql, .text(worker), .int(active)])
  }

  /// Writes a new revision of the answer given on a lease, while its task is still open; the old
  /// one is kept.
  package func revise(_ lease: LeaseID, _ json: JSON) async throws -> Receipt {
    let record = vault.record(by: .worker(worker))
    return try await vault.database.write(.flushed) { connection in
      let found = try connection.first(
        """
        SELECT a.seq, a.task, a.revision, a.standing, a.id, l.version
        FROM answers a JOIN leases l ON l.id = a.lease_id
        WHERE a.lease_id = ? AND a.worker = ? AND a.stage = 'label'
        """, [lease.sql, .text(worker)]
      ) {
        (
          seq: $0.int(0), task: $0.int(1), revision: Int($0.int(2)), standing: $0.text(3),
          id: $0.id(4) as AnswerID, version: $0.optionalInt(5).map { Int($0) }
        )
      }
      guard let found else { throw Refusal.unknown(.answer, lease.text) }
      let id = found.id
      let task = try TaskRow.get(seq: found.task, connection)
      guard task.project == project else { throw Refusal.unknown(.answer, lease.text) }
      let gold = try GoldRow.served(task, connection)
      let stream = GoldStream(vault: vault, worker: worker, project: project)
      // Gold is open to changes where an ordinary task would be: it must not be told by that.
      let isOpenGold = try gold.map { try stream.mayRevise($0, on: lease, connection) } ?? false
      guard task.lifecycle.state == .open || isOpenGold, found.standing == "counted" else {
        throw Refusal.notPossible(
          .answer, state: task.lifecycle.state.rawValue, asked: "a new revision")
      }
      let reading = try vault.reading(of: task, as: found.version, connection)
      let annotations = try Self.checked(
        json, reading, of: task, by: worker, vault, connection)
      let stored = reading.stored(annotations)
      let hash = Data(SHA256.hash(data: stored)).hexadecimal
      try connection.run(
        """
        INSERT INTO answer_revisions
        SELECT seq, revision, submitted_at, worker, hash, sealed FROM answers WHERE seq = ?
        """, [.int(found.seq)])
      try connection.run(
        "UPDATE answers SET revision = ?, hash = ?, sealed = ?, submitted_at = ? WHERE seq = ?",
        [
          .number(found.revision + 1), .text(hash),
          .blob(vault.key.seal(stored, table: "answers", row: id)), .int(record.at),
          .int(found.seq),
        ])
      if let gold {
        _ = try stream.judge(
          annotations, of: gold, task, reading, connection)
      }
      try PayEvent.done(
        id, revision: found.revision + 1, annotations,
        under: LeaseRow.get(lease, of: worker, in: project, connection), at: record.at,
        connection)
      try record.append(connection, "answer.revised", id.text, ["hash": .string(hash)])
      return Receipt(
        answer: id, task: task.id, hash: hash, standing: .counted, revision: found.revision + 1)
    }
  }
}

/// An answer on its way into the store.
struct NewAnswer {
  var id: AnswerID
  var lease: LeaseID?
  var worker: String
  var stage: AnswerRow.Stage
  var standing: AnswerRow.Standing
  var activeMilliseconds: Int64
  var submittedAt: Int64
  /// SHA-256 of what was submitted under a lease, by which a repetition is known.
  var hash: String?
  /// In stored notation.
  var stored: [UInt8]

  static let insertion = """
    INSERT INTO answers
      (seq, id, task, lease_id, worker, stage, standing, active_ms, submitted_at, hash, sealed)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    """

  /// The number of the newest answer; 0 where there is none.
  static func lastSeq(_ connection: any Connection) throws -> Int64 {
    try connection.first("SELECT coalesce(max(seq), 0) FROM answers") { $0.int(0) } ?? 0
  }

  /// - Returns: its number.
  @discardableResult
  func insert(
    into task: TaskRow, _ vault: ClientVault, _ connection: any Connection
  ) throws -> Int64 {
    let seq = try Self.lastSeq(connection) + 1
    let sealed = vault.key.seal(stored, table: "answers", row: id)
    try connection.run(Self.insertion, arguments(seq, task: task.seq, sealed: sealed))
    return seq
  }

  func arguments(_ seq: Int64, task: Int64, sealed: Data) -> [SQLValue] {
    [
      .int(seq), id.sql, .int(task), .optional(lease?.text), .text(worker),
      .text(stage.rawValue), .text(standing.rawValue), .int(activeMilliseconds),
      .int(submittedAt), .optional(hash), .blob(sealed),
    ]
  }
}
