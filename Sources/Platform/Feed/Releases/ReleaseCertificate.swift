import Notation
import Store
import Vault

/// How right the labels of a release are, and by whose answers: what the quality page shows, of the tasks
/// that its labels rest on alone.
struct ReleaseCertificate: Sendable {
  /// Whose answers they are; nil where labels were sent.
  let project: Project?
  /// Answers that the labels of an item rest on, on average; nil where there are no items.
  let answersPerItem: Double?
  let json: JSON

  /// - Parameter connection: the snapshot that the release was built in.
  init(
    of source: ReleaseSource, _ built: ReleaseBuilder.Built, _ vault: ClientVault,
    _ connection: any Connection
  ) throws {
    switch source {
    case .project(let id):
      let project = try Projects.get(id, connection)
      self.project = project
      answersPerItem = built.items == 0 ? nil : Double(built.answers) / Double(built.items)
      json = try Self.json(project, vault, connection) { $0.lifecycle.state == .completed }.json
    case .dataset(let dataset, _, let set):
      project = try LabelSet.find(set, of: dataset, connection)?.project.map {
        try Projects.get($0, connection)
      }
      guard let project else {
        (answersPerItem, json) = (built.items == 0 ? nil : 0, Self.unmeasured)
        return
      }
      let (json, report) = try Self.json(project, vault, connection) { task in
        SentItems.number(in: task.uniqueID, of: dataset).map(built.numbers.contains) == true
          && task.lifecycle.state == .completed
      }
      self.json = json
      // Of a sample, where there are more.
      let items = report.tasksMeasured >= Quality.sampleLimit ? report.tasksMeasured : built.items
      answersPerItem = items == 0 ? nil : Double(report.answersMeasured) / Double(items)
    }
  }

  /// Of labels that nobody here answered for.
  private static let unmeasured: JSON = [
    "accuracy": .null,
    "limitations": [
      "The labels were sent, not made here, so neither accuracy nor agreement is measured."
    ],
  ]

  private static func json(
    _ project: Project, _ vault: ClientVault, _ connection: any Connection,
    _ isReleased: (TaskRow) -> Bool
  ) throws -> (json: JSON, report: Quality.Report) {
    let report = try Quality(vault).report(on: project.id, of: isReleased, connection)
    let insight = try Quality(vault).insight(on: project.id, of: isReleased, connection)
    let accuracy = insight.accuracy.map { estimate -> JSON in
      [
        "estimate": .double(estimate.estimate),
        "interval": [.double(estimate.interval.lowerBound), .double(estimate.interval.upperBound)],
        "level": 0.95,
      ]
    }
    var limitations: [JSON] = []
    if accuracy == nil {
      limitations.append(
        "No results were drawn at random for review, so accuracy is not estimated.")
    }
    if report.tasksMeasured == 0 {
      limitations.append("No task has several answers, so agreement is not measured.")
    }
    if report.tasksMeasured >= Quality.sampleLimit {
      limitations.append(
        .string("The figures are of the newest \(Quality.sampleLimit) items that were answered."))
    }
    let records = Dictionary(report.annotators.map { ($0.worker, $0) }) { first, _ in first }
    let json: JSON = [
      "accuracy": accuracy ?? .null,
      "classes": .array(
        insight.classes.map { one in
          [
            "name": .string(one.name), "tasks": .count(one.tasks), "reviewed": .count(one.reviewed),
            "estimate": one.accuracy.map { .double($0.estimate) } ?? .null,
          ]
        }),
      "agreement": .array(
        report.agreements.map { one in
          [
            "class": .string(one.name), "measure": .string(one.measure),
            "value": .double(one.value),
            "tasks": .count(one.units),
          ]
        }),
      "mean_confidence": report.meanConfidence.map { .double($0) } ?? .null,
      "annotators": .array(
        report.answersByAnnotator.sorted { $0.key < $1.key }.map { worker, answers in
          // Nobody has judged those whose answers were sent.
          let record = records[worker]
          return [
            "pseudonym": .string(worker), "answers": .count(answers),
            "judged": .count(record?.judged ?? 0),
            "reliability": record.map { .double($0.accuracy) } ?? .null,
          ]
        }),
      "plan": PlanNotation.json(project.plan), "guideline_version": .count(project.version),
      "limitations": .array(limitations),
    ]
    return (json, report)
  }
}
