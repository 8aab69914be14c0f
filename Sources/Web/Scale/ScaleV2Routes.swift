import Foundation
import Hummingbird
import Notation
import Platform
import Store
import Wire
import Workflow

/// The routes of Scale's second API.
enum ScaleV2Routes {
  static let all: [Route] = projects + batches + tasks

  private static let projects: [Route] = [
    Route(.get, "/v2/project", .managers, "Scale v2: shows a project.") { call in
      try await call.atScale { desk in
        desk.v2JSON(
          try await desk.v2Project(
            id: call.scaleQuery("project_id"), name: call.scaleQuery("project_name")))
      }
    },
    Route(.get, "/v2/projects", .managers, "Scale v2: lists projects.") { call in
      let created = try span(call, "created")
      return try await call.atScale { try await $0.v2Projects(created: created) }
    },
  ]

  private static let batches: [Route] = [
    Route(.post, "/v2/batch", .managers, "Scale v2: makes a batch.") { call in
      let body = try await call.scaleBody()
      return try await call.atScale { try await $0.v2CreateBatch(body) }
    },
    Route(.get, "/v2/batch", .managers, "Scale v2: shows a batch.") { call in
      try await call.atScale { desk in
        try await desk.v2JSON(
          try await desk.v2Batch(
            id: call.scaleQuery("batch_id"), name: call.scaleQuery("batch_name")),
          expand: call.scaleQueries("expand"))
      }
    },
    Route(.get, "/v2/batches", .managers, "Scale v2: lists batches, newest first.") { call in
      try await call.atScale { desk in
        let project = try await project(call, desk)
        return try await desk.v2Batches(
          .init(
            project: project, status: call.scaleQuery("status"),
            created: try span(call, "created"), completed: try span(call, "completed"),
            token: call.scaleQuery("next_token"),
            limit: try call.scaleLimit(), expand: call.scaleQueries("expand")))
      }
    },
    Route(.post, "/v2/batch/metadata", .managers, "Scale v2: changes a batch's metadata.") { call in
      let body = try await call.scaleBody()
      return try await call.atScale { try await $0.v2SetBatchMetadata(body) }
    },
    Route(.post, "/v2/batch/finalize", .managers, "Scale v2: puts a batch on offer.") { call in
      let body = try await call.scaleBody()
      return try await call.atScale { desk in
        try await desk.v2JSON(try await desk.v2Handle(.finalized, body), expand: [])
      }
    },
    step("pause", .paused, "Scale v2: takes a batch off offer."),
    step("resume", .resumed, "Scale v2: puts a paused batch on offer again."),
    step("cancel", .canceled, "Scale v2: ends a batch and its tasks."),
  ]

  private static func step(
    _ name: String, _ event: BatchLifecycle.Event, _ summary: String
  ) -> Route {
    Route(.post, "/v2/batch/\(name)", .managers, summary) { call in
      let body = try await call.scaleBody()
      return try await call.atScale { desk in
        let batch = try await desk.v2Handle(event, body)
        return ["batch": try await desk.v2JSON(batch, expand: []), "message": "OK"]
      }
    }
  }

  private static let tasks: [Route] = [
    Route(.post, "/v2/task/chat", .managers, "Scale v2: makes a chat task.") { call in
      let body = try await call.scaleBody()
      let key = call.request.headers[.idempotencyKey]
      return try await call.atScale { try await $0.v2CreateChat(body, key: key) }
    },
    Route(.post, "/v2/task/metadata", .managers, "Scale v2: changes a task's metadata.") { call in
      let body = try await call.scaleBody()
      return try await call.atScale { try await $0.v2SetMetadata(body) }
    },
    Route(.get, "/v2/task", .managers, "Scale v2: shows a task.") { call in
      let id = try call.scaleTask()
      return try await call.atScale {
        try await $0.v2Task(id, expand: call.scaleQueries("expand"))
      }
    },
    Route(.get, "/v2/tasks", .managers, "Scale v2: lists tasks, newest first.") { call in
      try await call.atScale { desk in
        try await desk.v2Tasks(
          try await page(call, desk), expand: call.scaleQueries("expand"))
      }
    },
  ]

  private static func page(_ call: Call, _ desk: ScaleDesk) async throws -> ScaleDesk.Page {
    var filter = TaskSearch.Filter()
    let (batchID, batchName) = (call.scaleQuery("batch_id"), call.scaleQuery("batch_name"))
    if batchID != nil || batchName != nil {
      let batch = try await desk.v2Batch(id: batchID, name: batchName)
      (filter.project, filter.batch) = (batch.project, batch.id)
    } else {
      filter.project = try await desk.v2Project(
        id: call.scaleQuery("project_id"), name: call.scaleQuery("project_name")
      ).id
    }
    if let status = call.scaleQuery("status") {
      filter.states = ScaleDesk.statuses.first { $0.name == status }?.states ?? []
    }
    filter.completed = try span(call, "completed")
    return ScaleDesk.Page(
      filter: filter, token: call.scaleQuery("next_token"), offset: 0,
      limit: try call.scaleLimit(), isLimited: false)
  }

  /// The project that the query names; nil where it names none.
  static func project(_ call: Call, _ desk: ScaleDesk) async throws -> ProjectID? {
    let id = call.scaleQuery("project_id") ?? call.scaleQuery("dataset_id")
    let name = call.scaleQuery("project_name")
    return id == nil && name == nil ? nil : try await desk.v2Project(id: id, name: name).id
  }

  static func span(_ call: Call, _ name: String) throws -> TaskSearch.Filter.Span {
    .init(
      from: try call.scaleTime("\(name)_after"), until: try call.scaleTime("\(name)_before"))
  }
}
