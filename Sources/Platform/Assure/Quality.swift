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

  package struct Report: Hashable, Sendable {
    package var tasksMeasured: Int
    package var answersMeasured: Int
    package var meanConfidence: Double?
    package var agreements: [Agreement]
    package var annotators: [AnnotatorRecord]
    /// Answers a plan that always asks for the most would have needed for the same tasks.
    package var answersAtMaximum: Int
  }

  /// How far annotators say the same of one class.
  package struct Agreement: Hashable, Sendable {
    package var name: String
    /// `krippendorffNominal`, `krippendorffOrdinal`, `meanF1` or `meanSimilarity`.
    package var measure: String
    /// 1 is perfect; of α, 0 is chance.
    package var value: Double
    /// Tasks compared.
    package var units: Int
    /// Where α would lie in 95 of 100 draws of other tasks.
    package var interval: ClosedRange<Double>?
    /// Of choices without an order.
    package var nominal: NominalAgreement?
    /// Of ratings: ICC(1,1) over the tasks that have as many ratings as most.
    package var intraclass: Double?
  }

  /// - Complexity: O(answers of the sample)
  package func report(on projectID: ProjectID) async throws -> Report {
    try await vault.database.read { connection in
      let project = try Projects.get(projectID, connection)
      let union = try vault.union(of: project, connection)
      let ontology = union.ontology
      var groups: [[AnswerRow]] = []
      var confidences: [Double] = []
      try sample(project, union, connection) { task, answers in
        groups.append(answers)
        if let confidence = task.confidence { confidences.append(confidence) }
      }
      let count = groups.reduce(0) { $0 + $1.count }
      return Report(
        tasksMeasured: groups.count, answersMeasured: count,
        meanConfidence: confidences.isEmpty
          ? nil : confidences.reduce(0, +) / Double(confidences.count),
        agreements: ontology.classes.compactMap { Self.agreement(of: $0, groups, ontology) },
        annotators: try AnnotatorRecord.all(
          in: projectID, limit: Self.annotatorLimit, connection),
        answersAtMaximum: groups.count * project.plan.answers.max)
    }
  }

  /// Settled tasks with their counted answers, newest first, in the words of the union.
  func sample(
    _ project: Project, _ union: OntologyUnion, _ connection: any Connection,
    _ body: (TaskRow, [AnswerRow]) -> Void
  ) throws {
    let readings = try vault.readings(of: project.id, connection)
    let versions = readings.alike(project)
    var current: (task: TaskRow, answers: [AnswerRow])?
    var count = 0
    try connection.forEach(
      """
      SELECT \(TaskRow.columns), \(AnswerRow.columns)
      FROM tasks t JOIN answers a ON a.task = t.seq
      WHERE t.project_id = ? AND t.consensus_version IS NOT NULL
        AND (t.version BETWEEN ? AND ? OR t.form IS NOT NULL)
        AND a.standing = 'counted' AND a.stage = 'label' AND t.gold IS NULL
      ORDER BY t.seq DESC, a.seq
      """, [project.id.sql, .number(versions.lowerBound), .number(versions.upperBound)]
    ) { row in
      let task = TaskRow.row(row)
      let reading = try readings.reading(of: task, connection)
      var answer = try AnswerRow.row(
        OffsetRow(row: row, offset: TaskRow.columnCount), reading, vault)
      if task.form != nil {
        answer.annotations = union.annotations(answer.annotations, of: reading.ontology)
      }
      if current?.task.seq == task.seq {
        current?.answers.append(answer)
      } else {
        if let done = current { body(done.task, done.answers) }
        count += 1
        current = (task, [answer])
      }
      return count <= Self.sampleLimit
    }
    if let done = current { body(done.task, done.answers) }
  }

  private static func agreement(
    of labelClass: LabelClass, _ groups: [[AnswerRow]], _ ontology: Ontology
  ) -> Agreement? {
    switch labelClass.kind {
    case .category, .multiLabel, .boolean, .rating:
      let isOrdinal = if case .rating = labelClass.kind { true } else { false }
      let level = isOrdinal ? KrippendorffAlpha.Level.ordinal : .nominal
      let values = groups.map { answers in
        answers.compactMap { answer in
          answer.annotations.first { $0.classID == labelClass.id }.map { (answer.worker, $0.value) }
        }
      }
      let votes = votes(values)
      let units = values.enumerated().map { task, values in
        zip(values, votes.starts[task]..<votes.starts[task + 1]).map { value, vote in
          if case .rating(let number) = value.1 { number } else { Double(votes.labels[vote]) }
        }
      }
      guard let alpha = KrippendorffAlpha.alpha(units, level: level) else { return nil }
      return Agreement(
        name: labelClass.name,
        measure: isOrdinal ? "krippendorffOrdinal" : "krippendorffNominal", value: alpha,
        units: units.filter { $0.count > 1 }.count,
        interval: KrippendorffAlpha.interval(units, level: level),
        nominal: isOrdinal ? nil : NominalAgreement(votes),
        intraclass: isOrdinal ? intraclass(units) : nil)
    case .shape, .span, .relation, .number, .text:
      let only = Ontology(classes: [labelClass])
      let means = groups.compactMap { meanShare($0, labelClass, only) }
      guard !means.isEmpty else { return nil }
      return Agreement(
        name: labelClass.name,
        measure: labelClass.kind.isQuestion ? "meanSimilarity" : "meanF1",
        value: means.reduce(0, +) / Double(means.count), units: means.count)
    }
  }

  private static func intraclass(_ units: [[Double]]) -> Double? {
    let counts = Dictionary(grouping: units.filter { $0.count > 1 }, by: \.count)
    let most = counts.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
    return most.flatMap { IntraclassCorrelation($0.value)?.oneWay }
  }

  /// Answers as votes, every value a class of its own.
  private static func votes(_ tasks: [[(worker: String, value: Annotation.Value)]]) -> VoteTable {
    var (workers, codes) = (Numbering<String>(), Numbering<Annotation.Value>())
    var votes: [VoteTable.Vote] = []
    for (task, answers) in tasks.enumerated() {
      for (worker, value) in answers {
        votes.append(
          .init(task: task, worker: workers.number(worker), label: codes.number(value)))
      }
    }
    return VoteTable(
      taskCount: tasks.count, workerCount: workers.count, classCount: codes.count, votes: votes)
  }

  /// Over the pairs of the first ten answers of a task.
  private static func meanShare(
    _ answers: [AnswerRow], _ labelClass: LabelClass, _ ontology: Ontology
  ) -> Double? {
    let values = answers.prefix(10).map(\.annotations)
    guard values.count > 1, values.joined().contains(where: { $0.classID == labelClass.id }) else {
      return nil
    }
    var shares: [Double] = []
    for a in 0..<values.count {
      for b in a + 1..<values.count {
        shares.append(AnswerAgreement.share(values[a], values[b], ontology: ontology))
      }
    }
    return shares.reduce(0, +) / Double(shares.count)
  }
}
