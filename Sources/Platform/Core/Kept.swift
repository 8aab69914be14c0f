import Synchronization

/// What never changes, kept once it was read.
final class Kept<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private let values = Mutex<[Key: Value]>([:])

  /// Values kept; with one more all are let go.
  static var limit: Int { 256 }

  /// - Parameter read: may run twice where two ask at once.
  func value(_ key: Key, _ read: () throws -> Value) rethrows -> Value {
    if let known = values.withLock({ $0[key] }) { return known }
    let value = try read()
    values.withLock {
      if $0.count >= Self.limit { $0.removeAll() }
      $0[key] = value
    }
    return value
  }
}
