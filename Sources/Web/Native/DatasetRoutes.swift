import Consensus
import Formats
import Foundation
import Hummingbird
import NIOCore
import Notation
import Platform
import Store

/// Datasets: items, their labels, what they are like, and what of them goes to labelling.
enum DatasetRoutes {
  static let all: [Route] = datasets + items + insight + preparation

  /// Characters of a text that a list shows.
  static let textLimit = 2_000

  private static let datasets: [Route] = [
    Route(.get, "/api/datasets", .reviewers, "Lists datasets, oldest first.") { call in
      try await call.inVault { vault, actor in
        .json(.page(try await Datasets(vault, actor: actor).list().map(\.json), next: nil))
      }
    },
    Route(
      .post, "/api/datasets", .managers, "Makes a dataset.",
      body: [.string("name", isRequired: true)]
    ) { call in
      let name = try await call.fields().string("name")
      return try await call.inVault { vault, actor in
        .json(try await Datasets(vault, actor: actor).create(name: name).json, status: .created)
      }
    },
    Route(
      .get, "/api/datasets/{dataset}", .reviewers,
      "Shows a dataset, its label sets and slices, and the first of its classes by their numbers."
    ) {
      call in
      try await call.inVault { vault, actor in
        let id: DatasetID = try call.id("dataset", .dataset)
        let datasets = Datasets(vault, actor: actor)
        try await datasets.bringNews(to: id)
        call.services.gatherer.begin(.images(id), of: vault.clientID)
        let found = try await datasets.get(id)
        let sets = try await datasets.sets(of: id)
        let slices = try await Slices(vault, actor: actor).list(of: id)
        return .json(
          found.json.adding([
            .init("sets", .array(sets.map(\.json))), .init("slices", .array(slices.map(\.json))),
            .init("classes", .array(try await datasets.classes(of: id).map { .string($0) })),
          ]))
      }
    },
    Route(
      .delete, "/api/datasets/{dataset}", .clientAdmins,
      "Takes a dataset away with its items and labels; tasks stay, and files unless `files` says otherwise.",
      query: [withFiles]
    ) { call in
      let takesFiles = try call.queryBool("files") ?? false
      return try await call.inVault { vault, actor in
        try await Datasets(vault, actor: actor).remove(
          call.id("dataset", .dataset), takesFiles: takesFiles)
        return Response(status: .noContent)
      }
    },
    Route(
      .delete, "/api/datasets/{dataset}/sets/{set}", .managers, "Takes a set of predictions away."
    ) { call in
      try await call.inVault { vault, actor in
        let name = call.parameters.get("set")?.removingPercentEncoding ?? ""
        try await Datasets(vault, actor: actor).remove(set: name, of: call.id("dataset", .dataset))
        return Response(status: .noContent)
      }
    },
  ]

