import Foundation
import Notation
import Platform
import Store
import Wire
import Workflow

extension ScaleDesk {
  /// Which way a task comes in.
  enum Way: Sendable {
    case work
    /// A task with a known answer.
    case gold(TaskRow.Gold)
  }

  func createTask(
    _ typeName: String, _ body: JSON, key: String?, _ way: Way = .work
  ) async throws -> JSON {
    let type = try Self.type(typeName)
    let batch = try await place(body, type)
    let inherited = try await inherited(body, batch.project)
    let params = type.withDefaults(
      inherited.params.without(["instruction", "pipeline", "num_attempts"]).merged(
        with: body.without(Self.envelope.union(Self.labels))))
    let instruction = [Self.text(body["instruction"]), Self.text(inherited.params["instruction"])]
      .compactMap { $0 }.joined(separator: "\n\n")
    try type.check(params, instruction: instruction.isEmpty ? nil : instruction)
    let tags = try Self.tags(body["tags"])
    let translation = ScaleResponse(type, params)
    let echo: JSON = .object(
      (body.members ?? []).filter { Self.echoed.contains($0.name) }
        + [
          .init("params", params.merged(with: Self.kept(body))),
          .init("instruction", instruction.isEmpty ? .null : .string(instruction)),
          .init("project_param_version", .int(inherited.version)),
        ])
    let id = try await Submissions(vault, actor: actor).submit(
      .init(
        batch: batch.id, task: try task(body, type, params, translation, way),
        ontology: ScaleForm.ontology(type, params),
        instructions: [instruction, ScaleForm.explanations(type, params)].filter { !$0.isEmpty }
          .joined(separator: "\n\n"), type: type.name,
        request: echo, tags: tags, key: key,
        hasCallback: try await hasCallback(body), rules: Self.rules(body)))
    let found = try await TaskSearch(vault).get(id)
    if let image = found.content.image, AssetID(image) == nil, found.row.lifecycle.state.isLive {
      services.attachments.add(image, of: id, vault.clientID)
    }
    return try await json(found)
  }

  /// Base annotations are locked unless the request says otherwise; others may join them.
  private static func rules(_ body: JSON) -> PrelabelRules? {
    guard body["base_annotations"] != nil else { return nil }
    func may(_ name: String, _ otherwise: Bool) -> Bool { body[name]?.bool ?? otherwise }
    return PrelabelRules(
      mayAdd: may("can_add_base_annotations", true),
      mayEdit: may("can_edit_base_annotations", false),
      mayRelabel: may("can_edit_base_annotation_labels", false),
      mayDelete: may("can_delete_base_annotations", false))
  }

  private func hasCallback(_ body: JSON) async throws -> Bool {
    if Self.text(body["callback_url"]) != nil { return true }
    return try await Callbacks(vault).address() != nil
  }

  /// What is said of a task's labels: kept for the echo, but no parameter of the work.
  private static let labels: Set<String> = [
    "hypothesis", "base_annotations", "expected_response", "initial_response",
  ]
  private static let echoed: Set<String> = [
    "callback_url", "urgency", "priority", "project", "batch", "expected_response",
    "clear_unique_id_on_error",
  ]

  private static func kept(_ body: JSON) -> JSON {
    .object((body.members ?? []).filter { ["hypothesis", "base_annotations"].contains($0.name) })
  }

  static func tags(_ json: JSON?) throws -> [String] {
    guard let json else { return [] }
    guard let list = json.array else { throw ScaleFault("tags must be an array of strings.") }
    var tags: [String] = []
    for item in list {
      guard let tag = item.string, !tag.isEmpty, tag.utf8.count <= 200 else {
        throw ScaleFault("A tag must be a string of 1 to 200 bytes.")
      }
      if !tags.contains(tag) { tags.append(tag) }
    }
    guard tags.count <= Submissions.tagLimit else {
      throw ScaleFault("A task can have at most \(Submissions.tagLimit) tags.")
    }
    return tags
  }

  /// The batch a request names, else its project's own, else that of tasks without a project.
  private func place(_ body: JSON, _ type: ScaleType) async throws -> Batch {
    if let name = Self.text(body["batch"]) {
      var project: ProjectID?
      if let name = Self.text(body["project"]) { project = try await projects.find(name).id }
      return try await self.batch(named: name, of: project)
    }
    if let name = Self.text(body["project"]) {
      return try await batches.defaultOne(of: try await projects.find(name).id)
    }
    return try await batches.defaultOne(of: try await freeProject())
  }

  private func freeProject() async throws -> ProjectID {
    do {
      return try await projects.find(Self.freeProject).id
    } catch Refusal.unknown {
      do {
        _ = try await createProject([
          "name": .string(Self.freeProject), "type": "imageannotation",
        ])
      } catch Refusal.taken {}
      return try await projects.find(Self.freeProject).id
    }
  }

