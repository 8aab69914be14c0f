import Foundation
import Labels
import Store
import Vault
import Workflow

/// What a worker said, opened.
package struct AnswerRow: Hashable, Sendable {
  package enum Stage: String, Hashable, Sendable, CaseIterable { case label, review }

  package enum Standing: String, Hashable, Sendable {
    /// One of the answers the plan asked for.
    case counted
    /// Kept for statistics, beyond the plan.
    case extra
    /// Of a round that a reviewer sent back.
    case discarded
  }

  package var seq: Int64
  package var id: AnswerID
  package var worker: String
  package var stage: Stage
  package var standing: Standing
  package var revision: Int
  package var activeMilliseconds: Int64
  package var submittedAt: Int64
  package var annotations: [Annotation]

  static let columns = """
    a.seq, a.id, a.worker, a.stage, a.standing, a.revision, a.active_ms, a.submitted_at, a.sealed
    """

  /// Without its annotations, which lie in `sealed`.
  static func clear(_ row: some Row) -> AnswerRow {
    AnswerRow(
      seq: row.int(0), id: row.id(1), worker: row.text(2),
      stage: Stage(rawValue: row.text(3)) ?? .label,
      standing: Standing(rawValue: row.text(4)) ?? .extra, revision: Int(row.int(5)),
      activeMilliseconds: row.int(6), submittedAt: row.int(7), annotations: [])
  }

  static func sealed(_ row: some Row) -> Data { row.blob(8) }

  static func row(
    _ row: any Row, _ reading: LabelReading, _ vault: ClientVault
  ) throws -> AnswerRow {
    var answer = clear(row)
    answer.annotations = try reading.open(
      sealed(row), table: "answers", row: answer.id.text, vault)
    return answer
  }

  static func all(
    of task: TaskRow, _ reading: LabelReading, _ vault: ClientVault, _ connection: any Connection
  ) throws -> [AnswerRow] {
    try connection.all(
      "SELECT \(columns) FROM answers a WHERE a.task = ? ORDER BY a.seq", [.int(task.seq)]
    ) { try row($0, reading, vault) }
  }
}

