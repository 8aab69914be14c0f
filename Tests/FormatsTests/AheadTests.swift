import Foundation
import Synchronization
import Testing

@testable import Formats

struct AheadTests {
  @Test func portionsComeInTheirOrderAndThenNoMore() {
    var made = 0
    let ahead = Ahead<[Int]> {
      made += 1
      return made <= 100 ? [made] : nil
    }
    var (portion, taken): ([Int], [Int]) = ([], [])
    while ahead.replace(&portion) { taken += portion }
    #expect(taken == Array(1...100))
    #expect(!ahead.replace(&portion))
    #expect(portion == [100])
  }

  @Test func aPortionThatIsGivenBackIsFreedByTheThreadThatMadeIt() {
    let freedByMaker = Freed()
    var made = 0
    let ahead = Ahead<[Piece]> {
      made += 1
      return made <= 100 ? [Piece(freedByMaker)] : nil
    }
    var pieces: [Piece] = []
    while ahead.replace(&pieces) {}
    // The last few are freed with what is left.
    #expect(freedByMaker.count.withLock { $0 } >= 90)
  }

  @Test func whoWantsNoMoreEndsTheThread() async throws {
    let ended = Freed()
    var ahead: Ahead<Int>? = Self.endless(ended)
    var portion = 0
    #expect(ahead?.replace(&portion) == true)
    ahead = nil
    // What makes portions goes with the thread that runs it.
    for _ in 0..<200 where ended.count.withLock({ $0 }) == 0 {
      try await Task.sleep(for: .milliseconds(50))
    }
    #expect(ended.count.withLock { $0 } == 1)
  }

  private static func endless(_ ended: Freed) -> Ahead<Int> {
    let maker = Maker(ended)
    return Ahead<Int> { maker.next() }
  }

  private final class Maker {
    private let ended: Freed
    init(_ ended: Freed) { self.ended = ended }
    deinit { ended.count.withLock { $0 += 1 } }
    func next() -> Int { 1 }
  }

  private final class Freed: Sendable { let count = Mutex(0) }

  private final class Piece {
    private let maker = pthread_self()
    private let freed: Freed
    init(_ freed: Freed) { self.freed = freed }
    deinit { if pthread_equal(maker, pthread_self()) != 0 { freed.count.withLock { $0 += 1 } } }
  }
}
