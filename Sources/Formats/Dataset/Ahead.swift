import Foundation

/// Makes portions on a thread of its own, a few ahead of whoever takes them, until it makes none.
///
/// Unchecked: what both threads see is under its lock, and what makes portions stays on its thread.
final class Ahead<Portion>: @unchecked Sendable {
  /// Portions that wait to be taken.
  private static var waitingLimit: Int { 4 }

  private let waiting: Waiting

  init(_ make: @escaping () -> Portion?) {
    let (waiting, start) = (Waiting(), Start(make: make))
    self.waiting = waiting
    let thread = Thread { while waiting.put(start.make()) {} }
    // Values in values in values are read by functions in functions.
    thread.stackSize = 16 << 20
    thread.start()
  }

  deinit { waiting.end() }

  /// The next portion; nil at the end, and after it.
  func take() -> Portion? { waiting.take() }

  /// Takes what makes portions to its thread.
  private struct Start: @unchecked Sendable { let make: () -> Portion? }

  private final class Waiting: @unchecked Sendable {
    private let lock = NSCondition()
    private var portions: [Portion] = []
    /// Nothing more comes, or nobody wants it.
    private var isOver = false

    /// - Returns: whether another is wanted.
    func put(_ portion: Portion?) -> Bool {
      lock.lock()
      defer { lock.unlock() }
      while portions.count == Ahead.waitingLimit, !isOver { lock.wait() }
      if let portion { portions.append(portion) } else { isOver = true }
      lock.broadcast()
      return !isOver
    }

    func take() -> Portion? {
      lock.lock()
      defer { lock.unlock() }
      while portions.isEmpty, !isOver { lock.wait() }
      lock.broadcast()
      return portions.isEmpty ? nil : portions.removeFirst()
    }

    func end() {
      lock.lock()
      isOver = true
      lock.broadcast()
      lock.unlock()
    }
  }
}
