import Consensus
import Foundation
import Labels
import Store
import Workflow

/// A calibration batch tries the instructions out: a few annotators answer its tasks, each task by several,
/// before the workforce is let on. Where they agree, the instructions are clear; where not, no more work is
/// handed out until a manager has mended them and tries again, or lets the workforce on all the same.
package struct InstructionCalibration: Sendable {
  package enum State: String, Hashable, Sendable, CaseIterable {
    /// Being answered.
    case open
    case passed
    case failed
    /// Let on by a manager whatever it showed.
    case waived

    /// Whether only the calibration batch is handed out.
    var keepsWorkforceOff: Bool { self == .open || self == .failed }
  }

  package struct Score: Sendable {
    package var state: State
    package var questions: [Question]
    /// What annotators took for each other.
    package var confused: [Insight.Confused]
    package var tasks: Int
    package var answers: Int
  }

  /// How far annotators say the same of one class.
  package struct Question: Hashable, Sendable {
    package var name: String
    /// Gwet's AC1 of choices, which stays right where one option is common; else as in a quality report.
    package var measure: String
    package var value: Double
    package var isClear: Bool
  }

  /// Agreement below which instructions are unclear: what Landis & Koch (Biometrics 33, 1977) call
  /// substantial begins here.
  package static let bar = 0.6
  /// Answers that each of its tasks has unless its plan says otherwise, and at least.
  package static let answers = 3
  package static let leastAnswers = 2

  let vault: ClientVault

  package init(_ vault: ClientVault) { self.vault = vault }

  static let defaultPlan = QualityPlan(
    answers: .init(min: answers), gold: .init(rate: 0, training: 0))

  package func newest(in project: ProjectID) async throws -> Batch? {
    try await vault.database.read { try Self.newest(in: project, $0) }
  }

  /// The newest calibration batch of a project; nil for none. One that was canceled counts where it let the
  /// workforce on.
  static func newest(in project: ProjectID, _ connection: any Connection) throws -> Batch? {
    try connection.first(
      """
      SELECT \(Batch.columns) FROM batches
      WHERE project_id = ? AND calibration IS NOT NULL
        AND (state <> 'canceled' OR calibration = 'passed' OR calibration = 'waived')
      ORDER BY created_at DESC, id DESC LIMIT 1
      """, [project.sql], Batch.row)
  }

  /// The batch that alone is handed out, scored where its last answer is in; nil where everything is.
  ///
  /// - Complexity: one look-up; once in its life O(tasks of the project)
  func gate(of project: ProjectID, _ connection: any Connection) throws -> Batch? {
    guard let batch = try Self.newest(in: project, connection), let state = batch.calibration,
      state.keepsWorkforceOff
    else { return nil }
    guard state == .open, batch.state == .completed else { return batch }
    let score = try score(of: batch, connection)
    try Self.set(score.state, of: batch.id, connection)
    return score.state.keepsWorkforceOff ? batch : nil
  }

  private static func set(
    _ state: State, of batch: BatchID, _ connection: any Connection
  ) throws {
    try connection.run(
      """
      UPDATE batches SET calibration = ? WHERE id = ?
        AND (calibration = 'open' OR (calibration = 'failed' AND ? = 'waived'))
      """, [.text(state.rawValue), batch.sql, .text(state.rawValue)])
  }

  /// - Throws: `.notPossible` for a batch that calibrates nothing.
  package func score(of id: BatchID) async throws -> Score {
    let (before, found) = try await vault.database.read { connection in
      let batch = try Batches.get(id, connection)
      return (batch.calibration, try score(of: batch, connection))
    }
    if found.state != before {
      try await vault.database.write(.flushed) { try Self.set(found.state, of: id, $0) }
    }
    return found
  }

  /// Lets the workforce on whatever the calibration showed.
  package func waive(_ id: BatchID, by actor: Actor) async throws -> Batch {
    let record = vault.record(by: actor)
    return try await vault.database.write(.flushed) { connection in
      let batch = try Batches.get(id, connection)
      guard batch.calibration?.keepsWorkforceOff == true else {
        throw Refusal.notPossible(
          .batch, state: batch.calibration?.rawValue ?? "no calibration batch", asked: "a waiver")
      }
      try Self.set(.waived, of: id, connection)
      try record.append(connection, "calibration.waived", id.text)
      return try Batches.get(id, connection)
    }
  }

  private func score(of batch: Batch, _ connection: any Connection) throws -> Score {
    guard let state = batch.calibration else {
      throw Refusal.notPossible(.batch, state: "no calibration batch", asked: "its score")
    }
    let project = try Projects.get(batch.project, connection)
    let union = try vault.union(of: project, connection)
    var groups: [[AnswerRow]] = []
    var gathering = InsightGathering(now: vault.environment.now())
    try Quality(vault).sample(project, union, batch: batch.id, connection) { task, answers in
      groups.append(answers)
      gathering.add(
        task, answers, union.ontology, verdicts: [], review: nil, names: (now: [], before: []),
        isPutRight: false)
    }
    let questions = union.ontology.classes.compactMap { labelClass -> Question? in
      guard let agreement = Quality.agreement(of: labelClass, groups, union.ontology) else {
        return nil
      }
      let ac1 = agreement.nominal?.gwetAC1
      let value = ac1 ?? agreement.value
      return Question(
        name: agreement.name, measure: ac1 == nil ? agreement.measure : "gwetAC1", value: value,
        isClear: value >= Self.bar)
    }
    let isOver = batch.state == .completed && state == .open
    let passed = !questions.isEmpty && questions.allSatisfy(\.isClear)
    return Score(
      state: isOver ? (passed ? .passed : .failed) : state, questions: questions,
      confused: gathering.confused(union.ontology), tasks: groups.count,
      answers: groups.reduce(0) { $0 + $1.count })
  }
}
