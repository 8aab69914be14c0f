import Foundation
import Vault

/// Small pictures of images, for grids: made when first asked for, kept sealed beside the image.
package struct Thumbnails: Sendable {
  let vault: ClientVault

  package init(_ vault: ClientVault) { self.vault = vault }

  /// Pixels that neither side exceeds.
  package static let size = 320
  /// Bytes up to which an image that is no larger than that is its own thumbnail.
  static let ownLimit = 40_000

  /// How they are made; those of another form are made anew. The first, without a number, had wrong colours.
  private static let form = 2

  /// nil where the image is small itself, or none can be made of it.
  package func thumbnail(of asset: Assets.Asset, by tiler: (any Tiler)?) async throws -> Data? {
    let size = asset.imageSize
    let isSmall = (size?.width ?? 0) <= Self.size && (size?.height ?? 0) <= Self.size
    guard let tiler, !(isSmall && asset.size <= Self.ownLimit) else { return nil }
    let source = "thumbnail \(Self.form) \(Self.size) \(asset.address)"
    let name = vault.key.blobAddress(of: Data(source.utf8))
    if let kept = try SealedBlob(vault: vault, name: name).whole() { return kept }
    do {
      let made = try await tiler.thumbnail(ImageSource(asset, in: vault), size: Self.size)
      let writer = try SealedBlob.Writer(vault, name: name)
      try writer.append(made)
      try writer.commit(.relaxed)
      return made
    } catch is TilingFault {
      return nil
    }
  }
}
