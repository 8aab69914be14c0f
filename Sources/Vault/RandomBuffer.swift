import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Randomness of the system, drawn in large pieces: a system call for each nonce would cost more
/// than the sealing.
package final class RandomBuffer: Sendable {
  package static let shared = RandomBuffer()

  private struct State {
    var words: [UInt64] = []
  }
  private let state = Mutex(State())
  /// 256 bytes, the most that one call of getentropy(3) fills.
  private static let pieceWords = 32

  private static func draw() -> [UInt64] {
    var words = [UInt64](repeating: 0, count: pieceWords)
    #if canImport(Glibc)
      let code = words.withUnsafeMutableBytes { getentropy($0.baseAddress, $0.count) }
      if code == 0 { return words }
    #endif
    var generator = SystemRandomNumberGenerator()
    for index in words.indices { words[index] = generator.next() }
    return words
  }

  package func next() -> UInt64 {
    state.withLock { state in
      if state.words.isEmpty { state.words = Self.draw() }
      return state.words.removeLast()
    }
  }

  /// Two words at once, under one lock.
  package func nextPair() -> (UInt64, UInt64) {
    state.withLock { state in
      if state.words.count < 2 { state.words = Self.draw() }
      return (state.words.removeLast(), state.words.removeLast())
    }
  }
}
