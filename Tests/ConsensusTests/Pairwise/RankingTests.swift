import Foundation
import Testing

@testable import Consensus

@Suite struct PlackettLuceTests {
  /// Orders drawn from known scores give them back.
  @Test func scoresAreFound() throws {
    var generator = SeededGenerator(seed: 6)
    let truth = [1.5, 0.5, 0, -0.5, -1.5]
    let rankings = (0..<3_000).map { _ -> [Int] in
      var left = Array((0..<5).shuffled(using: &generator).prefix(4))
      var order: [Int] = []
      while !left.isEmpty {
        let total = left.reduce(0) { $0 + exp(truth[$1]) }
        var draw = Double.random(in: 0..<total, using: &generator)
        var place = 0
        while place < left.count - 1, draw >= exp(truth[left[place]]) {
          draw -= exp(truth[left[place]])
          place += 1
        }
        order.append(left.remove(at: place))
      }
      return order
    }
    let found = try #require(PlackettLuce.fit(rankings, itemCount: 5))
    for (a, b) in zip(found, truth) { #expect(abs(a - b) < 0.1, "\(found)") }
  }

  @Test func endsAreFiniteAndStrangersRefused() throws {
    let sweep = try #require(PlackettLuce.fit([[0, 1, 2], [0, 2]], itemCount: 4))
    #expect(sweep.allSatisfy { $0.isFinite } && sweep[0] > sweep[1] && sweep[1] > sweep[2])
    #expect(PlackettLuce.fit([], itemCount: 3) == [0, 0, 0])
    #expect(PlackettLuce.fit([], itemCount: 0) == [])
    #expect(PlackettLuce.fit([[0, 0]], itemCount: 2) == nil)
    #expect(PlackettLuce.fit([[0, 2]], itemCount: 2) == nil)
    #expect(PlackettLuce.fit([[0], []], itemCount: 2) == [0, 0])
  }
}

@Suite struct EloTests {
  @Test func whatIsGainedIsLost() {
    var elo = Elo(itemCount: 3)
    #expect(elo.expected(0, against: 1) == 0.5)
    elo.take(0, 1, outcome: 1)
    #expect(elo.ratings == [1_516, 1_484, 1_500])
    elo.take(2, 0, outcome: 0.5)
    #expect(abs(elo.ratings.reduce(0, +) - 4_500) < 1e-9)
    #expect(elo.ratings[2] > 1_500, "a tie with somebody better")
    #expect(abs(elo.expected(0, against: 1) + elo.expected(1, against: 0) - 1) < 1e-12)
  }
}
