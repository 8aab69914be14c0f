import Foundation
import Labels
import Store
import Vault

/// Stores prepared tasks inside a transaction.
struct ImportWriter {
  let vault: ClientVault
  let project: ProjectID
  let batch: BatchID
  let version: Int
  let ontology: Ontology
  let now: Int64
  /// What every task brings along, where they came through an API of their own.
  var form: Int64?
  var type: String?

  struct Outcome: Sendable {
    var created = 0
    var last: TaskID?
    /// The `seq` of the last task.
    var lastSeq: Int64?
    var problems: [ImportProblem] = []
  }

  /// - Complexity: O(tasks × log tasks of the vault)
  func write(_ tasks: [PreparedTask], _ connection: any Connection) throws -> Outcome {
    guard !tasks.isEmpty else { return Outcome() }
    var outcome = Outcome()
    var counts = Batch.Counts()
    var seq = try connection.first("SELECT max(seq) FROM tasks") { $0.optionalInt(0) ?? 0 } ?? 0
    var position =
      try connection.first(
        "UPDATE counters SET value = value + ? WHERE name = 'queue' RETURNING value",
        [.number(tasks.count)]
      ) { $0.int(0) - Int64(tasks.count) } ?? 0
    var statements = try Statements(connection)
    for prepared in tasks {
      let size: ImageSize?
      switch try check(prepared.draft, connection) {
      case .success(let known): size = known
      case .failure(let problem):
        outcome.problems.append(problem)
        continue
      }
      seq += 1
      position += 1
      try insert(prepared.draft, size, seq, position, &statements)
      outcome.created += 1
      outcome.last = prepared.draft.id
      outcome.lastSeq = seq
      Self.count(prepared.draft, &counts)
    }
    try add(counts, connection)
    if counts.completed > 0 {
      try LiveFeed.note(of: project, after: seq - Int64(outcome.created), at: now, connection)
    }
    return outcome
  }

  /// What only the database knows: whether the unique id is free, and the asset's size.
  private func check(
    _ task: TaskDraft, _ connection: any Connection
  ) throws -> Result<ImageSize?, ImportProblem> {
    if let uniqueID = task.uniqueID {
      let other = try connection.first(
        "SELECT id FROM tasks WHERE unique_id = ?", [.text(uniqueID)]
      ) { $0.text(0) }
      if let other { return refused(task, .uniqueIDTaken(uniqueID, by: other)) }
    }
    guard let asset = task.asset else { return .success(task.size) }
    let size = try connection.first(
      "SELECT width, height FROM assets WHERE id = ?", [asset.sql]
    ) { row in
      row.optionalInt(0).flatMap { width in
        row.optionalInt(1).map { ImageSize(width: Int(width), height: Int($0)) }
      }
    }
    guard let size else { return refused(task, .unknownAsset(asset.text)) }
    for (path, annotations) in task.unchecked {
      do {
        try ontology.validate(annotations, imageSize: size, isPartial: true)
      } catch {
        return refused(task, .annotation(path: path, error))
      }
    }
    return .success(size)
  }

  private func refused(
    _ task: TaskDraft, _ reason: ImportProblem.Reason
  ) -> Result<ImageSize?, ImportProblem> {
    .failure(ImportProblem(line: task.line, column: nil, reason: reason))
  }

  private struct Statements {
    let tasks: any Statement
    let answers: any Statement
    let consensus: any Statement
    let gold: any Statement
    let review: any Statement
    /// The number of the newest answer.
    var lastAnswer: Int64

    init(_ connection: any Connection) throws {
      tasks = try connection.prepare(
        """
        INSERT INTO tasks (seq, id, project_id, batch_id, version, state, rank, queue_seq, wanted,
          counted, open_slots, unique_id, gold, width, height, confidence, consensus_version,
          created_at, ended_at, sealed, form, type, review_wanted)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
      answers = try connection.prepare(NewAnswer.insertion)
      consensus = try connection.prepare(ConsensusRow.insertion)
      gold = try connection.prepare(GoldRow.insertion)
      review = try connection.prepare(ReviewCause.insertion)
      lastAnswer = try NewAnswer.lastSeq(connection)
    }
  }

  private func insert(
    _ task: TaskDraft, _ size: ImageSize?, _ seq: Int64, _ position: Int64,
    _ statements: inout Statements
  ) throws {
    let life = task.lifecycle
    try statements.tasks.run(
      [
        .int(seq), task.id.sql, project.sql, batch.sql, .number(version),
        .text(life.state.rawValue), .number(task.priority * 2), .int(position),
        .number(life.wanted), .number(life.counted), .number(life.openSlots),
        .optional(task.uniqueID), .optional(task.gold?.rawValue),
        .optional(size.map { Int64($0.width) }), .optional(size.map { Int64($0.height) }),
        task.consensus.map { .double($0.confidence) } ?? .null,
        .optional(task.consensusVersion),
        .int(now), life.state.isLive ? .null : .int(now), .blob(task.sealed), .optional(form),
        .optional(type), .number(life.review.wanted),
      ])
    if let gold = task.gold {
      try statements.gold.run(
        [.int(seq), project.sql, .text(gold.rawValue), .text(task.goldClasses), .int(now)])
    }
    if let cause = task.reviewCause {
      try statements.review.run(
        [
          .int(seq), project.sql, .text(cause.rawValue),
          .double(task.consensus?.confidence ?? 0),
        ])
    }
    let firstAnswer = statements.lastAnswer + 1
    for answer in task.answers {
      statements.lastAnswer += 1
      try statements.answers.run(
        answer.row.arguments(statements.lastAnswer, task: seq, sealed: answer.sealed))
    }
    switch task.consensus?.source {
    case nil, .single: break
    case .answer(let place):
      try insert(task, answer: firstAnswer + Int64(place), sealed: nil, seq, statements)
    case .sealed(let sealed): try insert(task, answer: nil, sealed: sealed, seq, statements)
    }
  }

  private func insert(
    _ task: TaskDraft, answer: Int64?, sealed: Data?, _ seq: Int64, _ statements: Statements
  ) throws {
    guard let consensus = task.consensus else { return }
    try statements.consensus.run(
      [
        .int(seq), 1, .int(now), .text(consensus.method), .double(consensus.confidence),
        .number(consensus.answers), .optional(answer), .optional(sealed),
      ])
  }

  private static func count(_ task: TaskDraft, _ counts: inout Batch.Counts) {
    counts.tasks += 1
    counts.answers += task.answers.count
    switch task.lifecycle.state {
    case .open: counts.open += 1
    case .inReview: counts.inReview += 1
    case .completed: counts.completed += 1
    default: break
    }
  }

  private func add(_ counts: Batch.Counts, _ connection: any Connection) throws {
    guard counts.tasks > 0 else { return }
    try connection.run(
      """
      UPDATE batches SET tasks = tasks + ?, open = open + ?, in_review = in_review + ?,
        completed = completed + ?, answers = answers + ?,
        calibration = CASE WHEN state = 'completed' AND calibration = 'failed' THEN 'open'
          ELSE calibration END,
        state = CASE WHEN state = 'completed' THEN 'inProgress' ELSE state END
      WHERE id = ?
      """,
      [
        .number(counts.tasks), .number(counts.open), .number(counts.inReview),
        .number(counts.completed), .number(counts.answers), batch.sql,
      ])
    try BatchEnd.completeIfOver(batch, at: now, connection)
  }
}
