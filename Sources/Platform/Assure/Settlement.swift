import Consensus
import Foundation
import Labels
import Notation
import Store
import Vault
import Workflow

/// Turns the answers of a task into its result, when the plan's answers are in.
struct Settlement {
  let vault: ClientVault
  let now: Int64

  /// Asks the plan whether the answers are enough, and acts on it.
  func decide(
    _ steps: inout TaskSteps, _ reading: LabelReading, _ connection: any Connection
  ) throws {
    guard steps.task.lifecycle.isDecisionDue else { return }
    let task = steps.task
    let plan = try plan(of: task, connection)
    let answers = try AnswerRow.all(of: task, reading, vault, connection)
      .filter { $0.standing == .counted && $0.stage == .label }
    let records = try AnnotatorRecord.of(
      answers.map(\.worker), in: task.project, connection)
    let result = AnswerConsensus(
      of: answers.map { answer in
        AnswerConsensus.Answer(
          annotations: answer.annotations,
          accuracy: records[answer.worker]?.accuracy
            ?? AnswerConsensus.priorAccuracy)
      }, ontology: reading.ontology, weighted: plan.answers.method == .dawidSkene)
    let decision = plan.decision(
      counted: task.lifecycle.counted, confidence: result.confidence,
      lot: vault.key.lot(of: task.id.text),
      leastAccuracy: answers.map {
        records[$0.worker]?.accuracy ?? AnswerConsensus.priorAccuracy
      }.min() ?? 1, names: reading.ontology.names(in: result.annotations)
    ) { errorCost, limit in
      result.isWorthMore(
        than: errorCost, limit: limit, accuracies: answers.map { records[$0.worker]?.accuracy })
    }
    if decision != .oneMore {
      let version = try store(result, of: answers, plan, task, reading, connection)
      steps.setConsensus(version: version, confidence: result.confidence)
      // Of a task that ended before, the answers of then were judged then.
      let fresh = answers.filter { answer in task.endedAt.map { answer.submittedAt > $0 } ?? true }
      try judge(
        fresh, by: try reference(task, result, reading, connection), reading, task,
        connection)
    }
    if case .review(let cause, _) = decision {
      try ReviewCause(cause).note(
        task, confidence: result.confidence, connection)
    }
    try steps.handle(.decided(decision))
  }

  private func store(
    _ result: AnswerConsensus, of answers: [AnswerRow], _ plan: QualityPlan, _ task: TaskRow,
    _ reading: LabelReading, _ connection: any Connection
  ) throws -> Int {
    let same = answers.first { $0.annotations == result.annotations }
    let isFirst = (task.consensusVersion ?? ConsensusRow.single) == ConsensusRow.single
    if answers.count == 1, same != nil, isFirst { return ConsensusRow.single }
    return try ConsensusRow.insert(
      result.annotations, confidence: result.confidence,
      method: ConsensusRow.firstMethod(plan),
      answers: answers.count, answer: same?.seq, of: task, reading, vault, at: now, connection)
  }

  func plan(of task: TaskRow, _ connection: any Connection) throws -> QualityPlan {
    let texts = try connection.first(
      """
      SELECT b.plan, p.plan FROM batches b JOIN projects p ON p.id = b.project_id WHERE b.id = ?
      """, [task.batch.sql]
    ) { (batch: $0.optionalText(0), project: $0.text(1)) }
    guard let texts else { throw Refusal.unknown(.batch, task.batch.text) }
    return try PlanNotation.plan(stored: texts.batch ?? texts.project)
  }

  /// What answers are judged by: the known answer of a gold task, else the consensus of several.
  private func reference(
    _ task: TaskRow, _ result: AnswerConsensus, _ reading: LabelReading,
    _ connection: any Connection
  ) throws -> [Annotation]? {
    guard task.gold != nil else { return task.lifecycle.counted > 1 ? result.annotations : nil }
    let content = try TaskContent.of(task, vault, connection)
    return try content.expected.map { try reading.annotations(from: $0) }
  }

  /// An answer agrees that says at least so much of the same.
  static let agreeingShare = 0.5

