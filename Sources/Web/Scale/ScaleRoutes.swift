import Foundation
import HTTPTypes
import Hummingbird
import Notation
import Platform
import Store
import Wire

/// The routes of Scale's first API. Its clients take status 200 for success and nothing else.
enum ScaleRoutes {
  static let all: [Route] = projects + batches + tasks + changes + audits + files + callbacks

  private static let callbacks: [Route] = [
    Route(
      .get, "/api/callbacks/key", .clientAdmins,
      "Shows the secret that callbacks carry in their scale-callback-auth header."
    ) { call in
      try await call.inVault { vault, _ in .json(["key": .string(ScaleCourier.key(of: vault))]) }
    },
    Route(
      .get, "/api/callbacks/address", .clientAdmins,
      "Shows where callbacks go of tasks that name no address."
    ) { call in
      try await call.inVault { vault, _ in
        .json(["url": try await Callbacks(vault).address().map { .string($0) } ?? .null])
      }
    },
    Route(
      .put, "/api/callbacks/address", .clientAdmins,
      "Says where callbacks go of tasks that name no address; null for nowhere.",
      body: [.string("url")]
    ) { call in
      let url = try await call.fields().optionalString("url")
      if let url, URL(string: url)?.host() == nil {
        throw Refusal.invalid(path: "url", problem: "must be an address like https://example.org/in")
      }
      return try await call.inVault { vault, actor in
        try await Callbacks(vault).setAddress(url, by: actor)
        return .noContent
      }
    },
    Route(
      .post, "/api/tasks/{task}/callback", .managers, "Sends a task's callback once more."
    ) { call in
      try await call.inVault { vault, actor in
        try await Callbacks(vault).sendAgain(call.id("task", .task), by: actor)
        return .json(["state": "due"], status: .accepted)
      }
    },
  ]

  private static let projects: [Route] = [
    Route(.post, "/v1/projects", .managers, "Scale: makes a project.") { call in
      let body = try await call.scaleBody()
      return try await call.atScale { try await $0.createProject(body) }
    },
    Route(.get, "/v1/projects", .managers, "Scale: lists projects.") { call in
      let archived = call.scaleQuery("archived").map { $0.lowercased() == "true" }
      return try await call.atScale { try await $0.allProjects(archived: archived) }
    },
    Route(.get, "/v1/projects/{project}", .managers, "Scale: shows a project.") { call in
      try await call.atScale { try await $0.project(call.scaleName("project")) }
    },
    Route(
      .post, "/v1/projects/{project}/setParams", .managers,
      "Scale: gives a project new defaults, as a new version."
    ) { call in
      let body = try await call.scaleBody()
      return try await call.atScale {
        try await $0.setParams(body, of: call.scaleName("project"))
      }
    },
    Route(
      .post, "/v1/projects/{project}/setOntology", .managers,
      "Scale: gives a project new labels, as a new version."
    ) { call in
      let body = try await call.scaleBody()
      return try await call.atScale {
        try await $0.setOntology(body, of: call.scaleName("project"))
      }
    },
    Route(
      .get, "/v1/projects/{project}/taskTemplates", .managers, "Scale: shows a project's template."
    ) { call in
      try await call.atScale { try await $0.template(call.scaleName("project")) }
    },
  ]

  private static let batches: [Route] = [
    Route(.post, "/v1/batches", .managers, "Scale: makes a batch.") { call in
      let body = try await call.scaleBody()
      return try await call.atScale { try await $0.createBatch(body) }
    },
    Route(.get, "/v1/batches", .managers, "Scale: lists batches, newest first.") { call in
      let filter = ScaleDesk.BatchFilter(
        project: call.scaleQuery("project"), status: call.scaleQuery("status"),
        created: .init(
          from: try call.scaleTime("start_time"), until: try call.scaleTime("end_time")),
        completed: .init(
          from: try call.scaleTime("completed_after"),
          until: try call.scaleTime("completed_before")),
        limit: try call.scaleLimit(), offset: try call.scaleOffset())
      return try await call.atScale { try await $0.allBatches(filter) }
    },
    Route(.get, "/v1/batches/{batch}", .managers, "Scale: shows a batch.") { call in
      try await call.atScale { try await $0.batch(call.scaleName("batch")) }
    },
    Route(.get, "/v1/batches/{batch}/status", .managers, "Scale: counts a batch's tasks.") { call in
      try await call.atScale { try await $0.batchStatus(call.scaleName("batch")) }
    },
    Route(
      .post, "/v1/batches/{batch}/finalize", .managers, "Scale: puts a staged batch on offer."
    ) { call in
      try await call.atScale { try await $0.finalizeBatch(call.scaleName("batch")) }
    },
    Route(
      .post, "/v1/batches/{batch}/setMetadata", .managers, "Scale: replaces a batch's metadata."
    ) { call in
      let body = try await call.json()
      return try await call.atScale {
        try await $0.setBatchMetadata(body, of: call.scaleName("batch"))
      }
    },
  ]

