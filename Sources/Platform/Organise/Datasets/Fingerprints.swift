import Foundation
import Notation
import Store
import Vault

/// Looks at the images of a dataset and notes what each shows in 64 bits, so that near duplicates are found.
package struct Fingerprints: Sendable {
  let vault: ClientVault
  let actor: Actor
  let dataset: DatasetID

  package init(_ vault: ClientVault, actor: Actor, dataset: DatasetID) {
    self.vault = vault
    self.actor = actor
    self.dataset = dataset
  }

  package struct Progress: Hashable, Sendable {
    package var isRunning: Bool
    /// Items with an image, and those of them whose fingerprint is known.
    package var images: Int
    package var done: Int
  }

  private var work: String { "fingerprints \(dataset)" }

  package func progress() async throws -> Progress {
    let isRunning = vault.work.contains(work)
    return try await ItemSearch(vault, dataset: dataset).use { table, _ in
      let known = table.metadata[PictureFingerprint.field]
      var progress = Progress(isRunning: isRunning, images: 0, done: 0)
      for item in 0..<table.count where table.files[item] != 0 {
        progress.images += 1
        if known?.value(at: item) != nil { progress.done += 1 }
      }
      return progress
    }
  }

  /// Begins with the images that have none yet, and returns at once; what runs already goes on.
  ///
  /// - Parameter tiler: nil where no images can be looked at.
  /// - Throws: `.unknown(.dataset)`, `.unsupportedMedia` without a tiler.
  package func start(by tiler: (any Tiler)?) async throws {
    _ = try await Datasets(vault, actor: actor).get(dataset)
    guard let tiler else {
      throw Refusal.unsupportedMedia(what: "images cannot be looked at: libvips is not installed")
    }
    guard vault.work.begin(work) else { return }
    Task {
      defer { vault.work.end(work) }
      try? await run(tiler)
    }
  }

  /// Images between two notes of what was found.
  private static let portion = 50

  private func run(_ tiler: any Tiler) async throws {
    let numbers = try await ItemSearch(vault, dataset: dataset).use { table, _ in
      let known = table.metadata[PictureFingerprint.field]
      return (0..<table.count).filter { table.files[$0] != 0 && known?.value(at: $0) == nil }
    }
    var found: [(number: Int, text: String)] = []
    for number in numbers {
      if let bits = try await fingerprint(of: number, tiler) {
        found.append((number, PictureFingerprint.text(bits)))
      }
      if found.count == Self.portion {
        try await note(found)
        found = []
      }
    }
    try await note(found)
    let record = vault.record(by: actor)
    try await vault.database.write(.flushed) { connection in
      try record.append(
        connection, "dataset.fingerprinted", dataset.text, ["images": .count(numbers.count)])
    }
  }

  /// nil where the image is not here or cannot be read.
  private func fingerprint(of number: Int, _ tiler: any Tiler) async throws -> UInt64? {
    let asset = try await vault.database.read { connection -> Assets.Asset? in
      guard
        let image = try Datasets.item(number, of: dataset, vault, connection)?.image,
        let id = try AssetID(image) ?? Assets.fetched(image, vault, connection)
      else { return nil }
      return try Assets.find("id", id.text, vault, connection)
    }
    guard let asset else { return nil }
    let shades = try? await tiler.shades(
      ImageSource(asset, in: vault), width: PictureFingerprint.width,
      height: PictureFingerprint.height)
    return shades.flatMap(PictureFingerprint.of)
  }

  private func note(_ found: [(number: Int, text: String)]) async throws {
    guard !found.isEmpty else { return }
    try await vault.database.write(.relaxed) { connection in
      var writer = try DatasetWriter(vault, dataset, connection)
      for (number, text) in found {
        guard var stored = try Datasets.item(number, of: dataset, vault, connection) else {
          continue
        }
        stored.item.metadata = [.init(PictureFingerprint.field, .string(text))]
        _ = try writer.put(stored)
      }
      try writer.finish()
    }
  }
}
