import Foundation
import Formats
import Labels
import Notation
import Platform
import Store
import Wire
import Workflow

extension ScaleDesk {
  func task(_ id: TaskID) async throws -> JSON {
    try await json(try await TaskSearch(vault).get(id))
  }

  /// What the sender is told when a task or a batch has ended, and where.
  func callback(of subject: Callbacks.Subject) async throws -> (url: String, body: JSON) {
    switch subject {
    case .task(let id):
      let found = try await TaskSearch(vault).get(id)
      let task = try await json(found)
      let body: JSON = [
        "task_id": .string(id.text), "response": task["response"] ?? [:], "task": task,
      ]
      let own = found.content.request?["callback_url"]?.string
      return (try await address(own), body)
    case .batch(let id):
      let found = try await batches.get(id)
      let batch = try await json(found)
      let body: JSON = [
        "batch_id": .string(id.text), "batch_name": .string(found.name),
        "status": .string(Self.status(found)), "batch": batch,
      ]
      return (try await address(batch["callback"]?.string), body)
    }
  }

  /// The address a request named, else the client's own.
  private func address(_ own: String?) async throws -> String {
    if let own, !own.isEmpty { return own }
    return try await Callbacks(vault).address() ?? ""
  }

  // MARK: Changes

  func cancel(_ id: TaskID, clearsUniqueID: Bool) async throws -> JSON {
    let found = try await TaskSearch(vault).get(id)
    if found.row.lifecycle.state != .canceled {
      _ = try await Tasks(vault, actor: actor).cancel(id)
    }
    if clearsUniqueID, found.row.uniqueID != nil {
      try await TaskChanges(vault, actor: actor).setUniqueID(nil, of: id)
    }
    return try await task(id)
  }

  func setUniqueID(_ uniqueID: String?, of id: TaskID) async throws -> JSON {
    try await TaskChanges(vault, actor: actor).setUniqueID(uniqueID, of: id)
    return try await task(id)
  }

  func setMetadata(_ metadata: JSON, of id: TaskID) async throws -> JSON {
    try await TaskChanges(vault, actor: actor).setMetadata(try Self.metadata(metadata), of: id)
    return try await task(id)
  }

  func changeTags(
    of id: TaskID, _ edit: @escaping @Sendable ([String]) -> [String]
  ) async throws -> JSON {
    try await TaskChanges(vault, actor: actor).changeTags(of: id, edit)
    return try await task(id)
  }

  func audit(_ id: TaskID, _ body: JSON) async throws -> JSON {
    guard let isAccepted = body["accepted"]?.bool else {
      throw ScaleFault("Please include an accepted parameter: true or false.")
    }
    try await TaskChanges(vault, actor: actor).audit(
      isAccepted ? .accepted : .rejected, remarks: ["comments": body["comments"] ?? .null], of: id)
    return try await task(id)
  }

  /// An audit by feedback items, which leaves the response as it is; the latest counts, all are
  /// kept.
  func fixlessAudit(_ body: JSON) async throws -> JSON {
    let text = try Self.required("task_id", of: body)
    guard let id = TaskID(text) else { throw Refusal.unknown(.task, text) }
    let items = body["feedback_items"] ?? []
    guard let list = items.array, list.allSatisfy({ $0.members != nil }) else {
      throw ScaleFault("feedback_items must be an array of objects.")
    }
    let name = body["audit_result"]?.string ?? (list.isEmpty ? "accepted" : "commented")
    guard let verdict = TaskRow.Audit(rawValue: name.lowercased()) else {
      throw ScaleFault("audit_result must be accepted, rejected, fixed or commented.")
    }
    try await TaskChanges(vault, actor: actor).audit(
      verdict, remarks: body.without(["task_id"]).merged(with: ["feedback_items": items]), of: id)
    return try await fixlessAudits(of: id)
  }

  /// The latest audit of a task, with all that were made.
  func fixlessAudits(of id: TaskID) async throws -> JSON {
    let audits = try await TaskSearch(vault).get(id).audits.map(Self.json)
    let head: JSON = ["task_id": .string(id.text), "audits": .array(audits)]
    return (audits.last ?? [:]).merged(with: head)
  }

  private static func json(_ audit: TaskSearch.Audit) -> JSON {
    let head: JSON = [
      "audited_at": .string(Timestamp.text(audit.at)),
      "audit_result": .string(audit.verdict.rawValue),
    ]
    return head.merged(with: audit.remarks)
  }

  // MARK: Lists

  struct Page {
    var filter: TaskSearch.Filter
    var token: String?
    var offset: Int
    var limit: Int
    var isLimited: Bool
  }

  /// The tasks of a page, and the token of the next; nil after the last.
  func find(
    _ page: Page
  ) async throws -> (shown: ArraySlice<TaskSearch.Found>, next: String?) {
    let search = TaskSearch(vault)
    var before: Int64?
    if let token = page.token {
      before = try await search.get(try Self.id(inToken: token)).row.seq
    }
    let found = try await search.page(
      page.filter, before: before, skipping: before == nil ? page.offset : 0,
      limit: page.limit + 1)
    let shown = found.prefix(page.limit)
    let hasMore = found.count > shown.count
    return (shown, hasMore ? shown.last.map { Self.token(after: $0.row) } : nil)
  }

