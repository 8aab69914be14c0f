import Testing

@testable import Formats

@Suite struct CSVReaderTests {
  private func rows(_ text: String) -> [[String]] { Array(CSVReader(Array(text.utf8))) }

  @Test func fieldsAndLinesAreTold() {
    #expect(rows("a,b\n1,2\n") == [["a", "b"], ["1", "2"]])
    #expect(rows("a,b\r\n1,\r\n\r\n,2") == [["a", "b"], ["1", ""], ["", "2"]])
    #expect(rows("\u{feff}a\rb") == [["a"], ["b"]])
    #expect(rows("") == [] && rows("\n\n") == [])
  }

  @Test func quotesHoldEverything() {
    #expect(rows("\"a,\"\"b\"\"\n c\",d\n") == [["a,\"b\"\n c", "d"]])
    #expect(rows("\"\",x") == [["", "x"]])
    #expect(rows("a\"b,c") == [["a\"b", "c"]])
  }

  @Test(arguments: [("a\nb,\"c", 2, "not closed"), ("\"a\"b\n", 1, "follows")])
  func aWrongQuoteEndsItWithItsLine(text: String, line: Int, word: String) {
    var reader = CSVReader(Array(text.utf8))
    while reader.next() != nil {}
    #expect(reader.fault?.line == line && reader.fault?.problem.contains(word) == true)
  }

  @Test func whatIsWrittenIsRead() {
    let fields = ["plain", "with, comma", "with \"quotes\"", "two\nlines", ""]
    var writer = CSVWriter()
    writer.row(fields)
    #expect(Array(CSVReader(writer.bytes)) == [fields])
  }
}
