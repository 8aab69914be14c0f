import Foundation
import Hummingbird
import NIOCore
import Notation
import Platform
import Store

/// Labelled sets that come part by part, in any format, and are read once they are whole.
enum UploadRoutes {
  static let all: [Route] = [
    Route(
      .post, "/api/datasets/{dataset}/uploads", .managers,
      "Begins to take in a labelled set, in any format, of `size` bytes: a file or an archive.",
      body: [
        .string("name", isRequired: true), .integer("size", isRequired: true), .string("format"),
        .string("set"), .bool("items"), .bool("mask_personal_data"), .bool("replace"),
        .string("fingerprint"),
      ]
    ) { call in
      let fields = try await call.fields()
      guard let size = try fields.optionalInt("size") else {
        throw Refusal.invalid(path: "size", problem: "is missing")
      }
      let options = Upload.Options(
        name: try fields.string("name"), format: try fields.optionalString("format"),
        set: try fields.optionalString("set") ?? LabelSet.truth,
        makesItems: try fields.optionalBool("items"),
        masksPersonalData: try fields.optionalBool("mask_personal_data") ?? false,
        replacesContent: try fields.optionalBool("replace") ?? false,
        fingerprint: try fields.optionalString("fingerprint"))
      return try await call.inVault { vault, actor in
        let made = try await Uploads(vault, actor: actor).begin(
          options, size: size, into: call.id("dataset", .dataset))
        return .json(made.json, status: .created)
      }
    },
    Route(
      .put, "/api/datasets/{dataset}/uploads/{upload}/content", .managers,
      "Takes the next bytes of a set, from `offset` on: as many as were received before.",
      query: [.offset]
    ) { call in
      let (bytes, offset) = try await call.part(of: Uploads.sizeLimit)
      let client = try call.clientID()
      return try await call.inVault { vault, actor in
        let upload = try await Uploads(vault, actor: actor).append(
          bytes, at: offset, to: call.id("upload", .upload),
          of: call.id("dataset", .dataset))
        if upload.state == .reading {
          call.services.gatherer.begin(.upload(upload.id), of: client)
        }
        return .json(upload.json)
      }
    },
    Route(
      .get, "/api/datasets/{dataset}/uploads", .reviewers,
      "Lists sets that are on their way in or were read."
    ) { call in
      try await call.inVault { vault, actor in
        let found = try await Uploads(vault, actor: actor).list(of: call.id("dataset", .dataset))
        return .json(.page(found.map(\.json), next: nil))
      }
    },
    Route(
      .get, "/api/datasets/{dataset}/uploads/{upload}", .reviewers,
      "Shows how much of a set was received, or how far it was read."
    ) { call in
      try await call.inVault { vault, actor in
        .json(
          try await Uploads(vault, actor: actor).get(
            call.id("upload", .upload), of: call.id("dataset", .dataset)
          ).json)
      }
    },
    Route(
      .delete, "/api/datasets/{dataset}/uploads/{upload}", .managers,
      "Ends taking in a set, and throws its bytes away; items that were made of it stay."
    ) { call in
      try await call.inVault { vault, actor in
        try await Uploads(vault, actor: actor).remove(
          call.id("upload", .upload), of: call.id("dataset", .dataset))
        return .noContent
      }
    },
  ]
}

extension Call {
  /// The next bytes of something that is taken in part by part, and how many came before.
  ///
  /// - Parameter limit: bytes that it may have in all.
  func part(of limit: Int) async throws -> (bytes: Data, offset: Int) {
    let bytes = try await bytes(limit: ReceivedParts.limit)
    guard let offset = try queryNumber("offset", 0...limit) else {
      throw Refusal.invalid(path: "offset", problem: "is missing")
    }
    return (Data(buffer: bytes), offset)
  }
}

extension Upload {
  fileprivate var json: JSON {
    [
      "id": .string(id.text), "name": .string(options.name), "set": .string(options.set),
      "mask_personal_data": .bool(options.masksPersonalData),
      "replace": .bool(options.replacesContent),
      "fingerprint": .optional(options.fingerprint),
      "state": .string(state.rawValue), "size": .count(size), "received": .count(received),
      "created_at": .time(createdAt), "ended_at": endedAt.map { .time($0) } ?? .null,
      "report": outcome.json,
    ]
  }
}
