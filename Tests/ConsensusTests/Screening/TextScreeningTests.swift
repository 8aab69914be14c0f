import Testing

@testable import Consensus

@Suite struct TextScreeningTests {
  private let text = "The second answer names the right river and says how long it is, the first does not."

  /// Whether each text is a repetition, oldest first.
  private func repeated(_ texts: [(text: String, writer: String, task: Int64)]) -> [Bool] {
    var screening = TextScreening()
    return texts.map { screening.isRepeated($0.text, by: $0.writer, of: $0.task) }
  }

  @Test func theSameTextOnAnotherTaskIsRepeated() {
    let almost = text.replacing("second", with: "2nd")
    #expect(repeated([(text, "a", 1), (almost, "a", 2)]) == [false, true])
  }

  @Test func anothersTextOnTheSameTaskIsRepeatedAndOnAnotherIsNot() {
    #expect(repeated([(text, "a", 1), (text + " Clearly.", "b", 1), (text, "c", 2)]) == [false, true, false])
  }

  @Test func aNewRevisionAndShortTextsAreNot() {
    let short = "nothing to add"
    #expect(
      !repeated([(text, "a", 1), (text, "a", 1), (short, "a", 2), (short, "a", 3)]).contains(true))
  }

  @Test func differentTextsAreNotRepeated() {
    let other = "Both are polite, yet only one of them answers what was asked about the harvest."
    #expect(repeated([(text, "a", 1), (other, "a", 2)]) == [false, false])
  }

  @Test func marksOfALanguageModelAreKnownAndPlainWordsAreNot() {
    #expect(TextScreening.isModelLike("As an AI language model, I cannot see the picture."))
    #expect(
      TextScreening.isModelLike(
        "Certainly! Here's a breakdown:\n- one\n- two\n- three\n**Done.** I hope this helps."))
    #expect(!TextScreening.isModelLike(text))
    #expect(!TextScreening.isModelLike("Furthermore, the first is longer."))
  }
}