  /// The project's defaults: those of its last version, of an older one, or none (-1).
  private func inherited(
    _ body: JSON, _ project: ProjectID
  ) async throws -> (params: JSON, version: Int64) {
    let current = try await projects.get(project)
    let asked = body["project_version"]?.integer ?? Int64(current.version - 1)
    guard asked >= 0 else { return ([:], -1) }
    guard asked < Int64(current.version) else {
      throw ScaleFault("The project has no version \(asked).")
    }
    let content = try await projects.content(of: project, version: Int(asked) + 1)
    return (content.request?["params"] ?? [:], asked)
  }

  // MARK: The native task

  private func task(
    _ body: JSON, _ type: ScaleType, _ params: JSON, _ translation: ScaleResponse, _ way: Way
  ) throws -> JSON {
    let metadata = try Self.metadata(body["metadata"] ?? [:])
    var members: [JSON.Member] = [
      .init("params", try shown(type, params)), .init("metadata", metadata),
      .init("priority", try Self.priority(body["priority"])),
    ]
    if let uniqueID = body["unique_id"] { members.append(.init("unique_id", uniqueID)) }
    if let before = body["hypothesis"] ?? body["base_annotations"] ?? body["initial_response"] {
      members.append(.init("prelabels", translation.annotations(before)))
    }
    if case .gold(let kind) = way {
      guard let expected = body["expected_response"] else {
        throw ScaleFault("Please include an expected_response parameter.")
      }
      members.append(
        .init(
          "gold",
          [
            "kind": .string(kind.rawValue),
            "annotations": try Self.known(expected, translation, type.answer(params)),
          ]))
    } else if vault.isTest {
      members.append(.init("answers", [["annotator": "test", "annotations": translation.canned]]))
    }
    return .object(members)
  }

  /// A known answer of which nothing is lost: annotators are judged by it.
  private static func known(
    _ response: JSON, _ translation: ScaleResponse, _ answer: ScaleType.Answer
  ) throws(ScaleFault) -> JSON {
    let annotations = translation.annotations(response)
    if answer == .response { return annotations }
    let given = response["annotations"]?.array
    let objects = (annotations.array ?? []).filter { $0["relation"] == nil }
    guard response.members?.isEmpty == false, !objects.isEmpty || given?.isEmpty == true,
      objects.count >= given?.count ?? 0
    else {
      throw ScaleFault(
        "expected_response must be in the form of the task's response, with labels the task has.")
    }
    return annotations
  }

  private static func priority(_ json: JSON?) throws -> JSON {
    guard let json else { return 0 }
    guard let number = json.integer, (0...Int64(TaskRow.priorityLimit)).contains(number) else {
      throw ScaleFault("priority must be a whole number of 0 to \(TaskRow.priorityLimit).")
    }
    return .int(number)
  }

  /// What an annotator is shown beside the text or the image: pictures, links and texts.
  private func attachments(_ params: JSON) throws -> [JSON] {
    let kind = params["attachment_type"]?.string
    let given =
      (params["attachment"].map { [$0] } ?? []) + (params["attachments"]?.array ?? [])
      + (params["context_attachments"]?.array ?? [])
    return try given.compactMap { item in
      let content = item.string ?? item["content"]?.string ?? item["attachment"]?.string
      guard let content, !content.isEmpty else { return nil }
      let type = item["type"]?.string ?? item["attachment_type"]?.string ?? kind
      if type == "text" { return ["type": "text", "content": .string(content)] }
      let isImage = type == "image" || content.hasPrefix("scaledata://")
      return [
        "type": isImage ? "image" : "link", "content": .string(try file(content)),
      ]
    }
  }

  /// What an annotator is shown.
  private func shown(_ type: ScaleType, _ params: JSON) throws -> JSON {
    let attachment = Self.text(params["attachment"])
    let kind = params["attachment_type"]?.string
    var members: [JSON.Member] = []
    if let text = Self.text(params["text"]) ?? (kind == "text" ? attachment : nil) {
      members.append(.init("text", .string(text)))
    } else if let attachment, kind == "image" {
      members.append(.init("image", .string(try file(attachment))))
    }
    for name in ["title", "description", "template_variables"] {
      if let value = params[name] { members.append(.init(name, value)) }
    }
    // The first is the task's own text or image, where it is one.
    let isShown = members.contains { $0.name == "text" || $0.name == "image" }
    let others = try attachments(params).dropFirst(isShown && attachment != nil ? 1 : 0)
    if !others.isEmpty { members.append(.init("attachments", .array(Array(others)))) }
    return .object(members.isEmpty ? [.init("type", .string(type.name))] : members)
  }

  /// `scaledata://…` is a file of this vault; anything else is a URL.
  private func file(_ address: String) throws -> String {
    guard address.hasPrefix("scaledata://") else { return address }
    let parts = address.dropFirst("scaledata://".count).split(separator: "/")
    guard parts.count == 2, parts[0] == vault.clientID.text, let id = AssetID(parts[1]) else {
      throw ScaleFault("The attachment \(address.prefix(100)) is not a file of yours.")
    }
    return id.text
  }
}
