import Crypto
import Foundation

/// The operator's key that wraps every client's data key.
package struct MasterKey: Sendable {
  private let key: SymmetricKey

  package init(_ key: SymmetricKey = SymmetricKey(size: .bits256)) { self.key = key }

  /// From 64 hex digits, as the key file holds them; nil for anything else.
  package init?(hexadecimal text: String) {
    let digits = Array(text.utf8)
    guard digits.count == 64 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: 64, by: 2) {
      guard let byte = UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16)
      else { return nil }
      bytes.append(byte)
    }
    key = SymmetricKey(data: bytes)
  }

  package var hexadecimal: String { key.withUnsafeBytes { Data($0) }.hexadecimal }

  /// Seals a client's data key to that client.
  package func wrap(_ dataKey: DataKey) throws -> Data {
    let plain = dataKey.key.withUnsafeBytes { Data($0) }
    guard
      let wrapped = try AES.GCM.seal(
        plain, using: key, authenticating: Data("assay/data-key/\(dataKey.vault)".utf8)
      ).combined
    else { throw SealBroken(place: "data key of \(dataKey.vault)") }
    return wrapped
  }

  package func unwrap(_ wrapped: Data, vault: String) throws(SealBroken) -> DataKey {
    do {
      let plain = try AES.GCM.open(
        AES.GCM.SealedBox(combined: wrapped), using: key,
        authenticating: Data("assay/data-key/\(vault)".utf8))
      return DataKey(vault: vault, key: SymmetricKey(data: plain))
    } catch {
      throw SealBroken(place: "data key of \(vault)")
    }
  }

  /// Seals what belongs to no client, such as how a worker is paid, to the place it is kept at.
  package func seal(_ plain: [UInt8], place: String) throws -> Data {
    guard
      let sealed = try AES.GCM.seal(
        plain, using: key, authenticating: Data("assay/control/\(place)".utf8)
      ).combined
    else { throw SealBroken(place: place) }
    return sealed
  }

  package func open(_ sealed: Data, place: String) throws(SealBroken) -> [UInt8] {
    do {
      return try [UInt8](
        AES.GCM.open(
          AES.GCM.SealedBox(combined: sealed), using: key,
          authenticating: Data("assay/control/\(place)".utf8)))
    } catch {
      throw SealBroken(place: place)
    }
  }

  /// A value by which something is known again that is not kept itself.
  package func mark(of text: String) -> String {
    let code = HMAC<SHA256>.authenticationCode(for: Data("assay/mark/\(text)".utf8), using: key)
    return Data(Data(code).prefix(16)).hexadecimal
  }

  /// A value by which a data folder knows its master key again without storing it.
  package var fingerprint: String {
    let code = HMAC<SHA256>.authenticationCode(for: Data("assay/master-key".utf8), using: key)
    return Data(Data(code).prefix(16)).hexadecimal
  }
}
