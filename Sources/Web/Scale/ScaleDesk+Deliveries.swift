import Formats
import Labels
import Notation
import Platform
import Store
import Wire
import Workflow

/// What Scale's second API calls a delivery is a batch whose tasks have all ended; a dataset is a
/// project, seen from its results.
extension ScaleDesk {
  struct DeliveryFilter {
    var project: ProjectID?
    var delivered: TaskSearch.Filter.Span
    var expand: [String]
  }

  func deliveries(_ filter: DeliveryFilter) async throws -> JSON {
    ["deliveries": .array(try await delivered(filter, named: "project"))]
  }

  func datasetDeliveries(_ filter: DeliveryFilter) async throws -> JSON {
    ["deliveries": .array(try await delivered(filter, named: "dataset"))]
  }

  private func delivered(_ filter: DeliveryFilter, named whole: String) async throws -> [JSON] {
    var found: [JSON] = []
    for batch in try await batches.all(in: filter.project) {
      guard let at = Self.delivered(batch), filter.delivered.holds(at) else { continue }
      found.append(try await json(delivery: batch, at, named: whole, expand: filter.expand))
    }
    return found
  }

  private static func delivered(_ batch: Batch) -> Int64? {
    batch.state == .completed ? batch.completedAt : nil
  }

  /// - Parameter whole: what the project is called: `project`, or `dataset`.
  private func json(
    delivery batch: Batch, _ at: Int64, named whole: String, expand: [String]
  ) async throws -> JSON {
    let project: JSON =
      expand.contains(whole)
      ? v2JSON(try await projects.get(batch.project)) : .string(batch.project.text)
    return .object([
      .init("id", .string(batch.id.text)), .init("name", .string(batch.name)),
      .init("task_count", .int(Int64(batch.counts.completed))),
      .init("delivered_at", .string(Timestamp.text(at))), .init(whole, project),
      .init("metadata", ["task_count": .int(Int64(batch.counts.completed))]),
    ])
  }

  /// A delivery by id, or by name within a project.
  private func delivery(
    id: String?, name: String?, in project: ProjectID? = nil
  ) async throws -> (batch: Batch, at: Int64) {
    let batch = try await v2Batch(id: id, name: name)
    guard let at = Self.delivered(batch), project == nil || project == batch.project else {
      throw Refusal.unknown(.batch, id ?? name ?? "")
    }
    return (batch, at)
  }

  struct DeliveryPage {
    var id: String?
    var name: String?
    var project: ProjectID?
    var token: String?
    var limit: Int
    var expand: [String]
  }

  func delivery(_ page: DeliveryPage) async throws -> JSON {
    let (batch, at) = try await delivery(id: page.id, name: page.name, in: page.project)
    var (members, found) = try await tasks(of: batch, page)
    var items: [JSON] = []
    for task in found { items.append(try await v2JSON(task, expand: page.expand)) }
    let shown: JSON =
      page.expand.contains("delivery")
      ? try await json(delivery: batch, at, named: "project", expand: page.expand)
      : .string(batch.id.text)
    members += [.init("delivery", shown), .init("tasks", .array(items))]
    return .object(members)
  }

  /// The completed tasks of a page, and the token of the next as a member.
  private func tasks(
    of batch: Batch, _ page: DeliveryPage
  ) async throws -> (members: [JSON.Member], found: ArraySlice<TaskSearch.Found>) {
    var filter = TaskSearch.Filter()
    (filter.project, filter.batch) = (batch.project, batch.id)
    filter.states = [.completed]
    let (found, next) = try await find(
      Page(filter: filter, token: page.token, offset: 0, limit: page.limit, isLimited: false))
    return (next.map { [.init("next_token", .string($0))] } ?? [], found)
  }

