import Hummingbird
import Notation
import Platform
import Store

/// Models that look at a dataset's items.
enum ModelRoutes {
  static let all: [Route] =
    routes(
      .embed, "embeddings", "Has a model behind a URL give a vector to each item that has none.",
      "How far the model that gives vectors has come.")
    + routes(
      .faces, "faces",
      "Has a model behind a URL look for faces: images are flagged, and with `mask` shown with them black.",
      "How far the model that looks for faces has come.")

  private static func routes(
    _ job: ModelBackend.Job, _ name: String, _ begins: String, _ tells: String
  ) -> [Route] {
    [
      Route(
        .post, "/api/datasets/{dataset}/\(name)", .managers, begins,
        body: [
          .string("url", isRequired: true), .choice("api", ModelBackend.Words.self),
          .string("model"), .string("key"), .string("query"),
        ] + (job == .faces ? [.bool("mask")] : [])
      ) { call in
        let fields = try await call.fields()
        let backend = ModelBackend(
          url: try fields.string("url"),
          words: try fields.optionalChoice("api", ModelBackend.Words.self) ?? .assay,
          model: try fields.optionalString("model"), key: try fields.optionalString("key"))
        let query = try fields.optionalString("query") ?? ""
        let isMasking = try fields.optionalBool("mask") ?? false
        return try await call.inVault { vault, actor in
          let runs = ModelRuns(vault, actor: actor, dataset: try call.id("dataset", .dataset))
          try await runs.start(
            job, query, masking: isMasking, by: backend, call.services.fetcher, call.services.tiler)
          return .json(try await runs.progress(job).json, status: .accepted)
        }
      },
      Route(.get, "/api/datasets/{dataset}/\(name)", .reviewers, tells) { call in
        try await call.inVault { vault, actor in
          let runs = ModelRuns(vault, actor: actor, dataset: try call.id("dataset", .dataset))
          return .json(try await runs.progress(job).json)
        }
      },
    ]
  }
}

extension ModelRuns.Progress {
  fileprivate var json: JSON {
    [
      "running": .bool(isRunning), "items": .count(items), "done": .count(done),
      "skipped": .count(skipped), "unmasked": .count(unmasked), "problem": .optional(problem),
    ]
  }
}
