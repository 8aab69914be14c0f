import Foundation
import Store
import Vault

/// Time and chance, handed in so that a simulation can own both.
package struct Environment: Sendable {
  /// Milliseconds since 1970, UTC.
  package var now: @Sendable () -> Int64
  package var random: @Sendable () -> UInt64

  package init(now: @escaping @Sendable () -> Int64, random: @escaping @Sendable () -> UInt64) {
    self.now = now
    self.random = random
  }

  package static let system = Environment(
    now: { Int64(Date().timeIntervalSince1970 * 1000) },
    random: { RandomBuffer.shared.next() })

  package func newID<Tag>() -> Identifier<Tag> {
    Identifier(seconds: UInt32(clamping: now() / 1000), random: random())
  }

  /// 256 random bits as hexadecimal, for secrets.
  package func newSecret() -> String {
    (0..<4).map { _ in
      let digits = String(SystemRandomNumberGenerator.draw(), radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}

extension SystemRandomNumberGenerator {
  /// Secrets never come from a seeded generator.
  fileprivate static func draw() -> UInt64 {
    var generator = SystemRandomNumberGenerator()
    return generator.next()
  }
}

/// Who does something, as the journal names them.
package enum Actor: Hashable, Sendable, CustomStringConvertible {
  case user(UserID)
  case key(KeyID)
  /// By the pseudonym the vault knows.
  case worker(String)
  /// Somebody at the machine itself.
  case console
  case system

  package var description: String {
    switch self {
    case .user(let id): "user:\(id)"
    case .key(let id): "key:\(id)"
    case .worker(let pseudonym): "worker:\(pseudonym)"
    case .console: "console"
    case .system: "system"
    }
  }
}
