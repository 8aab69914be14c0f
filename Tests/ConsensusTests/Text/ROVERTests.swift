import Testing

@testable import Consensus

@Suite struct ROVERTests {
  @Test func everyPlaceVotes() {
    let versions = [
      "The quick brown fox jumps", "the quick brown box jumps.", "The quack brown fox jumped",
    ]
    #expect(ROVER.combine(versions) == ["The", "quick", "brown", "fox", "jumps"])
  }

  @Test func aWordThatMostLeaveOutIsLeftOut() {
    #expect(ROVER.combine(["a b c", "a c", "a c"]) == ["a", "c"])
    #expect(ROVER.combine(["a c", "a b c", "a b c"]) == ["a", "b", "c"])
  }

  @Test func fewVersionsHaveResults() {
    #expect(ROVER.combine([]) == [])
    #expect(ROVER.combine(["just one"]) == ["just", "one"])
    #expect(ROVER.combine(["", "  ", "\n"]) == [])
    #expect(ROVER.combine(["…", "…", "!"]) == ["…"], "punctuation alone is a word")
  }

  @Test func longVersionsAreCut() {
    let long = Array(repeating: "word", count: ROVER.wordLimit + 1).joined(separator: " ")
    #expect(ROVER.combine([long]).count == ROVER.wordLimit)
  }
}
