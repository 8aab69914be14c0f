import Foundation
import Store
import Vault

extension Assets {
  /// Takes files away for good: what they are, their bytes, and what was made of them. Items, tasks and
  /// answers that name them keep the name and show nothing; releases have bytes of their own.
  ///
  /// - Returns: how many there were.
  /// - Complexity: O(files)
  package func remove(_ ids: [AssetID]) async throws -> Int {
    let record = vault.record(by: actor)
    let removed = try await vault.database.write(.flushed) { connection in
      var removed: [Asset] = []
      for id in ids {
        guard let asset = try Self.find("id", id.text, vault, connection) else { continue }
        try connection.run(
          "UPDATE contributions SET asset_id = NULL, is_own = 0 WHERE asset_id = ?", [id.sql])
        for table in ["asset_references", "remote_assets"] {
          try connection.run("DELETE FROM \(table) WHERE asset_id = ?", [id.sql])
        }
        try connection.run("DELETE FROM assets WHERE id = ?", [id.sql])
        try record.append(connection, "asset.removed", id.text)
        removed.append(asset)
      }
      return removed
    }
    for asset in removed {
      let made = Thumbnails(vault).blobNames(of: asset) + [Pyramids(vault).blobName(of: asset)]
      for name in made { try? vault.blobs.remove(name) }
    }
    try await Self.dropBytes(at: removed.map(\.address), vault)
    return removed.count
  }

  /// Takes away those of some files that no item of a dataset has.
  ///
  /// - Complexity: O(items of the vault) where there are any
  func removeUnnamed(_ files: Set<AssetID>) async throws -> Int {
    guard !files.isEmpty else { return 0 }
    return try await remove(
      vault.database.read { try ItemFiles(vault: vault).unnamed(of: files, $0) })
  }
}

/// Files that items of datasets have.
struct ItemFiles {
  let vault: ClientVault

  /// The file of an item, where it is in the vault.
  func file(of item: StoredItem, _ connection: any Connection) throws -> AssetID? {
    guard let image = item.image else { return nil }
    return try AssetID(image) ?? Assets.fetched(image, vault, connection)
  }

  /// Those that no item of any dataset has.
  ///
  /// - Complexity: O(items of the vault that have images)
  func unnamed(of files: Set<AssetID>, _ connection: any Connection) throws -> [AssetID] {
    var left = files
    try connection.forEach(
      "SELECT dataset_id, number, sealed FROM items WHERE has_image = 1", []
    ) { row in
      let (dataset, number): (DatasetID, Int) = (row.id(0), Int(row.int(1)))
      let item = try Datasets.open(item: row.blob(2), dataset, number, vault)
      if let file = try file(of: item, connection) { left.remove(file) }
      return !left.isEmpty
    }
    return left.sorted { $0.text < $1.text }
  }
}
