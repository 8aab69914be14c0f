import Foundation
import Hummingbird
import NIOCore
import Notation
import Platform
import Store
import Workflow

/// Tasks, and how they come in.
enum TaskRoutes {
  static let all: [Route] = [
    Route(
      .post, "/api/projects/{project}/imports", .managers,
      "Takes in tasks as JSON Lines, one a line; `batch`, `atomic=true` and an Idempotency-Key.",
      query: [
        .text("batch", "The name of the batch."),
        .bool("atomic", "Whether one line that is refused refuses all."),
      ]
    ) { call in
      let project: ProjectID = try call.id("project", .project)
      let options = Imports.Options(
        batch: call.query("batch"), isAtomic: try call.queryBool("atomic") ?? false,
        key: call.request.headers[.idempotencyKey].map { String($0.prefix(200)) })
      return try await call.inVault { vault, actor in
        _ = try await Projects(vault, actor: actor).get(project)
        let spool = try await call.spool()
        return answer(
          try await Imports(vault, actor: actor).run(spool, into: project, options))
      }
    },
    Route(.get, "/api/imports/{import}", .managers, "Shows an import's report.") { call in
      try await call.inVault { vault, actor in
        .json(try await Imports(vault, actor: actor).get(call.id("import", .import)).json)
      }
    },
    Route(
      .post, "/api/projects/{project}/tasks", .managers, "Makes one task; `batch` names its batch.",
      query: [.text("batch", "The name of the batch.")]
    ) { call in
      let project: ProjectID = try call.id("project", .project)
      let task = try await call.json()
      // Two equal tasks are two tasks, unless the sender names the request.
      let key = call.request.headers[.idempotencyKey].map { String($0.prefix(200)) }
      return try await call.inVault { vault, actor in
        _ = try await Projects(vault, actor: actor).get(project)
        let batch = try await Batches(vault, actor: actor).find(
          call.query("batch") ?? Batch.defaultName, in: project)
        let id = try await Submissions(vault, actor: actor).submit(
          .init(batch: batch.id, task: task, key: key))
        return .json(
          try await Tasks(vault, actor: actor).get(id).row.json, status: .created)
      }
    },
    Route(
      .get, "/api/projects/{project}/tasks", .reviewers,
      "Lists tasks in the order of making; filter by `status`, `batch`, `unique_id`.",
      query: [
        .text("status", "Of tasks that are so."), .id("batch", "Of one batch."),
        .text("unique_id", "The sender's own id."),
        .integer("after", "`next` of the page before."), .limit,
      ]
    ) { call in
      let limit = try call.pageLimit()
      return try await call.inVault { vault, actor in
        let rows = try await Tasks(vault, actor: actor).list(
          in: call.id("project", .project), filter(call), after: try cursor(call), limit: limit)
        return .json(
          .page(rows.map(\.json), next: rows.count == limit ? rows.last.map { "\($0.seq)" } : nil))
      }
    },
    Route(.get, "/api/tasks/{task}", .reviewers, "Shows a task with its answers.") { call in
      try await call.inVault { vault, actor in
        .json(try await Tasks(vault, actor: actor).get(call.id("task", .task)).json)
      }
    },
    Route(
      .patch, "/api/tasks/{task}", .managers, "Changes a task's priority.",
      body: [.integer("priority", isRequired: true)]
    ) { call in
      let fields = try await call.fields()
      guard let priority = try fields.optionalInt("priority") else {
        throw Refusal.invalid(path: "priority", problem: "is missing")
      }
      return try await call.inVault { vault, actor in
        .json(
          try await Tasks(vault, actor: actor).setPriority(priority, of: call.id("task", .task))
            .json)
      }
    },
    Route(
      .post, "/api/tasks/{task}/review", .reviewers, "Puts a completed task before a reviewer."
    ) { call in
      try await call.inVault { vault, actor in
        .json(try await Tasks(vault, actor: actor).askForReview(call.id("task", .task)).json)
      }
    },
    Route(
      .post, "/api/tasks/{task}/audit", .managers,
      "The client's word on a result: accepted, commented, rejected, or fixed with annotations.",
      body: [
        .choice("verdict", TaskRow.Audit.self, isRequired: true), .string("comments"),
        .annotations("annotations"), .bool("review"),
      ]
    ) { call in
      let fields = try await call.fields()
      guard let verdict = try fields.optionalString("verdict").flatMap(TaskRow.Audit.init) else {
        throw Refusal.invalid(
          path: "verdict", problem: "must be accepted, commented, rejected or fixed")
      }
      guard (verdict == .fixed) == (fields["annotations"] != nil) else {
        throw Refusal.invalid(
          path: "annotations", problem: "must hold the right answer where the verdict is fixed")
      }
      let comments = try fields.optionalString("comments")
      let isReviewed = try fields.optionalBool("review") ?? (verdict == .rejected)
      return try await call.inVault { vault, actor in
        let id: TaskID = try call.id("task", .task)
        try await TaskChanges(vault, actor: actor).audit(
          verdict, remarks: ["comments": .optional(comments)], fix: fields["annotations"],
          isReviewed: isReviewed, of: id)
        return .json(try await Tasks(vault, actor: actor).get(id).json)
      }
    },
    Route(.post, "/api/tasks/{task}/cancellation", .managers, "Ends a task.") { call in
      try await call.inVault { vault, actor in
        .json(try await Tasks(vault, actor: actor).cancel(call.id("task", .task)).json)
      }
    },
  ]

  private static func filter(_ call: Call) throws -> Tasks.Filter {
    var filter = Tasks.Filter(uniqueID: call.query("unique_id"))
    if let status = call.query("status") {
      guard let state = TaskLifecycle.State(rawValue: status) else {
        throw Refusal.invalid(
          path: "status",
          problem: "must be one of "
            + TaskLifecycle.State.allCases.map(\.rawValue).joined(separator: ", "))
      }
      filter.state = state
    }
    filter.batch = try call.queryID("batch")
    return filter
  }

  private static func cursor(_ call: Call) throws -> Int64? {
    guard let text = call.query("after") else { return nil }
    guard let number = Int64(text) else {
      throw Refusal.invalid(path: "after", problem: "must be the `next` of the page before")
    }
    return number
  }

  /// An import that stored nothing because it was all or nothing is a problem with a report.
  private static func answer(_ report: ImportReport) -> Response {
    guard !report.isCompleted else {
      return .json(report.json, status: report.isReplay ? .ok : .created)
    }
    var problem = Problem(
      .unprocessableContent, "import-refused", "Nothing was imported",
      "\(report.refused) of \(report.lines) lines are not right, and `atomic` was asked for.",
      place: report.problems.first.map { "line \($0.line)" },
      remedy: "Mend the lines of the report, or import without `atomic`.")
    problem.extra = [.init("report", report.json)]
    return problem.response
  }
}
