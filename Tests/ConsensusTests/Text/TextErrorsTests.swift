import Testing

@testable import Consensus

@Suite struct TextErrorsTests {
  @Test func ratesAreEditsByTheLengthOfTheRightText() {
    #expect(TextErrors.wordRate("the cat sat", against: "the cat sat") == 0)
    #expect(TextErrors.wordRate("the bat sat down", against: "the cat sat") == 2.0 / 3)
    #expect(TextErrors.characterRate("kitten", against: "sitting") == 3.0 / 7)
    #expect(TextErrors.wordRate("", against: "a b") == 1)
    #expect(TextErrors.wordRate("a", against: "") == 1 && TextErrors.wordRate(" ", against: "") == 0)
    #expect(TextErrors.characterRate("日本", against: "日本語") == 1.0 / 3)
  }
}
