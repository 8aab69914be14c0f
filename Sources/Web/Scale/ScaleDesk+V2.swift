import Foundation
import Notation
import Platform
import Store
import Wire
import Workflow

/// The second API's view of the same projects, batches and tasks: ids in place of names.
extension ScaleDesk {
  /// What a v2 request names by id or by name.
  func v2Project(id: String?, name: String?) async throws -> Project {
    if let id {
      guard let known = ProjectID(id) else { throw Refusal.unknown(.project, id) }
      return try await projects.get(known)
    }
    guard let name else { throw ScaleFault("Please include project_id or project_name.") }
    return try await projects.find(name)
  }

  func v2Batch(id: String?, name: String?) async throws -> Batch {
    if let id {
      guard let known = BatchID(id) else { throw Refusal.unknown(.batch, id) }
      return try await batches.get(known)
    }
    guard let name else { throw ScaleFault("Please include batch_id or batch_name.") }
    return try await batches.find(name)
  }

  func v2Projects(created: TaskSearch.Filter.Span) async throws -> JSON {
    var found: [JSON] = []
    var last: ProjectID?
    while true {
      let page = try await projects.list(after: last, limit: 1_000)
      found += page.filter { $0.name != Self.freeProject && created.holds($0.createdAt) }
        .map(v2JSON)
      guard page.count == 1_000 else { return ["projects": .array(found)] }
      last = page.last?.id
    }
  }

  func v2JSON(_ project: Project) -> JSON {
    [
      "id": .string(project.id.text), "name": .string(project.name),
      "created_at": .string(Timestamp.text(project.createdAt)),
    ]
  }

  // MARK: Batches

  func v2CreateBatch(_ body: JSON) async throws -> JSON {
    let name = try Self.required("name", of: body)
    let project = try await v2Project(
      id: Self.text(body["project_id"]), name: Self.text(body["project_name"]))
    let metadata = try Self.metadata(body["metadata"] ?? [:])
    let isStaging = body["staging_batch"]?.bool == true && !vault.isTest
    var request: JSON = ["metadata": metadata]
    if let callback = Self.text(body["callback"]) {
      request = request.merged(with: ["callback": .string(callback)])
    }
    return try await v2JSON(
      try await batches.create(
        in: project.id, name: name, isStaging: isStaging, request: request,
        hasCallback: Self.text(body["callback"]) != nil), expand: [])
  }

  func v2Handle(_ event: BatchLifecycle.Event, _ body: JSON) async throws -> Batch {
    let batch = try await v2Batch(
      id: Self.text(body["batch_id"]), name: Self.text(body["batch_name"]))
    return try await batches.handle(event, of: batch.id)
  }

  func v2SetBatchMetadata(_ body: JSON) async throws -> JSON {
    let batch = try await v2Batch(
      id: Self.text(body["batch_id"]), name: Self.text(body["batch_name"]))
    let metadata = try Self.metadata(body["metadata"])
    let request = try await batches.request(of: batch.id)
    let kept = body["merge"]?.bool == true ? request["metadata"] ?? [:] : [:]
    try await batches.setRequest(
      request.merged(with: ["metadata": kept.deeplyMerged(with: metadata)]), of: batch.id)
    return try await v2JSON(batch, expand: [])
  }

  struct V2BatchFilter {
    var project: ProjectID?
    var status: String?
    var created: TaskSearch.Filter.Span
    var completed: TaskSearch.Filter.Span
    var token: String?
    var limit: Int
    var expand: [String]
  }

  func v2Batches(_ filter: V2BatchFilter) async throws -> JSON {
    var all = try await batches.all(in: filter.project)[...]
    if let token = filter.token {
      guard let last = all.firstIndex(where: { $0.id.text == token }) else {
        throw ScaleFault("next_token is not one that was given out.")
      }
      all = all[(last + 1)...]
    }
    let found = all.filter { batch in
      (filter.status == nil || Self.v2Status(batch) == filter.status)
        && filter.created.holds(batch.createdAt) && filter.completed.holds(end: batch)
    }
    let page = found.prefix(filter.limit)
    var items: [JSON] = []
    for batch in page { items.append(try await v2JSON(batch, expand: filter.expand)) }
    var members: [JSON.Member] = [.init("batches", .array(items))]
    if found.count > page.count, let last = page.last {
      members.append(.init("next_token", .string(last.id.text)))
    }
    return .object(members)
  }

  static func v2Status(_ batch: Batch) -> String {
    switch batch.state {
    case .staging: "staging"
    case .inProgress: "in_progress"
    case .paused: "paused"
    case .completed: "completed"
    case .canceled: "cancelled"
    }
  }

