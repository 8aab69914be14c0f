import Crypto
import Foundation
import Store
import Vault

/// The parts of a file that comes part by part. What was acknowledged stays, so a sender that was cut off
/// asks how far it came and goes on from there.
package struct ReceivedParts {
  let vault: ClientVault
  /// The id of what they are parts of.
  let owner: String

  /// Bytes of one part.
  package static let limit = 8 * 1024 * 1024

  /// Keeps a part, and does with it what there is to do in the same transaction.
  ///
  /// - Throws: `.invalid`, `.tooLarge`, `.noSpace`, and what `body` throws: then the part is gone.
  func take<T: Sendable>(
    _ bytes: Data, at start: Int, _ body: @escaping @Sendable (any Connection) throws -> T
  ) async throws -> T {
    guard !bytes.isEmpty else { throw Refusal.invalid(path: "body", problem: "must not be empty") }
    guard bytes.count <= Self.limit else {
      throw Refusal.tooLarge(what: "a part (bytes)", limit: Self.limit)
    }
    // A name of its own for each try, so that a part whose sender was cut off can be sent anew, cut
    // otherwise.
    let attempt = vault.environment.newSecret()
    let address = vault.key.blobAddress(of: Data("upload \(owner) \(start) \(attempt)".utf8))
    do {
      let writer = try SealedBlob.Writer(vault, name: address)
      try writer.append(bytes)
      try writer.commit(.flushed)
      return try await vault.database.write(.flushed) { connection in
        let result = try body(connection)
        try connection.run(
          "INSERT INTO received_parts (owner, start, address) VALUES (?, ?, ?)",
          [.text(owner), .number(start), .text(address)])
        return result
      }
    } catch {
      try? vault.blobs.remove(address)
      switch error {
      case BlobError.full, StoreError.full: throw Refusal.noSpace
      default: throw error
      }
    }
  }

  /// In order.
  func blobs() async throws -> [SealedBlob] {
    try await vault.database.read { connection in
      try connection.all(
        "SELECT address FROM received_parts WHERE owner = ? ORDER BY start", [.text(owner)]
      ) { SealedBlob(vault: vault, name: $0.text(0)) }
    }
  }

  /// Takes the last part away, and does with how many bytes came before it what there is to do in the same
  /// transaction.
  func dropLast(_ body: @escaping @Sendable (Int, any Connection) throws -> Void) async throws {
    let address = try await vault.database.write(.flushed) { connection -> String? in
      let last = try connection.first(
        "SELECT start, address FROM received_parts WHERE owner = ? ORDER BY start DESC LIMIT 1",
        [.text(owner)]
      ) { (start: Int($0.int(0)), address: $0.text(1)) }
      guard let last else { return nil }
      try connection.run(
        "DELETE FROM received_parts WHERE owner = ? AND start = ?",
        [.text(owner), .number(last.start)])
      try body(last.start, connection)
      return last.address
    }
    if let address { try? vault.blobs.remove(address) }
  }

  func drop() async throws {
    let parts = try await blobs()
    try await vault.database.write(.flushed) { connection in
      try connection.run("DELETE FROM received_parts WHERE owner = ?", [.text(owner)])
    }
    for part in parts { try? vault.blobs.remove(part.name) }
  }
}
