import Testing

@testable import Consensus

@Suite struct SequenceConsensusTests {
  /// Sentences of 8 tokens with one entity of two tokens, read by three careful workers and two who tag
  /// only its first token.
  private static func crowd() -> (SequenceTable, [[Int]]) {
    var generator = SeededGenerator(seed: 4)
    var (readings, truth): ([[SequenceTable.Reading]], [[Int]]) = ([], [])
    for _ in 0..<150 {
      var tags = [Int](repeating: 0, count: 8)
      let start = Int(generator.next() % 6)
      let entity = Int(generator.next() % 2)
      (tags[start], tags[start + 1]) = (2 * entity + 1, 2 * entity + 2)
      truth.append(tags)
      readings.append(
        (0..<5).map { worker in
          var said = tags
          if worker >= 2 { said[start + 1] = 0 }
          if Double.random(in: 0..<1, using: &generator) < 0.2 {
            said = Array(repeating: 0, count: 8)
          }
          return .init(worker: worker, tags: said)
        })
    }
    return (
      SequenceTable(
        lengths: Array(repeating: 8, count: 150), readings: readings, workerCount: 5, entityCount: 2
      ),
      truth
    )
  }

  @Test func entitiesAreFoundAndEveryPathIsLegal() {
    let (table, truth) = Self.crowd()
    let found = SequenceConsensus(table)
    var hits = 0
    for (tags, right) in zip(found.tags, truth) {
      let entity = { (tags: [Int]) in TaggedSpan.spans(tags).map { [$0.start, $0.entity] } }
      hits += entity(tags) == entity(right) ? 1 : 0
      for (previous, tag) in zip([0] + tags, tags) {
        #expect(SequenceTable.mayFollow(tag, after: previous))
      }
    }
    #expect(hits >= 145, "\(hits) of 150")
    #expect(found.confidences.joined().allSatisfy { (0...1.000001).contains($0) })
  }

  @Test func emptyAndUnreadSequencesHaveResults() {
    let table = SequenceTable(
      lengths: [0, 3, 1], readings: [[], [], [.init(worker: 0, tags: [1])]], workerCount: 1,
      entityCount: 1)
    let found = SequenceConsensus(table)
    #expect(found.tags == [[], [0, 0, 0], [1]])
    #expect(found.confidences.joined().allSatisfy { $0.isFinite })
  }

  @Test func anInsideWithoutABeginBeginsAnEntity() {
    #expect(
      TaggedSpan.spans([2, 2, 0, 1, 1, 2, 4])
        == [
          .init(start: 0, end: 2, entity: 0), .init(start: 3, end: 4, entity: 0),
          .init(start: 4, end: 6, entity: 0), .init(start: 6, end: 7, entity: 1),
        ])
  }
}

@Suite struct SpanVoteTests {
  @Test func whatMostReadersMarkIsMarked() {
    let text: [SpanVote.Reading] = [
      .init(worker: 0, spans: [2..<8, 20..<30]), .init(worker: 1, spans: [4..<8, 8..<10]),
      .init(worker: 2, spans: [4..<9]),
    ]
    #expect(SpanVote([text], workerCount: 3).spans == [[4..<9]])
  }

  /// Two who agree outweigh three who mark anything.
  @Test func readersWhoFitOthersWeighMore() {
    var generator = SeededGenerator(seed: 8)
    let texts = (0..<60).map { _ -> [SpanVote.Reading] in
      let start = Int(generator.next() % 80)
      return (0..<5).map { worker in
        let own = worker < 2 ? start : Int(generator.next() % 80)
        return .init(worker: worker, spans: [own..<own + 15])
      }
    }
    let found = SpanVote(texts, workerCount: 5)
    #expect(found.weights[0] > 2 * found.weights[3])
    let right = zip(found.spans, texts).filter { $0.contains($1[0].spans[0]) }.count
    #expect(right >= 50, "\(right) of 60")
  }

  @Test func textsWithoutReadersOrMarksHaveNone() {
    let found = SpanVote([[], [.init(worker: 0, spans: [])]], workerCount: 2)
    #expect(found.spans == [[], []])
    #expect(found.weights.allSatisfy { $0.isFinite && $0 > 0 })
  }
}
