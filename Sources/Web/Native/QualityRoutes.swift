import Consensus
import Foundation
import Hummingbird
import NIOCore
import Notation
import Platform
import Store

/// What a project's answers show, as numbers and as pictures.
enum QualityRoutes {
  static let all: [Route] = [
    Route(
      .get, "/api/projects/{project}/quality/insight", .reviewers,
      "Accuracy with an interval, annotators by class with drift, the review funnel, and tasks in doubt."
    ) { call in
      try await call.inVault { vault, _ in
        .json(try await Quality(vault).insight(on: call.id("project", .project)).json)
      }
    },
    Route(
      .get, "/api/projects/{project}/quality/charts", .reviewers,
      "Every chart of the quality: its name, its picture as SVG, and its numbers; with the insight."
    ) { call in
      let (insight, charts) = try await charts(call)
      return .json(
        JSON.page(
          charts.map {
            [
              "name": .string($0.name), "title": .string($0.chart.title),
              "about": .optional($0.about), "svg": .string($0.chart.svg(isTitled: false)),
              "table": .array($0.chart.table.map { .array($0.map { .string($0) }) }),
            ]
          }, next: nil
        ).adding([.init("insight", insight.json)]))
    },
    Route(
      .get, "/api/projects/{project}/quality/charts/{chart}", .reviewers,
      "One chart, `NAME.svg` or `NAME.csv`."
    ) { call in
      let asked = call.parameters.get("chart") ?? ""
      let parts = asked.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 2, parts[1] == "svg" || parts[1] == "csv",
        let found = try await charts(call).charts.first(where: { $0.name == parts[0] })
      else { throw Refusal.unknown(.chart, asked) }
      let isPicture = parts[1] == "svg"
      var response = Response(
        status: .ok,
        body: .init(
          byteBuffer: ByteBuffer(string: isPicture ? found.chart.svg : found.chart.csv)))
      response.headers[.contentType] = isPicture ? "image/svg+xml" : "text/csv; charset=utf-8"
      // Opened by itself, a picture brings its own style and nothing else.
      response.headers[.contentSecurityPolicy] =
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
      response.headers[.contentDisposition] =
        isPicture ? "inline" : "attachment; filename=\"\(found.name).csv\""
      return response
    },
  ]

  private static func charts(
    _ call: Call
  ) async throws -> (insight: Insight, charts: [QualityCharts.Named]) {
    try await call.inVault { vault, actor in
      let project: ProjectID = try call.id("project", .project)
      let insight = try await Quality(vault).insight(on: project)
      let gold = try await GoldTasks(vault, actor: actor).list(in: project)
      return (insight, QualityCharts.all(insight, gold: gold))
    }
  }
}

extension Insight {
  var json: JSON {
    [
      "accuracy": accuracy.map {
        ["estimate": .double($0.estimate), "interval": $0.interval.json]
      } ?? .null,
      "classes": .array(
        classes.map {
          [
            "name": .string($0.name), "tasks": .count($0.tasks), "reviewed": .count($0.reviewed),
            "estimate": .optional($0.accuracy?.estimate),
            "interval": $0.accuracy?.interval.json ?? .null,
          ]
        }),
      "calibration": .array(
        calibration.map {
          [
            "tasks": .count($0.tasks), "confidence": .double($0.sure), "right": .double($0.right),
            "interval": $0.interval.json,
          ]
        }),
      "questions": .array(questions.map(\.json)),
      "funnel": [
        "settled": .count(funnel.settled), "waiting": .count(funnel.waiting),
        "reviewed": .count(funnel.reviewed), "accepted": .count(funnel.accepted),
        "fixed": .count(funnel.fixed), "rejected": .count(funnel.rejected),
        "audited": .count(funnel.audited), "audited_wrong": .count(funnel.auditedWrong),
      ],
      "confused": .array(confused.map(\.json)),
      "doubts": .array(
        doubts.map {
          [
            "task": .string($0.task.text), "unique_id": .optional($0.uniqueID),
            "confidence": .double($0.confidence), "answers": .count($0.answers),
            "status": .string($0.state.rawValue),
          ]
        }),
    ]
  }
}

extension Insight.Question {
  fileprivate var json: JSON {
    let annotators = zip(annotators, reliability.workers).map { name, worker -> JSON in
      [
        "annotator": .string(name), "votes": .double(worker.votes),
        "accuracy": worker.votes > 0 ? .double(worker.accuracy) : .null,
        "interval": worker.votes > 0 ? worker.interval.json : .null,
        "recall": .object(zip(options, worker.recall).map { .init($0, .double($1)) }),
      ]
    }
    return [
      "class": .string(name), "accuracy": .double(reliability.accuracy),
      "options": .array(options.map { .string($0) }),
      "confusion": .array(reliability.confusion.map { .array($0.map { .double($0) }) }),
      "annotators": .array(annotators),
      "drifts": .array(
        drifts.map {
          [
            "annotator": .string($0.annotator), "before": .double($0.before),
            "now": .double($0.now),
          ]
        }),
    ]
  }
}

extension ClosedRange<Double> {
  fileprivate var json: JSON { [.double(lowerBound), .double(upperBound)] }
}

extension Insight.Confused {
  fileprivate var json: JSON {
    [
      "class": question.map { .string($0) } ?? .null, "truth": .string(truth),
      "said": .string(said), "share": .double(share), "answers": .count(answers),
      "of": .count(total),
    ]
  }
}

extension InstructionCalibration.Score {
  var json: JSON {
    [
      "state": .string(state.rawValue), "tasks": .count(tasks), "answers": .count(answers),
      "bar": .double(InstructionCalibration.bar),
      "questions": .array(
        questions.map {
          [
            "class": .string($0.name), "measure": .string($0.measure), "value": .double($0.value),
            "clear": .bool($0.isClear),
          ]
        }),
      "confused": .array(confused.map(\.json)),
    ]
  }
}