  private static let tasks: [Route] = [
    Route(.post, "/v1/task/{task}", .managers, "Scale: makes a task.") { call in
      let body = try await call.scaleBody()
      let key = try requestKey(call)
      return try await call.atScale {
        // The router knows one name for this place: of a creation it is the type.
        try await $0.createTask(call.scaleName("task"), body, key: key)
      }
    },
    Route(.get, "/v1/task/{task}", .managers, "Scale: shows a task.") { call in
      try await call.atScale { try await $0.task(call.id("task", .task)) }
    },
    Route(.get, "/v1/tasks", .managers, "Scale: finds tasks, newest first.") { call in
      try await call.atScale { try await $0.tasks(try await page(call, $0)) }
    },
    Route(
      .post, "/v1/evaluation_tasks/{task_type}", .managers,
      "Scale: makes a task with a known answer, hidden in the stream."
    ) { call in try await quality(call, .evaluation) },
    Route(
      .post, "/v1/training_tasks/{task_type}", .managers,
      "Scale: makes a task with a known answer, for learning."
    ) { call in try await quality(call, .training) },
  ]

  private static let changes: [Route] = [
    Route(.post, "/v1/task/{task}/cancel", .managers, "Scale: ends a task.") { call in
      let clears = call.scaleQuery("clear_unique_id")?.lowercased() == "true"
      return try await call.atScale {
        try await $0.cancel(call.id("task", .task), clearsUniqueID: clears)
      }
    },
    Route(.post, "/v1/task/{task}/unique_id", .managers, "Scale: names a task.") { call in
      let body = try await call.scaleBody()
      guard let uniqueID = body["unique_id"]?.string else {
        throw ScaleFault("Please include a unique_id parameter.")
      }
      return try await call.atScale {
        try await $0.setUniqueID(uniqueID, of: call.id("task", .task))
      }
    },
    Route(.delete, "/v1/task/{task}/unique_id", .managers, "Scale: frees a task's name.") { call in
      try await call.atScale { try await $0.setUniqueID(nil, of: call.id("task", .task)) }
    },
    Route(.post, "/v1/task/{task}/setMetadata", .managers, "Scale: replaces metadata.") { call in
      let body = try await call.json()
      return try await call.atScale {
        try await $0.setMetadata(body, of: call.id("task", .task))
      }
    },
    Route(.post, "/v1/task/{task}/tags", .managers, "Scale: replaces a task's tags.") { call in
      try await tags(call) { _, given in given }
    },
    Route(.put, "/v1/task/{task}/tags", .managers, "Scale: adds tags to a task.") { call in
      try await tags(call) { old, given in old + given.filter { !old.contains($0) } }
    },
    Route(.delete, "/v1/task/{task}/tags", .managers, "Scale: takes tags from a task.") { call in
      try await tags(call) { old, given in old.filter { !given.contains($0) } }
    },
    Route(.post, "/v1/task/{task}/audit", .managers, "Scale: judges a result.") { call in
      let body = try await call.scaleBody()
      return try await call.atScale { try await $0.audit(call.id("task", .task), body) }
    },
  ]

  private static let audits: [Route] = [
    Route(.put, "/v1/audits", .managers, "Scale: judges a result by feedback items.") { call in
      let body = try await call.scaleBody()
      var response = try await call.atScale { try await $0.fixlessAudit(body) }
      response.status = .created
      return response
    },
    Route(.get, "/v1/audits", .managers, "Scale: shows what was said of a result.") { call in
      let id = try call.scaleTask()
      return try await call.atScale { try await $0.fixlessAudits(of: id) }
    },
  ]

