import Formats
import Foundation
import Hummingbird
import Notation
import Platform
import Store

/// Taking results out.
enum ExportRoutes {
  /// How long a request for an export may wait for it to be made.
  static let waitLimitSeconds = 300

  static let all: [Route] = [
    Route(
      .get, "/api/formats", .signedIn, "The formats of labelled sets that results are written in.",
      query: [.bool("read", "Those that are read instead, which are more.")]
    ) { call in
      let isRead = call.query("read") == "true"
      let formats = DatasetFormat.all.filter { isRead || $0.write != nil }
      return .json(
        .page(
          formats.map { format in
            [
              "id": .string(format.id), "name": .string(format.facts.name),
              "layout": .string(format.facts.layout), "notes": .string(format.facts.notes),
              "holds": .array(
                DatasetLabelKind.allCases.filter(format.facts.holds.contains).map {
                  .string($0.rawValue)
                }),
            ]
          }, next: nil))
    },
    Route(
      .post, "/api/projects/{project}/exports", .managers,
      "Begins an export in a `format`: jsonl, csv, or one of docs/formats.md, like coco.",
      body: [.string("format", isRequired: true)]
    ) { call in
      let fields = try await call.fields()
      guard let format = try fields.optionalChoice("format", ExportFormat.self) else {
        throw Refusal.invalid(path: "format", problem: "is missing")
      }
      return try await call.inVault { vault, actor in
        let export = try await Exports(vault, actor: actor).start(
          call.id("project", .project), format: format)
        return .json(export.json, status: .accepted)
      }
    },
    Route(
      .get, "/api/projects/{project}/exports", .reviewers, "Lists the newest exports."
    ) { call in
      try await call.inVault { vault, actor in
        let list = try await Exports(vault, actor: actor).list(of: call.id("project", .project))
        return .json(.page(list.map(\.json), next: nil))
      }
    },
    Route(
      .get, "/api/exports/{export}", .reviewers,
      "Shows how far an export is; `wait` seconds at most until it is made.",
      query: [.wait]
    ) { call in
      let seconds = min(waitLimitSeconds, try call.queryNumber("wait", 0...Int(Int32.max)) ?? 0)
      return try await call.inVault { vault, actor in
        .json(
          try await settled(Exports(vault, actor: actor), call.id("export", .export), seconds).json)
      }
    },
    Route(
      .get, "/api/exports/{export}/content", .managers,
      "The export's file, whole or by range; waits until it is made."
    ) { call in
      try await call.inVault { vault, actor in
        let exports = Exports(vault, actor: actor)
        let export = try await settled(
          exports, try call.id("export", .export), waitLimitSeconds)
        let name = "assay-\(export.project)-\(export.id).\(export.format.fileExtension)"
        return Download(
          blob: try exports.content(of: export), size: export.size ?? 0, tag: export.id.text,
          headers: [
            .contentType: export.format.contentType,
            .contentDisposition: "attachment; filename=\"\(name)\"",
          ]
        ).response(to: call.request)
      }
    },
  ]

  private static func settled(
    _ exports: Exports, _ id: ExportID, _ seconds: Int
  ) async throws -> Exports.Export {
    let start = ContinuousClock.now
    var pause = Duration.milliseconds(5)
    while true {
      let export = try await exports.get(id)
      guard export.state == .running, start.duration(to: .now) < .seconds(seconds) else {
        return export
      }
      try await Task.sleep(for: pause)
      pause = min(pause * 2, .milliseconds(200))
    }
  }
}
