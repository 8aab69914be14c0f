import Foundation
import Hummingbird
import NIOCore
import Notation
import Platform
import Store
import Vault

/// Files, and the links by which an annotator's browser gets them.
enum AssetRoutes {
  /// Bytes of one multipart body: a largest file and its wrapping.
  static let uploadLimit = Assets.sizeLimit + 64 * 1024
  /// How long a media link works.
  static let linkMilliseconds: Int64 = 12 * 3600 * 1000

  static let all: [Route] = [
    Route(
      .post, "/api/assets", .managers,
      "Stores files: multipart/form-data, or JSON `{\"url\": …}` to have one fetched.",
      body: [.string("url", isRequired: true)]
    ) { call in
      let type = call.request.headers[.contentType] ?? ""
      if let boundary = Multipart.boundary(type) {
        let body = try await call.bytes(limit: uploadLimit)
        let files = try Multipart.form(body, boundary: boundary).files
        guard !files.isEmpty else {
          throw Refusal.invalid(path: "body", problem: "holds no file")
        }
        return try await call.inVault { vault, actor in
          var items: [JSON] = []
          for file in files {
            items.append(
              try await Assets(vault, actor: actor).store(file.content, name: file.name).json)
          }
          return .json(["items": .array(items)], status: .created)
        }
      }
      if ["image", "video", "audio", "application/octet-stream", "application/pdf"].contains(
        where: type.lowercased().hasPrefix)
      {
        throw Refusal.unsupportedMedia(
          what: "the body is \(type); send files as multipart/form-data, or JSON with the url of one")
      }
      let fields = try await call.fields()
      let url = try fields.string("url")
      return try await call.inVault { vault, actor in
        let asset = try await Assets(vault, actor: actor).store(
          from: url, by: call.services.fetcher)
        return .json(["items": [asset.json]], status: .created)
      }
    },
    Route(.get, "/api/assets/{asset}", .reviewers, "Shows a file's facts.") { call in
      try await call.inVault { vault, actor in
        .json(try await Assets(vault, actor: actor).get(call.id("asset", .asset)).json)
      }
    },
    Route(
      .delete, "/api/assets/{asset}", .clientAdmins,
      "Takes a file away for good; items and tasks that name it show nothing then."
    ) { call in
      try await call.inVault { vault, actor in
        let id: AssetID = try call.id("asset", .asset)
        guard try await Assets(vault, actor: actor).remove([id]) == 1 else {
          throw Refusal.unknown(.asset, id.text)
        }
        return Response(status: .noContent)
      }
    },
    Route(.get, "/api/assets/{asset}/content", .reviewers, "The file itself.") { call in
      try await call.inVault { vault, actor in
        let asset = try await Assets(vault, actor: actor).get(call.id("asset", .asset))
        return content(of: asset, vault, actor, call)
      }
    },
    Route(
      .get, "/media/{client}/{asset}", .signedIn,
      "The file behind a link that was made for one reader.",
      query: linkQuery
    ) { call in
      try await linked(call) { asset, vault, actor in
        try await shown(asset, vault, actor, call)
      }
    },
    Route(
      .get, "/media/{client}/{asset}/tiles", .signedIn,
      "How a very large image is cut into tiles; `tiles` is null where it is shown whole.",
      query: linkQuery
    ) { call in
      try await linked(call) { asset, vault, _ in try await tiles(of: asset, vault, call) }
    },
    Route(
      .get, "/media/{client}/{asset}/tiles/{level}/{column}/{row}", .signedIn,
      "One tile, by the numbers of Deep Zoom.",
      query: linkQuery
    ) { call in
      let place = ["level", "column", "row"].map { call.parameters.get($0) ?? "" }
      return try await linked(call) { asset, vault, _ in
        let pyramids = Pyramids(vault)
        let numbers = place.compactMap { Int($0) }
        guard numbers.count == 3,
          let pyramid = try await pyramids.pyramid(of: asset, by: call.services.tiler),
          let tile = try pyramids.tile(
            pyramid, level: numbers[0], column: numbers[1], row: numbers[2])
        else { throw Refusal.unknown(.asset, place.joined(separator: "/")) }
        var headers = mediaHeaders(pyramid.type)
        headers[.contentLength] = String(tile.count)
        return Response(
          status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(data: tile)))
      }
    },
  ]

  private static let linkQuery: [QueryMember] = [
    .integer("expires", "Of the link, in seconds since 1970."), .text("signature", "Of the link."),
  ]

  /// The file behind a link that was made for whoever asks.
  private static func linked(
    _ call: Call, _ body: (Assets.Asset, ClientVault, Actor) async throws -> Response
  ) async throws -> Response {
    let who = try call.who()
    let asset: AssetID = try call.id("asset", .asset)
    let expires = call.query("expires").flatMap { Int64($0) } ?? 0
    let now = call.engine.environment.now()
    return try await call.engine.vaults.with(try call.id("client", .client)) { vault in
      guard expires > now,
        vault.key.isLinkSignature(
          call.query("signature") ?? "", object: asset.text, reader: who.workerName,
          expires: expires)
      else { throw Refusal.unknown(.asset, asset.text) }
      return try await body(try await Assets(vault, actor: who.actor).get(asset), vault, who.actor)
    }
  }

  /// Says how an image is cut, and cuts it where that is not done.
  static func tiles(of asset: Assets.Asset, _ vault: ClientVault, _ call: Call) async throws
    -> Response
  {
    let pyramid = try await Pyramids(vault).pyramid(of: asset, by: call.services.tiler)
    let reader = try call.who().workerName
    return .json([
      "width": .optional(asset.imageSize?.width), "height": .optional(asset.imageSize?.height),
      "tiles": pyramid.map { pyramid in
        [
          "size": .count(Pyramids.tileSize), "top": .count(pyramid.top),
          "source": .string(
            link(asset.id.text, vault, reader: reader, part: "/tiles/{level}/{column}/{row}")),
        ]
      } ?? .null,
    ])
  }

  /// A link for this reader alone.
  ///
  /// - Parameter part: of what belongs to the file, as a path.
  static func link(
    _ asset: String, _ vault: ClientVault, reader: String, part: String = ""
  ) -> String {
    let hour: Int64 = 3600 * 1000
    // Rounded, so that a browser's cache sees the same link again.
    let expires = (vault.environment.now() + linkMilliseconds) / hour * hour
    let signature = vault.key.linkSignature(object: asset, reader: reader, expires: expires)
    return "/media/\(vault.clientID)/\(asset)\(part)?expires=\(expires)&signature=\(signature)"
  }

  /// A file as browsers show it: the file itself, but for images of kinds that they do not know.
  static func shown(
    _ asset: Assets.Asset, _ vault: ClientVault, _ actor: Actor, _ call: Call
  ) async throws -> Response {
    try await Thumbnails(vault).rendition(of: asset, by: call.services.tiler).map(jpeg)
      ?? content(of: asset, vault, actor, call)
  }

  /// A picture that was made of an image.
  static func jpeg(_ bytes: Data) -> Response {
    var headers = mediaHeaders("image/jpeg")
    headers[.contentLength] = String(bytes.count)
    return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(data: bytes)))
  }

  static func content(
    of asset: Assets.Asset, _ vault: ClientVault, _ actor: Actor, _ call: Call
  ) -> Response {
    let assets = Assets(vault, actor: actor)
    var headers = mediaHeaders(asset.type)
    headers[.contentDisposition] = "inline; filename*=UTF-8''\(percentEncoded(asset.name))"
    return Download(
      blob: assets.content(of: asset), size: asset.size, tag: asset.id.text, headers: headers
    ).response(to: call.request)
  }

  static func mediaHeaders(_ type: String) -> HTTPFields {
    [
      .contentType: type, .cacheControl: "private, max-age=43200, immutable",
      .contentSecurityPolicy: "default-src 'none'; sandbox", .xContentTypeOptions: "nosniff",
    ]
  }

  static func percentEncoded(_ name: String) -> String {
    name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "file"
  }
}
