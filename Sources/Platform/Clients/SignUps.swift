import Foundation
import Store
import Synchronization

/// People who join the workforce by themselves, where the operator opened it to them.
package struct SignUps: Sendable {
  private let engine: DataEngine

  package init(_ engine: DataEngine) { self.engine = engine }

  /// Of an hour: from one network address, and from all.
  package static let addressLimit = 10
  package static let limit = 500
  private static let hour: Int64 = 3_600_000
  private static let setting = "signUp"

  /// When people joined, by the address they came from.
  struct Recent {
    fileprivate var times: [String: [Int64]] = [:]
  }

  package func isOpen() async throws -> Bool {
    try await engine.control.read { connection in
      try connection.first("SELECT value FROM settings WHERE name = ?", [.text(Self.setting)]) {
        $0.text(0) == "open"
      } ?? false
    }
  }

  package func setOpen(_ isOpen: Bool, by actor: Actor) async throws {
    let record = engine.record(by: actor)
    try await engine.control.write(.flushed) { connection in
      try connection.run(
        "INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [.text(Self.setting), .text(isOpen ? "open" : "closed")])
      try record.append(connection, isOpen ? "signUp.opened" : "signUp.closed", "")
    }
  }

  /// Makes a worker. Of an address that is known already nothing is changed and nothing is said, so that
  /// nobody finds out here who works for the operator.
  ///
  /// - Throws: `.notPossible` where it is closed, `.tooManyAttempts`, `.invalid` for the address and the
  ///   password.
  package func signUp(email: String, password: String, from address: String) async throws {
    guard try await isOpen() else {
      throw Refusal.notPossible(.user, state: "by invitation only", asked: "signing up")
    }
    try count(address)
    do {
      _ = try await Users(engine, actor: .system).create(
        email: email, password: password, role: .worker, client: nil)
    } catch Refusal.taken {
      return
    }
  }

  private func count(_ address: String) throws(Refusal) {
    let now = engine.environment.now()
    let isTooMany = engine.signUps.withLock { recent in
      recent.times = recent.times.mapValues { $0.filter { $0 > now - Self.hour } }
        .filter { !$0.value.isEmpty }
      let all = recent.times.values.reduce(0) { $0 + $1.count }
      guard all < Self.limit, recent.times[address, default: []].count < Self.addressLimit else {
        return true
      }
      recent.times[address, default: []].append(now)
      return false
    }
    if isTooMany { throw .tooManyAttempts(retryAfterSeconds: Int(Self.hour / 1000)) }
  }
}
