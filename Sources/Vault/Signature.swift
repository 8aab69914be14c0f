import Crypto
import Foundation

extension DataKey {
  private var signing: Curve25519.Signing.PrivateKey {
    get throws {
      let seed = HKDF<SHA256>.deriveKey(
        inputKeyMaterial: key, info: Data("assay/signing/\(vault)".utf8), outputByteCount: 32)
      return try Curve25519.Signing.PrivateKey(rawRepresentation: seed.withUnsafeBytes { Data($0) })
    }
  }

  /// By which anybody checks what this vault signed: 32 bytes (Ed25519, RFC 8032).
  package var publicSigningKey: Data {
    get throws { try signing.publicKey.rawRepresentation }
  }

  /// - Returns: 64 bytes.
  package func sign(_ bytes: some DataProtocol) throws -> Data { try signing.signature(for: bytes) }
}

/// Checks of what a vault signed, by whoever has its public key.
package enum Signature {
  package static func isValid(_ signature: Data, of bytes: some DataProtocol, by publicKey: Data)
    -> Bool
  {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else {
      return false
    }
    return key.isValidSignature(signature, for: bytes)
  }
}
