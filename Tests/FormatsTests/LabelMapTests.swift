import Testing

@testable import Formats

@Suite struct LabelMapTests {
  @Test func whatIsWrittenIsReadAgain() {
    let names = ["car", "line item { id: 7 }", #"a "b" \ 'c'"#, "two\nlines", "ü", ""]
    let read = LabelMap(LabelMap.text(names)).items
    #expect(read.map(\.name) == names && read.map(\.id) == Array(1...6))
  }

  @Test func fieldsOfOthersAndCommentsArePassedOver() {
    let text = """
      # item { id: 9 name: 'no' }
      item: <
        name: 'n02'  # a comment
        id: 3
        display_name: "shown"
        keypoints { id: 5 name: "nose" }
      >
      item { id: 4 }
      item { name: "nameless id" } item{id:0x5 name:"la" 'st'}
      item { id: 6 name: "caf\\303\\251 \\x41\\101" }
      """
    let read = LabelMap(text).items
    #expect(read.map(\.name) == ["n02", "last", "café AA"] && read.map(\.id) == [3, 5, 6])
  }

  @Test(arguments: [
    "", "item {", "}}}}", "item { id: 99999999999999999999 name: 'x' }", "'", "\"\\",
  ])
  func whatIsNoMapHasNoItems(_ text: String) {
    #expect(LabelMap(text).items.isEmpty)
  }
}