/// A derived answer, opened. There is one for each time the task was settled or refitted; what one
/// answer alone settled is that answer, and is not stored again (`ConsensusRow.single`).
package struct ConsensusRow: Hashable, Sendable {
  package var version: Int
  package var createdAt: Int64
  package var method: String
  package var confidence: Double
  package var answers: Int
  package var annotations: [Annotation]

  /// Of results that somebody looked at and put right.
  static let reviewMethod = "review"
  static let auditMethod = "audit"

  private static let clearColumns =
    "c.version, c.created_at, c.method, c.confidence, c.answers, c.answer, c.sealed"
  static let columns = "\(clearColumns), a.id, a.sealed"
  static let source = "consensus c LEFT JOIN answers a ON a.seq = c.answer"
  /// In place of `columns` and `source` where the answers are at hand.
  static let columnsAlone = "\(clearColumns), NULL, NULL"
  static let sourceAlone = "consensus c"

  /// Where the annotations of a result lie: in its own row, or in that of an answer that says the
  /// same and so is not stored twice.
  struct Sealed: Sendable {
    /// Number of the answer; nil where the result has its own annotations.
    var answer: Int64?
    var answerID: AnswerID?
    var bytes: Data

    func open(
      _ version: Int, of task: TaskID, _ reading: LabelReading, _ vault: ClientVault
    ) throws -> [Annotation] {
      return if let answerID {
        try reading.open(bytes, table: "answers", row: answerID, vault)
      } else {
        try reading.open(bytes, table: "consensus", row: "\(task)/\(version)", vault)
      }
    }
  }

  /// Without its annotations, which lie in `sealed`.
  static func clear(_ row: some Row) -> ConsensusRow {
    ConsensusRow(
      version: Int(row.int(0)), createdAt: row.int(1), method: row.text(2),
      confidence: row.double(3), answers: Int(row.int(4)), annotations: [])
  }

  static func sealed(_ row: some Row) -> Sealed {
    guard let answer = row.optionalInt(5) else { return Sealed(bytes: row.blob(6)) }
    return Sealed(
      answer: answer, answerID: row.optionalID(7),
      bytes: row.blob(8))
  }

  static func row(
    _ row: any Row, of task: TaskID, _ reading: LabelReading, _ vault: ClientVault
  ) throws -> ConsensusRow {
    var consensus = clear(row)
    consensus.annotations = try sealed(row).open(consensus.version, of: task, reading, vault)
    return consensus
  }

  static func newest(
    of task: TaskRow, _ reading: LabelReading, _ vault: ClientVault, _ connection: any Connection
  ) throws -> ConsensusRow? {
    guard let version = task.consensusVersion else { return nil }
    if version == single {
      return try AnswerRow.all(of: task, reading, vault, connection).lazy
        .compactMap { ConsensusRow(single: $0, of: task) }.first
    }
    return try connection.first(
      "SELECT \(columns) FROM \(source) WHERE c.task = ? AND c.version = ?",
      [.int(task.seq), .number(version)]
    ) { try row($0, of: task.id, reading, vault) }
  }

  /// Whether somebody put it right, so that it is not what the answers say.
  var isPutRight: Bool { method == Self.reviewMethod || method == Self.auditMethod }

  /// The newest result that the answers made.
  static func drafted(
    of task: TaskRow, _ reading: LabelReading, _ vault: ClientVault, _ connection: any Connection
  ) throws -> [Annotation]? {
    let found = try connection.first(
      """
      SELECT \(columns) FROM \(source)
      WHERE c.task = ? AND c.method <> ? AND c.method <> ? ORDER BY c.version DESC LIMIT 1
      """, [.int(task.seq), .text(reviewMethod), .text(auditMethod)]
    ) { try row($0, of: task.id, reading, vault).annotations }
    return try found
      ?? AnswerRow.all(of: task, reading, vault, connection)
      .first { $0.stage == .label && $0.standing == .counted }?.annotations
  }

  /// Results of a task that has ended which a later one replaced, oldest first.
  static func earlier(
    of task: TaskRow, _ reading: LabelReading, _ vault: ClientVault, _ connection: any Connection
  ) throws -> [[Annotation]] {
    guard let version = task.consensusVersion, version > 1, let end = task.endedAt else {
      return []
    }
    return try connection.all(
      """
      SELECT \(columns) FROM \(source)
      WHERE c.task = ? AND c.version < ? AND c.created_at >= ? ORDER BY c.version
      """, [.int(task.seq), .number(version), .int(end)]
    ) { try row($0, of: task.id, reading, vault).annotations }
  }

  static let insertion = """
    INSERT INTO consensus
      (task, version, created_at, method, confidence, answers, answer, sealed)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    """

  /// The method of a result that was known beforehand.
  static let gold = "gold"

  /// How a task's first result is found under a plan, in one word.
  static func firstMethod(_ plan: QualityPlan) -> String {
    plan.answers.method == .dawidSkene ? "oneCoin" : "majority"
  }

  /// The version of a result that is the task's only answer.
  static let single = 0

  /// - Returns: nil unless the answer counts.
  init?(single answer: AnswerRow, of task: TaskRow) {
    guard answer.standing == .counted, answer.stage == .label else { return nil }
    self.init(
      version: Self.single, createdAt: answer.submittedAt, method: "single",
      confidence: task.confidence ?? 0, answers: 1, annotations: answer.annotations)
  }

  init(
    version: Int, createdAt: Int64, method: String, confidence: Double, answers: Int,
    annotations: [Annotation]
  ) {
    self.version = version
    self.createdAt = createdAt
    self.method = method
    self.confidence = confidence
    self.answers = answers
    self.annotations = annotations
  }

  /// Writes a new version; the ones before stay.
  ///
  /// - Parameter answer: the answer that says just this, where there is one.
  static func insert(
    _ annotations: [Annotation], confidence: Double, method: String, answers: Int,
    answer: Int64? = nil, of task: TaskRow, _ reading: LabelReading, _ vault: ClientVault,
    at: Int64, _ connection: any Connection
  ) throws -> Int {
    let version = (task.consensusVersion ?? 0) + 1
    let sealed =
      answer == nil
      ? vault.key.seal(
        reading.stored(annotations), table: "consensus",
        row: "\(task.id)/\(version)") : nil
    try connection.run(
      insertion,
      [
        .int(task.seq), .number(version), .int(at), .text(method), .double(confidence),
        .number(answers), .optional(answer), .optional(sealed),
      ])
    return version
  }
}