  /// Tasks with what was delivered of them; those of no delivery yet have none.
  func deliveryTasks(_ page: Page, delivery id: String?) async throws -> JSON {
    var page = page
    if let id {
      let (batch, _) = try await delivery(id: id, name: nil)
      (page.filter.project, page.filter.batch) = (batch.project, batch.id)
      page.filter.states = [.completed]
    }
    let (found, next) = try await find(page)
    var docs: [JSON] = []
    for task in found {
      let batch = try await batches.get(task.row.batch)
      var members: [JSON.Member] = [
        .init("task_id", .string(task.row.id.text)),
        .init("created_at", .string(Timestamp.text(task.row.createdAt))),
      ]
      if let at = Self.delivered(batch), task.row.lifecycle.state == .completed {
        members += [
          .init("delivery_id", .string(batch.id.text)),
          .init("delivered_at", .string(Timestamp.text(at))),
          .init("response_schema_id", .string(task.row.project.text)),
          .init("response", response(of: task)),
        ]
      }
      docs.append(.object(members))
    }
    let token = next.map { [JSON.Member("next_token", .string($0))] } ?? []
    return .object(
      [.init("docs", .array(docs)), .init("total", .int(Int64(docs.count)))] + token)
  }

  // MARK: Datasets

  func datasets() async throws -> JSON {
    let projects = try await v2Projects(created: .init())["projects"]?.array ?? []
    return ["datasets": .array(projects)]
  }

  func datasetDelivery(_ page: DeliveryPage) async throws -> JSON {
    let (batch, at) = try await delivery(id: page.id, name: nil)
    var (members, found) = try await tasks(of: batch, page)
    let shown: JSON =
      page.expand.contains("delivery")
      ? try await json(delivery: batch, at, named: "dataset", expand: page.expand)
      : .string(batch.id.text)
    members += [
      .init("delivery", shown), .init("tasks", .array(found.map { datasetTask($0) })),
    ]
    return .object(members)
  }

  func datasetTasks(_ page: Page) async throws -> JSON {
    var page = page
    page.filter.states = [.completed]
    let (found, next) = try await find(page)
    let token = next.map { [JSON.Member("next_token", .string($0))] } ?? []
    return .object([.init("tasks", .array(found.map { datasetTask($0) }))] + token)
  }

  func datasetTask(_ id: TaskID) async throws -> JSON {
    let found = try await TaskSearch(vault).get(id)
    guard found.row.lifecycle.state == .completed else { throw Refusal.unknown(.task, id.text) }
    return datasetTask(found)
  }

  private func datasetTask(_ found: TaskSearch.Found) -> JSON {
    [
      "task_id": .string(found.row.id.text), "dataset": .string(found.row.project.text),
      "delivery": .string(found.row.batch.text), "response": response(of: found),
    ]
  }

  // MARK: Schemas

  /// What the responses of a project's tasks look like, as JSON Schema: its id is the project's.
  func schema(_ id: String) async throws -> JSON {
    let project = try await v2Project(id: id, name: nil)
    let ontology = try await projects.content(of: project.id).ontology
    let schema: JSON = [
      "$schema": "https://json-schema.org/draft/2020-12/schema", "title": .string(project.name),
      "type": "object", "x-assay-ontology": OntologyNotation.json(ontology),
    ]
    return ["schema": ["id": .string(id), "json": .string(schema.text)]]
  }

  // MARK: Annotations

  /// An annotation of a task's threads by the id it was shown with.
  func annotation(_ id: String) async throws -> JSON {
    let parts = id.split(separator: "_")
    guard parts.count == 2, let task = TaskID(parts[0]) else { throw Refusal.unknown(.answer, id) }
    let found = try await TaskSearch(vault).get(task)
    guard found.row.lifecycle.state == .completed,
      let match = ThreadAnnotations.numbered(response(of: found), task: task.text).found[id]
    else { throw Refusal.unknown(.answer, id) }
    return match
  }
}

/// The annotations that lie at every level of a chat's threads.
enum ThreadAnnotations {
  /// Gives each annotation that has no id one made of the task's and its place; all of them by id.
  static func numbered(_ json: JSON, task: String) -> (json: JSON, found: [String: JSON]) {
    var found: [String: JSON] = [:]
    var count = 0
    func walk(_ json: JSON, isAnnotation: Bool) -> JSON {
      if let items = json.array {
        return .array(items.map { walk($0, isAnnotation: isAnnotation) })
      }
      guard let members = json.members else { return json }
      var object: JSON = .object(
        members.map { .init($0.name, walk($0.value, isAnnotation: $0.name == "annotations")) })
      guard isAnnotation else { return object }
      count += 1
      if object["id"]?.string == nil {
        object = (["id": .string("\(task)_\(count)")] as JSON).merged(with: object)
      }
      found[object["id"]?.string ?? ""] = object
      return object
    }
    return (walk(json, isAnnotation: false), found)
  }
}