  private static let items: [Route] = [
    Route(
      .post, "/api/datasets/{dataset}/items", .managers,
      "Takes in items and labels as JSON Lines, for a `set`.",
      query: [
        .text("set", "The set that the labels are of; `truth` where it is not said."),
        .bool("items", "Whether items are made that are not there; of the truth they are."),
        .bool("atomic", "Whether one line that is refused refuses all."),
        .bool(
          "replace", "Whether a picture or a text takes the place of another; else its line is refused."),
        .word("personal_data", ["flag", "mask"], "Whether personal data in texts is masked."),
      ]
    ) { call in
      let set = call.query("set") ?? LabelSet.truth
      let options = ItemImport.Options(
        set: set, isAtomic: try call.queryBool("atomic") ?? false,
        makesItems: try call.queryBool("items"),
        masksPersonalData: try call.queryWord("personal_data", ["mask", "flag"]) == "mask",
        replacesContent: try call.queryBool("replace") ?? false)
      return try await call.inVault { vault, actor in
        let id: DatasetID = try call.id("dataset", .dataset)
        _ = try await Datasets(vault, actor: actor).get(id)
        let spool = try await call.spool()
        let report = try await ItemImport(vault, actor: actor).run(spool, into: id, options)
        call.services.gatherer.begin(.images(id), of: vault.clientID)
        return .json(report.json, status: report.isCompleted ? .ok : .unprocessableContent)
      }
    },
    Route(
      .post, "/api/datasets/{dataset}/classes", .managers,
      "Adds classes of a label set, numbered by their order: `classes`, each with its `name`.",
      query: [.text("set", "Whose they are; the ground truth's where nothing is said.")],
      body: [.objects("classes", isRequired: true)]
    ) { call in
      let json = try await call.fields().json
      guard json["classes"]?.array?.allSatisfy({ $0["name"]?.string?.isEmpty == false }) == true
      else {
        throw Refusal.invalid(
          path: "classes", problem: "must be a list of classes, each with a name")
      }
      return try await call.inVault { vault, actor in
        let id: DatasetID = try call.id("dataset", .dataset)
        let datasets = Datasets(vault, actor: actor)
        _ = try await datasets.get(id)
        try await datasets.add(
          classes: DatasetLineNotation.schema(json), of: call.query("set") ?? LabelSet.truth, to: id)
        return Response(status: .noContent)
      }
    },
    Route(
      .get, "/api/datasets/{dataset}/items", .reviewers,
      "Items that a `query` finds from `offset` on, with labels of `sets`; `similar` to one, by likeness.",
      query: [
        .query, .offset, .limit,
        .text("sets", "Sets whose labels come along, parted by commas."),
        .integer("similar", "The number of an item: the others by how like it they are."),
      ]
    ) { call in
      let limit = try call.pageLimit()
      let offset = try call.queryNumber("offset", 0...Int(Int32.max)) ?? 0
      let sets = (call.query("sets") ?? "").split(separator: ",").map(String.init)
      return try await call.inVault { vault, actor in
        let id: DatasetID = try call.id("dataset", .dataset)
        try await Datasets(vault, actor: actor).bringNews(to: id)
        let search = ItemSearch(vault, dataset: id)
        let found: (numbers: [Int], count: Int)
        if let like = try call.queryNumber("similar", 0...Int(Int32.max)) {
          let alike = try await search.similar(
            to: .item(like), call.query("query") ?? "", limit: VectorRoutes.similarLimit)
          found = (alike.dropFirst(offset).prefix(limit).map(\.number), alike.count)
        } else {
          found = try await search.numbers(call.query("query") ?? "", from: offset, limit: limit)
        }
        let items = try await Datasets(vault, actor: actor).items(
          found.numbers, of: id, with: sets)
        return .json([
          "items": .array(items.map { $0.json(textLimit: textLimit) }),
          "count": .count(found.count),
          "offset": .count(offset),
        ])
      }
    },
    Route(
      .get, "/api/datasets/{dataset}/items/{number}", .reviewers,
      "Shows an item whole, with all its labels."
    ) { call in
      try await call.inVault { vault, actor in
        let datasets = Datasets(vault, actor: actor)
        let id: DatasetID = try call.id("dataset", .dataset)
        let names = try await datasets.sets(of: id).map(\.name)
        return .json(try await item(call, id, with: names, datasets).json(textLimit: nil))
      }
    },
    Route(
      .delete, "/api/datasets/{dataset}/items/{number}", .managers,
      "Takes an item out, with its labels; tasks made of it and releases stay.", query: [withFiles]
    ) { call in
      let takesFiles = try call.queryBool("files") ?? false
      return try await call.inVault { vault, actor in
        let id: DatasetID = try call.id("dataset", .dataset)
        let number = try await item(call, id, with: [], Datasets(vault, actor: actor)).number
        _ = try await ItemRemoval(vault, actor: actor, dataset: id)
          .remove([number], takesFiles: takesFiles)
        return Response(status: .noContent)
      }
    },
    Route(
      .post, "/api/datasets/{dataset}/removals", .managers,
      "Takes items out: those a `query` finds, or `items` by their numbers.",
      body: [.string("query"), .integers("items"), .bool("files")]
    ) { call in
      let fields = try await call.fields()
      let (numbers, query) = try chosen(fields)
      let takesFiles = try fields.optionalBool("files") ?? false
      return try await call.inVault { vault, actor in
        let removal = ItemRemoval(vault, actor: actor, dataset: try call.id("dataset", .dataset))
        let report =
          if let numbers { try await removal.remove(numbers, takesFiles: takesFiles) } else {
            try await removal.remove(query ?? "", takesFiles: takesFiles)
          }
        return .json(["removed": .count(report.items), "files": .count(report.files)])
      }
    },
    Route(
      .get, "/api/datasets/{dataset}/items/{number}/original", .reviewers,
      "The earlier item that one is the same as, or nearly; `null` where there is none."
    ) { call in
      try await call.inVault { vault, actor in
        let id: DatasetID = try call.id("dataset", .dataset)
        let number = try await item(call, id, with: [], Datasets(vault, actor: actor)).number
        let found = try await ItemSearch(vault, dataset: id).original(of: number)
        let original: JSON? = found.map {
          ["number": .count($0.original), "name": .string($0.originalName), "same": .bool($0.isSame)]
        }
        return .json(["original": original ?? .null])
      }
    },
    Route(
      .get, "/api/datasets/{dataset}/items/{number}/image", .reviewers,
      "The item's image; a small one with `thumbnail=true`, one that browsers show with `shown=true`.",
      query: [
        .bool("thumbnail", "Whether a small one will do."),
        .bool("shown", "Whether one will do that is made of it, where browsers do not show it."),
      ]
    ) { call in
      try await call.inVault { vault, actor in
        let asset = try await image(call, vault, actor)
        if call.query("thumbnail") == "true",
          let small = try await Thumbnails(vault).thumbnail(of: asset, by: call.services.tiler)
        {
          return AssetRoutes.jpeg(small)
        }
        if call.query("shown") == "true" {
          return try await AssetRoutes.shown(asset, vault, actor, call)
        }
        return AssetRoutes.content(of: asset, vault, actor, call)
      }
    },
    Route(
      .get, "/api/datasets/{dataset}/items/{number}/image/tiles", .reviewers,
      "How the item's image is cut into tiles; `tiles` is null where it is shown whole."
    ) { call in
      try await call.inVault { vault, actor in
        let asset = try await image(call, vault, actor)
        return try await AssetRoutes.tiles(of: asset, vault, call)
      }
    },
    Route(
      .post, "/api/datasets/{dataset}/tasks", .managers,
      "Sends items to labelling: those a `query` finds, or `items` by their numbers.",
      body: [
        .string("project", isRequired: true), .string("batch"), .string("query"),
        .integers("items"), .string("prelabels"),
      ]
    ) { call in
      let fields = try await call.fields()
      guard let project = ProjectID(try fields.string("project")) else {
        throw Refusal.unknown(.project, try fields.string("project"))
      }
      let (numbers, query) = try chosen(fields)
      return try await call.inVault { vault, actor in
        let sent = SentItems(vault, actor: actor, dataset: try call.id("dataset", .dataset))
        let (report, losses) = try await sent.send(
          query ?? "", numbers, to: project, batch: try fields.optionalString("batch"),
          prelabels: try fields.optionalString("prelabels"),
          through: Spool(folder: call.engine.folder.spoolPath))
        return .json(
          report.json.adding([
            .init(
              "losses",
              .array(losses.map { ["what": .string($0.what), "count": .count($0.count)] }))
          ]), status: .created)
      }
    },
  ]