  private static let files: [Route] = [
    ScaleDesk.segmentation,
    Route(.post, "/v1/files/upload", .managers, "Scale: stores a file of at most 80 MB.") { call in
      guard let boundary = Multipart.boundary(call.request.headers[.contentType] ?? "") else {
        throw ScaleFault("Please send the file as multipart/form-data.")
      }
      let body = try await call.bytes(limit: AssetRoutes.uploadLimit)
      let form = try Multipart.form(body, boundary: boundary)
      guard let file = form.files.first else { throw ScaleFault("Please include a file.") }
      return try await call.atScale {
        try await $0.upload(file.content, name: file.name, .object(form.fields))
      }
    },
    Route(.post, "/v1/files/import", .managers, "Scale: fetches a file from a URL.") { call in
      let body = try await call.scaleBody()
      guard let url = body["file_url"]?.string else {
        throw ScaleFault("Please include a file_url parameter.")
      }
      return try await call.atScale { try await $0.importFile(from: url, body) }
    },
  ]

  private static func requestKey(_ call: Call) throws -> String? {
    guard let key = call.request.headers[.idempotencyKey], !key.isEmpty else { return nil }
    guard key.unicodeScalars.count <= Submissions.keyLimit else {
      throw ScaleFault("An Idempotency-Key has at most \(Submissions.keyLimit) characters.")
    }
    return key
  }

  private static func quality(_ call: Call, _ kind: TaskRow.Gold) async throws -> Response {
    let body = try await call.scaleBody()
    return try await call.atScale { desk in
      let task = try await desk.createTask(
        call.scaleName("task_type"), body, key: nil, .gold(kind))
      let head: JSON = ["id": task["task_id"] ?? .null]
      return head.merged(with: task)
    }
  }

  private static func tags(
    _ call: Call, _ edit: @escaping @Sendable (_ old: [String], _ given: [String]) -> [String]
  ) async throws -> Response {
    let body = try await call.json()
    let given = try ScaleDesk.tags(body == [:] ? [] : body)
    return try await call.atScale {
      try await $0.changeTags(of: call.id("task", .task)) { edit($0, given) }
    }
  }

  private static func page(_ call: Call, _ desk: ScaleDesk) async throws -> ScaleDesk.Page {
    var filter = TaskSearch.Filter()
    if let name = call.scaleQuery("project") {
      filter.project = try await desk.projects.find(name).id
    }
    if let name = call.scaleQuery("batch") {
      let batch = try await desk.batch(named: name, of: filter.project)
      (filter.project, filter.batch) = (batch.project, batch.id)
    }
    if let status = call.scaleQuery("status") {
      guard let known = ScaleDesk.statuses.first(where: { $0.name == status }) else {
        throw ScaleFault(
          "status must be one of " + ScaleDesk.statuses.map(\.name).joined(separator: ", ") + ".")
      }
      filter.states = known.states
    }
    filter.types = call.scaleQueries("type")
    filter.uniqueIDs = call.scaleQueries("unique_id")
    filter.tags = call.scaleQueries("tags")
    for name in call.scaleQueries("customer_review_status").flatMap({ $0.split(separator: ",") }) {
      guard name == "pending" || TaskRow.Audit(rawValue: String(name)) != nil else {
        throw ScaleFault("customer_review_status \(name) is not known.")
      }
      filter.audits.append(TaskRow.Audit(rawValue: String(name)))
    }
    filter.created = .init(
      from: try call.scaleTime("start_time"), until: try call.scaleTime("end_time"))
    filter.completed = .init(
      from: try call.scaleTime("completed_after"), until: try call.scaleTime("completed_before"))
    filter.updated = .init(
      from: try call.scaleTime("updated_after"), until: try call.scaleTime("updated_before"))
    return ScaleDesk.Page(
      filter: filter, token: call.scaleQuery("next_token"), offset: try call.scaleOffset(),
      limit: try call.scaleLimit(),
      isLimited: call.scaleQuery("limited_response")?.lowercased() == "true")
  }
}
