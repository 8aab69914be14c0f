import Foundation
import Testing

@testable import Formats

@Suite struct TextPDFTests {
  private func text(_ pdf: TextPDF) -> String { String(decoding: pdf.bytes, as: UTF8.self) }

  @Test func everyObjectLiesWhereTheTableSays() throws {
    var pdf = TextPDF(title: "T")
    for number in 0..<120 { pdf.row(["Project \(number)", "1", "2.00"]) }
    let bytes = pdf.bytes
    let all = text(pdf)
    #expect(all.hasPrefix("%PDF-1.4\n") && all.hasSuffix("%%EOF\n"))
    let start = try #require(
      all.components(separatedBy: "startxref\n").last?.split(separator: "\n").first)
    let table = String(decoding: bytes[Int(start)!...], as: UTF8.self).split(separator: "\n")
    #expect(table[0] == "xref")
    let count = Int(table[1].split(separator: " ")[1])!
    for number in 1..<count {
      let offset = Int(table[2 + number].prefix(10))!
      #expect(
        String(decoding: bytes[offset...].prefix(12), as: UTF8.self).hasPrefix("\(number) 0 obj"))
    }
    #expect(all.contains("/Count 3"), "120 lines need three pages")
  }

  @Test func whatWouldEndATextIsEscapedAndTheEuroIsKept() {
    var pdf = TextPDF(title: "T")
    pdf.line(#"a (b) \ c € é 中"#)
    #expect(text(pdf).contains(#"(a \(b\) \\ c \200 \351 \077)"#))
  }

  @Test func streamsAreAsLongAsTheySay() throws {
    var pdf = TextPDF(title: "T")
    pdf.line("one")
    let all = text(pdf)
    let length = try #require(
      all.components(separatedBy: "/Length ").last?.split(separator: " ").first)
    let body = all.components(separatedBy: "stream\n")[1].dropLast("end".count)
    #expect(Int(length) == body.utf8.count)
  }
}
