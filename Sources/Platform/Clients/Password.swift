import Crypto
import CryptoExtras
import Foundation
import Vault

/// Passwords as scrypt hashes (RFC 7914): `scrypt$N$r$p$salt$hash`, salt and hash hexadecimal.
package struct Password: Sendable {
  /// Characters a password must have; NIST SP 800-63B asks for 8, single-factor sign-in for more.
  package static let minimumLength = 10
  package static let maximumLength = 1_000

  /// Cost: N = 2^logN. 15 takes about 50 ms and 32 MB.
  package var logN = 15
  private static let blockSize = 8

  package init(logN: Int = 15) { self.logN = logN }

  package func hash(_ password: String) throws -> String {
    guard password.unicodeScalars.count >= Self.minimumLength else {
      throw Refusal.invalid(
        path: "password", problem: "must have at least \(Self.minimumLength) characters")
    }
    guard password.unicodeScalars.count <= Self.maximumLength else {
      throw Refusal.invalid(
        path: "password", problem: "must have at most \(Self.maximumLength) characters")
    }
    let salt = (0..<16).map { _ in UInt8.random(in: 0...255) }
    let hash = try Self.derive(password, salt: salt, logN: logN)
    return "scrypt$\(1 << logN)$\(Self.blockSize)$1$\(Data(salt).hexadecimal)$\(hash)"
  }

  package static func matches(_ password: String, _ stored: String) -> Bool {
    let parts = stored.split(separator: "$")
    guard parts.count == 6, parts[0] == "scrypt", let rounds = Int(parts[1]),
      let salt = bytes(hexadecimal: parts[4]),
      let hash = try? derive(password, salt: salt, logN: rounds.trailingZeroBitCount)
    else { return false }
    return constantTimeEqual(hash, String(parts[5]))
  }

  private static func derive(_ password: String, salt: [UInt8], logN: Int) throws -> String {
    let key = try KDF.Scrypt.deriveKey(
      from: Data(password.precomposedStringWithCompatibilityMapping.utf8), salt: salt,
      outputByteCount: 32, rounds: 1 << logN, blockSize: blockSize, parallelism: 1)
    return key.withUnsafeBytes { Data($0) }.hexadecimal
  }

  private static func bytes(hexadecimal text: Substring) -> [UInt8]? {
    let digits = Array(text)
    guard digits.count.isMultiple(of: 2) else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { index in
      UInt8(String(digits[index...index + 1]), radix: 16) ?? 0
    }
  }
}
