import Foundation
import Store
import Vault

/// A try at a project's course and examination.
package struct ExamEntry: Hashable, Sendable {
  /// 1 for the first.
  package var attempt: Int
  package var lessons: Int
  package var questions: Int

  package init(attempt: Int, lessons: Int, questions: Int) {
    (self.attempt, self.lessons, self.questions) = (attempt, lessons, questions)
  }
}

/// One worker's course and examination in the vault: which known tasks they were given, and what came of it.
package struct Examination: Sendable {
  let project: ProjectID
  let worker: String
  let entry: ExamEntry

  package struct Progress: Hashable, Sendable {
    /// Tasks of the course that were answered.
    package var lessons: Int
    /// Tasks of the course that there are.
    package var lessonsPlanned: Int
    /// Questions that were answered or skipped.
    package var asked: Int
    package var questionsPlanned: Int
    package var right: Int
    /// In the worker's hands.
    var held: Int

    package var isOver: Bool { questionsPlanned > 0 && asked >= questionsPlanned && held == 0 }
  }

  package init(project: ProjectID, worker: String, entry: ExamEntry) {
    (self.project, self.worker, self.entry) = (project, worker, entry)
  }

  /// The try in which a worker was given a task to hold; nil for what is no part of one.
  package static func attempt(
    of lease: LeaseID, by worker: String, in project: ProjectID, _ connection: any Connection
  ) throws -> Int? {
    try connection.first(
      "SELECT exam FROM gold_seen WHERE project_id = ? AND worker = ? AND lease_id = ?",
      [project.sql, .text(worker), lease.sql]
    ) { $0.optionalInt(0).map { Int($0) } } ?? nil
  }

  /// Whether gold task `g` is in the stream of a worker, whom it takes, as in live work.
  private static let isAsked = """
    g.state = 'live' AND EXISTS (SELECT 1 FROM tasks t JOIN batches b ON b.id = t.batch_id
      WHERE t.seq = g.task AND (b.state = 'inProgress' OR b.state = 'completed') AND \(WorkerGroups.admits))
    """

  /// Whether gold task `g` was not shown to a worker but in one try; takes the worker and the try.
  private static let isNew = """
    NOT EXISTS (SELECT 1 FROM gold_seen s WHERE s.project_id = g.project_id AND s.task = g.task
      AND s.worker = ? AND s.exam IS NOT ?)
    """

  /// - Complexity: O(gold of the project)
  package func progress(_ connection: any Connection) throws -> Progress {
    // Nobody is asked again what they were asked before, in another try or in live work.
    let pool = try connection.first(
      """
      SELECT coalesce(sum(g.kind = 'training' AND \(Self.isNew)), 0),
        coalesce(sum(g.kind = 'evaluation'), 0), coalesce(sum(g.kind = 'evaluation' AND \(Self.isNew)), 0)
      FROM gold_tasks g WHERE g.project_id = ? AND \(Self.isAsked)
      """,
      [
        .text(worker), .number(entry.attempt), .text(worker), .number(entry.attempt), project.sql,
        .text(worker),
      ]
    ) { (lessons: Int($0.int(0)), questions: Int($0.int(1)), new: Int($0.int(2))) }
    let size = min(entry.questions, pool?.questions ?? 0)
    var progress = Progress(
      lessons: 0, lessonsPlanned: min(entry.lessons, pool?.lessons ?? 0), asked: 0,
      // A shorter examination than others had would be an easier one.
      questionsPlanned: (pool?.new ?? 0) >= size ? size : 0, right: 0, held: 0)
    try connection.forEach(
      """
      SELECT g.kind, l.state, s.agreed FROM gold_seen s
      JOIN gold_tasks g ON g.task = s.task LEFT JOIN leases l ON l.id = s.lease_id
      WHERE s.project_id = ? AND s.worker = ? AND s.exam = ? AND g.state = 'live'
      """, [project.sql, .text(worker), .number(entry.attempt)]
    ) { row in
      let state = row.optionalText(1)
      let isDone = state == "submitted" || state == "skipped"
      if state == "reserved" || state == "leased" { progress.held += 1 }
      guard isDone else { return true }
      if row.text(0) == "training" { progress.lessons += 1 } else {
        progress.asked += 1
        progress.right += Int(row.optionalInt(2) ?? 0)
      }
      return true
    }
    return progress
  }

  /// The next of the course, and after that of the examination; nil where none is left or where what is in
  /// hand must be answered first. Everybody is asked in an order of their own.
  ///
  /// - Complexity: O(gold of the project)
  func next(_ vault: ClientVault, _ connection: any Connection) throws -> Int64? {
    let progress = try progress(connection)
    // An examination begins when the course is done with.
    let isCourse = progress.lessons < progress.lessonsPlanned
    let given = try connection.all(
      """
      SELECT s.task, g.kind,
        s.is_due = 1 OR coalesce(l.state, '') NOT IN ('reserved', 'leased', 'submitted', 'skipped')
      FROM gold_seen s JOIN gold_tasks g ON g.task = s.task LEFT JOIN leases l ON l.id = s.lease_id
      WHERE s.project_id = ? AND s.worker = ? AND s.exam = ? AND \(Self.isAsked)
      """, [project.sql, .text(worker), .number(entry.attempt), .text(worker)]
    ) { (task: $0.int(0), kind: $0.text(1), isDue: $0.int(2) == 1) }
    let kind = isCourse ? "training" : "evaluation"
    if let due = given.first(where: { $0.isDue && $0.kind == kind }) { return due.task }
    let planned = isCourse ? progress.lessonsPlanned : progress.questionsPlanned
    guard given.count(where: { $0.kind == kind }) < planned else { return nil }
    let known = Set(given.map(\.task))
    let pool = try connection.all(
      """
      SELECT g.task FROM gold_tasks g
      WHERE g.project_id = ? AND g.kind = ? AND \(Self.isAsked) AND \(Self.isNew)
      """, [project.sql, .text(kind), .text(worker), .text(worker), .number(entry.attempt)]
    ) { $0.int(0) }
    return pool.filter { !known.contains($0) }.min { lot($0, vault) < lot($1, vault) }
  }

  private func lot(_ task: Int64, _ vault: ClientVault) -> Double {
    vault.key.lot(of: "exam/\(worker)/\(entry.attempt)/\(task)")
  }
}
