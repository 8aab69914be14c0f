import Foundation
import Notation
import Platform
import Store
import Wire

extension ScaleDesk {
  /// - Parameter fields: `display_name`, `project_name`, `reference_id` and `metadata`, a JSON text.
  func upload(_ bytes: Data, name: String, _ fields: JSON) async throws -> JSON {
    let description = try await description(fields)
    let asset = try await Assets(vault, actor: actor).store(
      bytes, name: Self.text(fields["display_name"]) ?? name, accepting: .anything, description)
    return json(asset, description)
  }

  func importFile(from url: String, _ fields: JSON) async throws -> JSON {
    let description = try await description(fields)
    let asset = try await Assets(vault, actor: actor).store(
      from: url, by: services.fetcher, accepting: .anything, description)
    return json(asset, description)
  }

  private func description(_ fields: JSON) async throws -> Assets.Description {
    var remarks: [JSON.Member] = []
    if let name = Self.text(fields["display_name"]) {
      remarks.append(.init("display_name", .string(name)))
    }
    let names =
      Self.text(fields["project_name"]).map { [$0] }
      ?? fields["project_names"]?.array?.compactMap(\.string) ?? []
    for name in names { _ = try await projects.find(name) }
    remarks.append(.init("project_names", .array(names.map { .string($0) })))
    // A form flattens an object to its keys: only JSON text says more than that.
    if let metadata = fields["metadata"] {
      let parsed = metadata.string.flatMap { try? JSON(parsing: Array($0.utf8)) } ?? metadata
      remarks.append(.init("metadata", parsed))
    }
    let reference = Self.text(fields["reference_id"])
    if let reference { remarks.append(.init("reference_id", .string(reference))) }
    return Assets.Description(reference: reference, remarks: .object(remarks))
  }

  private func json(_ asset: Assets.Asset, _ description: Assets.Description) -> JSON {
    let head: JSON = [
      "id": .string(asset.id.text),
      "attachment_url": .string("scaledata://\(vault.clientID)/\(asset.id)"),
      "created_at": .string(Timestamp.text(asset.createdAt)),
      "updated_at": .string(Timestamp.text(asset.createdAt)),
      "mime_type": .string(asset.type), "size": .int(Int64(asset.size)),
      "display_name": .string(asset.name),
    ]
    return head.merged(with: description.remarks)
  }
}
