import Consensus
import Foundation
import Labels
import Store
import Vault

/// Estimates what annotators confuse and every task's truth together (`ClassFit`), and writes a new version
/// of each result that changed. Where annotators cannot be told apart, results stay as they are: nothing
/// more is known. Gold makes the confidences of choices as sure as they are right. Dispatch goes on
/// meanwhile.
package struct Refit: Sendable {
  let vault: ClientVault
  let actor: Actor

  package init(_ vault: ClientVault, actor: Actor) {
    self.vault = vault
    self.actor = actor
  }

  /// A result is rewritten when its option changes, or its confidence by more than this.
  package static let confidenceTolerance = 0.001
  private static let portion = 500

  package struct Outcome: Hashable, Sendable {
    package var tasks: Int
    package var changed: Int
    package var annotators: Int
    package var questions: [Question]
  }

  /// What was found out about the answers to one question.
  package struct Question: Hashable, Sendable {
    package var classID: ClassID
    package var name: String
    package var tellsAnnotatorsApart: Bool
    /// By how many standard errors telling them apart foretells answers better.
    package var evidence: Double
    /// Gold tasks with an answer to it.
    package var gold: Int
    /// nil: there is too little gold, the confidences are uncalibrated.
    package var calibration: Calibration?
  }

  private struct Ballot: Sendable {
    var tasks: [TaskRow] = []
    var answers: [[AnswerRow]] = []
    /// Known answers, by the place of the task.
    var gold: [Int: [Annotation]] = [:]

    func answers(to classID: ClassID, _ workers: inout Numbering<String>) -> [ClassFit.Task] {
      func value(_ annotations: [Annotation]) -> Annotation.Value? {
        annotations.first { $0.classID == classID }?.value
      }
      return answers.enumerated().map { task, answers in
        ClassFit.Task(
          answers: answers.compactMap { answer in
            value(answer.annotations).map { (workers.number(answer.worker), $0) }
          }, known: gold[task].flatMap(value))
      }
    }
  }

  /// What is known of every task now, by its place.
  private struct Fitted {
    var questions: [Int: [(ClassID, ClassFit.Result)]] = [:]
    var spans: SpanFit
    /// Classes without a question that was fitted.
    var leftOut: [LabelClass] = []

    /// Whether anything new is known of a task.
    func knows(_ task: Int) -> Bool { questions[task] != nil || spans.results[task] != nil }

    func result(
      of task: Int, _ before: [Annotation], _ confidence: Double
    ) -> (annotations: [Annotation], confidence: Double) {
      let spans = spans.results[task]
      let answers = questions[task] ?? []
      var annotations = before
      if let spans {
        annotations.removeAll { if case .span = $0.value { true } else { false } }
        annotations += spans.annotations
      }
      for (classID, result) in answers {
        // Relations name objects by their places: whatever is there stays where it is.
        if let place = annotations.firstIndex(where: { $0.classID == classID }) {
          annotations[place].value = result.value
        } else {
          annotations.append(Annotation(classID: classID, value: result.value))
        }
      }
      let found =
        (answers.map(\.1.confidence) + (spans.map { [$0.confidence] } ?? [])).min() ?? confidence
      // What was not fitted is as sure as it was.
      let isWhole = leftOut.allSatisfy { $0.kind == .span && spans != nil }
      return (annotations, min(1, isWhole ? found : min(found, confidence)))
    }
  }

  private struct Change: Sendable {
    var task: TaskRow
    var annotations: [Annotation]
    /// Whether they are others than before.
    var isOther: Bool
    var confidence: Double
    var answers: Int
  }

  /// Choices, labels, ratings and spans; other classes keep the result they have.
  ///
  /// - Complexity: O(iterations × answers) time, O(answers) space.
  package func run(on projectID: ProjectID) async throws -> Outcome {
    let (readings, ontology, ballot) = try await load(projectID)
    var workers = Numbering<String>()
    for answer in ballot.answers.joined() { _ = workers.number(answer.worker) }
    let count = workers.count
    let fits = await inParallel(
      ontology.questions.map { ($0, ballot.answers(to: $0.id, &workers)) }
    ) { labelClass, tasks in
      await ClassFit.of(labelClass, tasks, workerCount: count)
    }.compactMap { $0 }
    var fitted = Fitted(
      spans: SpanFit(
        ontology,
        ballot.answers.map { answers in
          answers.map { (workers.number($0.worker), $0.annotations) }
        }, workerCount: count))
    for fit in fits {
      for (task, result) in fit.results {
        fitted.questions[task, default: []].append((fit.question.classID, result))
      }
    }
    let known = Set(fits.filter { !$0.results.isEmpty }.map(\.question.classID))
    fitted.leftOut = ontology.classes.filter { !known.contains($0.id) }
    let changes = try await changes(fitted, ballot, readings)
    try await write(changes, readings, projectID)
    return Outcome(
      tasks: ballot.tasks.count, changed: changes.count, annotators: workers.count,
      questions: fits.map(\.question))
  }

  private func load(_ projectID: ProjectID) async throws -> (ProjectReadings, Ontology, Ballot) {
    try await vault.database.read { connection in
      let project = try Projects.get(projectID, connection)
      let ontology = try vault.content(
        of: projectID, version: project.version, connection
      ).ontology
      let readings = try vault.readings(of: projectID, connection)
      let versions = readings.alike(project)
      var ballot = Ballot()
      let made = try Self.goldDates(projectID, connection)
      try connection.forEach(
        """
        SELECT \(TaskRow.columns), \(AnswerRow.columns)
        FROM tasks t JOIN answers a ON a.task = t.seq
        WHERE t.project_id = ? AND t.consensus_version IS NOT NULL AND t.version BETWEEN ? AND ?
          AND t.form IS NULL
          AND t.state IN ('inReview', 'completed')
          AND a.standing = 'counted' AND a.stage = 'label'
        ORDER BY t.seq, a.seq
        """, [projectID.sql, .number(versions.lowerBound), .number(versions.upperBound)]
      ) { row in
        let task = TaskRow.row(row)
        let answer = try AnswerRow.row(
          OffsetRow(row: row, offset: TaskRow.columnCount), readings.reading(of: task, connection),
          vault)
        if ballot.tasks.last?.seq != task.seq {
          if task.gold != nil {
            let reading = try readings.reading(of: task, connection)
            ballot.gold[ballot.tasks.count] = try TaskContent.of(task, vault, connection).expected
              .map { try reading.annotations(from: $0) }
          }
          ballot.tasks.append(task)
          ballot.answers.append([])
        }
        // Gold is answered by many; to say how sure few answers make, it may have no more than they.
        // Answers from before it was gold made the known answer.
        let isLeftOut =
          task.gold != nil
          && (answer.submittedAt < made[task.seq] ?? 0
            || ballot.answers[ballot.answers.count - 1].count >= project.plan.answers.max)
        if !isLeftOut { ballot.answers[ballot.answers.count - 1].append(answer) }
        return true
      }
      return (readings, ontology, ballot)
    }
  }

  private static func goldDates(
    _ project: ProjectID, _ connection: any Connection
  ) throws -> [Int64: Int64] {
    var dates: [Int64: Int64] = [:]
    try connection.forEach(
      "SELECT task, made_at FROM gold_tasks WHERE project_id = ?", [project.sql]
    ) { row in
      dates[row.int(0)] = row.int(1)
      return true
    }
    return dates
  }

  private func changes(
    _ fitted: Fitted, _ ballot: Ballot, _ readings: ProjectReadings
  ) async throws -> [Change] {
    try await vault.database.read { connection in
      var changes: [Change] = []
      for (index, task) in ballot.tasks.enumerated() {
        // A known answer stays.
        guard task.gold == nil, fitted.knows(index),
          let before = try ConsensusRow.newest(
            of: task, readings.reading(of: task, connection), vault, connection),
          !before.isPutRight
        else { continue }
        let found = fitted.result(of: index, before.annotations, before.confidence)
        let annotations = try readings.reading(of: task, connection).ontology.pruned(
          found.annotations)
        let confidence = found.confidence
        let isOther = Set(annotations) != Set(before.annotations)
        guard isOther || abs(confidence - before.confidence) > Self.confidenceTolerance
        else { continue }
        changes.append(
          Change(
            task: task, annotations: annotations, isOther: isOther, confidence: confidence,
            answers: ballot.answers[index].count))
      }
      return changes
    }
  }

  private func write(
    _ changes: [Change], _ readings: ProjectReadings, _ project: ProjectID
  ) async throws {
    let record = vault.record(by: actor)
    for start in stride(from: 0, to: changes.count, by: Self.portion) {
      let portion = changes[start..<min(start + Self.portion, changes.count)]
      try await vault.database.write(.flushed) { connection in
        for change in portion {
          let task = try TaskRow.get(seq: change.task.seq, connection)
          // Whatever was settled anew meanwhile knows more.
          guard task.consensusVersion == change.task.consensusVersion else { continue }
          let version = try ConsensusRow.insert(
            change.annotations, confidence: change.confidence, method: "auto",
            answers: change.answers, of: task, readings.reading(of: task, connection), vault,
            at: record.at, connection)
          try connection.run(
            "UPDATE tasks SET consensus_version = ?, confidence = ? WHERE seq = ?",
            [.number(version), .double(change.confidence), .int(task.seq)])
          if change.isOther, task.lifecycle.state == .completed, task.gold == nil {
            try LiveFeed.note(task, at: record.at, connection)
          }
        }
      }
    }
    let count = changes.count
    try await vault.database.write(.flushed) { connection in
      try record.append(
        connection, "project.refitted", project.text, ["changed": .int(Int64(count))])
    }
  }
}
