import Consensus
import Foundation
import Labels
import Store
import Vault
import Workflow

/// What somebody in training is told of an answer.
package struct GoldLesson: Hashable, Sendable {
  package var isRight: Bool
  /// How much of the two answers is the same, 0…1.
  package var share: Double
  package var expected: [Annotation]
  package var explanation: String?
  /// The words of `expected`.
  package var ontology: Ontology
}

/// Gold on its way to one annotator and back: looks like any task, goes to nobody twice, and is balanced
/// over the classes of its known answers and over how hard it is.
struct GoldStream {
  let vault: ClientVault
  let worker: String
  let project: ProjectID

  /// The gold task that this annotator gets now, in place of another; nil for none.
  ///
  /// - Parameter lot: of this hand-out, a number of 0..<1 drawn once.
  /// - Complexity: O(live gold of the project + gold that this annotator has seen)
  func next(
    _ plan: QualityPlan.Gold, lot: Double, _ connection: any Connection
  ) throws -> (TaskRow, Data)? {
    let seen = try connection.all(
      """
      SELECT \(GoldRow.columns) FROM gold_seen s JOIN gold_tasks g ON g.task = s.task
      WHERE s.project_id = ? AND s.worker = ?
      """, [project.sql, .text(worker)], GoldRow.row)
    let trained = seen.filter { $0.kind == .training }.count
    if trained < plan.training, let task = try next(.training, seen, connection) { return task }
    return lot < plan.rate ? try next(.evaluation, seen, connection) : nil
  }

  private func next(
    _ kind: TaskRow.Gold, _ seen: [GoldRow], _ connection: any Connection
  ) throws -> (TaskRow, Data)? {
    let live = try connection.all(
      """
      SELECT \(GoldRow.columns) FROM gold_tasks g
      WHERE g.project_id = ? AND g.kind = ? AND g.state = 'live'
        AND EXISTS (SELECT 1 FROM tasks t JOIN batches b ON b.id = t.batch_id
          WHERE t.seq = g.task AND (b.state = 'inProgress' OR b.state = 'completed'))
      """, [project.sql, .text(kind.rawValue)], GoldRow.row)
    guard let choice = Self.choice(of: live, seen: seen) else { return nil }
    return try connection.first(
      "SELECT \(TaskRow.columns), t.sealed FROM tasks t WHERE t.seq = ?", [.int(choice.task)]
    ) { (TaskRow.row($0), $0.blob(TaskRow.columnCount)) }
  }

  /// Of what the annotator has not seen: the class they have seen least of, then the difficulty, then
  /// whatever was shown least.
  static func choice(of live: [GoldRow], seen: [GoldRow]) -> GoldRow? {
    let known = Set(seen.map(\.task))
    let classes = Dictionary(grouping: seen, by: \.classes).mapValues(\.count)
    let difficulties = Dictionary(grouping: seen, by: \.isHard).mapValues(\.count)
    return live.lazy.filter { !known.contains($0.task) }.min { a, b in
      let (left, right) = (classes[a.classes] ?? 0, classes[b.classes] ?? 0)
      if left != right { return left < right }
      let (easy, hard) = (difficulties[a.isHard] ?? 0, difficulties[b.isHard] ?? 0)
      if a.isHard != b.isHard, easy != hard { return easy < hard }
      return (a.seen, a.task) < (b.seen, b.task)
    }
  }

  /// Notes that the annotator has it.
  func handOut(_ task: TaskRow, at now: Int64, _ connection: any Connection) throws {
    try connection.run(
      "INSERT INTO gold_seen (project_id, worker, task, at) VALUES (?, ?, ?, ?) "
        + "ON CONFLICT DO NOTHING",
      [project.sql, .text(worker), .int(task.seq), .int(now)])
    try connection.run(
      "UPDATE gold_tasks SET seen = seen + 1 WHERE task = ?", [.int(task.seq)])
  }

  /// Judges an answer to a gold task, also one that replaces another, and looks whether the gold task
  /// itself is in doubt.
  ///
  /// - Returns: what somebody in training is told; nil for evaluation gold.
  func judge(
    _ annotations: [Annotation], of gold: GoldRow, _ task: TaskRow, _ reading: LabelReading,
    _ connection: any Connection
  ) throws -> GoldLesson? {
    let content = try TaskContent.of(task, vault, connection)
    guard let expected = try content.expected.map({ try reading.annotations(from: $0) }) else {
      return nil
    }
    let share = AnswerAgreement.share(annotations, expected, ontology: reading.ontology)
    let agrees = share >= Settlement.agreeingShare
    if gold.state == .live, gold.kind == .evaluation {
      try record(agrees, of: gold, connection)
      try GoldDoubt.look(at: gold.task, project, connection)
    }
    return gold.kind == .training
      ? GoldLesson(
        isRight: agrees, share: share, expected: expected, explanation: content.explanation,
        ontology: reading.ontology) : nil
  }

  private func record(_ agrees: Bool, of gold: GoldRow, _ connection: any Connection) throws {
    let place: [SQLValue] = [project.sql, .text(worker), .int(gold.task)]
    let before = try connection.first(
      "SELECT agreed FROM gold_seen WHERE project_id = ? AND worker = ? AND task = ?", place
    ) { $0.optionalInt(0) }
    guard let before else { return }
    let change = (judged: before == nil ? 1 : 0, agreed: (agrees ? 1 : 0) - Int(before ?? 0))
    try connection.run(
      "UPDATE gold_seen SET agreed = ? WHERE project_id = ? AND worker = ? AND task = ?",
      [.flag(agrees)] + place)
    try connection.run(
      "UPDATE gold_tasks SET judged = judged + ?, agreed = agreed + ? WHERE task = ?",
      [.number(change.judged), .number(change.agreed), .int(gold.task)])
    try AnnotatorRecord.add(
      judged: change.judged, agreed: change.agreed, to: worker, in: project, connection)
  }
}

/// Takes gold out of the stream that good annotators miss or that bad ones know.
enum GoldDoubt {
  static func look(
    at task: Int64, _ project: ProjectID, _ connection: any Connection
  ) throws {
    let verdicts = try connection.all(
      """
      SELECT s.agreed, a.agreed, a.judged FROM gold_seen s
      JOIN annotators a ON a.project_id = s.project_id AND a.worker = s.worker
      WHERE s.task = ? AND s.agreed IS NOT NULL
      """, [.int(task)]
    ) { row in
      // What the annotator did elsewhere, without this very verdict.
      let own = Int(row.int(0))
      return (
        accuracy: AnswerConsensus.accuracy(
          agreed: max(0, Int(row.int(1)) - own), outOf: max(0, Int(row.int(2)) - 1)),
        agreed: own == 1
      )
    }
    guard let suspicion = GoldSuspicion.find(verdicts) else { return }
    try connection.run(
      "UPDATE gold_tasks SET state = 'suspect', reason = ? WHERE task = ?",
      [.text(suspicion.rawValue), .int(task)])
    try count(-1, task, connection)
  }

  /// Takes what annotators were judged by a gold task out of their records, or puts it back.
  static func count(_ sign: Int, _ task: Int64, _ connection: any Connection) throws {
    try connection.run(
      """
      UPDATE annotators SET judged = max(0, judged + ?),
        agreed = max(0, annotators.agreed + ? * s.agreed)
      FROM gold_seen s
      WHERE s.task = ? AND s.agreed IS NOT NULL
        AND annotators.project_id = s.project_id AND annotators.worker = s.worker
      """, [.number(sign), .number(sign), .int(task)])
  }
}
