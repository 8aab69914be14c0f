import Notation
import Testing

@testable import Labels

@Suite struct TextSpanTests {
  private let ontology = Ontology(classes: [LabelClass(id: ClassID(1), name: "name", kind: .span)])

  private func read(_ text: String) throws -> [Annotation] {
    try AnnotationNotation.annotations(from: JSON(parsing: Array(text.utf8)), ontology: ontology)
  }

  @Test func piecesAreInOrderAndApart() {
    let span = TextSpan([.init(start: 8, end: 9), .init(start: 2, end: 4), .init(start: 4, end: 6)])
    #expect(span.pieces == [.init(start: 2, end: 6), .init(start: 8, end: 9)])
    #expect(span.start == 2 && span.end == 9 && span.count == 5)
    #expect(span.intersectionOverUnion(TextSpan(start: 2, end: 9)) == 5.0 / 7)
    #expect(TextSpan(start: 2, end: 9).intersectionOverUnion(span) == 5.0 / 7)
    #expect(span.intersectionOverUnion(TextSpan(start: 6, end: 8)) == 0)
  }

  @Test func gapsGoThroughJSONAndAreChecked() throws {
    let annotations = try read(#"[{"class": "name", "span": [[0, 3], [8, 11]]}]"#)
    try ontology.validate(annotations, imageSize: nil, textLength: 11)
    #expect(throws: AnnotationFault.self) {
      try ontology.validate(annotations, imageSize: nil, textLength: 10)
    }
    let json = AnnotationNotation.json(annotations, ontology: ontology, style: .names)
    #expect(json.array?.first?["span"] == [[0, 3], [8, 11]])
    for bad in ["[[0, 3], [5, 5]]", "[[-1, 3]]", "[]"] {
      #expect(throws: (any Error).self) {
        try ontology.validate(
          try read(#"[{"class": "name", "span": \#(bad)}]"#), imageSize: nil, textLength: 20)
      }
    }
  }

  @Test func otherProgramsCountInBytesAndUnits() throws {
    let text = "é🐄 水 e\u{301}"
    let offsets = TextOffsets(text)
    for place in 0...text.unicodeScalars.count {
      let index = text.unicodeScalars.index(text.startIndex, offsetBy: place)
      #expect(offsets.utf8(place) == text.utf8.distance(from: text.startIndex, to: index))
      #expect(offsets.utf16(place) == text.utf16.distance(from: text.startIndex, to: index))
    }
    #expect(offsets.utf8(99) == nil && offsets.utf16(-1) == nil)
    var writer = JSONWriter()
    AnnotationNotation.write(
      try read(#"[{"class": "name", "span": [[1, 2], [3, 4]]}]"#), ontology: ontology,
      style: .names,
      offsets: offsets, to: &writer)
    let written = String(decoding: writer.bytes, as: UTF8.self)
    let spans = #""span":[[1,2],[3,4]],"utf8":[[2,6],[7,10]],"utf16":[[1,3],[4,5]]"#
    #expect(written == #"[{"class":"name",\#(spans),"text":"🐄 … 水"}]"#)
    // What is exported can be read again.
    let again = try read(written)
    #expect(again.first?.value == .span(TextSpan([.init(start: 1, end: 2), .init(start: 3, end: 4)])))
  }
}
