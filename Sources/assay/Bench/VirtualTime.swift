import Consensus
import Platform
import Synchronization

/// Time and chance of a simulation, both of which it owns.
final class VirtualTime: Sendable {
  private let clock: Mutex<Int64>
  private let numbers: Mutex<SeededGenerator>

  /// - Parameter start: in milliseconds since 1970.
  init(start: Int64, seed: UInt64) {
    clock = Mutex(start)
    numbers = Mutex(SeededGenerator(seed: seed))
  }

  var environment: Environment {
    Environment(
      now: { self.clock.withLock { $0 } }, random: { self.numbers.withLock { $0.next() } })
  }

  func advance(_ milliseconds: Int64) { clock.withLock { $0 += milliseconds } }

  func advance(to milliseconds: Int64) { clock.withLock { $0 = max($0, milliseconds) } }
}
