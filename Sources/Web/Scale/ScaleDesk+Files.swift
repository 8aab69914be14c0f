import Foundation
import Notation
import Platform
import Store

extension ScaleDesk {
  func upload(_ bytes: Data, name: String) async throws -> JSON {
    json(try await Assets(vault, actor: actor).store(bytes, name: name, isAnyKind: true))
  }

  func importFile(from url: String) async throws -> JSON {
    json(
      try await Assets(vault, actor: actor).store(
        from: url, by: services.fetcher, isAnyKind: true))
  }

  private func json(_ asset: Assets.Asset) -> JSON {
    [
      "id": .string(asset.id.text),
      "attachment_url": .string("scaledata://\(vault.clientID)/\(asset.id)"),
      "created_at": .string(Timestamp.text(asset.createdAt)),
      "updated_at": .string(Timestamp.text(asset.createdAt)),
      "mime_type": .string(asset.type), "size": .int(Int64(asset.size)), "project_names": [],
      "display_name": .string(asset.name),
    ]
  }
}
