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
  /// AES-256-GCM with the place the bytes belong to, (vault, table, row), as associated data: a
  /// sealed value moved to another row or vault does not open.
  package func seal(_ plain: some DataProtocol, table: StaticString, row: some SealedPlace) -> Data {
    content.seal(plain) { append(table, row, to: &$0) }
  }

  package func open(
    _ sealed: some DataProtocol, table: StaticString, row: some SealedPlace
  ) throws(SealBroken) -> Data {
    guard let plain = content.open(sealed, place: { append(table, row, to: &$0) }) else {
      throw SealBroken(place: "\(table) \(row)")
    }
    return plain
  }

  /// Opens into room that is there already, of the sealed bytes but for `SealedStream.overhead`.
  package func open(
    _ sealed: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer,
    table: StaticString, row: some SealedPlace
  ) throws(SealBroken) {
    guard content.open(sealed, into: output, place: { append(table, row, to: &$0) }) else {
      throw SealBroken(place: "\(table) \(row)")
    }
  }

  /// `vault/table/row`, put together byte by byte: this runs for every value stored or read.
  private func append(_ table: StaticString, _ row: some SealedPlace, to place: inout [UInt8]) {
    place.append(contentsOf: vault.utf8)
    place.append(UInt8(ascii: "/"))
    place.append(
      contentsOf: UnsafeBufferPointer(start: table.utf8Start, count: table.utf8CodeUnitCount))
    place.append(UInt8(ascii: "/"))
    row.append(to: &place)
  }
}
