import Foundation
import Geometry
import Labels
import Notation
import Testing

@testable import Formats

/// Tables as other tools write them, and pictures of classes without a list of these.
@Suite struct OthersTablesTests {
  private func png(_ values: [UInt8]) -> [UInt8] {
    PNGWriter.png(values, width: 4, height: values.count / 4, pixels: .grey)
  }

  @Test func aTableOfBoxesHasAnItemForEachImageWhereverItsLinesStand() throws {
    let folder = try TestFolder()
    try folder.write(png([UInt8](repeating: 1, count: 16)), to: "train/a.png")
    for name in ["empty", "e"] {
      try folder.write(png([UInt8](repeating: 1, count: 16)), to: "train/\(name).png")
    }
    try folder.write(
      """
      filename,width,height,class,xmin,ymin,xmax,ymax
      a.png,40,30,car,1,2,11,22
      "b, c.jpg",40,30,dog,1,2,5,6
      a.png,40,30,dog,3,3,4,4
      a.png,40,30,dog,9,3,4,4
      b.jpg,40
      d.jpg,40,30,,,,,
      e.png
      a.png,40,30,car,5,5,9,9
      """, to: "train/_annotations.csv")
    let found = try folder.found()
    #expect(found.format == "boxes-csv" && found.names == ["car", "dog"])
    #expect(
      found.items.map(\.name) == [
        "train/a.png", "train/b, c.jpg", "train/d.jpg", "train/empty.png",
      ])
    #expect(found.items.map(\.labels.count) == [3, 1, 0, 0])
    #expect(found.items.allSatisfy { $0.subset == "train" })
    #expect(
      found.items[0].size?.width == 40 && found.items[0].media?.hasSuffix("train/a.png") == true)
    #expect(found.items[0].labels[0].value == .shape(.box(Box(x: 1, y: 2, width: 10, height: 20))))
    #expect(found.diagnostics.faults.map(\.place) == ["line 6", "line 8", "line 5"])
    // Of an image that may be in what nobody can read it is not said that nothing is seen on it.
    try folder.write(
      "filename,class,xmin,ymin,xmax,ymax\na.png,car,1,2,3,4\n\"b", to: "train/_annotations.csv")
    #expect(try folder.found().items.map(\.name) == ["train/a.png"])
  }

  @Test(arguments: [";", "|", ","]) func valuesMayHaveAnotherSignBetweenThem(_ sign: String) throws
  {
    let folder = try TestFolder()
    try folder.write(
      "name\(sign)text\(sign)label\na\(sign)\"x, y; z|\"\(sign)good\n", to: "all.csv")
    let found = try folder.found()
    #expect(found.format == "csv" && found.names == ["good"])
    #expect(found.items.map(\.text) == ["x, y; z|"])
  }

  @Test func aNumberOfTooManyDigitsStaysWhatIsWritten() throws {
    let folder = try TestFolder()
    try folder.write(
      "name,text,frame,next,share\na,x,9223372036854775807,9223372036854775807,1e3\n"
        + "b,y,1,9223372036854775808,.5\n", to: "all.csv")
    let values = try folder.found().items.map { $0.metadata.map(\.value) }
    #expect(
      values == [
        [.int(.max), "9223372036854775807", .double(1_000)], [1, "9223372036854775808", .double(0.5)],
      ])
  }

  @Test func theValuesOfAColumnAreOfOneKind() throws {
    let folder = try TestFolder()
    try folder.write(
      "name,text,zip,score,seen,land,mixed\na,x,10115,1,true,NA,1\nb,y,D-10,NaN,False,DE,true\n"
        + "c,z,01234,0.25,NA,NA,2\n", to: "all.csv")
    #expect(
      try folder.found().items.map { $0.metadata.map(\.value) } == [
        ["10115", 1, true, "NA", "1"], ["D-10", false, "DE", "true"], ["01234", .double(0.25), "NA", "2"],
      ])
  }

  @Test func columnsOfOneNameAreKeptByNumbers() throws {
    let folder = try TestFolder()
    try folder.write("name,text,share,share,share.1,share\na,x,1,2,3,4\n", to: "all.csv")
    #expect(
      try folder.found().items.first?.metadata == [
        .init("share", 1), .init("share.2", 2), .init("share.1", 3), .init("share.3", 4),
      ])
  }

  @Test func aTableMayTellASpreadsheetItsSeparator() throws {
    let folder = try TestFolder()
    for sign in [";", ","] {
      try folder.write("sep=\(sign)\r\nname\(sign)text\r\na\(sign)so\r\n", to: "all.csv")
      #expect(try folder.found().items.map(\.text) == ["so"])
    }
  }

  @Test func anItemMayHaveSeveralClasses() throws {
    let folder = try TestFolder()
    for name in ["a", "b"] {
      try folder.write(png([UInt8](repeating: 1, count: 16)), to: "train/\(name).png")
    }
    // As Roboflow writes it, spaces and all.
    try folder.write(
      "filename, cat, dog\na.png, 1, 1\nb.png, 0, 0\n", to: "train/_classes.csv")
    let flags = try folder.found()
    #expect(flags.names == ["cat", "dog"] && flags.items.map(\.labels.count) == [2, 0])
    #expect(flags.items.allSatisfy { $0.metadata.isEmpty && $0.subset == "train" })
    // Spaces after commas are no part of names, and are one of texts.
    let spaced = try TestFolder()
    try spaced.write("text, label\n so, cat\nno,cat\n", to: "a.csv")
    let trimmed = try spaced.found()
    #expect(trimmed.names == ["cat"] && trimmed.items.map(\.text) == [" so", "no"])
    let lists = try TestFolder()
    try lists.write(
      """
      {"file_name": "a.png", "labels": ["joy", "love", "joy"]}
      {"file_name": "b.png", "labels": [""]}
      {"file_name": "c.png", "labels": [3, 4]}
      """, to: "a.jsonl")
    let found = try lists.found()
    #expect(found.names == ["joy", "love"] && found.items.map(\.labels.count) == [2, 0, 0])
    // Numbers that nothing names stay what they are.
    #expect(found.items.map { $0.metadata.map(\.name) } == [[], [], ["labels"]])
    try lists.write("{\"text\": \"c\", \"labels\": [3, 4], \"id\": \"3\"}\n", to: "a.jsonl")
    let numbers = try lists.found()
    #expect(numbers.format == "json-records" && numbers.diagnostics.faultCount == 0)
    #expect(numbers.items.map { $0.metadata.map(\.name) } == [["labels"]])
  }

  @Test func momentsAndNumbersKeepAllTheirDigits() {
    #expect(RecordValue.moment(1_700_000_000_123_456, per: 1_000_000).json == "2023-11-14T22:13:20.123456Z")
    #expect(RecordValue.moment(-1, per: 1_000).json == "1969-12-31T23:59:59.999Z")
    #expect(RecordValue.moment(1_000, per: 1_000).json == "1970-01-01T00:00:01Z")
    #expect(RecordValue.moment(.max, per: 1).json == .int(.max))
    #expect(RecordValue.moment(.min, per: 1).json == .int(.min))
    #expect(RecordValue.moment(.min, per: 1_000_000_000).json == "1677-09-21T00:12:43.145224192Z")
    #expect(RecordValue.unsigned(-1).json == "18446744073709551615")
    #expect(RecordValue.unsigned(7).json == 7)
    #expect(RecordValue.half(0x3E00).json == 1.5)
    #expect(RecordValue.half(0x0001).json == .double(5.960464477539063e-8))
    #expect(RecordValue.half(0xFC00).json == .null)
  }

  @Test func ofTablesOfSeveralKindsThoseThatAreNotReadAreTold() throws {
    let folder = try TestFolder()
    for name in ["train/a", "test/b"] {
      try folder.write(png([UInt8](repeating: 1, count: 16)), to: "\(name).png")
    }
    try folder.write(
      "{\"file_name\": \"a.png\", \"label\": \"x\"}\n", to: "train/metadata.jsonl")
    try folder.write("file_name,label\nb.png,y\n", to: "test/metadata.csv")
    let found = try folder.found()
    #expect(found.format == "huggingface" && found.items.map(\.name) == ["train/a.png"])
    #expect(found.diagnostics.faults.map(\.file) == ["test/metadata.csv"])
    #expect(throws: FormatFault.self) { try folder.found(.strict) }
    // In one kind all of them are read.
    try folder.write("file_name,label\na.png,x\n", to: "train/metadata.csv")
    try FileManager.default.removeItem(atPath: folder.path + "/train/metadata.jsonl")
    let whole = try folder.found(.strict)
    #expect(whole.items.map(\.name) == ["test/b.png", "train/a.png"])
  }

  @Test func tokensWithTagsAreATextWithSpans() throws {
    let folder = try TestFolder()
    try folder.write(
      """
      {"id": "7", "tokens": ["Zoë", "lives", "in", "New", "York", "."],
       "ner_tags": ["B-PER", "O", "O", "B-LOC", "I-LOC", "O"]}
      {"id": "8", "tokens": ["a", "b"], "ner_tags": [1, 2], "source": "web"}
      {"id": "9", "tokens": ["a", "b"], "ner_tags": ["X", "B-LOC"]}
      {"id": "10", "tokens": ["a", "", "dog"], "tags": ["DT", "", "NN"]}
      {"id": "11", "tokens": ["Bob", "ran"], "labels": ["B-PER", "O"]}
      {"id": "12", "tokens": ["a", "dog"], "labels": ["DT", "NN"]}
      """, to: "train.jsonl")
    let found = try folder.found()
    #expect(found.format == "json-records" && found.names == ["PER", "LOC"])
    #expect(found.items[0].text == "Zoë lives in New York ." && found.items[0].tokens.count == 6)
    #expect(found.items[0].labels.map(\.value) == [.spans([0..<3]), .spans([13..<21])])
    #expect(found.items[0].metadata.isEmpty && found.items[0].name == "7")
    // Numbers that nothing names stay what they are.
    #expect(found.items[1].text == "a b" && found.items[1].labels.isEmpty)
    #expect(found.items[1].metadata.map(\.name) == ["ner_tags", "source"])
    #expect(found.diagnostics.losses.map(\.count) == [1])
    #expect(found.items[4].labels.map(\.value) == [.spans([0..<3])])
    #expect(found.items[5].labels.isEmpty && found.items[5].metadata.map(\.name) == ["labels"])
    // Parts of speech are no spans.
    #expect(found.items[3].labels.isEmpty && found.items[3].metadata.map(\.name) == ["tags"])
    #expect(found.items[3].text == "a dog" && found.items[3].tokens == [0..<1, 2..<5])
    #expect(found.items[2].labels.map(\.value) == [.spans([2..<3])])
    #expect(found.diagnostics.faults.map(\.place) == ["row 3, ner_tags[0]"])
  }

  @Test func picturesOfNumbersBesideImagesNeedNoListOfClasses() throws {
    let folder = try TestFolder()
    for name in ["train/a", "val/a", "val/b", "val/c"] {
      try folder.write(png([UInt8](repeating: 99, count: 8)), to: "images/\(name).png")
    }
    try folder.write(png([0, 1, 1, 255, 0, 2, 2, 2]), to: "masks/train/a.png")
    try folder.write(png([0, 255, 255, 255, 0, 0, 0, 0]), to: "masks/val/a.png")
    try folder.write(Array("no picture".utf8), to: "masks/val/b.png")
    let found = try folder.found()
    #expect(found.format == "masks" && found.names == ["class 1", "class 2"])
    // One whose mask cannot be read is told, and is not one on which nothing is seen.
    #expect(found.items.map(\.name) == ["a.png", "a.png", "c.png"])
    #expect(found.items.map(\.subset) == ["train", "val", "val"])
    #expect(
      found.items.map { $0.media.map { String($0.suffix(16)) } } == [
        "ages/train/a.png", "images/val/a.png", "images/val/c.png",
      ])
    #expect(found.items.map(\.labels.count) == [2, 0, 0] && found.diagnostics.faultCount == 1)
    // Where nothing has another number, 255 is something.
    try folder.write(png([0, 255, 255, 255, 0, 0, 0, 0]), to: "masks/train/a.png")
    let black = try folder.found()
    #expect(black.names == ["class 255"] && black.items.map(\.labels.count) == [1, 1, 0])
    // What another format knows is of that.
    try folder.write("names: [x]\n", to: "data.yaml")
    try folder.write("0 .5 .5 .1 .1\n", to: "labels/train/a.txt")
    #expect(try folder.found().format == "yolo")
    // Beside each other pictures of colours are pictures.
    let other = try TestFolder()
    try other.write(png([UInt8](repeating: 99, count: 8)), to: "images/a.png")
    try other.write(
      PNGWriter.png([UInt8](repeating: 9, count: 24), width: 4, height: 2, pixels: .rgb),
      to: "masks/a.png")
    #expect(try other.found().format == "files")
  }
}
