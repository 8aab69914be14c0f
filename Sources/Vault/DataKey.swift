import Crypto
import Foundation

/// A client's 256-bit data key, and the keys derived from it: one for content, one for the
/// addresses of blobs, one for pseudonyms, one for signed links,
/// one for what chance decides.
package struct DataKey: Sendable {
  /// Whose key it is; part of what every seal vouches for.
  package let vault: String
  package let key: SymmetricKey
  let content: ContentCipher
  let address: SymmetricKey
  let pseudonym: SymmetricKey
  let link: SymmetricKey
  let chance: SymmetricKey

  package init(vault: String, key: SymmetricKey = SymmetricKey(size: .bits256)) {
    self.vault = vault
    self.key = key
    func derive(_ purpose: String) -> SymmetricKey {
      HKDF<SHA256>.deriveKey(
        inputKeyMaterial: key, info: Data("assay/\(purpose)/\(vault)".utf8), outputByteCount: 32)
    }
    content = ContentCipher(derive("content"))
    address = derive("address")
    pseudonym = derive("pseudonym")
    link = derive("link")
    chance = derive("chance")
  }

  /// The name under which a blob of that SHA-256 is stored: equal content has one address inside
  /// a vault, and addresses of different vaults cannot be compared.
  package func blobAddress(sha256: some ContiguousBytes) -> String {
    var mac = HMAC<SHA256>(key: address)
    sha256.withUnsafeBytes { mac.update(data: $0) }
    return Data(mac.finalize()).hexadecimal
  }

  /// The name under which a blob of that content is stored.
  package func blobAddress(of content: some DataProtocol) -> String {
    blobAddress(sha256: Data(SHA256.hash(data: content)))
  }

  /// What this client may know of a worker: 24 hex digits, the same each time.
  package func pseudonym(of worker: String) -> String {
    let code = HMAC<SHA256>.authenticationCode(for: Data(worker.utf8), using: pseudonym)
    return Data(Data(code).prefix(12)).hexadecimal
  }

  /// A number of 0..<1 by which chance decides about something once: the same each time, and foretold by
  /// nobody who knows only its id.
  package func lot(of id: String) -> Double {
    let code = HMAC<SHA256>.authenticationCode(for: Data(id.utf8), using: chance)
    let bits = code.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Double(bits >> 11) / 9_007_199_254_740_992
  }

  /// Vouches for a link to one object, for one reader, until a moment.
  package func linkSignature(object: String, reader: String, expires: Int64) -> String {
    let message = Data("\(vault)/\(object)/\(reader)/\(expires)".utf8)
    let code = HMAC<SHA256>.authenticationCode(for: message, using: link)
    return Data(Data(code).prefix(16)).hexadecimal
  }

  package func isLinkSignature(
    _ signature: String, object: String, reader: String, expires: Int64
  ) -> Bool {
    constantTimeEqual(
      signature, linkSignature(object: object, reader: reader, expires: expires))
  }
}

/// Compares in a time that tells nothing but the lengths.
package func constantTimeEqual(_ a: String, _ b: String) -> Bool {
  let (x, y) = (Array(a.utf8), Array(b.utf8))
  guard x.count == y.count else { return false }
  return zip(x, y).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
}

extension Data {
  package var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(count * 2)
    for byte in self {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
