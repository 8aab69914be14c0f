import Consensus
import Foundation
import Labels
import Store
import Vault

/// Measures what a project's answers are worth.
package struct Quality: Sendable {
  let vault: ClientVault

  package init(_ vault: ClientVault) { self.vault = vault }

  /// Tasks with several answers that a report looks at.
  package static let sampleLimit = 50_000
  /// Annotators that a report lists.
  package static let annotatorLimit = 200

  package struct Report: Sendable {
    package var tasksMeasured: Int
    package var answersMeasured: Int
    package var meanConfidence: Double?
    package var agreements: [Agreement]
    package var annotators: [AnnotatorRecord]
    package var reviewers: [ReviewerRecord]
    /// Answers a plan that always asks for the most would have needed for the same tasks.
    package var answersAtMaximum: Int
    /// Of those that are measured.
    package var answersByAnnotator: [String: Int]
  }

  /// - Complexity: O(answers of the sample)
  package func report(on projectID: ProjectID) async throws -> Report {
    try await vault.database.read { try report(on: projectID, $0) }
  }

  /// - Parameter isWanted: which tasks it is about.
  func report(
    on projectID: ProjectID, of isWanted: (TaskRow) -> Bool = { _ in true },
    _ connection: any Connection
  ) throws -> Report {
    let project = try Projects.get(projectID, connection)
    let union = try vault.union(of: project, connection)
    let ontology = union.ontology
    var groups: [[AnswerRow]] = []
    var confidences: [Double] = []
    var byAnnotator: [String: Int] = [:]
    try sample(project, union, of: isWanted, connection) { task, answers in
      groups.append(answers)
      for answer in answers { byAnnotator[answer.worker, default: 0] += 1 }
      if let confidence = task.confidence { confidences.append(confidence) }
    }
    let count = groups.reduce(0) { $0 + $1.count }
    return Report(
      tasksMeasured: groups.count, answersMeasured: count,
      meanConfidence: confidences.isEmpty
        ? nil : confidences.reduce(0, +) / Double(confidences.count),
      agreements: ontology.classes.compactMap { Self.agreement(of: $0, groups, ontology) },
      annotators: try AnnotatorRecord.all(in: projectID, limit: Self.annotatorLimit, connection),
      reviewers: try ReviewerRecord.all(in: projectID, limit: Self.annotatorLimit, connection),
      answersAtMaximum: groups.count * project.plan.answers.max, answersByAnnotator: byAnnotator)
  }

  /// Settled tasks with their counted answers, newest first, in the words of the union.
  ///
  /// - Parameters:
  ///   - batch: those of this one only.
  ///   - isWanted: and of these, those that it takes.
  func sample(
    _ project: Project, _ union: OntologyUnion, batch: BatchID? = nil,
    of isWanted: (TaskRow) -> Bool = { _ in true }, _ connection: any Connection,
    _ body: (TaskRow, [AnswerRow]) throws -> Void
  ) throws {
    let readings = try vault.readings(of: project.id, connection)
    // A batch that tried other words out is looked at as it was.
    let versions = batch == nil ? readings.alike(project) : 0...Int(Int32.max)
    var current: (task: TaskRow, answers: [AnswerRow])?
    var count = 0
    try connection.forEach(
      """
      SELECT \(TaskRow.columns), \(AnswerRow.columns)
      FROM tasks t JOIN answers a ON a.task = t.seq
      WHERE t.project_id = ? AND t.consensus_version IS NOT NULL
        AND (t.version BETWEEN ? AND ? OR t.form IS NOT NULL)
        AND a.standing = 'counted' AND a.stage = 'label' AND t.gold IS NULL
        AND (? IS NULL OR t.batch_id = ?)
      ORDER BY t.seq DESC, a.seq
      """,
      [
        project.id.sql, .number(versions.lowerBound), .number(versions.upperBound),
        .optional(batch?.text), .optional(batch?.text),
      ]
    ) { row in
      let task = TaskRow.row(row)
      guard isWanted(task) else { return true }
      let reading = try readings.reading(of: task, connection)
      var answer = try AnswerRow.row(
        OffsetRow(row: row, offset: TaskRow.columnCount), reading, vault)
      if task.form != nil {
        answer.annotations = union.annotations(answer.annotations, of: reading.ontology)
      }
      if current?.task.seq == task.seq {
        current?.answers.append(answer)
      } else {
        if let done = current { try body(done.task, done.answers) }
        count += 1
        current = (task, [answer])
      }
      return count <= Self.sampleLimit
    }
    if let done = current { try body(done.task, done.answers) }
  }
}
