import Testing

@testable import Workforce

@Suite struct FairTurnsTests {
  private typealias Turns = FairTurns<String, Int>

  private func serve(
    _ turns: inout Turns, _ rounds: Int, _ candidates: [String: [Turns.Candidate]]
  ) -> [Int: Int] {
    var counts: [Int: Int] = [:]
    turns.join(candidates.keys.sorted())
    for _ in 0..<rounds {
      guard let project = turns.next(1, of: candidates).first,
        let client = candidates.first(where: { $0.value.contains { $0.project == project } })?.key
      else { break }
      turns.served(client, project)
      counts[project, default: 0] += 1
    }
    return counts
  }

  @Test func aClientWithManyProjectsDoesNotStarveOneWithOne() {
    var turns = Turns()
    let large = (1...50).map { Turns.Candidate($0, priority: 9) }
    let counts = serve(&turns, 100, ["large": large, "small": [.init(100, priority: 0)]])
    #expect(counts[100] == 50)
    #expect((1...50).allSatisfy { counts[$0] == 1 })
  }

  @Test func theHigherPriorityOfAClientGoesFirst() {
    var turns = Turns()
    let counts = serve(&turns, 10, ["a": [.init(1, priority: 5), .init(2, priority: 1)]])
    #expect(counts == [1: 10])
    #expect(turns.next(3, of: ["a": [.init(1, priority: 5), .init(2, priority: 1)]]) == [1, 2])
  }

  @Test func whoComesLaterIsNotOwedWhatWasNotAskedFor() {
    var turns = Turns()
    _ = serve(&turns, 1000, ["old": [.init(1, priority: 0)]])
    let both: [String: [Turns.Candidate]] = ["old": [.init(1, priority: 0)], "new": [.init(2, priority: 0)]]
    let counts = serve(&turns, 20, both)
    #expect((9...11).contains(counts[2] ?? 0), "\(counts)")
  }

  @Test func nothingIsNext() {
    #expect(Turns().next(3, of: [:]).isEmpty)
    #expect(Turns().next(3, of: ["a": []]).isEmpty)
    var turns = Turns()
    turns.join(["a", "b"])
    #expect(turns.next(3, of: ["a": [.init(1, priority: 0)]], where: { _ in false }).isEmpty)
  }

  @Test func theBestOfEachClientIsTriedBeforeTheRest() {
    var turns = Turns()
    turns.join(["a", "b"])
    let found = turns.next(
      9, of: ["a": [.init(1, priority: 2), .init(2, priority: 1)], "b": [.init(3, priority: 0)]])
    #expect(found == [1, 3, 2])
  }
}