  private static let insight: [Route] = [
    Route(
      .get, "/api/datasets/{dataset}/summary", .reviewers,
      "What the items that a `query` finds are like, by the labels of a `set`: classes, sizes, fields.",
      query: [.query, .text("set", "The set whose labels count.")]
    ) { call in
      try await call.inVault { vault, _ in
        let search = ItemSearch(vault, dataset: try call.id("dataset", .dataset))
        return .json(
          try await search.summary(
            call.query("query") ?? "", set: call.query("set") ?? LabelSet.truth
          ).json)
      }
    },
    Route(
      .get, "/api/datasets/{dataset}/completions", .reviewers,
      "What can stand at the end of the query `text`.",
      query: [.text("text", "The query up to the cursor.")]
    ) { call in
      try await call.inVault { vault, _ in
        let search = ItemSearch(vault, dataset: try call.id("dataset", .dataset))
        let found = try await search.completions(
          of: String((call.query("text") ?? "").prefix(4_000)))
        return .json(
          .page(
            found.map {
              [
                "kind": .string($0.kind.rawValue), "text": .string($0.text),
                "start": .count($0.start),
              ]
            }, next: nil))
      }
    },
  ]

  private static let preparation: [Route] = [
    Route(
      .get, "/api/datasets/{dataset}/duplicates", .reviewers,
      "Items that are the same as an earlier one, or nearly, with that one; `same` where the file is.",
      query: [.offset, .limit]
    ) { call in
      let (offset, limit) = (
        try call.queryNumber("offset", 0...Int(Int32.max)) ?? 0, try call.pageLimit()
      )
      return try await call.inVault { vault, _ in
        let search = ItemSearch(vault, dataset: try call.id("dataset", .dataset))
        let found = try await search.duplicates(from: offset, limit: limit)
        let items = found.duplicates.map { one -> JSON in
          [
            "number": .count(one.number), "name": .string(one.name), "same": .bool(one.isSame),
            "of": ["number": .count(one.original), "name": .string(one.originalName)],
          ]
        }
        return .json(["items": .array(items), "count": .count(found.count)])
      }
    },
    Route(
      .post, "/api/datasets/{dataset}/fingerprints", .managers,
      "Looks anew for images that were not looked at, as those that were elsewhere; others are by themselves."
    ) { call in
      guard call.services.tiler != nil else {
        throw Refusal.unsupportedMedia(what: "images cannot be looked at: libvips is not installed")
      }
      return try await call.inVault { vault, _ in
        let id: DatasetID = try call.id("dataset", .dataset)
        let preparation = ImagePreparation(vault, dataset: id)
        try await preparation.beginAnew()
        call.services.gatherer.begin(.images(id), of: vault.clientID)
        return .json(try await preparation.progress().json(canLook: true), status: .accepted)
      }
    },
    Route(
      .get, "/api/datasets/{dataset}/fingerprints", .reviewers,
      "How far looking at the images has come, of which `duplicate = *` finds near ones."
    ) { call in
      try await call.inVault { vault, _ in
        let preparation = ImagePreparation(vault, dataset: try call.id("dataset", .dataset))
        return .json(
          try await preparation.progress().json(canLook: call.services.tiler != nil))
      }
    },
  ]