  func tasks(_ page: Page) async throws -> JSON {
    let (shown, next) = try await find(page)
    var docs: [JSON] = []
    for task in shown {
      let whole = try await json(task)
      docs.append(
        page.isLimited
          ? .object(
            (whole.members ?? []).filter {
              ["task_id", "status", "metadata", "project"].contains($0.name)
            }) : whole)
    }
    var members: [JSON.Member] = [
      .init("docs", .array(docs)),
      .init("total", .int(Int64(try await TaskSearch(vault).count(page.filter)))),
      .init("limit", .int(Int64(page.limit))), .init("offset", .int(Int64(page.offset))),
      .init("has_more", .bool(next != nil)),
    ]
    if let next { members.append(.init("next_token", .string(next))) }
    return .object(members)
  }

  /// As Scale's: base64 of the last task's id and moment.
  private static func token(after row: TaskRow) -> String {
    let place: JSON = [
      "id": .string(row.id.text), "created_at": .string(Timestamp.text(row.createdAt)),
    ]
    return Data(place.utf8).base64EncodedString()
  }

  private static func id(inToken token: String) throws -> TaskID {
    guard let data = Data(base64Encoded: token), let place = try? JSON(parsing: [UInt8](data)),
      let id = place["id"]?.string.flatMap({ TaskID($0) })
    else { throw ScaleFault("next_token is not one that was given out.") }
    return id
  }

  /// Names of Scale's statuses, and the states they stand for.
  static let statuses: [(name: String, states: [TaskLifecycle.State])] = [
    ("pending", [.staged, .open, .inReview]), ("completed", [.completed]),
    ("canceled", [.canceled]), ("error", [.failed]),
  ]

  // MARK: The echo

  func json(_ found: TaskSearch.Found) async throws -> JSON {
    let row = found.row
    let request = found.content.request ?? [:]
    let status = Self.statuses.first { $0.states.contains(row.lifecycle.state) }?.name ?? "error"
    var members: [JSON.Member] = [
      .init("task_id", .string(row.id.text)),
      .init("created_at", .string(Timestamp.text(row.createdAt))),
      .init(
        "updated_at",
        .string(Timestamp.text(row.updatedAt ?? row.endedAt ?? row.createdAt))),
      .init("type", .string(row.type ?? "imageannotation")), .init("status", .string(status)),
      .init("is_test", .bool(vault.isTest)), .init("urgency", request["urgency"] ?? "standard"),
      .init("metadata", found.content.metadata), .init("params", Self.params(of: found)),
    ]
    func add(_ name: String, _ value: JSON?) {
      if let value, value != .null { members.append(.init(name, value)) }
    }
    add("instruction", request["instruction"])
    add("callback_url", request["callback_url"])
    switch found.callback {
    case .delivered: add("callback_succeeded", true)
    case .failed: add("callback_succeeded", false)
    case .due, nil: break
    }
    if found.project != Self.freeProject { add("project", .string(found.project)) }
    if found.batch != Batch.defaultName { add("batch", .string(found.batch)) }
    add("project_param_version", request["project_param_version"])
    add("priority", request["priority"])
    add("unique_id", row.uniqueID.map { .string($0) })
    add("tags", found.tags.isEmpty ? nil : .array(found.tags.map { .string($0) }))
    add("expected_response", request["expected_response"])
    if row.lifecycle.state == .completed { addResult(of: found, &members) }
    if row.lifecycle.state == .failed { add("response", found.content.failure) }
    return .object(members)
  }

  private static func params(of found: TaskSearch.Found) -> JSON {
    found.content.request?["params"] ?? found.content.params
  }

  /// The result in the form of the task's type; native annotations where it came another way.
  func response(of found: TaskSearch.Found) -> JSON {
    response(found.result ?? [], of: found)
  }

  private func response(_ result: [Annotation], of found: TaskSearch.Found) -> JSON {
    let annotations = AnnotationNotation.json(result, ontology: found.ontology, style: .names)
    guard let type = found.row.type.flatMap({ ScaleType($0) }) else {
      return ["annotations": annotations]
    }
    return ScaleResponse(type, Self.params(of: found)).response(
      annotations.array ?? [], task: found.row.id.text, links: links(found.row.id))
  }

  private func addResult(of found: TaskSearch.Found, _ members: inout [JSON.Member]) {
    if let end = found.row.endedAt {
      members.append(.init("completed_at", .string(Timestamp.text(end))))
    }
    members.append(.init("response", response(of: found)))
    members.append(
      .init("customer_review_status", .string(found.row.audit?.rawValue ?? "pending")))
    let comments = found.audits.compactMap { Self.text($0.remarks["comments"]) }
    if !comments.isEmpty {
      members.append(.init("customer_review_comments", .array(comments.map { .string($0) })))
    }
    if !found.audits.isEmpty {
      members.append(.init("audits", .array(found.audits.map(Self.json))))
    }
    if !found.earlierResults.isEmpty {
      members.append(
        .init("prior_responses", .array(found.earlierResults.map { response($0, of: found) })))
    }
  }
}
