import Crypto
import Foundation

/// Sealed bytes could not be opened: the key is another, or they were changed or moved.
package struct SealBroken: Error, Hashable, Sendable {
  package let place: String
  package init(place: String) { self.place = place }
}

/// The row that a seal vouches for.
package protocol SealedPlace {
  func append(to place: inout [UInt8])
}

extension String: SealedPlace {
  package func append(to place: inout [UInt8]) { place.append(contentsOf: utf8) }
}

extension DataKey {
  /// AES-256-GCM (NIST SP 800-38D) with the place the bytes belong to, (vault, table, row), as
  /// associated data: a sealed value moved to another row or vault does not open.
  ///
  /// Layout: 12 bytes nonce, ciphertext, 16 bytes tag.
  /// - Complexity: O(bytes); 28 bytes more than the plain text.
  package func seal(_ plain: some DataProtocol, table: StaticString, row: some SealedPlace) -> Data {
    // Sealing fails only for a wrong key or nonce size, and both are fixed by their types.
    guard
      let box = try? AES.GCM.seal(
        plain, using: content, nonce: Self.nonce(), authenticating: place(table, row)),
      let combined = box.combined
    else { preconditionFailure("AES-GCM refused a 256-bit key") }
    return combined
  }

  package func open(
    _ sealed: some DataProtocol, table: StaticString, row: some SealedPlace
  ) throws(SealBroken) -> Data {
    do {
      return try AES.GCM.open(
        AES.GCM.SealedBox(combined: sealed), using: content, authenticating: place(table, row))
    } catch {
      throw SealBroken(place: "\(table) \(row)")
    }
  }

  /// 96 random bits (SP 800-38D §8.2.2).
  private static func nonce() throws -> AES.GCM.Nonce {
    var words = RandomBuffer.shared.nextPair()
    return try withUnsafeBytes(of: &words) { try AES.GCM.Nonce(data: $0.prefix(12)) }
  }

  /// `vault/table/row`, put together byte by byte: this runs for every value stored or read.
  private func place(_ table: StaticString, _ row: some SealedPlace) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(96)
    bytes.append(contentsOf: vault.utf8)
    bytes.append(UInt8(ascii: "/"))
    bytes.append(
      contentsOf: UnsafeBufferPointer(start: table.utf8Start, count: table.utf8CodeUnitCount))
    bytes.append(UInt8(ascii: "/"))
    row.append(to: &bytes)
    return bytes
  }
}
