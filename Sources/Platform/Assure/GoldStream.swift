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

  /// The gold task that this annotator gets now, in place of another; nil for none. What ended without an
  /// answer comes first, as an ordinary task would come back.
  ///
  /// - Parameter lot: of this hand-out, a number of 0..<1 drawn once.
  /// - Complexity: O(live gold of the project + gold that this annotator has seen) where one is due; else
  ///   O(1), or O(gold seen) in a project with training gold.
  func next(
    _ plan: QualityPlan.Gold, lot: Double, _ connection: any Connection
  ) throws -> (TaskRow, Data)? {
    if let due = try due(connection) { return try open(due, connection) }
    let isTraining =
      try hasLive(.training, connection) && trained(connection) < plan.training
    guard isTraining || lot < plan.rate else { return nil }
    let seen = try connection.all(
      """
      SELECT \(GoldRow.columns) FROM gold_seen s JOIN gold_tasks g ON g.task = s.task
      WHERE s.project_id = ? AND s.worker = ?
      """, [project.sql, .text(worker)], GoldRow.row)
    if isTraining, let choice = try choice(.training, seen, connection) {
      return try open(choice.task, connection)
    }
    guard lot < plan.rate, let choice = try choice(.evaluation, seen, connection) else {
      return nil
    }
    return try open(choice.task, connection)
  }

  /// A gold task whose lease ended without an answer.
  private func due(_ connection: any Connection) throws -> Int64? {
    try connection.first(
      """
      SELECT s.task FROM gold_seen s JOIN gold_tasks g ON g.task = s.task
      WHERE s.project_id = ? AND s.worker = ? AND s.is_due = 1 AND g.state = 'live'
        AND s.exam IS NULL
      ORDER BY s.at LIMIT 1
      """, [project.sql, .text(worker)]
    ) { $0.int(0) }
  }

  private func hasLive(_ kind: TaskRow.Gold, _ connection: any Connection) throws -> Bool {
    try connection.first(
      "SELECT 1 FROM gold_tasks WHERE project_id = ? AND kind = ? AND state = 'live' LIMIT 1",
      [project.sql, .text(kind.rawValue)]
    ) { _ in true } ?? false
  }

  /// Training tasks that this annotator holds or has answered.
  private func trained(_ connection: any Connection) throws -> Int {
    Int(
      try connection.first(
        """
        SELECT count(*) FROM gold_seen s JOIN gold_tasks g ON g.task = s.task
        WHERE s.project_id = ? AND s.worker = ? AND s.lease_id IS NOT NULL AND g.kind = 'training'
        """, [project.sql, .text(worker)]
      ) { $0.int(0) } ?? 0)
  }

  private func choice(
    _ kind: TaskRow.Gold, _ seen: [GoldRow], _ connection: any Connection
  ) throws -> GoldRow? {
    let live = try connection.all(
      """
      SELECT \(GoldRow.columns) FROM gold_tasks g
      WHERE g.project_id = ? AND g.kind = ? AND g.state = 'live'
        AND EXISTS (SELECT 1 FROM tasks t JOIN batches b ON b.id = t.batch_id
          WHERE t.seq = g.task AND (b.state = 'inProgress' OR b.state = 'completed')
            AND \(WorkerGroups.admits))
      """, [project.sql, .text(kind.rawValue), .text(worker)], GoldRow.row)
    return Self.choice(of: live, seen: seen)
  }

  private func open(_ seq: Int64, _ connection: any Connection) throws -> (TaskRow, Data) {
    let task = try TaskRow.get(seq: seq, connection)
    return (task, try TaskContent.sealed(of: task, connection))
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

  /// Notes that the annotator has it under a lease.
  func handOut(
    _ task: TaskRow, _ lease: LeaseID, at now: Int64, exam: Int? = nil, _ connection: any Connection
  ) throws {
    try connection.run(
      """
      INSERT INTO gold_seen (project_id, worker, task, at, lease_id, exam) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET at = excluded.at, lease_id = excluded.lease_id, is_due = 0
      """,
      [
        project.sql, .text(worker), .int(task.seq), .int(now), lease.sql,
        .optional(exam.map(Int64.init)),
      ])
    try connection.run(
      "UPDATE gold_tasks SET seen = seen + 1 WHERE task = ?", [.int(task.seq)])
  }

  /// The answer counts under its lease, though that ended before: the task does not come again.
  func answered(_ gold: GoldRow, under lease: LeaseID, _ connection: any Connection) throws {
    try connection.run(
      """
      UPDATE gold_seen SET lease_id = ?, is_due = 0 WHERE project_id = ? AND worker = ? AND task = ?
      """, [lease.sql, project.sql, .text(worker), .int(gold.task)])
  }

  /// A lease that ended without an answer: the same gold comes again, but for one that was skipped.
  static func giveBack(_ lease: LeaseRow, _ connection: any Connection) throws {
    guard lease.lifecycle.state != .skipped else { return }
    try connection.run(
      "UPDATE gold_seen SET lease_id = NULL, is_due = 1 WHERE lease_id = ?", [lease.id.sql])
  }

  /// Whether an answer may be written anew: as to an ordinary task that waits for more answers, and never
  /// one that the task was settled by.
  func mayRevise(
    _ gold: GoldRow, on lease: LeaseID, _ connection: any Connection
  ) throws -> Bool {
    guard gold.state == .live else { return false }
    let isServed = try connection.first(
      "SELECT 1 FROM gold_seen WHERE lease_id = ?", [lease.sql]
    ) { _ in true }
    return try isServed == true && Projects.get(project, connection).plan.answers.min > 1
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
      """
      SELECT agreed FROM gold_seen
      WHERE project_id = ? AND worker = ? AND task = ? AND lease_id IS NOT NULL
      """, place
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
      judged: change.judged, agreed: change.agreed, to: worker, in: project,
      at: vault.environment.now(), connection)
  }
}

