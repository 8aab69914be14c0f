import Formats
import Notation
import Testing

@testable import Platform

struct PersonalTextsTests {
  @Test func allThatIsWrittenOfAnItemIsLookedAt() {
    let item = DatasetItem(
      name: "t", text: "ask ada@x.org",
      metadata: [
        .init("phone", "+49 30 901820"), .init("more", ["card": ["4111 1111 1111 1111", 5]]),
        .init("source", "s3://ada@x.org/"), .init("page", "https://x.org/ada@x.org"),
        .init("personal_data", "none"),
      ])
    let flagged = StoredItem(item, image: nil).flagged(masking: true).item
    #expect(flagged.text == "ask █████████")
    func field(_ name: String) -> JSON? { flagged.metadata.last { $0.name == name }?.value }
    #expect(field("phone") == "█████████████" && field("more")?["card"] == ["███████████████████", 5])
    // Where something lies is not changed, as it is found by that.
    #expect(field("source") == "s3://ada@x.org/" && field("page") == "https://x.org/ada@x.org")
    // What was said of it counts no more.
    #expect(field("personal_data") == "card email phone masked")
    #expect(flagged.metadata.count { $0.name == "personal_data" } == 1)
    let plain = StoredItem(item, image: nil).flagged(masking: false).item
    #expect(plain.text == item.text && plain.metadata.first == item.metadata.first)
  }

  @Test func captionsAndAttributesOfLabelsAreLookedAtToo() {
    var label = DatasetLabel(0, .whole)
    label.attributes = [.init("by", "ada@x.org"), .init("sure", true)]
    var personal = PersonalTexts(masking: true)
    let read = [label, DatasetLabel(-1, .caption("call +49 30 901820"))].map { personal.read($0) }
    #expect(read[0].attributes == [.init("by", "█████████"), .init("sure", true)])
    #expect(read[1].value == .caption("call █████████████"))
    let item = personal.flagged(StoredItem(DatasetItem(name: "ada@x.org.jpg"), image: nil)).item
    #expect(item.metadata == [.init("personal_data", "email phone masked")])
  }
}
