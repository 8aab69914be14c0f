import Testing

@testable import Consensus

@Suite struct SpanConsensusTests {
  /// Texts with one span of ten characters, of a kind in turn; three careful readers who overlook a tenth of
  /// them, and two who stop somewhere and name any kind.
  private static func crowd(kinds: Int) -> ([[SpanConsensus.Reading]], [SpanConsensus.Span]) {
    var generator = SeededGenerator(seed: 9)
    var (texts, truth): ([[SpanConsensus.Reading]], [SpanConsensus.Span]) = ([], [])
    for text in 0..<200 {
      let start = Int(generator.next() % 80)
      let right = SpanConsensus.Span(kind: text % kinds, range: start..<start + 10)
      truth.append(right)
      texts.append(
        (0..<5).map { worker in
          let overlooks = Double.random(in: 0..<1, using: &generator) < 0.1
          if worker < 3, overlooks { return .init(worker: worker, spans: []) }
          return .init(
            worker: worker,
            spans: [
              worker < 3
                ? right
                : .init(
                  kind: Int(generator.next() % UInt64(kinds)),
                  range: start..<start + 1 + Int(generator.next() % 10))
            ])
        })
    }
    return (texts, truth)
  }

  @Test func whoIsCarefulOutweighsWhoStopsAnywhere() throws {
    let (texts, truth) = Self.crowd(kinds: 3)
    let found = try #require(SpanConsensus(texts, workerCount: 5, kindCount: 3))
    let hits = zip(found.results, truth).count { $0?.spans == [$1] }
    #expect(hits > 160, "\(hits)")
    #expect(found.results.allSatisfy { (0...1).contains($0?.confidence ?? -1) })
  }

  @Test func ofOneKindTheCharactersAreVotedOn() throws {
    let (texts, _) = Self.crowd(kinds: 1)
    let found = try #require(SpanConsensus(texts, workerCount: 5, kindCount: 1))
    let vote = SpanVote(
      texts.map { $0.map { .init(worker: $0.worker, spans: $0.spans.map(\.range)) } },
      workerCount: 5)
    #expect(found.results.map { $0?.spans.map(\.range) } == vote.spans.map { $0 })
  }

  @Test func whatNobodyMarkedIsSureAndWhatNobodyReadIsUnknown() throws {
    for kinds in [1, 2] {
      let found = try #require(
        SpanConsensus(
          [[], [.init(worker: 0, spans: []), .init(worker: 1, spans: [])]], workerCount: 2,
          kindCount: kinds))
      #expect(found.results == [nil, .init(spans: [], confidence: 1)])
    }
  }

  @Test func matricesHaveALimit() {
    #expect(SpanConsensus([[]], workerCount: 2, kindCount: 2, matrixLimit: 250) != nil)
    #expect(SpanConsensus([[]], workerCount: 2, kindCount: 2, matrixLimit: 249) == nil)
    #expect(SpanConsensus([[]], workerCount: 20, kindCount: 50) == nil)
    #expect(SpanConsensus([[]], workerCount: 1, kindCount: 0) == nil)
  }
}