  private func judge(
    _ answers: [AnswerRow], by reference: [Annotation]?, _ reading: LabelReading, _ task: TaskRow,
    _ connection: any Connection
  ) throws {
    guard let reference else { return }
    for answer in answers {
      let agrees =
        AnswerAgreement.share(answer.annotations, reference, ontology: reading.ontology)
        >= Self.agreeingShare
      try AnnotatorRecord.add(
        judged: 1, agreed: agrees ? 1 : 0, to: answer.worker, in: task.project, at: now, connection)
    }
  }
}

extension Ontology {
  /// The names of classes and options that annotations use.
  func names(in annotations: [Annotation]) -> Set<String> {
    var names: Set<String> = []
    for annotation in annotations {
      guard let labelClass = classes.first(where: { $0.id == annotation.classID }) else { continue }
      names.insert(labelClass.name)
      switch (labelClass.kind, annotation.value) {
      case (.category(let options), .category(let chosen)):
        names.formUnion(options.filter { $0.id == chosen }.map(\.name))
      case (.multiLabel(let options), .multiLabel(let chosen)):
        names.formUnion(options.filter { chosen.contains($0.id) }.map(\.name))
      default: continue
      }
    }
    return names
  }
}

/// What a project knows of one annotator.
package struct AnnotatorRecord: Hashable, Sendable {
  package var worker: String
  package var answers: Int
  package var agreed: Int
  package var judged: Int
  package var skipped: Int
  package var activeMilliseconds: Int64
  /// Percent of what answers weigh otherwise.
  package var weight = 100
  /// Tasks skipped since the last answer.
  package var skipsInARow = 0

  /// Probability of a right answer, shrunk towards the prior; of somebody whose answers weigh less, towards
  /// a half.
  package var accuracy: Double {
    0.5 + (AnswerConsensus.accuracy(agreed: agreed, outOf: judged) - 0.5) * Double(weight) / 100
  }

  private static let columns =
    "worker, answers, agreed, judged, skipped, active_ms, weight, skips_in_a_row"

  private static func row(_ row: any Row) -> AnnotatorRecord {
    AnnotatorRecord(
      worker: row.text(0), answers: Int(row.int(1)), agreed: Int(row.int(2)),
      judged: Int(row.int(3)), skipped: Int(row.int(4)), activeMilliseconds: row.int(5),
      weight: Int(row.int(6)), skipsInARow: Int(row.int(7)))
  }

  /// Counts a verdict on an answer, or takes one back.
  static func add(
    judged: Int, agreed: Int, to worker: String, in project: ProjectID, at now: Int64,
    _ connection: any Connection
  ) throws {
    try connection.run(
      """
      INSERT INTO annotator_days VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (project_id, worker, day)
      DO UPDATE SET judged = judged + excluded.judged, agreed = agreed + excluded.agreed
      """,
      [
        project.sql, .text(worker), .int(now / WorkDays.dayMilliseconds), .number(judged),
        .number(agreed),
      ])
    try connection.run(
      """
      INSERT INTO annotators (project_id, worker, judged, agreed) VALUES (?, ?, ?, ?)
      ON CONFLICT (project_id, worker)
      DO UPDATE SET judged = judged + excluded.judged, agreed = agreed + excluded.agreed
      """, [project.sql, .text(worker), .number(judged), .number(agreed)])
  }

  static func of(
    _ workers: [String], in project: ProjectID, _ connection: any Connection
  ) throws -> [String: AnnotatorRecord] {
    var records: [String: AnnotatorRecord] = [:]
    for worker in workers where records[worker] == nil {
      records[worker] = try connection.first(
        "SELECT \(columns) FROM annotators WHERE project_id = ? AND worker = ?",
        [project.sql, .text(worker)], row)
    }
    return records
  }

  /// Everybody who worked on a project, busiest first.
  static func all(
    in project: ProjectID, limit: Int, _ connection: any Connection
  ) throws -> [AnnotatorRecord] {
    try connection.all(
      "SELECT \(columns) FROM annotators WHERE project_id = ? ORDER BY answers DESC LIMIT ?",
      [project.sql, .number(limit)], row)
  }
}
