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
