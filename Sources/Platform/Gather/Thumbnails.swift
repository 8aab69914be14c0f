import Formats
import Foundation
import Vault

/// Pictures of images: small ones for grids, and whole ones of what browsers do not show. Made when first
/// asked for, kept sealed beside the image.
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
    guard let tiler, !(isSmall && asset.size <= Self.ownLimit && Self.isShown(asset)) else {
      return nil
    }
    return try await kept(Self.small, of: asset) {
      try await tiler.thumbnail($0, size: Self.size)
    }
  }

  /// A JPEG of the whole image; nil where browsers show the image itself, or none can be made of it.
  package func rendition(of asset: Assets.Asset, by tiler: (any Tiler)?) async throws -> Data? {
    guard let tiler, !Self.isShown(asset) else { return nil }
    return try await kept(Self.rendition, of: asset, made: tiler.rendition)
  }

  private static let (small, rendition) = ("thumbnail \(form) \(size)", "rendition")

  private func blobName(_ what: String, of asset: Assets.Asset) -> String {
    vault.key.blobAddress(of: Data("\(what) \(asset.address)".utf8))
  }

  /// Where what is made of a file may lie.
  func blobNames(of asset: Assets.Asset) -> [String] {
    [Self.small, Self.rendition].map { blobName($0, of: asset) }
  }

  private static func isShown(_ asset: Assets.Asset) -> Bool {
    ImageProbe.Kind(rawValue: asset.type)?.isShown ?? true
  }

  private func kept(
    _ what: String, of asset: Assets.Asset, made make: (ImageSource) async throws -> Data
  ) async throws -> Data? {
    let name = blobName(what, of: asset)
    if let kept = try SealedBlob(vault: vault, name: name).whole() { return kept }
    do {
      let made = try await make(ImageSource(asset, in: vault))
      let writer = try SealedBlob.Writer(vault, name: name)
      try writer.append(made)
      try writer.commit(.relaxed)
      return made
    } catch is TilingFault {
      return nil
    }
  }
}