  private static let withFiles = QueryMember.bool(
    "files", "Whether files go for good that no other item has; tasks that show them show nothing then.")

  /// Items by their numbers, or by a query.
  private static func chosen(_ fields: Fields) throws -> (numbers: [Int]?, query: String?) {
    let numbers = try fields.optionalInts("items")
    let query = try fields.optionalString("query")
    guard (numbers == nil) != (query == nil) else {
      throw Refusal.invalid(path: "items", problem: "or query must be given, one of them")
    }
    return (numbers, query)
  }

  /// The image of the item that the path names.
  private static func image(
    _ call: Call, _ vault: ClientVault, _ actor: Actor
  ) async throws -> Assets.Asset {
    let id: DatasetID = try call.id("dataset", .dataset)
    let datasets = Datasets(vault, actor: actor)
    return try await datasets.image(
      of: item(call, id, with: [], datasets), in: id, by: call.services.fetcher)
  }

  private static func item(
    _ call: Call, _ id: DatasetID, with sets: [String], _ datasets: Datasets
  ) async throws -> Datasets.FoundItem {
    let text = call.parameters.get("number") ?? ""
    guard let number = Int(text), number >= 0,
      let found = try await datasets.items([number], of: id, with: sets).first
    else { throw Refusal.unknown(.item, text) }
    return found
  }
}

extension ImagePreparation.Progress {
  /// - Parameter canLook: whether images can be decoded here.
  fileprivate func json(canLook: Bool) -> JSON {
    ["running": .bool(isDue && canLook), "images": .count(images), "done": .count(done)]
  }
}

extension Dataset {
  fileprivate var json: JSON {
    [
      "id": .string(id.text), "name": .string(name), "items": .count(items),
      "created_at": .time(createdAt),
    ]
  }
}

extension LabelSet {
  fileprivate var json: JSON {
    [
      "name": .string(name),
      "kind": .string(isTruth ? "truth" : project == nil ? "predictions" : "results"),
      "project": .optional(project?.text), "items": .count(items),
    ]
  }
}

extension ItemImport.Report {
  fileprivate var json: JSON {
    [
      "lines": .count(lines), "created": .count(created), "updated": .count(updated),
      "labelled": .count(labelled), "relabelled": .count(relabelled), "resized": .count(resized),
      "refused": .count(refused), "completed": .bool(isCompleted),
      "problems": .array(
        problems.map { ["line": .count($0.line), "reason": .string($0.reason)] }),
    ]
  }
}

extension Datasets.FoundItem {
  /// - Parameter textLimit: characters of its text that are shown; nil for all.
  fileprivate func json(textLimit: Int?) -> JSON {
    let text = item.text.map { text in textLimit.map { String(text.prefix($0)) } ?? text }
    return [
      "number": .count(number), "name": .string(item.name), "subset": .string(item.subset),
      "width": .optional(item.size?.width), "height": .optional(item.size?.height),
      "text": .optional(text), "has_image": .bool(image != nil),
      "metadata": .object(item.metadata),
      "labels": .object(labels.map { .init($0.set, $0.labels) }),
    ]
  }
}
