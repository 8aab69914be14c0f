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

  struct Outcome: Sendable {
    var created = 0
    var last: TaskID?
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
    let statements = try Statements(connection)
    for var task in tasks {
      if let problem = try check(&task, connection) {
        outcome.problems.append(problem)
        continue
      }
      seq += 1
      position += 1
      try insert(task, seq, position, statements)
      for answer in task.answers {
        try statements.answers.run(answer.row.arguments(task: seq, sealed: answer.sealed))
      }
      if let consensus = task.consensus { try insert(consensus, seq, statements) }
      outcome.created += 1
      outcome.last = task.id
      Self.count(task, &counts)
    }
    try add(counts, connection)
    return outcome
  }

  /// What only the database knows: whether the unique id is free, and the asset's size.
  private func check(
    _ task: inout PreparedTask, _ connection: any Connection
  ) throws -> ImportProblem? {
    if let uniqueID = task.uniqueID {
      let other = try connection.first(
        "SELECT id FROM tasks WHERE unique_id = ?", [.text(uniqueID)]
      ) { $0.text(0) }
      if let other {
        return ImportProblem(line: task.line, reason: .uniqueIDTaken(uniqueID, by: other))
      }
    }
    guard let asset = task.asset else { return nil }
    let size = try connection.first(
      "SELECT width, height FROM assets WHERE id = ?", [asset.sql]
    ) { row in
      row.optionalInt(0).flatMap { width in
        row.optionalInt(1).map { ImageSize(width: Int(width), height: Int($0)) }
      }
    }
    guard let size else {
      return ImportProblem(line: task.line, reason: .unknownAsset(asset.text))
    }
    task.size = size
    for (path, annotations) in task.unchecked {
      do {
        try ontology.validate(annotations, imageSize: size, isPartial: true)
      } catch {
        return ImportProblem(line: task.line, reason: .annotation(path: path, error))
      }
    }
    return nil
  }

  private struct Statements {
    let tasks: any Statement
    let answers: any Statement
    let consensus: any Statement

    init(_ connection: any Connection) throws {
      tasks = try connection.prepare(
        """
        INSERT INTO tasks (seq, id, project_id, batch_id, version, state, rank, queue_seq, wanted,
          counted, open_slots, unique_id, gold, width, height, confidence, consensus_version,
          created_at, ended_at, sealed)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
      answers = try connection.prepare(NewAnswer.insertion)
      consensus = try connection.prepare("INSERT INTO consensus VALUES (?, 1, ?, ?, ?, ?, ?)")
    }
  }

  private func insert(
    _ task: PreparedTask, _ seq: Int64, _ position: Int64, _ statements: Statements
  ) throws {
    let life = task.lifecycle
    try statements.tasks.run(
      [
        .int(seq), task.id.sql, project.sql, batch.sql, .number(version),
        .text(life.state.rawValue), .number(task.priority * 2), .int(position),
        .number(life.wanted), .number(life.counted), .number(life.openSlots),
        .optional(task.uniqueID), .optional(task.gold?.rawValue),
        .optional(task.size.map { Int64($0.width) }),
        .optional(task.size.map { Int64($0.height) }),
        task.consensus.map { .double($0.confidence) } ?? .null,
        task.consensus == nil ? .null : 1, .int(now), life.state.isLive ? .null : .int(now),
        .blob(task.sealed),
      ])
  }

  private func insert(
    _ consensus: PreparedConsensus, _ seq: Int64, _ statements: Statements
  ) throws {
    try statements.consensus.run(
      [
        .int(seq), .int(now), .text(consensus.method), .double(consensus.confidence),
        .number(consensus.answers), .blob(consensus.sealed),
      ])
  }

  private static func count(_ task: PreparedTask, _ counts: inout Batch.Counts) {
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
        state = CASE WHEN state = 'completed' THEN 'inProgress' ELSE state END
      WHERE id = ?
      """,
      [
        .number(counts.tasks), .number(counts.open), .number(counts.inReview),
        .number(counts.completed), .number(counts.answers), batch.sql,
      ])
  }
}
