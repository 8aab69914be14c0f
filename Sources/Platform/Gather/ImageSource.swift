import Foundation
import Vault

/// An image for whoever decodes it: piece by piece out of its seal.
package struct ImageSource: Sendable {
  /// Its media type.
  package var type: String
  /// Whose it is: images of several clients do not meet in one process that decodes.
  package var owner: String
  /// In bytes.
  package var size: Int
  /// A piece of `SealedStream.chunkSize` bytes, the last of fewer, by its number from 0.
  package var chunk: @Sendable (Int) throws -> Data

  package var chunks: Int { SealedStream.chunkCount(plainSize: size) }

  package init(
    type: String, owner: String, size: Int, chunk: @escaping @Sendable (Int) throws -> Data
  ) {
    (self.type, self.owner, self.size, self.chunk) = (type, owner, size, chunk)
  }

  init(_ asset: Assets.Asset, in vault: ClientVault) {
    let blob = SealedBlob(vault: vault, name: asset.address)
    self.init(type: asset.type, owner: vault.clientID.text, size: asset.size) { try blob.chunk($0) }
  }

  /// An image that lies in memory.
  init(_ bytes: Data, type: String, of vault: ClientVault) {
    self.init(type: type, owner: vault.clientID.text, size: bytes.count) { number in
      bytes.dropFirst(number * SealedStream.chunkSize).prefix(SealedStream.chunkSize)
    }
  }
}
