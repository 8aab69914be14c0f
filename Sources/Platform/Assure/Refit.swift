import Consensus
import Foundation
import Labels
import Store
import Vault

/// Estimates every annotator's confusion matrix and every task's truth together, and writes a new
/// version of each result that changed. Dispatch goes on meanwhile.
package struct Refit: Sendable {
  let vault: ClientVault
  let actor: Actor

  package init(_ vault: ClientVault, actor: Actor) {
    self.vault = vault
    self.actor = actor
  }

  /// A result is rewritten when its option changes, or its confidence by more than this.
  package static let confidenceTolerance = 0.001
  /// Pseudo-votes in a confusion matrix: people who answered little stay near the prior.
  package static let prior = 0.5
  private static let portion = 500

  package struct Outcome: Hashable, Sendable {
    package var tasks: Int
    package var changed: Int
    package var annotators: Int
  }

  private struct Ballot: Sendable {
    var tasks: [TaskRow] = []
    var answers: [[AnswerRow]] = []
  }

  private struct Change: Sendable {
    var task: TaskRow
    var annotations: [Annotation]
    var confidence: Double
    var answers: Int
  }

  /// Categories only; other classes keep the result they have.
  ///
  /// - Complexity: O(iterations × answers) time, O(answers) space.
  package func run(on projectID: ProjectID) async throws -> Outcome {
    let (readings, ontology, ballot) = try await load(projectID)
    var fitted: [Int: [(ClassID, OptionID, Double)]] = [:]
    var workers: [String: Int] = [:]
    for answers in ballot.answers {
      for answer in answers where workers[answer.worker] == nil {
        workers[answer.worker] = workers.count
      }
    }
    for labelClass in ontology.classes {
      guard case .category(let options) = labelClass.kind else { continue }
      let votes = Self.votes(labelClass.id, options, ballot, workers)
      guard votes.voteCount > 0 else { continue }
      let fit = DawidSkene.fit(votes, iterations: 100, tolerance: 1e-6, prior: Self.prior)
      for task in ballot.tasks.indices where votes.starts[task] < votes.starts[task + 1] {
        let best = fit.posteriors.best(of: task)
        fitted[task, default: []].append(
          (labelClass.id, options[best.label].id, best.probability))
      }
    }
    let changes = try await changes(fitted, ballot, readings)
    try await write(changes, readings, projectID)
    return Outcome(
      tasks: ballot.tasks.count, changed: changes.count, annotators: workers.count)
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
          ballot.tasks.append(task)
          ballot.answers.append([])
        }
        ballot.answers[ballot.answers.count - 1].append(answer)
        return true
      }
      return (readings, ontology, ballot)
    }
  }

  private static func votes(
    _ classID: ClassID, _ options: [LabelClass.Option], _ ballot: Ballot,
    _ workers: [String: Int]
  ) -> VoteTable {
    var votes: [VoteTable.Vote] = []
    for (task, answers) in ballot.answers.enumerated() {
      for answer in answers {
        guard
          case .category(let option)? = answer.annotations.first(where: { $0.classID == classID })?
            .value, let label = options.firstIndex(where: { $0.id == option }),
          let worker = workers[answer.worker]
        else { continue }
        votes.append(.init(task: task, worker: worker, label: label))
      }
    }
    return VoteTable(
      taskCount: ballot.tasks.count, workerCount: max(1, workers.count),
      classCount: options.count, votes: votes)
  }

  private func changes(
    _ fitted: [Int: [(ClassID, OptionID, Double)]], _ ballot: Ballot, _ readings: ProjectReadings
  ) async throws -> [Change] {
    try await vault.database.read { connection in
      var changes: [Change] = []
      for (index, task) in ballot.tasks.enumerated() {
        guard let results = fitted[index],
          let before = try ConsensusRow.newest(
            of: task, readings.reading(of: task, connection), vault, connection),
          before.method != "review"
        else { continue }
        var annotations = before.annotations
        for (classID, option, _) in results {
          // Relations name objects by their places: whatever is there stays where it is.
          if let place = annotations.firstIndex(where: { $0.classID == classID }) {
            annotations[place].value = .category(option)
          } else {
            annotations.append(Annotation(classID: classID, value: .category(option)))
          }
        }
        let confidence = results.map(\.2).min() ?? before.confidence
        guard
          Set(annotations) != Set(before.annotations)
            || abs(confidence - before.confidence) > Self.confidenceTolerance
        else { continue }
        changes.append(
          Change(
            task: task, annotations: annotations, confidence: min(1, confidence),
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
            change.annotations, confidence: change.confidence, method: "dawidSkene",
            answers: change.answers, of: task, readings.reading(of: task, connection), vault,
            at: record.at, connection)
          try connection.run(
            "UPDATE tasks SET consensus_version = ?, confidence = ? WHERE seq = ?",
            [.number(version), .double(change.confidence), .int(task.seq)])
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
