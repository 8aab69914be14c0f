import Hummingbird
import Notation
import Platform
import Store

/// Buckets and indexes that a dataset is gathered from.
enum RemoteSourceRoutes {
  static let all: [Route] = [
    Route(
      .post, "/api/datasets/{dataset}/sources", .managers,
      "Begins to gather a bucket (`s3://bucket/prefix`) or an HTTP index, by reference or as copies.",
      body: [
        .string("url", isRequired: true), .choice("mode", RemoteSource.Mode.self),
        .string("endpoint"), .string("region"), .strings("include"), .bool("mask_personal_data"),
      ] + keyMembers
    ) { call in
      let fields = try await call.fields()
      let location = try RemoteLocation(
        fields.string("url"), endpoint: fields.optionalString("endpoint"),
        region: fields.optionalString("region"), keys: keys(fields))
      let mode = try fields.optionalChoice("mode", RemoteSource.Mode.self) ?? .reference
      let include = try fields.strings("include")
      let masks = try fields.optionalBool("mask_personal_data") ?? false
      let client = try call.clientID()
      return try await call.inVault { vault, actor in
        let made = try await RemoteSources(vault, actor: actor).create(
          location, mode: mode, include: include, masksPersonalData: masks,
          of: call.id("dataset", .dataset))
        call.services.gatherer.begin(.source(made.id), of: client)
        return .json(made.json, status: .accepted)
      }
    },
    Route(
      .get, "/api/datasets/{dataset}/sources", .reviewers,
      "Lists where a dataset is gathered from, and how far that has come."
    ) { call in
      try await call.inVault { vault, actor in
        let found = try await RemoteSources(vault, actor: actor).list(
          of: call.id("dataset", .dataset))
        return .json(.page(found.map(\.json), next: nil))
      }
    },
    Route(
      .get, "/api/datasets/{dataset}/sources/{source}", .reviewers,
      "Shows a source, and how far gathering it has come."
    ) { call in
      try await call.inVault { vault, actor in
        let found = try await RemoteSources(vault, actor: actor).get(
          call.id("source", .source), of: call.id("dataset", .dataset))
        return .json(found.json)
      }
    },
    Route(
      .post, "/api/datasets/{dataset}/sources/{source}/runs", .managers,
      "Looks for what is new or other in a source, with other keys where some are given; one that failed "
        + "goes on where it ended.",
      body: keyMembers
    ) { call in
      let client = try call.clientID()
      let keys = try keys(await call.fields())
      return try await call.inVault { vault, actor in
        let begun = try await RemoteSources(vault, actor: actor).runAgain(
          call.id("source", .source), of: call.id("dataset", .dataset), keys: keys)
        call.services.gatherer.begin(.source(begun.id), of: client)
        return .json(begun.json, status: .accepted)
      }
    },
    Route(
      .delete, "/api/datasets/{dataset}/sources/{source}", .managers,
      "Ends a source and forgets its keys; items stay."
    ) { call in
      try await call.inVault { vault, actor in
        try await RemoteSources(vault, actor: actor).remove(
          call.id("source", .source), of: call.id("dataset", .dataset))
        return .noContent
      }
    },
  ]

  private static let keyMembers: [BodyMember] = [
    .string("access_key"), .string("secret_key"), .string("session_token"),
  ]

  private static func keys(_ fields: Fields) throws(Refusal) -> BucketKeys? {
    let (access, secret) = (
      try fields.optionalString("access_key"), try fields.optionalString("secret_key")
    )
    let session = try fields.optionalString("session_token")
    guard let access, let secret else {
      guard access == nil, secret == nil, session == nil else {
        throw .invalid(path: "access_key", problem: "and secret_key must be given, both of them")
      }
      return nil
    }
    return BucketKeys(access: access, secret: secret, session: session)
  }
}

extension RemoteSource {
  /// Without its keys: whoever gave them has them.
  fileprivate var json: JSON {
    var json: JSON = [
      "id": .string(id.text), "url": .string(location.text), "mode": .string(mode.rawValue),
      "include": .array(include.map { .string($0) }),
      "mask_personal_data": .bool(masksPersonalData), "state": .string(state.rawValue),
      "listed": .count(counts.listed), "added": .count(counts.added),
      "changed": .count(counts.changed), "skipped": .count(counts.skipped),
      "failed": .count(counts.failed), "reason": .optional(reason),
      "problems": .array(
        problems.map { ["file": .string($0.file), "reason": .string($0.reason)] }),
      "created_at": .time(createdAt), "ended_at": endedAt.map { .time($0) } ?? .null,
    ]
    if case .bucket(let bucket) = location {
      json = json.adding([
        .init("endpoint", .optional(bucket.endpoint)), .init("region", .string(bucket.region)),
        .init("access_key", .optional(bucket.keys?.access)),
      ])
    }
    return json
  }
}
