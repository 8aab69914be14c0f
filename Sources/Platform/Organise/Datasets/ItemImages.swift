import Store
import Vault

extension Datasets {
  /// The file of an item's image. One that lies elsewhere is fetched when it is first wanted, and then the
  /// item gets what is only known now: its size, and what its camera noted.
  ///
  /// - Throws: `.unknown(.asset)` for an item without an image, `.egress`, `.unsupportedMedia`, `.tooLarge`,
  ///   `.noSpace`
  package func image(
    of found: FoundItem, in dataset: DatasetID, by fetcher: any Fetcher
  ) async throws -> Assets.Asset {
    guard let image = found.image else { throw Refusal.unknown(.asset, "of item \(found.number)") }
    let assets = Assets(vault, actor: actor)
    if let id = AssetID(image) { return try await assets.get(id) }
    let asset = try await assets.remote(image, by: fetcher)
    let isNew =
      (found.item.size == nil && asset.imageSize != nil)
      || asset.facts.contains { fact in !found.item.metadata.contains { $0.name == fact.name } }
    if isNew { try await describe(found.number, in: dataset, where: image) }
    return asset
  }

  /// Puts an item anew, with what its file says of itself.
  ///
  /// - Parameter image: what its image must still be.
  private func describe(_ number: Int, in dataset: DatasetID, where image: String) async throws {
    let vault = vault
    try await vault.database.write(.relaxed) { connection in
      guard let stored = try Self.item(number, of: dataset, vault, connection),
        stored.image == image
      else { return }
      var writer = try DatasetWriter(vault, dataset, connection)
      _ = try writer.put(stored)
      try writer.finish()
    }
  }
}
