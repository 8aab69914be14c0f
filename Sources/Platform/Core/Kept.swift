import Synchronization

/// What never changes, kept once it was read.
final class Kept<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private let values = Mutex<[Key: Value]>([:])

  /// Values kept; with one more all are let go.
  private let limit: Int

  init(limit: Int = 256) { self.limit = limit }

  func known(_ key: Key) -> Value? { values.withLock { $0[key] } }

  func forget(_ key: Key) { values.withLock { _ = $0.removeValue(forKey: key) } }

  /// - Parameter read: may run twice where two ask at once.
  func value(_ key: Key, _ read: () throws -> Value) rethrows -> Value {
    if let known = known(key) { return known }
    let value = try read()
    values.withLock {
      if $0.count >= limit { $0.removeAll() }
      $0[key] = value
    }
    return value
  }
}
