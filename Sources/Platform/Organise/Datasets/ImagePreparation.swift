import Foundation
import Store
import Vault

/// Looks at the images of a dataset once they are here: makes the small picture that grids show, the tiles
/// of a very large one, and notes what each shows in 64 bits, so that near duplicates are found. How far it
/// came is noted, and gone on with after a restart.
package struct ImagePreparation: Sendable {
  let vault: ClientVault
  let dataset: DatasetID

  package init(_ vault: ClientVault, dataset: DatasetID) {
    self.vault = vault
    self.dataset = dataset
  }

  package struct Progress: Hashable, Sendable {
    /// Whether there are images that were not looked at yet.
    package var isDue: Bool
    /// Items with an image, and those of them of which it is known what it shows.
    package var images: Int
    package var done: Int
  }

  package func progress() async throws -> Progress {
    let dataset = dataset
    return try await ItemSearch(vault, dataset: dataset).use { table, connection in
      var progress = Progress(isDue: try Self.isDue(dataset, connection), images: 0, done: 0)
      for item in 0..<table.count where table.files[item] != 0 {
        progress.images += 1
        if table.print(of: item) != nil { progress.done += 1 }
      }
      return progress
    }
  }

  /// Has all images looked at anew that are not known: those too that could not be read, or were elsewhere.
  ///
  /// - Throws: `.unknown(.dataset)`
  package func beginAnew() async throws {
    try await vault.database.write(.relaxed) { connection in
      _ = try Dataset.get(dataset, connection)
      try Place(change: 0, item: 0).note(dataset, after: Place.looked(dataset, connection), connection)
    }
  }

  /// Datasets with images that were not looked at yet.
  package static func due(in vault: ClientVault) async throws -> [DatasetID] {
    try await vault.database.read { connection in
      try connection.all("SELECT id FROM datasets ORDER BY id") { $0.id(0) as DatasetID }
        .filter { try isDue($0, connection) }
    }
  }

  private static func isDue(_ dataset: DatasetID, _ connection: any Connection) throws -> Bool {
    guard let last = try Place.last(of: dataset, connection) else { return false }
    return try Place.looked(dataset, connection) != last
  }

  // MARK: Looking

  /// Images between two notes of what was found.
  private static let portion = 64

  /// Looks at what there is to look at; what comes meanwhile too.
  ///
  /// - Throws: `.unknown(.dataset)` where it is taken away meanwhile.
  package func run(by tiler: any Tiler) async throws {
    while !Task.isCancelled {
      guard let next = try await next() else { return }
      let found = try await look(at: next.images, tiler)
      // What was not looked at is looked at by the next server.
      if Task.isCancelled { return }
      try await vault.database.write(.relaxed) { connection in
        if !found.isEmpty { try ItemPrint.note(found, of: dataset, vault, connection) }
        try next.end.note(dataset, after: next.start, connection)
      }
    }
  }

  private struct Portion: Sendable {
    var images: [DueImage] = []
    /// All items after `start` and up to `end` are looked at with these.
    var start, end: Place
  }

  private struct DueImage: Sendable {
    var number: Int
    var file: UInt64
    var asset: Assets.Asset
  }

  /// The images to look at next; nil where nothing is left.
  private func next() async throws -> Portion? {
    try await vault.database.read { connection in
      let looked = try Place.looked(dataset, connection)
      guard let last = try Place.last(of: dataset, connection), last != looked else { return nil }
      var portion = Portion(start: looked, end: last)
      try connection.forEach(
        """
        SELECT number, sealed, changed, seq FROM items
        WHERE dataset_id = ? AND (changed, seq) > (?, ?) AND has_image = 1 ORDER BY changed, seq
        """, [dataset.sql, .int(looked.change), .int(looked.item)]
      ) { row in
        let number = Int(row.int(0))
        let stored = try Datasets.open(item: row.blob(1), dataset, number, vault)
        if let image = try dueImage(stored, number, connection) { portion.images.append(image) }
        guard portion.images.count == Self.portion else { return true }
        portion.end = Place(change: row.int(2), item: row.int(3))
        return false
      }
      return portion
    }
  }

  /// nil where the image is known already, or not here.
  private func dueImage(
    _ stored: StoredItem, _ number: Int, _ connection: any Connection
  ) throws -> DueImage? {
    guard let image = stored.image else { return nil }
    let file = ItemTable.fileNumber(image)
    if try ItemPrint.find(number, of: dataset, vault, connection)?.file == file { return nil }
    guard let id = try AssetID(image) ?? Assets.fetched(image, vault, connection),
      let asset = try Assets.find("id", id.text, vault, connection),
      asset.type.hasPrefix("image/")
    else { return nil }
    return DueImage(number: number, file: file, asset: asset)
  }

  private func look(
    at due: [DueImage], _ tiler: any Tiler
  ) async throws -> [(number: Int, print: ItemPrint)] {
    try await withThrowingTaskGroup(of: (Int, ItemPrint)?.self) { group in
      var (left, found) = (due[...], [(number: Int, print: ItemPrint)]())
      func begin() {
        guard !Task.isCancelled, let one = left.popFirst() else { return }
        group.addTask {
          try await print(of: one.asset, tiler).map {
            (one.number, ItemPrint(file: one.file, bits: $0))
          }
        }
      }
      for _ in 0..<ProcessInfo.processInfo.activeProcessorCount { begin() }
      while let one = try await group.next() {
        if let one { found.append(one) }
        begin()
      }
      return found
    }
  }

  /// nil where the image cannot be read.
  private func print(of asset: Assets.Asset, _ tiler: any Tiler) async throws -> UInt64? {
    _ = try await Pyramids(vault).pyramid(of: asset, by: tiler)
    let small = try await Thumbnails(vault).thumbnail(of: asset, by: tiler)
    let source =
      small.map { ImageSource($0, type: "image/jpeg", of: vault) } ?? ImageSource(asset, in: vault)
    let shades = try? await tiler.shades(
      source, width: PictureFingerprint.width, height: PictureFingerprint.height)
    return shades.flatMap(PictureFingerprint.of)
  }
}

/// An item as a change of its dataset left it; items follow each other by it.
private struct Place: Hashable {
  var change: Int64
  var item: Int64

  static func looked(_ dataset: DatasetID, _ connection: any Connection) throws -> Place {
    let found = try connection.first(
      "SELECT looked_change, looked_item FROM datasets WHERE id = ?", [dataset.sql]
    ) { Place(change: $0.int(0), item: $0.int(1)) }
    guard let found else { throw Refusal.unknown(.dataset, dataset.text) }
    return found
  }

  static func last(of dataset: DatasetID, _ connection: any Connection) throws -> Place? {
    try connection.first(
      """
      SELECT changed, seq FROM items WHERE dataset_id = ? ORDER BY changed DESC, seq DESC LIMIT 1
      """, [dataset.sql]
    ) { Place(change: $0.int(0), item: $0.int(1)) }
  }

  /// Notes it, unless somebody has all looked at anew meanwhile.
  func note(_ dataset: DatasetID, after known: Place, _ connection: any Connection) throws {
    try connection.run(
      """
      UPDATE datasets SET looked_change = ?, looked_item = ?
      WHERE id = ? AND looked_change = ? AND looked_item = ?
      """, [.int(change), .int(item), dataset.sql, .int(known.change), .int(known.item)])
  }
}
