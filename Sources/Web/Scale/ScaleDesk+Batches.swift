import Notation
import Platform
import Store
import Wire
import Workflow

extension ScaleDesk {
  func createBatch(_ body: JSON) async throws -> JSON {
    let name = try Self.required("name", of: body)
    let project = try await projects.find(try Self.required("project", of: body))
    let flags = try await projects.content(of: project.id).request?["flags"] ?? [:]
    let gathersFirst = flags["rapid"]?.bool == true || flags["studio"]?.bool == true
    let isStaging = gathersFirst && !vault.isTest
    let metadata = try Self.metadata(body["metadata"] ?? [:])
    let batch = try await batches.create(
      in: project.id, name: name, isStaging: isStaging,
      priority: body["calibration_batch"]?.bool == true ? 1 : 0,
      request: body.without(["name", "project"]).merged(with: ["metadata": metadata]),
      hasCallback: Self.text(body["callback"]) != nil)
    return try await json(batch)
  }

  func batch(_ name: String) async throws -> JSON {
    try await json(try await batches.find(name))
  }

  /// Counts by status; groups of nothing are left out.
  func batchStatus(_ name: String) async throws -> JSON {
    let batch = try await batches.find(name)
    let counts = batch.counts
    let pending = counts.tasks - counts.completed - counts.canceled - counts.failed
    let groups = [
      ("pending", pending), ("completed", counts.completed), ("error", counts.failed),
      ("canceled", counts.canceled),
    ]
    return .object(
      [.init("status", .string(Self.status(batch)))]
        + groups.filter { $0.1 > 0 }.map { .init($0.0, .int(Int64($0.1))) })
  }

  /// Puts a staged batch on offer; one that is on offer stays so.
  func finalizeBatch(_ name: String) async throws -> JSON {
    let batch = try await batches.find(name)
    guard batch.state == .staging else { return try await json(batch) }
    return try await json(try await batches.handle(.finalized, of: batch.id))
  }

  func setBatchMetadata(_ metadata: JSON, of name: String) async throws -> JSON {
    let batch = try await batches.find(name)
    let metadata = try Self.metadata(metadata)
    let request = try await batches.request(of: batch.id)
    try await batches.setRequest(request.merged(with: ["metadata": metadata]), of: batch.id)
    return try await json(batch)
  }

  struct BatchFilter {
    var project: String?
    var status: String?
    var created = TaskSearch.Filter.Span()
    var completed = TaskSearch.Filter.Span()
    var limit: Int
    var offset: Int
  }

  func allBatches(_ filter: BatchFilter) async throws -> JSON {
    var project: ProjectID?
    if let name = filter.project { project = try await projects.find(name).id }
    let found = try await batches.all(in: project).filter { batch in
      (filter.status == nil || Self.status(batch) == filter.status)
        && filter.created.holds(batch.createdAt) && filter.completed.holds(end: batch)
    }
    var docs: [JSON] = []
    for batch in found.dropFirst(filter.offset).prefix(filter.limit) {
      docs.append(try await json(batch))
    }
    return [
      "docs": .array(docs), "totalDocs": .int(Int64(found.count)),
      "limit": .int(Int64(filter.limit)), "offset": .int(Int64(filter.offset)),
      "has_more": .bool(filter.offset + docs.count < found.count),
    ]
  }

  static func status(_ batch: Batch) -> String {
    switch batch.state {
    case .staging: "staging"
    case .inProgress, .paused: "in_progress"
    case .completed, .canceled: "completed"
    }
  }

  func json(_ batch: Batch) async throws -> JSON {
    let project = try await projects.get(batch.project)
    let request = try await batches.request(of: batch.id)
    var members: [JSON.Member] = [
      .init("id", .string(batch.id.text)), .init("name", .string(batch.name)),
      .init("project", .string(project.name)), .init("status", .string(Self.status(batch))),
      .init("created_at", .string(Timestamp.text(batch.createdAt))),
      .init("metadata", request["metadata"] ?? [:]),
    ]
    for name in ["callback", "calibration_batch", "self_label_batch"] {
      if let value = request[name], value != "" { members.append(.init(name, value)) }
    }
    return .object(members)
  }
}
