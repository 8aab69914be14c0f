import Foundation
import Hummingbird
import Labels
import Notation
import Platform
import Store
import Vault

/// Files that annotators contribute to the task in their hands, and the datasets that these are items of.
enum ContributionRoutes {
  static let all: [Route] = files + collections

  private static let files: [Route] = [
    Route(
      .post, "/api/work/{project}/leases/{lease}/files", .work,
      "Begins to take in a file of `size` bytes for a question, by its number.",
      body: [
        .integer("question", isRequired: true), .string("name"), .integer("size", isRequired: true),
      ]
    ) { call in
      let fields = try await call.fields()
      guard let question = try fields.optionalInt("question").flatMap({ Int32(exactly: $0) }) else {
        throw Refusal.invalid(path: "question", problem: "must be the number of a question")
      }
      guard let size = try fields.optionalInt("size") else {
        throw Refusal.invalid(path: "size", problem: "is missing")
      }
      let name = try fields.optionalString("name") ?? "file"
      return try await call.atWork { vault, project, worker in
        let made = try await Contributions(vault, worker: worker, project: project).begin(
          name, size: size, for: ClassID(question), on: call.id("lease", .lease))
        return .json(try await json(made, vault, call), status: .created)
      }
    },
    Route(
      .put, "/api/work/{project}/leases/{lease}/files/{file}/content", .work,
      "Takes the next bytes of a file, from `offset` on; with the last it is looked at and kept.",
      query: [.offset]
    ) { call in
      let (bytes, offset) = try await call.part(of: Assets.sizeLimit)
      return try await call.atWork { vault, project, worker in
        let found = try await Contributions(vault, worker: worker, project: project).append(
          bytes, at: offset, to: call.id("file", .file),
          on: call.id("lease", .lease))
        return .json(try await json(found, vault, call))
      }
    },
    Route(
      .get, "/api/work/{project}/leases/{lease}/files", .work,
      "The files one has contributed to the task, or of a review those that were."
    ) { call in
      try await call.atWork { vault, project, worker in
        let found = try await Contributions(vault, worker: worker, project: project).list(
          on: call.id("lease", .lease))
        var items: [JSON] = []
        for one in found { items.append(try await json(one, vault, call)) }
        return .json(.page(items, next: nil))
      }
    },
    Route(
      .delete, "/api/work/{project}/leases/{lease}/files/{file}", .work,
      "Takes a file back that no answer has, and throws it away."
    ) { call in
      try await call.atWork { vault, project, worker in
        try await Contributions(vault, worker: worker, project: project).remove(
          call.id("file", .file), on: call.id("lease", .lease))
        return .noContent
      }
    },
  ]

  private static let collections: [Route] = [
    Route(
      .post, "/api/datasets/{dataset}/collections", .managers,
      "Has a dataset take what the annotators of a project contribute, as its tasks are settled.",
      body: [.string("project", isRequired: true), .bool("mask_personal_data")]
    ) { call in
      let fields = try await call.fields()
      let text = try fields.string("project")
      let masks = try fields.optionalBool("mask_personal_data") ?? false
      guard let project = ProjectID(text) else { throw Refusal.unknown(.project, text) }
      return try await call.inVault { vault, actor in
        let items = CollectedItems(vault, actor: actor, dataset: try call.id("dataset", .dataset))
        _ = try await items.follow(project, masksPersonalData: masks)
        try await items.gather()
        let made = try await items.list().first { $0.project == project }
        return .json(made?.json ?? .null, status: .created)
      }
    },
    Route(
      .get, "/api/datasets/{dataset}/collections", .reviewers,
      "Lists the projects whose contributions are items of a dataset."
    ) { call in
      try await call.inVault { vault, actor in
        let items = CollectedItems(vault, actor: actor, dataset: try call.id("dataset", .dataset))
        try await items.gather()
        return .json(.page(try await items.list().map(\.json), next: nil))
      }
    },
    Route(
      .delete, "/api/datasets/{dataset}/collections/{project}", .managers,
      "Takes nothing more of a project; items stay."
    ) { call in
      try await call.inVault { vault, actor in
        let items = CollectedItems(vault, actor: actor, dataset: try call.id("dataset", .dataset))
        try await items.leave(call.id("project", .project))
        return .noContent
      }
    },
  ]

  private static func json(
    _ contribution: Contribution, _ vault: ClientVault, _ call: Call
  ) async throws -> JSON {
    let reader = try call.who()
    let asset = try await contribution.asset.asyncMap {
      try await Assets(vault, actor: reader.actor).get($0)
    }
    return [
      "id": .string(contribution.id.text), "question": .int(Int64(contribution.question.number)),
      "name": .string(contribution.name), "size": .count(contribution.size),
      "received": .count(contribution.received), "is_answered": .bool(contribution.isAnswered),
      "file": .optional(asset?.id.text), "type": .optional(asset?.type),
      "link": .optional(
        asset.map { AssetRoutes.link($0.id.text, vault, reader: reader.workerName) }),
    ]
  }
}

extension CollectedProject {
  fileprivate var json: JSON {
    [
      "project": .string(project.text), "name": .string(name), "items": .count(items),
      "mask_personal_data": .bool(masksPersonalData), "created_at": .time(createdAt),
    ]
  }
}
