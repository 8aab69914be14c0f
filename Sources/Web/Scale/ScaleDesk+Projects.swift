import Notation
import Platform
import Store
import Wire
import Workflow

extension ScaleDesk {
  func createProject(_ body: JSON) async throws -> JSON {
    let name = try Self.required("name", of: body)
    let type = try Self.type(try Self.required("type", of: body))
    let params = body["params"] ?? [:]
    guard params.members != nil else { throw ScaleFault("params must be an object.") }
    let project = try await store(
      name: name, type: type, params: params, flags: body.without(["name", "type", "params"]))
    return try await json(project)
  }

  private func store(
    name: String, type: ScaleType, params: JSON, flags: JSON
  ) async throws -> Project {
    let request: JSON = ["type": .string(type.name), "params": params, "flags": flags]
    let project = try await projects.create(
      .init(
        name: name, ontology: ScaleForm.ontology(type, params),
        instructions: Self.text(params["instruction"]) ?? "",
        plan: vault.isTest
          ? QualityPlan(answers: .init(min: 1)) : try Self.plan(flags.merged(with: params)),
        workforce: vault.isTest ? .team : .operator, request: request))
    try await Directory(services.engine).put(project, of: vault.clientID)
    return project
  }

  static func type(_ name: String) throws(ScaleFault) -> ScaleType {
    guard let type = ScaleType(name) else { throw ScaleFault("Unknown task type: \(name)") }
    return type
  }

  /// Scale's pipelines: one attempt and a review, or three attempts settled together.
  static func plan(_ params: JSON) throws(ScaleFault) -> QualityPlan {
    switch params["pipeline"]?.string {
    case nil: return QualityPlan(answers: .init(min: 1, max: 1))
    case "standard_task":
      return QualityPlan(answers: .init(min: 1, max: 1), review: .init(sampleRate: 1))
    case "consensus_task":
      let attempts = params["num_attempts"]?.integer ?? 3
      guard (1...Int64(QualityPlan.answerLimit)).contains(attempts) else {
        throw ScaleFault(
          "num_attempts must be a whole number of 1 to \(QualityPlan.answerLimit).")
      }
      return QualityPlan(answers: .init(min: Int(attempts)))
    case let other?:
      throw ScaleFault("pipeline must be standard_task or consensus_task, not \(other).")
    }
  }

  func project(_ name: String) async throws -> JSON {
    try await json(try await projects.find(name))
  }

  func allProjects(archived: Bool?) async throws -> JSON {
    var found: [JSON] = []
    var last: ProjectID?
    while true {
      let page = try await projects.list(after: last, limit: 1_000)
      for project in page
      where project.name != Self.freeProject
        && (archived == nil || archived == (project.state == .archived))
      {
        found.append(try await json(project))
      }
      guard page.count == 1_000 else { return .array(found) }
      last = page.last?.id
    }
  }

  /// A new version of the project's defaults: the params alone, or with `patch` over the last.
  func setParams(_ body: JSON, of name: String) async throws -> JSON {
    let project = try await projects.find(name)
    let before = try await projects.content(of: project.id)
    guard body["patch"] == nil || body["patch"]?.bool != nil else {
      throw ScaleFault("patch must be true or false.")
    }
    // What the history says of a version is no parameter of it.
    let given = body.without(["patch", "version", "created_at"])
    let old = before.request?["params"] ?? [:]
    let params = body["patch"]?.bool == true ? old.merged(with: given) : given
    return try await json(try await change(project, before.request, params: params))
  }

  /// The ontology by itself: labels, however nested.
  func setOntology(_ body: JSON, of name: String) async throws -> JSON {
    let project = try await projects.find(name)
    let before = try await projects.content(of: project.id)
    guard let labels = body["ontology"], let list = labels.array else {
      throw ScaleFault("ontology must be an array of labels.")
    }
    let names = list.compactMap(\.string)
    guard Set(names).count == names.count else {
      throw ScaleFault("The labels of an ontology must differ.")
    }
    let params = (before.request?["params"] ?? [:]).merged(with: ["ontology": labels])
    return try await json(try await change(project, before.request, params: params))
  }

  private func change(_ project: Project, _ request: JSON?, params: JSON) async throws -> Project {
    let typeName = request?["type"]?.string ?? "imageannotation"
    let type = try Self.type(typeName)
    let changed = try await projects.change(
      project.id,
      .init(
        ontology: ScaleForm.ontology(type, params),
        instructions: Self.text(params["instruction"]) ?? "",
        request: (request ?? ["type": .string(typeName)]).merged(with: ["params": params])))
    try await Directory(services.engine).put(changed, of: vault.clientID)
    return changed
  }

  func template(_ name: String) async throws -> JSON {
    let project = try await projects.find(name)
    let versions = try await projects.versions(of: project)
    let params = versions.last?.content.request?["params"] ?? [:]
    return [
      "id": .string(project.id.text), "version": .int(Int64(project.version - 1)),
      "created_at": .string(Timestamp.text(project.createdAt)),
      "updated_at": .string(Timestamp.text(versions.last?.at ?? project.createdAt)),
      "template_variables": params["template_variables"] ?? [:],
    ]
  }

  private func json(_ project: Project) async throws -> JSON {
    let versions = try await projects.versions(of: project)
    let history = versions.enumerated().map { index, version -> JSON in
      let head: JSON = [
        "version": .int(Int64(index)), "created_at": .string(Timestamp.text(version.at)),
      ]
      return (version.content.request?["params"] ?? [:]).merged(with: head)
    }
    let request = versions.last?.content.request
    let flags = request?["flags"] ?? [:]
    let head: JSON = [
      "id": .string(project.id.text), "name": .string(project.name),
      "type": request?["type"] ?? "imageannotation", "param_history": .array(history),
      "created_at": .string(Timestamp.text(project.createdAt)),
      "archived": .bool(project.state == .archived),
    ]
    return head.merged(with: flags)
  }
}
