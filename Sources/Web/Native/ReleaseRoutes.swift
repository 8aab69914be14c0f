import Foundation
import Hummingbird
import NIOCore
import Notation
import Platform
import Store
import Vault

/// Releases, and the feed that training reads.
enum ReleaseRoutes {
  static let all: [Route] = releases + feed

  private static let releases: [Route] = [
    Route(
      .post, "/api/projects/{project}/releases", .managers,
      "Freezes what is completed into a signed version.",
      body: planMembers
    ) { call in
      try await start(call) { _ in .project(try call.id("project", .project)) }
    },
    Route(
      .post, "/api/datasets/{dataset}/releases", .managers,
      "Freezes the items that a `query` finds, with the labels of a `set`, into a signed version.",
      body: planMembers + [.string("query"), .string("set")]
    ) { call in
      try await call.inVault { vault, actor in
        try await Datasets(vault, actor: actor).bringNews(to: call.id("dataset", .dataset))
      }
      return try await start(call) { fields in
        .dataset(
          try call.id("dataset", .dataset), query: try fields.optionalString("query") ?? "",
          set: try fields.optionalString("set") ?? LabelSet.truth)
      }
    },
    Route(.get, "/api/datasets/{dataset}/releases", .reviewers, "Lists releases, the newest first.")
    {
      call in
      try await call.inVault { vault, actor in
        let dataset = try await Datasets(vault, actor: actor).get(call.id("dataset", .dataset))
        let found = try await Releases(vault, actor: actor).list(
          of: .dataset(dataset.id, query: "", set: ""))
        return .json(.page(found.map(\.json), next: nil))
      }
    },
    Route(.get, "/api/projects/{project}/releases", .reviewers, "Lists releases, the newest first.")
    { call in
      try await call.inVault { vault, actor in
        let project = try await Projects(vault, actor: actor).get(call.id("project", .project))
        let found = try await Releases(vault, actor: actor).list(of: .project(project.id))
        return .json(.page(found.map(\.json), next: nil))
      }
    },
    Route(
      .get, "/api/releases/{release}", .reviewers,
      "Shows a release and its files; `wait` seconds at most until it is made.",
      query: [.wait]
    ) { call in
      let limit = min(ExportRoutes.waitLimitSeconds, call.query("wait").flatMap { Int($0) } ?? 0)
      return try await call.inVault { vault, actor in
        let releases = Releases(vault, actor: actor)
        let release = try await made(releases, call.id("release", .release), limit)
        let files = try await releases.files(of: release.id)
        return .json(
          release.json.adding([
            .init("losses", .array(try await releases.losses(of: release))),
            .init(
              "files",
              .array(
                files.map {
                  ["path": .string($0.path), "size": .count($0.size), "sha256": .string($0.sha256)]
                }))
          ]))
      }
    },
    Route(
      .get, "/api/releases/{release}/files/**", .managers,
      "A file of a release, whole or by range, to whoever is signed in."
    ) { call in
      try await call.inVault { vault, actor in
        let id: ReleaseID = try call.id("release", .release)
        return try await download(call.filePath, of: id, Releases(vault, actor: actor), call)
      }
    },
    Route(
      .get, "/api/signing-key", .reviewers,
      "The public key (Ed25519, hexadecimal) by which releases are signed: what `assay verify --key` takes."
    ) { call in
      try await call.inVault { vault, _ in
        .json(["public_key": .string(try vault.key.publicSigningKey.hexadecimal)])
      }
    },
    Route(
      .delete, "/api/releases/{release}", .clientAdmins,
      "Takes a release away with its files: whoever has a link to it finds nothing there."
    ) { call in
      try await call.inVault { vault, actor in
        try await Releases(vault, actor: actor).remove(call.id("release", .release))
        return .noContent
      }
    },
    Route(
      .get, "/api/releases/{release}/difference/{other}", .reviewers,
      "What is added, removed and labelled otherwise in a release against an earlier one."
    ) { call in
      try await call.inVault { vault, actor in
        let found = try await Releases(vault, actor: actor).difference(
          from: call.id("other", .release), to: call.id("release", .release))
        return .json([
          "added": .count(found.added), "removed": .count(found.removed),
          "changed": .count(found.changed), "updated": .count(found.updated),
          "same": .count(found.same), "moved": .count(found.moved),
          "items": .array(
            found.examples.map { ["what": .string($0.kind), "name": .string($0.name)] }),
        ])
      }
    },
    Route(
      .post, "/api/releases/{release}/links", .managers,
      "Makes an address that opens the release's files to whoever has it, for some `hours`.",
      body: [.integer("hours")], isForReaders: true
    ) { call in
      let hours = try await call.fields().optionalInt("hours") ?? 24
      guard (1...Releases.linkHoursLimit).contains(hours) else {
        throw Refusal.invalid(path: "hours", problem: "must lie in 1…\(Releases.linkHoursLimit)")
      }
      return try await call.inVault { vault, actor in
        let expires = call.engine.environment.now() + Int64(hours) * 3_600_000
        let (link, token) = try await Releases(vault, actor: actor).makeLink(
          to: call.id("release", .release), until: expires)
        return .json(
          [
            "id": .string(link.id.text), "url": .string(call.feedBase(of: token)),
            "expires_at": .time(expires),
          ],
          status: .created)
      }
    },
    Route(
      .get, "/api/releases/{release}/links", .managers,
      "Lists the addresses that were made for a release, without what opens them, the newest first."
    ) { call in
      try await call.inVault { vault, actor in
        let links = try await Releases(vault, actor: actor).links(to: call.id("release", .release))
        return .json(.page(links.map(\.json), next: nil))
      }
    },
    Route(
      .delete, "/api/releases/{release}/links", .managers,
      "Ends all addresses of a release, or the one of an `id`: they open nothing any more.",
      query: [.text("id", "The one to end.")]
    ) { call in
      let said = call.query("id")
      return try await call.inVault { vault, actor in
        let link = said.flatMap { ReleaseLinkID($0) }
        guard (said == nil) == (link == nil) else { throw Refusal.unknownLink }
        let count = try await Releases(vault, actor: actor).endLinks(
          to: call.id("release", .release), only: link)
        return .json(["ended": .count(count)])
      }
    },
  ]

