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
    try await remove(ids, unlessNamedSince: nil)
  }

  /// - Parameter changes: of datasets; files that items have which were put after them stay.
  private func remove(
    _ ids: [AssetID], unlessNamedSince changes: [DatasetID: Int64]?
  ) async throws -> Int {
    let record = vault.record(by: actor)
    let removed = try await vault.database.write(.flushed) { connection in
      var removed: [Asset] = []
      let left = try changes.map {
        try ItemFiles(vault: vault).unnamed(of: Set(ids), after: $0, connection)
      }
      for id in left ?? ids {
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
    let named = ItemFiles(vault: vault)
    let (unnamed, changes) = try await vault.database.read { connection in
      (try named.unnamed(of: files, connection), try named.changes(connection))
    }
    var count = 0
    for start in stride(from: 0, to: unnamed.count, by: Self.removalPortion) {
      count += try await remove(
        Array(unnamed[start..<min(start + Self.removalPortion, unnamed.count)]), unlessNamedSince: changes)
    }
    return count
  }

  /// Files that are taken away at once, so that others get their turn to write.
  private static let removalPortion = 500
}

/// Files that items of datasets have.
struct ItemFiles {
  let vault: ClientVault

  /// The file of an item, where it is in the vault.
  func file(of item: StoredItem, _ connection: any Connection) throws -> AssetID? {
    guard let image = item.image else { return nil }
    return try AssetID(image) ?? Assets.fetched(image, vault, connection)
  }

  /// The last change of each dataset.
  func changes(_ connection: any Connection) throws -> [DatasetID: Int64] {
    Dictionary(
      uniqueKeysWithValues: try connection.all("SELECT id, last_change FROM datasets", []) {
        ($0.id(0) as DatasetID, $0.int(1))
      })
  }

  /// Those that no item of any dataset has.
  ///
  /// - Parameter changes: of datasets; items that were put up to them are not looked at.
  /// - Complexity: O(items with images that are looked at)
  func unnamed(
    of files: Set<AssetID>, after changes: [DatasetID: Int64] = [:], _ connection: any Connection
  ) throws -> [AssetID] {
    var left = files
    for dataset in try self.changes(connection).keys where !left.isEmpty {
      try connection.forEach(
        """
        SELECT number, sealed FROM items WHERE dataset_id = ? AND changed > ? AND has_image = 1
        """, [dataset.sql, .int(changes[dataset] ?? -1)]
      ) { row in
        let item = try Datasets.open(item: row.blob(1), dataset, Int(row.int(0)), vault)
        if let file = try file(of: item, connection) { left.remove(file) }
        return !left.isEmpty
      }
    }
    return left.sorted { $0.text < $1.text }
  }
}