  func v2JSON(_ batch: Batch, expand: [String]) async throws -> JSON {
    let request = try await batches.request(of: batch.id)
    let project: JSON =
      expand.contains("project")
      ? v2JSON(try await projects.get(batch.project)) : .string(batch.project.text)
    var members: [JSON.Member] = [
      .init("id", .string(batch.id.text)), .init("name", .string(batch.name)),
      .init("project", project), .init("status", .string(Self.v2Status(batch))),
      .init("created_at", .string(Timestamp.text(batch.createdAt))),
      .init("metadata", request["metadata"] ?? [:]),
    ]
    if let callback = Self.text(request["callback"]) {
      members.append(.init("callback", .string(callback)))
    }
    if batch.state == .completed, let end = batch.completedAt {
      members.append(.init("completed_at", .string(Timestamp.text(end))))
    }
    return .object(members)
  }

  // MARK: Tasks

  func v2CreateChat(_ body: JSON, key: String?) async throws -> JSON {
    var members = (body.members ?? []).filter {
      ["template_variables", "metadata", "callback_url", "unique_id"].contains($0.name)
    }
    let batchID = Self.text(body["batch_id"])
    if batchID != nil || Self.text(body["batch_name"]) != nil {
      let batch = try await v2Batch(id: batchID, name: Self.text(body["batch_name"]))
      let projectID = Self.text(body["project_id"])
      if projectID != nil || Self.text(body["project_name"]) != nil {
        let project = try await v2Project(id: projectID, name: Self.text(body["project_name"]))
        guard project.id == batch.project else {
          throw ScaleFault("The batch \"\(batch.name)\" belongs to another project.")
        }
      }
      members.append(.init("batch", .string(batch.name)))
    } else {
      let project = try await v2Project(
        id: Self.text(body["project_id"]), name: Self.text(body["project_name"]))
      members.append(.init("project", .string(project.name)))
    }
    let made = try await createTask("chat", .object(members), key: key)
    guard let id = made["task_id"]?.string.flatMap({ TaskID($0) }) else {
      throw Refusal.unknown(.task, "")
    }
    return try await v2Task(id, expand: [])
  }

  func v2Task(_ id: TaskID, expand: [String]) async throws -> JSON {
    try await v2JSON(try await TaskSearch(vault).get(id), expand: expand)
  }

  func v2SetMetadata(_ body: JSON) async throws -> JSON {
    let text = body["task_id"]?.string ?? ""
    guard let id = TaskID(text) else { throw Refusal.unknown(.task, text) }
    let metadata = try Self.metadata(body["metadata"])
    let old = try await TaskSearch(vault).get(id).content.metadata
    let kept: JSON = body["merge"]?.bool == true ? old : [:]
    try await TaskChanges(vault, actor: actor).setMetadata(
      kept.deeplyMerged(with: metadata), of: id)
    return try await v2Task(id, expand: [])
  }

  func v2Tasks(_ page: Page, expand: [String]) async throws -> JSON {
    let (shown, next) = try await find(page)
    var items: [JSON] = []
    for task in shown { items.append(try await v2JSON(task, expand: expand)) }
    let token = next.map { [JSON.Member("next_token", .string($0))] } ?? []
    return .object([.init("tasks", .array(items))] + token)
  }

  /// What an annotator wrote by hand may be anything; clients read a list of objects.
  private static func threads(_ response: JSON?) -> JSON {
    let threads = response?["threads"]?.array ?? []
    return .array(threads.filter { $0.members != nil })
  }

  func v2JSON(_ found: TaskSearch.Found, expand: [String]) async throws -> JSON {
    let row = found.row
    let status = Self.statuses.first { $0.states.contains(row.lifecycle.state) }?.name ?? "error"
    let project: JSON =
      expand.contains("project")
      ? v2JSON(try await projects.get(row.project)) : .string(row.project.text)
    let batch: JSON =
      expand.contains("batch")
      ? try await v2JSON(try await batches.get(row.batch), expand: [])
      : .string(row.batch.text)
    let response =
      row.lifecycle.state == .completed
      ? ThreadAnnotations.numbered(response(of: found), task: row.id.text).json : nil
    var members: [JSON.Member] = [
      .init("task_id", .string(row.id.text)), .init("project", project), .init("batch", batch),
      .init("status", .string(status)),
      .init("created_at", .string(Timestamp.text(row.createdAt))),
      .init("metadata", found.content.metadata), .init("threads", Self.threads(response)),
    ]
    if row.lifecycle.state == .completed, let end = row.endedAt {
      members.append(.init("completed_at", .string(Timestamp.text(end))))
    }
    return .object(members)
  }
}

extension TaskSearch.Filter.Span {
  func holds(_ moment: Int64) -> Bool { moment >= from ?? .min && moment < until ?? .max }

  /// Whether a batch ended within it; any batch is, where nothing is asked.
  func holds(end batch: Batch) -> Bool {
    guard from != nil || until != nil else { return true }
    guard batch.state == .completed, let end = batch.completedAt else { return false }
    return holds(end)
  }
}

extension JSON {
  /// As `merged`, into objects within objects too.
  func deeplyMerged(with other: JSON) -> JSON {
    guard members != nil, let new = other.members else { return other }
    return new.reduce(self) { result, member in
      let value = result[member.name].map { $0.deeplyMerged(with: member.value) } ?? member.value
      return result.merged(with: .object([.init(member.name, value)]))
    }
  }
}