/// Takes gold out of the stream that good annotators miss or that bad ones know.
enum GoldDoubt {
  /// Newest verdicts that are looked at.
  static let verdictLimit = 200

  static func look(
    at task: Int64, _ project: ProjectID, _ connection: any Connection
  ) throws {
    let verdicts = try connection.all(
      """
      SELECT s.agreed, a.agreed, a.judged FROM gold_seen s
      JOIN annotators a ON a.project_id = s.project_id AND a.worker = s.worker
      WHERE s.task = ? AND s.agreed IS NOT NULL ORDER BY s.at DESC LIMIT ?
      """, [.int(task), .number(verdictLimit)]
    ) { row in
      // What the annotator did elsewhere, without this very verdict.
      let own = Int(row.int(0))
      let elsewhere = max(0, Int(row.int(2)) - 1)
      return GoldSuspicion.Verdict(
        accuracy: AnswerConsensus.accuracy(
          agreed: max(0, Int(row.int(1)) - own), outOf: elsewhere), outOf: elsewhere,
        agreed: own == 1)
    }
    guard let suspicion = GoldSuspicion.find(verdicts) else { return }
    try connection.run(
      "UPDATE gold_tasks SET state = 'suspect', reason = ? WHERE task = ?",
      [.text(suspicion.rawValue), .int(task)])
    try takeBack(task, connection)
  }

  /// Takes what annotators were judged by a gold task out of their records.
  static func takeBack(_ task: Int64, _ connection: any Connection) throws {
    try connection.run(
      """
      UPDATE annotators SET judged = max(0, judged - 1),
        agreed = max(0, annotators.agreed - s.agreed)
      FROM gold_seen s
      WHERE s.task = ? AND s.agreed IS NOT NULL
        AND annotators.project_id = s.project_id AND annotators.worker = s.worker
      """, [.int(task)])
  }
}
