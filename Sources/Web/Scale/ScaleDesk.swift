import Notation
import Platform
import Store
import Wire
import Workflow

/// Scale's API over one vault: each request becomes the same calls that the native API makes.
struct ScaleDesk: Sendable {
  let vault: ClientVault
  let actor: Actor
  let services: Services

  var projects: Projects { Projects(vault, actor: actor) }
  var batches: Batches { Batches(vault, actor: actor) }

  /// Where tasks go that name no project.
  static let freeProject = "Tasks without a project"

  /// The members of a request that describe its task or project to Scale, not what is to be done.
  static let envelope: Set<String> = [
    "project", "batch", "instruction", "callback_url", "metadata", "unique_id", "tags",
    "priority", "urgency", "clear_unique_id_on_error", "project_version",
  ]

  /// A text that a request must hold.
  static func required(_ name: String, of body: JSON) throws(ScaleFault) -> String {
    guard let text = text(body[name]) else {
      throw ScaleFault("Please include a \(name) parameter.")
    }
    return text
  }

  /// Bytes of a task's or a batch's metadata, as JSON: Scale's 10 KB.
  static let metadataLimit = 10_240

  static func metadata(_ json: JSON?) throws(ScaleFault) -> JSON {
    guard let json, json.members != nil else { throw ScaleFault("metadata must be an object.") }
    guard json.utf8.count <= metadataLimit else {
      throw ScaleFault("metadata has at most \(metadataLimit) bytes.")
    }
    return json
  }

  /// A batch by name; of that project, where one is given.
  func batch(named name: String, of project: ProjectID?) async throws -> Batch {
    let batch = try await batches.find(name)
    guard project == nil || project == batch.project else {
      throw ScaleFault("The batch \"\(name)\" belongs to another project.")
    }
    return batch
  }

  static func text(_ json: JSON?) -> String? {
    guard let text = json?.string, !text.isEmpty else { return nil }
    return text
  }
}

extension JSON {
  /// Members of `other` in place of those of the same name, the rest after them.
  func merged(with other: JSON) -> JSON {
    let new = other.members ?? []
    let kept = (members ?? []).filter { old in !new.contains { $0.name == old.name } }
    return .object(kept + new)
  }

  func without(_ names: Set<String>) -> JSON {
    .object((members ?? []).filter { !names.contains($0.name) })
  }
}