  private static let planMembers: [BodyMember] = [
    .string("name", isRequired: true), .object("splits"), .string("split_by"), .string("group_by"),
    .string("seed"), .strings("formats"), .bool("media"), .bool("shuffle"), .integer("shard_samples"),
  ]

  private static func start(
    _ call: Call, _ source: (Fields) throws -> ReleaseSource
  ) async throws -> Response {
    let fields = try await call.fields()
    let plan = try ReleasePlan(from: fields.json)
    let source = try source(fields)
    return try await call.inVault { vault, actor in
      let release = try await Releases(vault, actor: actor).start(
        source, name: fields.string("name"), plan, by: call.services.fetcher)
      return .json(release.json, status: .accepted)
    }
  }

  private static func made(
    _ releases: Releases, _ id: ReleaseID, _ seconds: Int
  ) async throws -> Releases.Release {
    let start = ContinuousClock.now
    while true {
      let release = try await releases.get(id)
      guard release.state == .running, start.duration(to: .now) < .seconds(seconds) else {
        return release
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  private static let feed: [Route] = [
    Route(.get, "/feed/{token}", .anyone, "The files of a release.") { call in
      try await onRelease(call) { releases, id in
        FeedListing(try await releases.files(of: id)).response(to: call)
      }
    },
    Route(
      .get, "/feed/{token}/shards", .anyone,
      "Addresses of shards for one of `of` loaders, shuffled by `seed` and `epoch`: each its own part.",
      query: [
        .text("split", "A part of the release, or `all`."), .text("seed", "Of the order."),
        .integer("epoch", "How often all were read before."),
        .integer("loader", "Which of them asks."),
        .integer("of", "How many loaders there are."),
      ]
    ) { call in
      let seed = call.query("seed") ?? ""
      let (epoch, loader, of) = (
        try call.queryNumber("epoch", 0...Int(Int32.max)) ?? 0,
        try call.queryNumber("loader", 0...9_999) ?? 0,
        try call.queryNumber("of", 1...10_000) ?? 1
      )
      guard loader < of else {
        throw Refusal.invalid(path: "loader", problem: "must be 0…\(of - 1), as there are \(of)")
      }
      let base = call.feedBase()
      return try await onRelease(call) { releases, id in
        let shards = try ReleaseShards(await releases.files(of: id), split: call.query("split"))
        let part = shards.part(loader, of: of, seed: seed, epoch: epoch)
        return .json(.page(part.map { .string(base + $0) }, next: nil))
      }
    },
    Route(.get, "/feed/{token}/**", .anyone, "A file of a release, whole or by range.") { call in
      let path = call.filePath
      return try await onRelease(call) { releases, id in
        // A folder, as readers look into it for names by a pattern.
        if call.request.uri.path.hasSuffix("/") {
          let listing = FeedListing(try await releases.files(of: id), in: path)
          if !listing.files.isEmpty { return listing.response(to: call) }
        }
        return try await download(path, of: id, releases, call)
      }
    },
    Route(
      .get, "/api/projects/{project}/feed", .reviewers,
      "Tasks as they settle `after` a cursor, or after `now`: waits for some, or streams events.",
      query: [.text("after", "A cursor, or `now`."), .limit, .wait]
    ) { call in
      let project: ProjectID = try call.id("project", .project)
      let limit = try call.pageLimit()
      let start = call.query("after") ?? "0"
      let isStream = call.request.headers[.accept]?.contains("text/event-stream") == true
      let client = try call.clientID()
      let after = try await call.inVault { vault, actor in
        _ = try await Projects(vault, actor: actor).get(project)
        let head = try await LiveFeed(vault).head(of: project)
        if isStream, let last = call.request.headers[.lastEventID] {
          return try cursor(last, upTo: head, in: "Last-Event-ID")
        }
        return start == "now" ? head : try cursor(start, upTo: head, in: "after")
      }
      if isStream { return stream(project, of: client, after: after, call) }
      let seconds = min(waitLimitSeconds, try call.queryNumber("wait", 0...Int(Int32.max)) ?? 0)
      let begin = ContinuousClock.now
      while true {
        let items = try await events(project, of: client, after: after, limit, call.engine)
        if begin.duration(to: .now) > pause, try await !call.isStillAllowed(in: client) {
          throw try await call.isStillKnown() ? Denial.forbidden : .notSignedIn
        }
        if !items.isEmpty || begin.duration(to: .now) >= .seconds(seconds) {
          let next = items.last?["cursor"] ?? .int(after)
          return .json(["items": .array(items), "next": next])
        }
        try await Task.sleep(for: pause)
      }
    },
  ]

  /// A cursor that somebody was given before: one that is beyond the newest would wait for ever.
  private static func cursor(
    _ text: String, upTo head: Int64, in place: String
  ) throws(Refusal) -> Int64 {
    guard let cursor = Int64(text), (0...head).contains(cursor) else {
      throw .invalid(
        path: place, problem: "must be a cursor of this feed, which has come to \(head), or “now”")
    }
    return cursor
  }

  private static func download(
    _ path: String, of id: ReleaseID, _ releases: Releases, _ call: Call
  ) async throws -> Response {
    let (file, blob) = try await releases.file(path, of: id)
    return try Download(
      blob: blob, size: file.size, tag: file.sha256,
      headers: [
        .contentType: contentType(path), .cacheControl: "private, max-age=31536000, immutable",
      ], isCompressible: compressible.contains { path.hasSuffix($0) }
    ).response(to: call.request)
  }

  /// The release that the token of the path opens; any other looks like none.
  private static func onRelease(
    _ call: Call, _ body: (Releases, ReleaseID) async throws -> Response
  ) async throws -> Response {
    guard let token = Releases.Token(call.parameters.get("token") ?? ""),
      try await Clients(call.engine, actor: .system).list().contains(where: {
        $0.id == token.client
      })
    else { throw Refusal.unknownLink }
    return try await call.engine.vaults.with(token.client) { vault in
      let releases = Releases(vault, actor: .system)
      return try await body(releases, releases.release(openedBy: token))
    }
  }

  /// How long a request for what settles next may wait.
  private static let waitLimitSeconds = 60
  /// Between two looks at what has settled.
  private static let pause = Duration.milliseconds(200)
  /// Silent looks after which a stream says that it is still there.
  private static let looksOfASilence = 75
  /// Silent looks after which it is asked whether the reader may still read.
  private static let looksOfAQuestion = 5

  /// What is said of a task whose result stands no more.
  private static let kept: Set<String> = ["id", "unique_id", "project", "batch", "status"]

  private static func events(
    _ project: ProjectID, of client: ClientID, after: Int64, _ limit: Int, _ engine: DataEngine
  ) async throws -> [JSON] {
    try await engine.vaults.with(client) { vault in
      var items: [JSON] = []
      for event in try await LiveFeed(vault).events(of: project, after: after, limit: limit) {
        let task = try await Tasks(vault, actor: .system).get(event.task)
        // As it is now, which may be otherwise than when its event was found.
        let stands = task.row.lifecycle.state == .completed && task.row.gold == nil
        items.append(
          stands
            ? ["cursor": .int(event.cursor), "settled_at": .time(event.at), "task": task.json]
            : [
              "cursor": .int(event.cursor), "withdrawn_at": .time(event.at),
              "task": .object((task.json.members ?? []).filter { kept.contains($0.name) }),
            ])
      }
      return items
    }
  }

  /// Server-sent events (WHATWG HTML §9.2); a reader that comes back says the last one it had.
  private static func stream(
    _ project: ProjectID, of client: ClientID, after: Int64, _ call: Call
  ) -> Response {
    let body = ResponseBody { writer in
      var (cursor, silent) = (after, 0)
      while !Task.isCancelled {
        let items = try await events(project, of: client, after: cursor, 100, call.engine)
        let mayEnd = !items.isEmpty || silent % looksOfAQuestion == 0
        if mayEnd, try await !call.isStillAllowed(in: client) { break }
        for item in items {
          cursor = item["cursor"]?.integer ?? cursor
          try await writer.write(ByteBuffer(string: "id: \(cursor)\ndata: \(item.text)\n\n"))
        }
        silent = items.isEmpty ? silent + 1 : 0
        if silent == looksOfASilence {
          silent = 0
          try await writer.write(ByteBuffer(string: ": still here\n\n"))
        }
        if items.isEmpty { try await Task.sleep(for: pause) }
      }
      try await writer.finish(nil)
    }
    return Response(
      status: .ok,
      headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store"],
      body: body)
  }

  private static let compressible = [".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".xml", ".txt"]

  private static func contentType(_ path: String) -> String {
    switch path.split(separator: ".").last.map(String.init) {
    case "json": "application/json"
    case "jsonl", "ndjson": "application/x-ndjson"
    case "csv": "text/csv; charset=utf-8"
    case "xml": "application/xml"
    case "tar": "application/x-tar"
    case "parquet": "application/vnd.apache.parquet"
    case "jpg", "jpeg": "image/jpeg"
    case "png": "image/png"
    case "webp": "image/webp"
    case "gif": "image/gif"
    case "txt", "md", "yaml": "text/plain; charset=utf-8"
    default: "application/octet-stream"
    }
  }
}

extension Releases.Release {
  var json: JSON {
    [
      "id": .string(id.text), "project": .optional(project?.text),
      "dataset": .optional(dataset?.text),
      "number": .count(number),
      "name": .string(name),
      "state": .string(state.rawValue), "created_at": .time(createdAt), "items": .count(items),
      "merkle_root": .optional(root), "problem": .optional(problem), "plan": plan,
    ]
  }
}

extension Releases.Link {
  fileprivate var json: JSON {
    [
      "id": .string(id.text), "made_by": .string(madeBy), "created_at": .time(createdAt),
      "expires_at": .time(expiresAt), "ended_at": endedAt.map { .time($0) } ?? .null,
    ]
  }
}

extension Call {
  /// What stands in the place of `**` in the path.
  fileprivate var filePath: String {
    parameters.getCatchAll().joined(separator: "/").removingPercentEncoding ?? ""
  }
}
