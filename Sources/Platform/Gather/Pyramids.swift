import Formats
import Foundation
import Labels
import Store
import Vault

/// Makes smaller pictures of an image: tiles at every size it can be looked at, and one small one.
package protocol Tiler: Sendable {
  /// - Parameters:
  ///   - size: pixels along the side of a tile.
  ///   - write: takes the next bytes of a ZIP archive with a Deep Zoom pyramid, called
  ///     `Pyramids.title`.
  /// - Throws: `TilingFault`; what reading the image and `write` throw.
  func tile(_ image: ImageSource, size: Int, write: (Data) throws -> Void) async throws

  /// A small JPEG of an image, upright.
  ///
  /// - Parameter size: pixels that neither of its sides exceeds.
  /// - Throws: `TilingFault`; what reading the image throws.
  func thumbnail(_ image: ImageSource, size: Int) async throws -> Data

  /// An image as a JPEG of its own size, upright, for browsers that do not show its kind.
  ///
  /// - Throws: `TilingFault`; what reading the image throws.
  func rendition(_ image: ImageSource) async throws -> Data

  /// An image, upright, with parts of it in one colour: a JPEG, PNG or WebP.
  ///
  /// - Parameters:
  ///   - mask: a PNG as large as the image is upright, white where the colour shall be.
  ///   - colour: a PNG of one pixel.
  /// - Throws: `TilingFault`; what reading the image throws.
  func masked(_ image: ImageSource, mask: Data, colour: Data) async throws -> Data

  /// An image, upright, in so many shades of grey: a byte a pixel, row by row, whatever its proportions.
  ///
  /// - Throws: `TilingFault`; what reading the image throws.
  func shades(_ image: ImageSource, width: Int, height: Int) async throws -> [UInt8]
}

/// Why an image was not cut.
package struct TilingFault: Error, Hashable, Sendable {
  /// In the words of whoever tried.
  package var reason: String
  /// Whether a program said so within the time it had, so that it may be asked otherwise.
  package var isItsWord: Bool

  package init(_ reason: String, isItsWord: Bool = false) {
    (self.reason, self.isItsWord) = (reason, isItsWord)
  }
}

/// Very large images as Deep Zoom pyramids: level n shows the image 2ⁿ pixels long or wide at most, cut
/// into tiles. Made when first asked for, kept sealed beside the image, and made anew where they are
/// lost.
package struct Pyramids: Sendable {
  let vault: ClientVault

  package init(_ vault: ClientVault) { self.vault = vault }

  /// Pixels up to which an image is shown whole.
  package static let pixelThreshold = 32_000_000
  /// Pixels along the side of a tile.
  package static let tileSize = 512
  /// What the members of the archive begin with.
  package static let title = "untitled/untitled"

  package struct Pyramid: Sendable {
    package var size: ImageSize
    /// Number of the level that shows every pixel.
    package var top: Int
    /// Of the tiles: `jpg` or `png`.
    fileprivate var kind: String
    fileprivate var name: String
    fileprivate var directory: ZIPDirectory

    /// Media type of the tiles.
    package var type: String { kind == "png" ? "image/png" : "image/jpeg" }
  }

  package static func isTiled(_ size: ImageSize) -> Bool {
    size.width * size.height > pixelThreshold
  }

  /// The pyramid of an image; nil where it is shown whole, or cannot be cut.
  package func pyramid(of asset: Assets.Asset, by tiler: (any Tiler)?) async throws -> Pyramid? {
    guard let tiler, let size = asset.imageSize, Self.isTiled(size), !asset.isTurnedPNG else {
      return nil
    }
    let name = blobName(of: asset)
    if let known = vault.pyramids.known(name) {
      return known.flatMap { pyramid(size, name, $0) }
    }
    // Cutting takes a second and a core: one image of a vault at a time.
    while try vault.blobs.size(name) == nil {
      guard vault.work.begin("tiling") else {
        try await Task.sleep(for: .milliseconds(50))
        continue
      }
      defer { vault.work.end("tiling") }
      guard try vault.blobs.size(name) == nil else { break }
      do {
        try await make(name, of: asset, by: tiler)
      } catch is TilingFault {
        // Tried anew only after a restart.
        _ = vault.pyramids.value(name) { nil }
        return nil
      }
    }
    let blob = SealedBlob(vault: vault, name: name)
    let directory = try vault.pyramids.value(name) {
      do {
        return try ZIPDirectory(size: try blob.size() ?? 0, read: blob.bytes)
      } catch is ZIPDirectory.Fault {
        return nil
      }
    }
    return directory.flatMap { pyramid(size, name, $0) }
  }

  private func pyramid(_ size: ImageSize, _ name: String, _ directory: ZIPDirectory) -> Pyramid? {
    let top = Int(log2(Double(max(size.width, size.height))).rounded(.up))
    let kind = ["png", "jpg"].first {
      directory.members["\(Self.title)_files/\(top)/0_0.\($0)"] != nil
    }
    return kind.map { Pyramid(size: size, top: top, kind: $0, name: name, directory: directory) }
  }

  func blobName(of asset: Assets.Asset) -> String {
    let source = "pyramid \(Self.tileSize) \(asset.address)"
    return vault.key.blobAddress(of: Data(source.utf8))
  }

  private func make(_ name: String, of asset: Assets.Asset, by tiler: any Tiler) async throws {
    let pyramid = try SealedBlob.Writer(vault, name: name)
    try await tiler.tile(ImageSource(asset, in: vault), size: Self.tileSize) {
      try pyramid.append($0)
    }
    try pyramid.commit(.flushed)
  }

  /// One tile of a pyramid; nil where there is none.
  package func tile(
    _ pyramid: Pyramid, level: Int, column: Int, row: Int
  ) throws -> Data? {
    let end = "_files/\(level)/\(column)_\(row).\(pyramid.kind)"
    let blob = SealedBlob(vault: vault, name: pyramid.name)
    return try pyramid.directory.content(of: Self.title + end, read: blob.bytes)
  }
}
