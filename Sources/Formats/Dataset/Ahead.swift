import Foundation

/// Makes portions on a thread of its own, a few ahead of whoever takes them, until it makes none.
///
/// What was taken is given back: memory that another thread frees is a lock that both wait for.
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

  /// Puts the next portion in the place of one that is done with, of which nothing should be kept.
  ///
  /// - Returns: false at the end, and after it; then the old one is still there.
  func replace(_ portion: inout Portion) -> Bool { waiting.replace(&portion) }

  /// Takes what makes portions to its thread.
  private struct Start: @unchecked Sendable { let make: () -> Portion? }

  private final class Waiting: @unchecked Sendable {
    private let lock = NSCondition()
    private var portions: [Portion] = []
    /// Given back, to be freed by the thread that made them.
    private var spent: [Portion] = []
    /// Nothing more comes, or nobody wants it.
    private var isOver = false

    /// - Returns: whether another is wanted.
    func put(_ portion: Portion?) -> Bool {
      lock.lock()
      while portions.count == Ahead.waitingLimit, !isOver { lock.wait() }
      if let portion { portions.append(portion) } else { isOver = true }
      let (old, isWanted) = (spent, !isOver)
      spent = []
      lock.broadcast()
      lock.unlock()
      withExtendedLifetime(old) {}
      return isWanted
    }

    func replace(_ portion: inout Portion) -> Bool {
      lock.lock()
      defer { lock.unlock() }
      while portions.isEmpty, !isOver { lock.wait() }
      guard !portions.isEmpty else { return false }
      // Once no more is made, nobody comes for it.
      if !isOver { spent.append(portion) }
      portion = portions.removeFirst()
      lock.broadcast()
      return true
    }

    func end() {
      lock.lock()
      isOver = true
      lock.broadcast()
      lock.unlock()
    }
  }
}
